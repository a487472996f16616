"""docs/contract.md names every value that scripts meet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from msconfig.checking.report import Outcome, Status, TokenStatus
from msconfig.cli.app import COMMANDS
from msconfig.errors import ExitCode
from msconfig.languages import Tag
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.rendering.targets import Target
from msconfig.reports import Format

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "contract.md").read_text("utf-8")


def section(heading: str) -> str:
    flags = re.MULTILINE | re.DOTALL
    found = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##+ |\Z)", PAGE, flags)
    assert found, heading
    return found[1]


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Terms", [*Outcome, *Kind, *Site]),
        ("Tokens", TokenStatus),
        ("Exit codes", map(str, ExitCode)),
        ("Commands", [*COMMANDS, *Format]),
        ("generate", [*Target, *Tag]),
    ],
)
def test_a_section_names_every_value_of_the_code(heading: str, values: Iterable[str]) -> None:
    words = set(re.findall(r"[\w-]+", section(heading)))
    assert [value for value in values if value not in words] == []


def test_the_verdicts_name_every_status_with_its_outcome() -> None:
    rows = [line for line in section("Verdicts").splitlines() if line.startswith("| ")]
    named = {
        (status, row.rsplit("|", 2)[1].strip())
        for row in rows
        for status in re.findall(r"^`(\w+)`", row.split("|")[2].strip())
    }
    expected = {(str(status), str(status.outcome)) for status in Status}
    assert named == expected - {("retired", "fail")}
    assert "`retired` (fail)" in section("Verdicts")
