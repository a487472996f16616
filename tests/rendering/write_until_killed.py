"""Writes one generation of files after another, and kills itself before a given call.

Run by `test_killed.py` as a program of its own: ``write_until_killed.py FOLDER CALL LINES NAME…``.
In a generation every file holds its number on every line. Calls are counted as the interpreter
reports them, those into the operating system among them, so the moment is the same in every run.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from msconfig.files import OutputFile, changes_in, write


def main(folder: Path, fatal_call: int, lines: int, names: list[str]) -> None:
    """Write until the call comes; never returns."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}
        if calls >= fatal_call:
            os.kill(os.getpid(), signal.SIGKILL)

    generation = 0
    sys.setprofile(count)
    while True:
        generation += 1
        content = f"{generation}\n".encode() * lines
        write(changes_in(folder, [OutputFile(name, content) for name in names]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
