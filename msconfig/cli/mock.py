"""`msconfig mock`: the options of the pretend ModelScope."""

from __future__ import annotations

from typing import Any

import click

from msconfig.cli.options import common_options

__all__ = ["command"]


@click.command("mock")
@click.option("--port", type=click.IntRange(0, 65535), default=8421, help="0 picks one [8421].")
@click.option("--site", type=click.Choice(["cn", "ai"]), help="Site of the snapshot [cn].")
@click.option("--snapshot", type=click.Path(), metavar="FILE", help="Facts to answer from.")
@click.option(
    "--scenario",
    type=click.Path(),
    metavar="FILE",
    help="Accounts, behaviours and faults, TOML or JSON.",
)
@common_options
def command(**given: Any) -> int:  # noqa: ANN401 - click's options
    """Run a pretend ModelScope, hub and inference on one port of this machine.

    Prints shell lines to export; logs each request on stderr; ends with Ctrl-C.
    """
    from msconfig.cli.mocking import MockOptions, serve

    return serve(MockOptions(**given))
