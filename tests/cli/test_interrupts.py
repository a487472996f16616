"""Signals at any moment: the first ends the run, and none is lost or breaks what is put back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

_MAIN = """\
import signal, sys, time, types, weakref
from msconfig.__main__ import main
def put(text):
    print(text, flush=True)
class Thing: pass
def callback(_):
    signal.raise_signal(signal.{signal})
def drop():
    thing = Thing()
    kept = weakref.ref(thing, callback)
    del thing
def run(_arguments):
{run}
sys.modules["msconfig.cli.app"] = types.SimpleNamespace(run=run)
main()
"""

_DROPPED = """\
    drop()
    time.sleep(15)
    return 0
"""
_SWALLOWED = """\
    try:
        put("ready")
        time.sleep(15)
    except KeyboardInterrupt:
        pass
    put("swallowed")
    time.sleep(15)
    return 0
"""
_PUT_BACK = """\
    try:
        put("ready")
        time.sleep(15)
    finally:
        put("begun")
        sys.stdin.readline()
        put("put back")
    return 0
"""


def start(run: str, number: signal.Signals) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _MAIN.format(run=run, signal=number.name)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@BOTH
def test_a_signal_that_python_drops_counts_all_the_same(number: signal.Signals) -> None:
    with start(_DROPPED, number) as process:
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, "", "")


@BOTH
def test_a_later_signal_counts_where_the_first_had_no_effect(number: signal.Signals) -> None:
    with start(_SWALLOWED, number) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "swallowed\n"
        time.sleep(1.1)  # nearer ones count as one
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, "", "")


@BOTH
def test_no_signal_breaks_what_is_put_back(number: signal.Signals) -> None:
    with start(_PUT_BACK, number) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        time.sleep(1.1)
        process.send_signal(number)
        out, err = process.communicate("\n", timeout=20)
    assert (process.returncode, out, err) == (130, "put back\n", "")
