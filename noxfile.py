"""Tasks: `nox -l` lists them, `nox -s fix` runs one.

They run in the environment `.venv` that CONTRIBUTING.md sets up, so nothing is installed first.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nox

nox.options.sessions = ["fix", "test"]

_FOLDER = Path(__file__).parent / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
_PYTHON = str(_FOLDER / "python")


def _run(session: nox.Session, *arguments: str) -> None:
    session.run(_PYTHON, "-m", *arguments, external=True)


@nox.session(venv_backend="none")
def fix(session: nox.Session) -> None:
    """Lint and format, with all automatic fixes, then check types."""
    _run(session, "ruff", "check", "--fix", ".")
    _run(session, "ruff", "format", ".")
    _run(session, "mypy")


@nox.session(venv_backend="none")
def test(session: nox.Session) -> None:
    """Run the tests, or those named: nox -s test -- tests/test_text.py."""
    _run(session, "pytest", *session.posargs)


@nox.session(venv_backend="none")
def versions(session: nox.Session) -> None:
    """Run the tests on other Pythons, with the newest libraries: nox -s versions -- 3.12 3.13.

    A Python is a version on the PATH or the path of an interpreter; none is downloaded. Those after
    `lowest` get the lowest versions that `pyproject.toml` allows: `3.14 lowest 3.11`. Each has an
    environment of its own, outside of the repository. Names in `tests` limit the tests.
    """
    session.env["UV_PYTHON_DOWNLOADS"] = "never"
    paths = [each for each in session.posargs if each.startswith("tests")]
    resolution = "highest"
    for python in [each for each in session.posargs if each not in paths] or ["3.11"]:
        if python == "lowest":
            resolution = "lowest-direct"
            continue
        with TemporaryDirectory(prefix="msconfig-versions-") as folder:
            _run(session, "uv", "venv", "-q", "--python", python, folder)
            installing = ("uv", "pip", "install", "-q", "--python", folder)
            _run(session, *installing, "--resolution", resolution, "-e", ".[test]")
            _run(session, "uv", "pip", "list", "--python", folder)
            name = "Scripts/python" if sys.platform == "win32" else "bin/python"
            tests = ("-m", "pytest", "-p", "no:cacheprovider", *paths)
            session.run(str(Path(folder, name)), *tests, external=True)


@nox.session(venv_backend="none")
def fuzz(session: nox.Session) -> None:
    """Run the property tests with many random examples: nox -s fuzz -- 5000 tests/cherry.

    The first argument is the number of examples of a test. Failing ones are kept in
    `tests/fuzz-failures/` and come first in the next run, until they are mended; then each becomes
    an `@example` of its test.
    """
    examples, *paths = session.posargs or ["2000"]
    session.env["MSCONFIG_FUZZ_EXAMPLES"] = examples
    profile = ("--hypothesis-profile", "long", "--timeout", "3600")
    _run(session, "pytest", "-m", "hypothesis and not browser", *profile, *paths)


@nox.session(venv_backend="none")
def mutation(session: nox.Session) -> None:
    """Mutate the code that decides, and write benchmarks/MUTATION.md. Takes an hour or two."""
    _run(session, "uv", "pip", "install", "--python", _PYTHON, "mutmut==3.8.1")
    session.run(_PYTHON, "benchmarks/mutation.py", *session.posargs, external=True)


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """Rewrite the command output in README and docs, and the reference."""
    session.run(_PYTHON, "tests/test_docs.py", external=True)


@nox.session(venv_backend="none")
def audit(session: nox.Session) -> None:
    """Look up known vulnerabilities of the pinned versions. Without the network it fails."""
    for file in (".ci/requirements.txt", ".ci/clients.txt"):
        _run(session, "uv", "tool", "run", "pip-audit", "--strict", "--disable-pip", "-r", file)


@nox.session(venv_backend="none")
def gate(session: nox.Session) -> None:
    """Run .ci/run: a new .venv, every check. Linux; it may install Debian packages."""
    session.run("bash", ".ci/run", external=True)
