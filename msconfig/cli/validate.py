"""`msconfig validate`: is a document what it should be, and would Cherry Studio take it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from msconfig.cli.console import note, write_result
from msconfig.cli.options import common_options
from msconfig.errors import ExitCode, FileError

if TYPE_CHECKING:
    from msconfig.documents.recognise import Document

__all__ = ["command"]


@click.command("validate")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
@common_options
def command(files: tuple[str, ...], strict: bool, **common: Any) -> int:  # noqa: ANN401
    """Check documents offline: provider documents, links, backups, reports, settings and more."""
    from pathlib import Path

    from msconfig.documents.recognise import read_document
    from msconfig.settings import loading as settings

    if common["config"]:
        strict = strict or bool(settings.find(Path(common["config"])).strict)
    lines: list[str] = []
    good = unreadable = 0
    for path in files:
        try:
            document = read_document(Path(path))
        except FileError as error:
            note(f"msconfig: {error}")
            unreadable += 1
            continue
        if common["verbose"] and document.kind:
            note(f"{path}: read as schemas/{document.kind}.schema.json")
        lines += (
            []
            if common["quiet"] and not (document.errors or document.warnings)
            else _lines(path, document)
        )
        good += not (document.errors or (strict and document.warnings))
    bad = len(files) - good - unreadable
    write_result("\n".join([_verdict(len(files), bad, unreadable), *lines, ""]))
    if unreadable:
        return ExitCode.USAGE
    return ExitCode.INVALID_DOCUMENT if bad else ExitCode.OK


def _verdict(total: int, bad: int, unreadable: int) -> str:
    if not bad and not unreadable:
        return "✓ The file is valid." if total == 1 else f"✓ All {total} files are valid."
    parts = [f"{bad} invalid"] if bad else []
    parts += [f"{unreadable} not readable"] if unreadable else []
    return f"✗ Of {total} file{'s' if total > 1 else ''}: {', '.join(parts)}."


def _lines(name: str, document: Document) -> list[str]:
    from msconfig.schemas import Problem, format_problems
    from msconfig.text import visible

    warnings = [Problem(each.path, f"warning: {each.message}") for each in document.warnings]
    problems = [*document.errors, *warnings]
    if problems:
        return [format_problems(name, problems)]
    if document.facts:
        first, *rest = document.facts
        return [f"{visible(name)}: {first}", *(f"  {line}" for line in rest)]
    return [f"{visible(name)}: {document.kind.what}" if document.kind else visible(name)]
