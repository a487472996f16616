"""`msconfig quota`: what is left."""

from __future__ import annotations

import click

from msconfig.cli.params import (
    CommonOptions,
    ConnectionOptions,
    InputOptions,
    OutputFormat,
    TokenOptions,
    format_option,
    online_options,
    token_places,
)

__all__ = ["command"]


@click.command("quota")
@token_places
@format_option()
@online_options
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
    from msconfig.cli.console import columns, write_result, write_text
    from msconfig.cli.inputs import prepare
    from msconfig.operations.quota import quota
    from msconfig.reports.quota import as_json, as_text

    options = InputOptions(tokens=tokens, connection=connection, common=common)
    inputs = prepare(options, needs_token=True, needs_ids=False)
    report = quota(inputs.session, [model.id for model in inputs.settings.models])
    if output_format is OutputFormat.JSON:
        write_result(as_json(report))
    else:
        write_text(as_text(report, columns()))
    return report.exit_code
