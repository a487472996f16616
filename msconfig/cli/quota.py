"""`msconfig quota`: what is left."""

from __future__ import annotations

import click

from msconfig.cli.params import (
    CommonOptions,
    ConnectionOptions,
    InputOptions,
    OutputFormat,
    TokenOptions,
    connection_options,
    format_option,
    token_options,
)
from msconfig.errors import TokenError, UsageError

__all__ = ["command"]


@click.command("quota")
@token_options
@format_option()
@connection_options
def command(
    *,
    tokens: TokenOptions,
    output_format: OutputFormat,
    connection: ConnectionOptions,
    common: CommonOptions,
) -> int:
    """Show the remaining Magicubes of each token, and for how many calls they last.

    Calls are counted for the models in msconfig.toml. Nothing is spent.
    """
    from msconfig.cli.console import write_result
    from msconfig.cli.inputs import prepare
    from msconfig.operations.quota import quota
    from msconfig.reports.quota import as_json, as_text

    if connection.is_offline:
        raise UsageError("no snapshot holds a balance; quota needs the network")
    options = InputOptions(tokens=tokens, connection=connection, common=common)
    inputs = prepare(options, needs_token=True, needs_ids=False)
    if not inputs.session.tokens:
        raise TokenError("quota needs a token; omit --no-token")
    report = quota(inputs.session, [model.id for model in inputs.settings.models])
    write_result(as_json(report) if output_format is OutputFormat.JSON else as_text(report))
    return report.exit_code
