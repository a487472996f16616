"""`msconfig init`: the options of the guided setup."""

from __future__ import annotations

from enum import StrEnum

import click

from msconfig.cli.params import EnumChoice, InputOptions, input_options
from msconfig.modelscope.kinds import Kind

__all__ = ["Unserved", "command"]


class Unserved(StrEnum):
    """What happens to models that fail."""

    LEAVE_OUT = "leave-out"
    REPLACE = "replace"
    KEEP = "keep"


def _kinds(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, Kind], ...]:
    kinds: dict[str, Kind] = {}
    choices = [kind for kind in Kind if kind is not Kind.UNKNOWN]
    for value in values:
        model_id, _, kind = value.rpartition("=")
        if not model_id or kind not in choices:
            raise click.BadParameter(f"ID=KIND, with KIND one of {', '.join(choices)}")
        if kinds.setdefault(model_id, Kind(kind)) != kind:
            raise click.BadParameter(f"{model_id} has two kinds")
    return tuple(kinds.items())


@click.command("init")
@input_options
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    callback=_kinds,
    metavar="ID=KIND",
    help="What a model does, if not what the hub says; repeatable.",
)
@click.option(
    "--unserved",
    type=EnumChoice(Unserved),
    help="What to do with models that fail; replace: by the first suggestion.",
)
@click.option("--force", is_flag=True, help="Replace a site or token_env that the file has.")
@click.option("--yes", is_flag=True, help="Ask nothing; what is missing is an error.")
def command(
    options: InputOptions,
    *,
    kinds: tuple[tuple[str, Kind], ...],
    unserved: Unserved | None,
    force: bool,
    yes: bool,
) -> int:
    """Ask for what msconfig has to know, check it, and write msconfig.toml (or --config FILE).

    An existing file is extended; its comments and order stay. The token is checked and never
    saved. Every answer can be given as an option; away from a terminal each has to be.
    """
    from msconfig.cli.init.wizard import InitOptions, start

    return start(InitOptions(kinds=kinds, unserved=unserved, force=force, yes=yes), options)
