"""`msconfig quota`: what is left."""

from __future__ import annotations

from typing import Any

import click

from msconfig.cli.console import write_result
from msconfig.cli.options import connection_options, token_options
from msconfig.errors import TokenError, UsageError

__all__ = ["command"]


@click.command("quota")
@token_options
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="[text]"
)
@connection_options
def command(form: str, **given: Any) -> int:  # noqa: ANN401 - click's options
    """Tell how many Magicubes each token has left, and for how many calls.

    Calls are counted for the models in msconfig.toml. Nothing is spent.
    """
    from msconfig.checking.quota import ask_quota
    from msconfig.cli.asking import AskOptions
    from msconfig.cli.job import prepare
    from msconfig.reports.quota import as_json, as_text

    asked = AskOptions(ids=(), models=(), from_documents=(), **given)
    if asked.offline or asked.snapshot:
        raise UsageError("no snapshot holds a balance; quota needs the network")
    job = prepare(asked, needs_token=True, needs_ids=False)
    if not job.tokens:
        raise TokenError("quota is that of a token; leave --no-token out")
    ids = [model.id for model in job.settings.models]
    with job.connect() as modelscope:
        report = ask_quota(modelscope, job.site, job.tokens, ids, concurrency=job.concurrency)
    write_result(as_json(report) if form == "json" else as_text(report))
    return report.exit_code
