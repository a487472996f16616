"""Applies to one backup with little memory and time, and tells what it took.

Run as a program of its own: ``apply_with_limits.py BACKUP [BYTES]``, where no file may grow beyond
so many bytes, as on a full disk. It prints one line of JSON: how it ended, the seconds, and the
megabytes at the worst moment beyond those that the interpreter and its modules took.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from msconfig.errors import MsconfigError
from patching import apply

MEGABYTE = 2**20
ADDRESSES = 1024 * MEGABYTE
CPU_SECONDS = 60


def worst() -> float:
    """The most memory so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(backup: Path, file_size: int = resource.RLIM_INFINITY) -> None:
    """Apply, and print what came of it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    before, began = worst(), time.perf_counter()
    try:
        apply(backup)
        ended = "applied"
    except MsconfigError as error:
        ended = f"{int(error.exit_code)} {error}"
    seconds = time.perf_counter() - began
    sys.stdout.write(
        json.dumps({"ended": ended, "seconds": seconds, "megabytes": worst() - before})
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
