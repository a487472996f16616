"""Hostile files of a megabyte: no command takes more than a few seconds, whatever is in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support import Run

# most take 0.2 s; in quadratic time, one of the lines alone takes minutes
pytestmark = [pytest.mark.timeout(90), pytest.mark.no_cover]
UNITS = (
    *("sk-", "sk-a", "ms-00000000-", "ms_oauth!", "00000000-0000-", "cherrystudio:"),
    *("cherrystudio:data=", "api-keys?data=", "a/", "a/b ", "a/b,", "- ", "-", "`", '"', "'"),
    *(
        "https://modelscope.cn/models/",
        "models--a--",
        "openai/",
        "/",
        ":",
        "#",
        " #",
        "\\",
        "&#45;",
    ),
    *("%2D", "\u3000", "／", "{", "[", "(", "<", ".", "=", "a=", "a: ", "::", "##[", "Bearer "),
    *("data=", "eyJ", "0", "\u202e", "字", "a.b.", "[[a", "'''", '"""', "\\u0041", "|", "*", "</"),
)
"""What a line repeats: begins of tokens, links, ids, quotations and markup."""
LINE = 100_000
"""Characters of a line."""


def lines() -> list[str]:
    return [unit * (LINE // len(unit)) for unit in UNITS]


def as_lines() -> str:
    return "".join(f"{line}\n" for line in lines())


def as_keys() -> str:
    return json.dumps(dict.fromkeys(lines(), 1))


def as_texts() -> str:
    return json.dumps({"data": [{"id": line, "apiKey": line} for line in lines()]})


def as_toml() -> str:
    return "".join(f"{json.dumps(line)} = 1\n" for line in lines())


def as_many_ids() -> str:
    # fewer: each is a model to check, and not only a text to read
    return "".join(f"owner/name-{number}\n" for number in range(3_000))


def as_one_id() -> str:
    return "owner/name-of-a-model\n" * 15_000


WITH = ("check", "--offline", "--no-token")
COMMANDS: dict[str, Callable[[str], tuple[str, ...]]] = {
    "check --models": lambda file: (*WITH, "--models", file),
    "check --from": lambda file: (*WITH, "--from", file),
    "check --scan": lambda file: (*WITH, "--scan", file),
    "check --config": lambda file: (*WITH, "--config", file),
    "check --baseline": lambda file: (*WITH, "--baseline", file, "a/b"),
    "check --reuse": lambda file: (*WITH, "--reuse", file, "a/b"),
    "check --snapshot": lambda file: ("check", "--no-token", "--snapshot", file, "a/b"),
    "check --token-file": lambda file: ("check", "--offline", "--token-file", file, "a/b"),
    "generate --template": lambda file: (
        *("generate", "--offline", "--no-token", "Qwen/Qwen3.5-27B", "-o", "out"),
        *("--target", "guide", "--template", file),
    ),
    "validate": lambda file: ("validate", file),
    "apply": lambda file: ("apply", file, "--plan", "--offline", "--no-token", "Qwen/Qwen3.5-27B"),
    "link decode": lambda file: ("link", "decode", file),
    "link open": lambda file: ("link", "open", "--yes", file),
    "mock --scenario": lambda file: ("mock", "--scenario", file),
}
LINES = [as_lines, as_keys, as_texts, as_toml]


def judged(run: Run, command: str, text: str) -> None:
    Path("hostile.j2").write_text(text, "utf-8")
    ran = run(*COMMANDS[command]("hostile.j2"))
    assert ran.code in {0, 1, 2, 4, 5}
    assert len(ran.out) + len(ran.err) < 20 * max(len(text), 1_000_000)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_of_long_lines_is_judged_in_seconds(run: Run, command: str) -> None:
    # a megabyte at a time, as every reader has its own limit
    judged(run, command, as_lines()[:1_000_000])


@pytest.mark.slow
@pytest.mark.parametrize("write", [*LINES, as_many_ids, as_one_id])
@pytest.mark.parametrize("command", COMMANDS)
def test_any_file_of_megabytes_is_judged_in_seconds(
    run: Run, command: str, write: Callable[[], str]
) -> None:
    text = write()
    if write is as_lines:
        for begin in range(0, len(text), 1_000_000):
            judged(run, command, text[begin : begin + 1_000_000])
    else:
        judged(run, command, text)
