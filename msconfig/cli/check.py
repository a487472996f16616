"""`msconfig check`: verdicts on tokens and model ids."""

from __future__ import annotations

import math
from typing import Any

import click

from msconfig.cli.options import ask_options
from msconfig.languages import Tag

__all__ = ["DEFAULT_MAX_COST", "FORMATS", "command"]

DEFAULT_MAX_COST = 20.0
FORMATS = ("text", "json", "junit", "github", "markdown", "sarif", "html")


def _reports(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for value in values:
        form, equals, file = value.partition("=")
        if form not in FORMATS or not equals or file in {"", "-"}:
            raise click.BadParameter(f"FORMAT=FILE, with FORMAT one of {', '.join(FORMATS)}")
        pairs.append((form, file))
    return tuple(pairs)


def _magicubes(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise click.BadParameter("Magicubes, 0 or more")
    return value


@click.command("check")
@ask_options
@click.option("--strict", is_flag=True, default=None, help="Count unknown models as failures.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    metavar="FORMAT",
    help=f"{', '.join(FORMATS)} [text].",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    callback=_reports,
    metavar="FORMAT=FILE",
    help="A report in a file beside it; repeatable.",
)
@click.option(
    "--lang",
    type=click.Choice([tag.value for tag in Tag]),
    metavar="TAG",
    help=f"Language of an html report: {', '.join(Tag)} [en].",
)
@click.option(
    "--baseline", type=click.Path(), metavar="REPORT", help="Fail only on what got worse since."
)
@click.option("--probe", is_flag=True, help="Call each model once. Spends Magicubes.")
@click.option(
    "--max-cost",
    type=float,
    callback=_magicubes,
    metavar="N",
    help=f"Magicubes that --probe may spend [{DEFAULT_MAX_COST:g}].",
)
@click.option("--probe-all-tokens", is_flag=True, help="Probe with each valid token.")
@click.option("--yes", is_flag=True, help="Do not ask before spending.")
def command(**given: Any) -> int:  # noqa: ANN401 - click's options
    """Check a token and model IDs. Without --probe no quota is spent."""
    from msconfig.cli.asking import AskOptions
    from msconfig.cli.checking import CheckOptions, check

    options = CheckOptions(**{name: given.pop(name) for name in CheckOptions.__slots__})
    return check(options, AskOptions(**given))
