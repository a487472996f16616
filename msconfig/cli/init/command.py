"""`msconfig init`: the guided start."""

from __future__ import annotations

from typing import Any

import click

from msconfig.cli.models import KINDS
from msconfig.cli.options import ask_options

__all__ = ["UNSERVED", "command"]

UNSERVED = ("leave-out", "replace", "keep")


def _kinds(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    pairs: dict[str, str] = {}
    choices = [kind for kind in KINDS if kind != "unknown"]
    for value in values:
        model_id, _, kind = value.rpartition("=")
        if not model_id or kind not in choices:
            raise click.BadParameter(f"ID=KIND, with KIND one of {', '.join(choices)}")
        if pairs.setdefault(model_id, kind) != kind:
            raise click.BadParameter(f"{model_id} has two kinds")
    return tuple(pairs.items())


@click.command("init")
@ask_options
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
    type=click.Choice(UNSERVED),
    help="What becomes of models that fail; replace: by the first suggestion.",
)
@click.option("--force", is_flag=True, help="Replace a site or token_env that the file has.")
@click.option("--yes", is_flag=True, help="Ask nothing; what is missing is an error.")
def command(**given: Any) -> int:  # noqa: ANN401 - click's options
    """Ask for what msconfig has to know, check it, and write msconfig.toml (or --config FILE).

    An older file is extended; its comments and order stay. The token is checked and not written
    anywhere. Every answer can be given as an option; away from a terminal each has to be.
    """
    from msconfig.cli.asking import AskOptions
    from msconfig.cli.init.wizard import InitOptions, start

    options = InitOptions(**{name: given.pop(name) for name in InitOptions.__slots__})
    return start(options, AskOptions(**given))
