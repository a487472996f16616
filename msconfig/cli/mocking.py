"""What `msconfig mock` does: serve until it is interrupted."""

from __future__ import annotations

import contextlib
import io
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from msconfig.cli.console import note, write_result
from msconfig.errors import UsageError
from msconfig.mock import snapshot
from msconfig.mock.faults import Faults
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request
from msconfig.mock.scenario import Scenario
from msconfig.modelscope.sites import Site
from msconfig.settings import loading as settings
from msconfig.tokens import Secret

__all__ = ["MockOptions", "serve"]


_PARAMETERS = frozenset({"ModelId", "owner", "page_number", "page_size", "search", "sort"})


@dataclass(frozen=True, slots=True)
class MockOptions:
    """The options of `mock`; None where nothing was said."""

    port: int
    site: str | None
    snapshot: str | None
    scenario: str | None
    config: str | None
    verbose: bool
    quiet: bool


def serve(options: MockOptions) -> int:
    """Serve until `KeyboardInterrupt`, which is let through.

    Raises:
        UsageError: the extra `mock` is missing, the port is taken, or a file is not what it should
            be.
        FileError: a file cannot be read.
    """
    try:
        from msconfig.mock.server import MockServer
    except ImportError:
        raise UsageError(
            "the mock needs the extra `mock`; in the clone: pip install '.[mock]'"
        ) from None
    found = settings.find(Path(options.config) if options.config else None)
    site = Site(options.site or found.site or "cn")
    facts = Path(options.snapshot) if options.snapshot else snapshot.bundled(site)
    loaded = snapshot.load(facts)
    if (options.site or found.site) and loaded.site is not site:
        raise UsageError(f"{facts}: facts of site {loaded.site}, not of {site}")
    told = Scenario.load(Path(options.scenario)) if options.scenario else Scenario()
    names = {account.token: account.username for account in told.accounts}
    names |= dict.fromkeys(told.bailian.keys, "Bailian key")

    def log(request: Request, status: int) -> None:
        query = f"?{_shown(request.query)}" if request.query else ""
        model = (request.json() or {}).get("model") if options.verbose else None
        asked = f" model {model}" if isinstance(model, str) else ""
        who = _who(request, names)
        note(f"{request.method} {request.path}{query} {status or '-'} {who}{asked}".rstrip())

    server = MockServer(
        MockModelScope(loaded, told),
        port=options.port,
        faults=Faults(told.faults, told.seed),
        on_request=None if options.quiet else log,
    )
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # where werkzeug tells it at length
            server.start()
    except (OSError, SystemExit):  # werkzeug ends the program where the port is taken
        raise UsageError(
            f"cannot listen on port {options.port} of 127.0.0.1; give another, or --port 0"
        ) from None
    try:
        if not options.quiet:  # before anybody can ask, so that the log begins with it
            note(f"serving facts of {loaded.recorded:%Y-%m-%d}; Ctrl-C ends it")
        write_result(_exports(server.endpoints.hub, told))
        threading.Event().wait()
    finally:
        server.stop()
    return 0


def _exports(base: str, told: Scenario) -> str:
    """Shell lines that let clients ask the mock; the token is made up, so it is shown whole."""
    lines = {
        "MSCONFIG_HUB_URL": base,
        "MSCONFIG_INFERENCE_URL": f"{base}/v1/",
        "MSCONFIG_FALLBACK_URL": f"{base}/compatible-mode/v1/",
        "MODELSCOPE_ENDPOINT": base,
        "OPENAI_BASE_URL": f"{base}/v1/",
        "MODELSCOPE_API_TOKEN": told.accounts[0].token,
    }
    if told.bailian.keys:
        lines["DASHSCOPE_API_KEY"] = told.bailian.keys[0]
    return "".join(f"export {name}={value}\n" for name, value in lines.items())


def _shown(query: str) -> str:
    """A query without what may be a token: only parameters that ModelScope knows show a value."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return "&".join(
        f"{name}={value}" if name in _PARAMETERS or name.startswith("filter.") else f"{name}=…"
        for name, value in pairs
    )


def _who(request: Request, names: dict[str, str]) -> str:
    if not request.token:
        return "no token"
    return names.get(request.token) or f"unknown token {Secret(request.token).fingerprint}"
