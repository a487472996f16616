"""`msconfig apply`: provider and models into a copy of a Cherry Studio backup."""

from __future__ import annotations

from typing import Any

import click

from msconfig.cli.options import ask_options

__all__ = ["command"]


@click.command("apply")
@click.argument("backup", type=click.Path())
@ask_options
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="NEW",
    help="The patched copy; --plan alone needs none.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Show the change; write nothing.")
@click.option("--yes", is_flag=True, help="Write without a question.")
@click.option("--force", is_flag=True, help="Replace NEW if it exists.")
@click.option("--only-usable", is_flag=True, help="Leave out models that do not pass.")
@click.option("--update-models", is_flag=True, help="Bring models up to date that are there.")
@click.option(
    "--prune",
    is_flag=True,
    help="Mark this provider's dead models as deprecated; without an ID, change nothing else.",
)
@click.option("--strict", is_flag=True, default=None, help="Count unknown models as failures.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Of the change on stdout [text].",
)
def command(**given: Any) -> int:  # noqa: ANN401 - click's options
    """Put the provider with its keys and models into a copy of BACKUP, called NEW.

    BACKUP is a fresh backup of Cherry Studio (desktop v2, v1, or the mobile app). It is not
    changed. Nothing is written unless every model and token passes.
    With --prune and without an ID, models are only marked, and no token is needed.
    """
    from msconfig.cli.applying import ApplyOptions, apply
    from msconfig.cli.asking import AskOptions

    options = ApplyOptions(**{name: given.pop(name) for name in ApplyOptions.__slots__})
    return apply(options, AskOptions(**given))
