"""Hostile files of a megabyte: no command takes more than a few seconds, whatever is in them.

`benchmarks/large_files.py` measures it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_files import (
    COMMANDS,
    as_keys,
    as_lines,
    as_many_ids,
    as_one_id,
    as_texts,
    as_toml,
    lines,
)

from support import Run

# most take 0.2 s; in quadratic time, one of the lines alone takes minutes
pytestmark = [pytest.mark.timeout(90), pytest.mark.no_cover]


def judged(run: Run, command: str, text: str) -> None:
    Path("hostile.j2").write_text(text, "utf-8")
    ran = run(*COMMANDS[command]("hostile.j2"))
    assert ran.code in {0, 1, 2, 4, 5}
    assert len(ran.out) + len(ran.err) < 20 * max(len(text), 1_000_000)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_of_long_lines_is_judged_in_seconds(run: Run, command: str) -> None:
    # a megabyte at a time, as every reader has its own limit
    judged(run, command, as_lines(lines())[:1_000_000])


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_any_file_of_long_lines_is_judged_in_seconds(run: Run, command: str) -> None:
    text = as_lines(lines())
    for begin in range(0, len(text), 1_000_000):
        judged(run, command, text[begin : begin + 1_000_000])


@pytest.mark.slow
@pytest.mark.parametrize("write", [as_keys, as_texts, as_toml])
@pytest.mark.parametrize("command", COMMANDS)
def test_any_document_of_megabytes_is_judged_in_seconds(
    run: Run, command: str, write: Callable[[list[str]], str]
) -> None:
    judged(run, command, write(lines()))


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_any_list_of_ids_is_judged_in_seconds(run: Run, command: str) -> None:
    # less than a megabyte: each is a model to check, and not only a text to read
    judged(run, command, as_many_ids(3_000))
    judged(run, command, as_one_id(15_000))
