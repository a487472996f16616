"""A test that leaves a process behind is named."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

FORGETFUL = """
import subprocess
from pathlib import Path

import leftovers
import pytest


@pytest.fixture(autouse=True, scope="session")
def guard():
    with leftovers.none_of_ours(seconds=0):
        yield


def test_it_forgets():
    Path("child").write_text(str(subprocess.Popen(["sleep", "60"]).pid))
"""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc")
def test_a_process_that_is_left_behind_is_killed_and_its_test_is_named() -> None:
    Path("test_forgetful.py").write_text(FORGETFUL)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_forgetful.py"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "test_forgetful.py::test_it_forgets (call): sleep 60" in ran.stdout
    ends = time.monotonic() + 10
    while is_running(int(Path("child").read_text())):
        assert time.monotonic() < ends


def is_running(process: int) -> bool:
    """Whether it runs; one that was killed may wait for somebody to collect it."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
