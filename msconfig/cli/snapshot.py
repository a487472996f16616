"""`msconfig snapshot`: record the facts of a site, or compare two recordings."""

from __future__ import annotations

from typing import Any

import click

from msconfig.cli.options import connection_options, id_options
from msconfig.errors import UsageError

__all__ = ["command"]


@click.command("snapshot")
@click.option("-o", "--output", metavar="FILE", help="Where to write the facts.")
@click.option(
    "--diff",
    nargs=2,
    metavar="OLD NEW",
    help="Compare two snapshots in place of recording one.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Of the comparison [text].",
)
@id_options
@connection_options
def command(output: str | None, diff: tuple[str, str] | None, form: str, **given: Any) -> int:  # noqa: ANN401
    """Record the catalogue, and what is known of the IDs, or of the whole catalogue.

    No token is used and nothing of an account is recorded.
    """
    from msconfig.cli.asking import AskOptions
    from msconfig.cli.recording import compare, record_to

    asked = AskOptions(**given, no_token=True)
    if diff is not None:
        others = (output, asked.site, asked.hub_url, asked.inference_url, asked.snapshot)
        if any(others) or asked.ids or asked.models or asked.from_documents or asked.offline:
            raise UsageError("--diff takes two snapshots, and nothing of what recording takes")
        return compare(*diff, form)
    if form != "text":
        raise UsageError("--format is for --diff; a recording is always JSON")
    if output is None:
        raise UsageError("give -o FILE to record, or --diff OLD NEW to compare")
    return record_to(output, asked)
