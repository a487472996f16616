"""`docs/backups.md` lists every refusal of a backup, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msconfig.cherry.backup

_PACKAGE = Path(msconfig.cherry.backup.__file__).parent
_PAGE = Path(__file__).parents[3] / "docs" / "backups.md"
_OF_THE_BACKUP = ("UnsupportedBackup", "BackupRefused")
_OF_PLACES = ("FileError", "UsageError")


def refusals(*errors: str) -> Iterator[str]:
    """Every reason that the code gives to `errors`, with ``…`` for what is put into it."""
    for path in _PACKAGE.glob("*.py"):
        module = ast.parse(path.read_text("utf-8"))
        constants = {
            target.id: each.value.value
            for each in module.body
            if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(module):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in errors
            ):
                yield text_of(node.args[0], constants)


def text_of(node: ast.expr, constants: Mapping[str, object]) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part, constants) for part in parts)
        case ast.Name(id=name) | ast.FormattedValue(value=ast.Name(id=name)) if name in constants:
            value = constants[name]
            return value if isinstance(value, str) else "…"
        case ast.FormattedValue():
            return "…"
    raise AssertionError(f"line {node.lineno}: a reason has to be a text, or a constant")


REASONS = set(refusals(*_OF_THE_BACKUP)) - {"…: …"}
"""Without the form in which a reason gets the file's name."""


def test_every_refusal_says_what_to_do() -> None:
    assert len(REASONS) > 50
    assert [each for each in REASONS if not each.partition("; ")[2]] == []


def test_the_table_has_a_row_for_every_refusal_and_no_other() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (\S.*) \|$", _PAGE.read_text("utf-8"), re.MULTILINE)
    reasons = {each.partition("; ")[0] for each in (*REASONS, *refusals(*_OF_PLACES))}
    assert sorted(message for message, _ in rows) == sorted(reasons)
