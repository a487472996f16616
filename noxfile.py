"""Tasks: `nox -l` lists them, `nox -s fix` runs one.

They run in the environment `.venv` that CONTRIBUTING.md sets up, so nothing is installed first.
"""

from __future__ import annotations

import sys
from pathlib import Path

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
