"""Applies to a backup again and again, each time in a process that kills itself before some call.

Run by `test_killed.py` as a program of its own: ``apply_until_killed.py BACKUP FOLDER CALLS SEED``.
Calls are counted as the interpreter reports them, those into the operating system and the database
among them. `CALLS` moments are drawn, and of the last 200 calls every tenth is a moment too. What
each process leaves, temporary files too, is in a folder that has the moment's number as its name.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from types import FrameType

from msconfig.cherry.backup import open_backup, write_copy
from patching import NEW_MODELS, patch


def apply_until(backup: Path, folder: Path, fatal_call: int, counted: Path | None = None) -> None:
    """Apply until that call comes; without one write the number of calls to `counted`."""
    folder.mkdir()
    tempfile.tempdir = str(folder)  # what others left elsewhere would be looked at, and counted
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}
        if calls == fatal_call:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    write_copy(open_backup(backup), [patch(*NEW_MODELS)], folder / "new.zip")
    sys.setprofile(None)
    if counted is not None:
        counted.write_text(str(calls), "ascii")


def main(backup: Path, folder: Path, moments: int, seed: int) -> None:
    """Count the calls, then be killed at each moment."""
    context = get_context("fork")
    counted = folder / "calls"
    process = context.Process(target=apply_until, args=(backup, folder / "0", 0, counted))
    process.start()
    process.join()
    calls = int(counted.read_text("ascii"))
    drawn = random.Random(seed).sample(range(1, calls - 200), moments)  # noqa: S311 - the same every time
    for moment in [*drawn, *range(calls - 200, calls, 10)]:
        process = context.Process(target=apply_until, args=(backup, folder / str(moment), moment))
        process.start()
        process.join()
        if process.exitcode != -signal.SIGKILL:
            raise SystemExit(f"call {moment} of {calls} did not come: {process.exitcode}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
