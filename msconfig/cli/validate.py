"""`msconfig validate`: is a document what it should be, and would Cherry Studio take it?"""

from __future__ import annotations

from pathlib import Path

import click

from msconfig.cli.params import CommonOptions, common_options
from msconfig.errors import ExitCode, FileError

__all__ = ["command"]


@click.command("validate")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
@common_options
def command(files: tuple[str, ...], *, strict: bool, common: CommonOptions) -> int:
    """Check documents offline: provider documents, links, backups, reports, settings and more."""
    from msconfig.cli.console import note, write_result
    from msconfig.documents.recognise import read_document
    from msconfig.reports.validate import document_lines, summary

    if common.config:
        from msconfig.settings import loading

        strict = strict or bool(loading.find(Path(common.config)).strict)
    lines: list[str] = []
    good = unreadable = 0
    for path in files:
        try:
            document = read_document(Path(path))
        except FileError as error:
            note(f"msconfig: {error}")
            unreadable += 1
            continue
        if common.verbose and document.kind:
            note(f"{path}: read as schemas/{document.kind}.schema.json")
        if document.errors or document.warnings or not common.quiet:
            lines += document_lines(path, document)
        good += not (document.errors or (strict and document.warnings))
    bad = len(files) - good - unreadable
    write_result("\n".join([summary(len(files), bad, unreadable), *lines, ""]))
    if unreadable:
        return ExitCode.USAGE
    return ExitCode.INVALID_DOCUMENT if bad else ExitCode.OK
