"""What all tests share: a clean environment, the fake on a real port, and the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from backups import HEADERS, journal_of_backups
from msconfig.cli.app import run as run_command_line
from msconfig.mock.server import MockServer
from msconfig.modelscope.client import HttpClient
from support import Connect, FakeClock, Online, Ran, Run, Serve

_FOREIGN = ("MODELSCOPE_", "MSCONFIG_", "DASHSCOPE_", "SSL_CERT_", "GITHUB_")
_ALSO_FOREIGN = {"PYTEST_ADDOPTS", "NO_COLOR", "FORCE_COLOR", "CI", "COLUMNS", "LINES", "TERM"}

settings.register_profile(
    "msconfig",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no fault of the code
)
settings.load_profile("msconfig")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine that runs the tests: no tokens, no proxies, an empty folder."""
    for name in os.environ:
        if name.startswith(_FOREIGN) or name in _ALSO_FOREIGN or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    # no test asks over TLS, and to read the certificates takes longer than all the rest
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture(scope="module", params=HEADERS)
def both_headers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test twice: the databases of its backups in WAL mode, as the app's, and in rollback."""
    with journal_of_backups(request.param):
        yield


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""

    def run_it(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        code = run_command_line([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run_it


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Put a handler on a real port until the test ends."""
    with ExitStack() as stack:
        yield lambda handler: stack.enter_context(MockServer(handler))


@pytest.fixture
def clock() -> FakeClock:
    """Time that passes only when somebody sleeps."""
    return FakeClock()


@pytest.fixture
def connect(clock: FakeClock) -> Iterator[Connect]:
    """Make a client that waits on `clock`, until the test ends."""
    with ExitStack() as stack:

        def connect_it(**settings: Any) -> HttpClient:  # noqa: ANN401 - as `HttpClient` takes them
            http = HttpClient(pacing=clock.pacing, **settings)
            stack.callback(http.close)
            return http

        yield connect_it


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> Online:
    """Let the command line ask `server` in place of ModelScope and Bailian."""

    def point_at(server: MockServer) -> MockServer:
        monkeypatch.setenv("MSCONFIG_HUB_URL", server.endpoints.hub)
        monkeypatch.setenv("MSCONFIG_INFERENCE_URL", server.endpoints.inference)
        monkeypatch.setenv("MSCONFIG_FALLBACK_URL", server.fallback_url)
        return server

    return point_at
