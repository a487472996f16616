"""`msconfig models`: find models that are served."""

from __future__ import annotations

import re

import click

from msconfig.checking.discovery.results import Sort
from msconfig.cli.params import (
    CommonOptions,
    ConnectionOptions,
    EnumChoice,
    OutputFormat,
    connection_options,
)
from msconfig.errors import UsageError
from msconfig.model_ids import ModelId
from msconfig.modelscope.kinds import Kind

__all__ = ["command"]

_PART_OF_AN_ID = re.compile(r"[A-Za-z0-9_./-]{1,257}", re.ASCII)


def _kinds(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[Kind, ...]:
    """The kinds of all occurrences, each of which may name several between commas."""
    choice = EnumChoice(Kind)
    words = [word.strip() for value in values for word in (value.split(",") if value else [""])]
    return tuple(choice.convert(word, param, ctx) for word in words)


@click.command("models")
@click.argument("text", nargs=-1, metavar="[TEXT]...")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    callback=_kinds,
    metavar="KIND,...",
    help=f"{', '.join(Kind)}; repeatable.",
)
@click.option("--owner", metavar="NAME", help="The part of an ID before the slash.")
@click.option(
    "--sort",
    type=EnumChoice(Sort),
    default=Sort.DOWNLOADS,
    help="Most or newest first [downloads].",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N models.")
@click.option("--all", "include_unserved", is_flag=True, help="Also what is not served, marked.")
@click.option("--format", "output_format", type=EnumChoice(OutputFormat), help="[text]")
@click.option("--ids", "ids_only", is_flag=True, help="IDs only, one a line.")
@connection_options
def command(
    *,
    text: tuple[str, ...],
    kinds: tuple[Kind, ...],
    owner: str | None,
    sort: Sort,
    limit: int | None,
    include_unserved: bool,
    output_format: OutputFormat | None,
    ids_only: bool,
    connection: ConnectionOptions,
    common: CommonOptions,
) -> int:
    """Find served models whose ID contains every word of TEXT. No token is used.

    A model counts as served if the catalogue lists it. For kinds that the catalogue omits (image,
    embedding and others) the hub's list is searched, and each model is looked up.
    """
    from msconfig.cli.console import (
        ProgressDisplay,
        columns,
        note,
        stdout_in_color,
        write_result,
    )
    from msconfig.cli.inputs import open_session, settings_of
    from msconfig.operations.models import find_models
    from msconfig.reports.models import as_json, as_text, notes_of

    if ids_only and output_format is not None:
        raise UsageError("--ids cannot be combined with --format")
    if owner is not None and ModelId.parse(f"{owner}/name") is None:
        raise UsageError("--owner takes the part of an ID before the slash: letters, digits, _.-")
    words = " ".join(text)
    if not all(_PART_OF_AN_ID.fullmatch(word) for word in words.split()):
        raise UsageError("TEXT takes words of an ID: letters, digits and _.-/ (no ID has others)")
    session = open_session(connection, settings_of(common))
    with ProgressDisplay(quiet=common.quiet) as progress:
        found = find_models(
            session,
            text=words,
            kinds=kinds,
            owner=owner,
            sort=sort,
            limit=limit,
            include_unserved=include_unserved,
            progress=progress,
        )
    if ids_only:
        write_result("".join(f"{model.id}\n" for model in found.models))
        for line in [] if common.quiet else notes_of(found):
            note(line)
    elif output_format is OutputFormat.JSON:
        write_result(as_json(found))
    else:
        write_result(as_text(found, width=columns(), color=stdout_in_color()))
    return found.exit_code
