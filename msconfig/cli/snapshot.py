"""`msconfig snapshot`: record the facts of a site, or compare two recordings."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import click

from msconfig.cli.params import (
    CommonOptions,
    ConnectionOptions,
    IdOptions,
    IdsCommand,
    InputOptions,
    OutputFormat,
    TokenOptions,
    connection_options,
    format_option,
    id_options,
)
from msconfig.errors import ExitCode, UsageError

__all__ = ["command"]


@click.command("snapshot", cls=IdsCommand)
@click.option("-o", "--output", metavar="FILE", help="Where to write the facts.")
@click.option(
    "--diff",
    nargs=2,
    metavar="OLD NEW",
    help="Compare two snapshots instead of recording one.",
)
@format_option("Of the comparison [text].")
@id_options
@connection_options
def command(
    *,
    output: str | None,
    diff: tuple[str, str] | None,
    output_format: OutputFormat,
    ids: IdOptions,
    connection: ConnectionOptions,
    common: CommonOptions,
) -> int:
    """Record the catalogue and the facts about the IDs, or about the whole catalogue.

    No token is used and nothing of an account is recorded.
    """
    if diff is not None:
        others = (output, connection.site, connection.hub_url, connection.inference_url)
        if any(others) or any(astuple(ids)) or connection.is_offline:
            raise UsageError("--diff takes two snapshots, and no option of a recording")
        return _compare(*diff, output_format)
    if output_format is not OutputFormat.TEXT:
        raise UsageError("--format needs --diff; a recording is always JSON")
    if output is None:
        raise UsageError("give -o FILE to record, or --diff OLD NEW to compare")
    options = InputOptions(
        ids=ids, tokens=TokenOptions(no_token=True), connection=connection, common=common
    )
    return _record(output, options)


def _record(output: str, options: InputOptions) -> int:
    from msconfig.cli.console import write_text
    from msconfig.cli.inputs import prepare
    from msconfig.files import OutputFile, changes_in, write
    from msconfig.modelscope.facts import NoAnswer
    from msconfig.operations.snapshot import record
    from msconfig.reports.snapshot import not_recorded, recorded

    inputs = prepare(options, needs_token=False, needs_ids=False)
    session = inputs.session
    with session.connect() as modelscope, inputs.progress() as progress:
        recording = record(
            modelscope,
            session.site,
            [given.text for given in inputs.ids],
            concurrency=session.concurrency,
            recorded=session.recorded,
            progress=progress,
        )
        obstacles = modelscope.obstacles
    for line in obstacles:
        inputs.note(line)
    if isinstance(recording, NoAnswer):
        write_text(not_recorded(recording))
        return ExitCode.INCONCLUSIVE
    path = Path(output)
    write(
        changes_in(path.parent, [OutputFile(path.name, recording.text.encode(), replaceable=True)])
    )
    for line in recording.unanswered:
        inputs.note(f"not recorded: {line}")
    write_text(recorded(recording, session.site, path))
    return ExitCode.INCONCLUSIVE if recording.unanswered else ExitCode.OK


def _compare(old: str, new: str, output_format: OutputFormat) -> int:
    """Show what differs between two snapshots; a difference is no failure."""
    from msconfig.cli.console import write_result, write_text
    from msconfig.mock import snapshot
    from msconfig.operations.snapshot import difference
    from msconfig.reports.snapshot import difference_as_json, difference_as_text

    found = difference(snapshot.load(Path(old)), snapshot.load(Path(new)))
    as_json = output_format is OutputFormat.JSON
    if as_json:
        write_result(difference_as_json(found))
    else:
        write_text(difference_as_text(found))
    return ExitCode.OK
