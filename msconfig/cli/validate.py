"""`msconfig validate`: is a document what it should be, and would Cherry Studio take it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from msconfig.cli.params import CommonOptions, common_options
from msconfig.errors import ExitCode, FileError

if TYPE_CHECKING:
    from msconfig.documents.recognise import Document

__all__ = ["command"]


@click.command("validate")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
@click.option("--no-keys", is_flag=True, help="Refuse keys, and pass files of other programs.")
@common_options
def command(files: tuple[str, ...], *, strict: bool, no_keys: bool, common: CommonOptions) -> int:
    """Check documents offline: provider documents, links, backups, reports, settings and more."""
    from msconfig.cli.console import note, write_text
    from msconfig.documents.recognise import read_document
    from msconfig.reports.validate import Tally, document_lines, summary

    if common.config:
        from msconfig.settings import loading

        strict = strict or bool(loading.find(Path(common.config)).strict)
    lines: list[str] = []
    tally = Tally(total=len(files), checks_keys=no_keys)
    for path in files:
        try:
            document = read_document(Path(path))
            if no_keys:
                from msconfig.documents.keys import with_keys

                known = with_keys(Path(path), document)
                if known is None:
                    tally.others += 1
                    if not common.quiet:
                        note(_of_another_program(path, document))
                    continue
                document = known
        except FileError as error:
            note(f"msconfig: {error}")
            tally.unreadable += 1
            continue
        if common.verbose and document.kind:
            note(f"{path}: read as schemas/{document.kind}.schema.json")
        if document.errors or document.warnings or document.keys or not common.quiet:
            lines += document_lines(path, document)
        tally.invalid += bool(document.errors or (strict and document.warnings))
        tally.with_keys += bool(document.keys)
    write_text("\n".join([summary(tally), *lines, ""]))
    if tally.unreadable:
        return ExitCode.USAGE
    return ExitCode.INVALID_DOCUMENT if tally.invalid or tally.with_keys else ExitCode.OK


def _of_another_program(path: str, document: Document) -> str:
    from msconfig.documents.keys import line_of_token

    line = line_of_token(document.text)
    also = "" if line is None else f"; line {line} looks like it holds a token"
    return f"{path}: not a document that msconfig knows, so it passes{also}"
