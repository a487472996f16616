"""Processes that tests started and that still run when the last test has ended."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest

_MARK = "STARTED_BY_TESTS"
_TEST = b"PYTEST_CURRENT_TEST="


@contextmanager
def none_of_ours(seconds: float = 5) -> Iterator[None]:
    """Fail at the end, and kill it, where a process runs that was started inside the block.

    It is recognised by its environment; where there is no /proc, nothing is checked.

    Args:
        seconds: how long to wait for it to end, as the processes of a browser take a moment.
    """
    mark = uuid4().hex
    os.environ[_MARK] = mark
    try:
        yield
    finally:
        del os.environ[_MARK]
    ends = time.monotonic() + seconds
    while (left := _running(mark)) and time.monotonic() < ends:
        time.sleep(0.05)
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    if left:
        pytest.fail("\n".join(["left running:", *left.values()]), pytrace=False)


def _running(mark: str) -> dict[int, str]:
    """Each process that inherited `mark`: the test that started it, and its command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            command = (
                (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
        except OSError:  # ended meanwhile, or another user's
            continue
        if f"{_MARK}={mark}".encode() in environment:
            tests = (each for each in environment if each.startswith(_TEST))
            test = next(tests, b"").removeprefix(_TEST).decode(errors="replace")
            found[int(folder.name)] = f"{test}: {command}"
    return found
