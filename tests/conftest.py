"""What all tests share: a clean environment, the mock on a real port, and the command line.

Nothing of msconfig is imported until a fixture needs it: one test file has to run in a second.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

import inherited
import leftovers

if TYPE_CHECKING:
    from msconfig.mock.server import MockServer
    from msconfig.modelscope.http_client import HttpClient
    from support import Connect, FakeClock, Online, Run, Serve

_FOREIGN = ("MODELSCOPE_", "MSCONFIG_", "DASHSCOPE_", "SSL_CERT_", "GITHUB_", "CI_", "LC_")
_ALSO_FOREIGN = {
    *("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "CI"),
    *("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM", "LANG", "LANGUAGE"),
    *("PYTHONIOENCODING", "PYTHONUTF8", "PYTHONWARNINGS", "PYTHONOPTIMIZE"),
}
_MOST_WORKERS = 8
"""More start more slowly than they save."""

# here and not in a fixture: `@settings` of a test takes its defaults when its module is imported
settings.register_profile(
    "msconfig",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no fault of the code
)
settings.register_profile(
    "long",  # `nox -s fuzz`
    derandomize=False,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("MSCONFIG_FUZZ_EXAMPLES", "2000")),
    database=DirectoryBasedExampleDatabase(Path(__file__).parent / "fuzz-failures"),
    print_blob=True,
)
settings.register_profile("few", settings.get_profile("msconfig"), max_examples=10)
settings.load_profile("msconfig")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that have a longer time-out, so that none is left alone at the end."""
    default = 120

    def seconds(item: pytest.Item) -> float:
        mark = item.get_closest_marker("timeout")
        return max(default, mark.args[0]) if mark else default

    items.sort(key=seconds, reverse=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Start no worker where that takes longer than it saves, or where `-s` shows the output."""
    only_files = not any(Path(each.partition("::")[0]).is_dir() for each in config.args)
    if only_files or config.getoption("capture") == "no":
        return 0
    has_affinity = hasattr(os, "sched_getaffinity")
    cores = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count()
    return min(_MOST_WORKERS, cores or 1)


@pytest.fixture(autouse=True, scope="session")
def _nothing_inherited() -> Iterator[None]:
    """Undo what the process that started the tests passed on."""
    with inherited.undone():
        yield


@pytest.fixture(autouse=True, scope="session")
def _nothing_remembered() -> None:
    """Empty the caches of msconfig: a process that mutates the code runs the tests repeatedly."""
    modules = [module for name, module in sys.modules.items() if name.startswith("msconfig")]
    values = [value for module in modules for value in vars(module).values()]
    values += [
        inner for value in values if isinstance(value, type) for inner in vars(value).values()
    ]
    for value in values:
        if isinstance(value, functools._lru_cache_wrapper):
            value.cache_clear()


@pytest.fixture(autouse=True, scope="session")
def _no_process_left_behind() -> Iterator[None]:
    with leftovers.none_of_ours():
        yield


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


@pytest.fixture(scope="module", params=["WAL", "rollback"])
def both_headers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test twice: the databases of its backups in WAL mode, as the app's, and in rollback."""
    from backups import journal_of_backups  # noqa: PLC0415

    with journal_of_backups(request.param):
        yield


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""
    from msconfig.cli.app import run as run_command_line  # noqa: PLC0415
    from support import Ran  # noqa: PLC0415

    def run_it(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        code = run_command_line([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run_it


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Put a handler on a real port until the test ends."""
    from msconfig.mock.server import MockServer  # noqa: PLC0415

    with ExitStack() as stack:
        yield lambda handler: stack.enter_context(MockServer(handler))


@pytest.fixture
def clock() -> FakeClock:
    """Time that passes only when somebody sleeps."""
    from support import FakeClock  # noqa: PLC0415

    return FakeClock()


@pytest.fixture
def connect(clock: FakeClock) -> Iterator[Connect]:
    """Make a client that waits on `clock`, until the test ends."""
    from msconfig.modelscope.http_client import HttpClient  # noqa: PLC0415

    with ExitStack() as stack:

        def connect_it(**settings: Any) -> HttpClient:  # noqa: ANN401 - as `HttpClient` takes them
            http = HttpClient(pacing=clock.pacing, **settings)
            stack.callback(http.close)
            return http

        yield connect_it


@pytest.fixture
def quick(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """Let the command line wait on `clock`."""
    pacing = clock.pacing
    monkeypatch.setattr("msconfig.modelscope.http_client.Pacing", lambda: pacing)
    return clock


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> Online:
    """Let the command line ask `server` in place of ModelScope and Bailian."""

    def point_at(server: MockServer) -> MockServer:
        monkeypatch.setenv("MSCONFIG_HUB_URL", server.endpoints.hub)
        monkeypatch.setenv("MSCONFIG_INFERENCE_URL", server.endpoints.inference)
        monkeypatch.setenv("MSCONFIG_FALLBACK_URL", server.fallback_url)
        return server

    return point_at
