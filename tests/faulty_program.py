"""msconfig with a fault of the machine: ``python faulty_program.py FAULT ARGUMENT…``.

The faults are those of the operating system itself, at a moment that the interpreter reports
(`sys.addaudithook`), so they meet whatever writes the file: msconfig, a library, SQLite.
"""

from __future__ import annotations

import os
import signal
import sys

from msconfig.__main__ import main

MOVES = frozenset({"os.rename", "os.link"})
SIGNALS = {"interrupt": signal.SIGINT, "terminate": signal.SIGTERM, "kill": signal.SIGKILL}


def install(fault: str) -> None:
    """Let `fault` happen when its moment comes."""
    if fault == "no room":  # as on a full disk, but for the number of the error
        import resource  # noqa: PLC0415 - POSIX only

        resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))
        return
    name, _, moment = fault.partition(" ")
    waiting, has_moved = True, False

    def hook(event: str, _arguments: object) -> None:
        nonlocal waiting, has_moved
        if waiting and (has_moved or (moment == "before" and event in MOVES)):
            waiting = False
            os.kill(os.getpid(), SIGNALS[name])
        has_moved = event in MOVES  # an event is reported before it happens

    sys.addaudithook(hook)


if __name__ == "__main__":
    if sys.argv[1] != "none":
        install(sys.argv[1])
    del sys.argv[1]
    main()
