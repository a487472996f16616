"""The suite passes whatever it inherits from the process that starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__)
INTERRUPTS = HERE.parent / "cli" / "test_interrupts.py"
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
SHOW_IGNORED = f"""
import signal
print(*(name for name in {SIGNALS} if signal.getsignal(getattr(signal, name)) is signal.SIG_IGN))
"""
SENSITIVE = (
    f"{HERE}::test_a_child_ignores_no_signal",
    f"{HERE}::test_files_get_their_usual_mode_and_encoding",
    f"{INTERRUPTS}::test_a_later_signal_counts_where_the_first_had_no_effect",
)
STARTED = """
trap '' INT TERM HUP QUIT
umask 077
cd /
exec "$@"
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, modes and a shell of POSIX")


def test_a_child_ignores_no_signal() -> None:
    ran = subprocess.run([sys.executable, "-c", SHOW_IGNORED], capture_output=True, check=True)
    assert ran.stdout.split() == []


def test_files_get_their_usual_mode_and_encoding() -> None:
    path = Path("file")
    path.write_text("é")  # in the encoding of the locale
    assert path.read_bytes() == b"\xc3\xa9"
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.skipif(
    not sys.executable.isascii(), reason="Python does not start from this folder in an ASCII locale"
)
def test_what_is_inherited_changes_no_result() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        ["sh", "-c", STARTED, "sh", *command, *SENSITIVE],
        env={**os.environ, "LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout.decode()
