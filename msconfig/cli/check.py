"""`msconfig check`: verdicts on tokens and model ids."""

from __future__ import annotations

from typing import Any

import click

from msconfig.cli.options import AskOptions, ask_options
from msconfig.cli.output import columns, stdout_in_color, write_result

__all__ = ["command"]


@click.command("check", short_help="Check a token and model IDs.")
@ask_options
@click.option("--strict", is_flag=True, default=None, help="Count unknown models as failures.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Of the report [text].",
)
def command(strict: bool | None, form: str, **asked: Any) -> int:  # noqa: ANN401 - click's options
    """Check a token and model IDs; nothing is written and no quota is spent."""
    from msconfig.cli.job import prepare
    from msconfig.reports import Format, render

    job = prepare(AskOptions(**asked), needs_token=True)
    report = job.check(strict=bool(job.settings.strict if strict is None else strict))
    write_result(render(report, Format(form), width=columns(), color=stdout_in_color()))
    return report.exit_code
