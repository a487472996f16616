"""Several signals: the first ends the run, and no later one breaks what is put back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager

import pytest

from processes import running

if os.name != "posix":  # a mark would come too late for the names of the signals
    pytest.skip("signals of POSIX", allow_module_level=True)

_MAIN = """\
import signal, sys, time, types
import msconfig.__main__ as command
command._SECONDS_BETWEEN = {seconds}
for name in "{ignored}".split():
    signal.signal(getattr(signal, name), signal.SIG_IGN)
def put(text):
    print(text, flush=True)
def wait():
    while True:  # not signal.pause(), which misses a signal that comes just before it
        time.sleep(0.01)
def run(_arguments):
{run}
sys.modules["msconfig.cli.app"] = types.SimpleNamespace(run=run)
command.main()
"""

_SWALLOWED = """\
    try:
        put("ready")
        wait()
    except KeyboardInterrupt:
        pass
    put("swallowed")
    sys.stdin.readline()
    put("ended")
    return 0
"""
_PUT_BACK = """\
    try:
        put("ready")
        wait()
    finally:
        put("begun")
        sys.stdin.readline()
        put("put back")
    return 0
"""


def start(
    run: str, seconds_between: float, ignored: str = ""
) -> AbstractContextManager[subprocess.Popen[str]]:
    return running(
        [sys.executable, "-c", _MAIN.format(run=run, seconds=seconds_between, ignored=ignored)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


EACH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


@EACH
def test_a_later_signal_counts_where_the_first_had_no_effect(number: signal.Signals) -> None:
    with start(_SWALLOWED, seconds_between=0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "swallowed\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, "", "")


@EACH
def test_signals_that_come_together_count_as_one(number: signal.Signals) -> None:
    with start(_SWALLOWED, seconds_between=60) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "swallowed\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate("\n", timeout=10)
    assert (process.returncode, out, err) == (0, "ended\n", "")


@EACH
def test_no_signal_breaks_what_is_put_back(number: signal.Signals) -> None:
    with start(_PUT_BACK, seconds_between=0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        out, err = process.communicate("\n", timeout=10)
    assert (process.returncode, out, err) == (130, "put back\n", "")


@pytest.mark.parametrize("ignored", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_that_the_caller_ignores_stays_ignored(ignored: str) -> None:
    """A shell ignores SIGINT for what a script starts with ``&``, and nohup ignores SIGHUP."""
    with start(_PUT_BACK, seconds_between=0, ignored=ignored) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.Signals[ignored])
        process.send_signal(signal.SIGHUP if ignored == "SIGTERM" else signal.SIGTERM)
        assert process.stdout.readline() == "begun\n"
        out, err = process.communicate("\n", timeout=10)
    assert (process.returncode, out, err) == (130, "put back\n", "")
