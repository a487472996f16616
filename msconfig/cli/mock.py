"""`msconfig mock`: serve the mock ModelScope until interrupted."""

from __future__ import annotations

import contextlib
import io
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from msconfig.cli.params import CommonOptions, EnumChoice, common_options
from msconfig.errors import UsageError
from msconfig.modelscope.sites import Site

if TYPE_CHECKING:
    from msconfig.mock.messages import Request

__all__ = ["command"]


@click.command("mock")
@click.option("--port", type=click.IntRange(0, 65535), help="0 picks one [8421; with --app 23333].")
@click.option("--site", type=EnumChoice(Site), help="Site of the snapshot [cn].")
@click.option("--snapshot", type=click.Path(), metavar="FILE", help="Facts to answer from.")
@click.option(
    "--scenario",
    type=click.Path(),
    metavar="FILE",
    help="Accounts, behaviours and faults, TOML or JSON.",
)
@click.option("--app", is_flag=True, help="Serve Cherry Studio's API Gateway instead.")
@common_options
def command(
    *,
    port: int | None,
    site: Site | None,
    snapshot: str | None,
    scenario: str | None,
    app: bool,
    common: CommonOptions,
) -> int:
    """Run a mock ModelScope, hub and inference on one port of this machine.

    Prints shell lines to export; logs each request to stderr; ends with Ctrl-C.
    """
    from msconfig.cli.console import note, write_result
    from msconfig.cli.inputs import settings_of
    from msconfig.mock import snapshot as snapshots
    from msconfig.mock.scenario import Scenario
    from msconfig.reports.mock import app_exports, exports, request_line

    try:
        from msconfig.mock.mock import Mock
    except ImportError:
        raise UsageError(
            "the mock needs the extra `mock`; in the clone: pip install '.[mock]'"
        ) from None
    settings = settings_of(common)
    wanted = site or (Site(settings.site) if settings.site else None)
    file = Path(snapshot) if snapshot else snapshots.bundled(wanted or Site.CN)
    facts = snapshots.load(file)
    if wanted is not None and facts.site is not wanted:
        raise UsageError(f"{file}: facts of site {facts.site}, not of {wanted}")
    rules = Scenario.load(Path(scenario)) if scenario else Scenario()

    def log(request: Request, status: int) -> None:
        note(request_line(request, status, mock.scenario, with_model=common.verbose))

    if port is None:
        port = 23333 if app else 8421
    mock = Mock(rules, facts=facts, port=port, on_request=None if common.quiet else log, app=app)
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # werkzeug explains it at length
            mock.start()
    except (OSError, SystemExit):  # werkzeug ends the program where the port is taken
        raise UsageError(
            f"cannot listen on port {port} of 127.0.0.1; choose another, or --port 0"
        ) from None
    try:
        if not common.quiet:  # before the first request, so that the log begins with it
            note(f"serving facts of {facts.recorded:%Y-%m-%d}; Ctrl-C ends it")
        write_result(app_exports(mock.app_url, rules) if app else exports(mock.hub_url, rules))
        while True:  # a wait without an end cannot be interrupted on Windows
            time.sleep(3600)
    finally:
        mock.stop()
