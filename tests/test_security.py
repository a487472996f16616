"""SECURITY.md names a test for each line of what is protected, and each of them exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECURITY = (ROOT / "SECURITY.md").read_text("utf-8")
CONTRACT = (ROOT / "docs" / "contract.md").read_text("utf-8")
TEST = re.compile(r"`((?:tests/[\w/]+\.py)?::\w+)`")


def part(text: str, heading: str) -> str:
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


TESTED = rows(part(SECURITY, "Tests behind each line"))
PROTECTED = dict.fromkeys(
    row[0] for row in rows(part(SECURITY, "What is protected, and from whom"))
)
PROMISES = re.findall(r"^- \*\*(.+?)\.\*\*", part(CONTRACT, "Promises"), re.MULTILINE)


def named(cell: str) -> list[str]:
    """The tests of a cell; one that begins with ``::`` is in the file of the one before."""
    found: list[str] = []
    for test in TEST.findall(cell):
        file = found[-1].partition("::")[0] if test.startswith("::") else ""
        found.append(file + test)
    return found


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("line", [*PROTECTED, *PROMISES])
def test_every_line_has_tests(line: str) -> None:
    assert [row for row in TESTED if line in row[0] and named(row[1])]


def test_there_are_lines_to_look_at() -> None:
    assert len(PROTECTED) >= 6
    assert len(PROMISES) >= 8


@pytest.mark.parametrize("test", [test for row in TESTED for test in named(row[1])])
def test_every_test_that_is_named_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert name in functions(file)
