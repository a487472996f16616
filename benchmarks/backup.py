"""A full backup of 1 GB: memory and time of patching it, beside `cp` of the same file.

The backup is made for it: a database with 400,000 messages, and files that no compression makes
smaller. `cp` is measured in turn with msconfig, once as it is and once with the copy flushed to the
disk, which msconfig does before it gives the new backup its name; of each the fastest run counts,
so that what else the machine does cancels out. Run it from the root with
``PYTHONPATH=tests python benchmarks/backup.py``; it needs 3 GB of disk in the folder for temporary
files, and the extra `test`.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import subprocess
import tempfile
import time
import zipfile
from multiprocessing.connection import Connection
from pathlib import Path

from backups import make_v7
from msconfig.cherry.backup import open_backup, plan_changes, write_copy
from patching import NEW_MODELS, patch

MEGABYTE = 2**20
SIZE = 1024 * MEGABYTE
MESSAGES = 400_000
ROUNDS = 5


def make(path: Path) -> None:
    """A full backup of `SIZE` bytes."""
    make_v7(path, full=True, messages=MESSAGES)
    with zipfile.ZipFile(path, "a") as archive:
        while path.stat().st_size < SIZE:
            with archive.open(f"Data/Files/{path.stat().st_size}.bin", "w") as member:
                for _ in range(64):
                    member.write(os.urandom(MEGABYTE))


def seconds_of_cp(old: Path, new: Path, *, flushed: bool) -> float:
    """How long `cp` takes, and the disk after it."""
    new.unlink(missing_ok=True)
    began = time.perf_counter()
    subprocess.run([shutil.which("cp") or "cp", old, new], check=True)
    if flushed:
        with new.open("rb") as copy:
            os.fsync(copy.fileno())
    return time.perf_counter() - began


def patched(pipe: Connection, old: Path, new: Path) -> None:
    """Patch, and send the seconds and the most megabytes that this process ever had."""
    began = time.perf_counter()
    write_copy(open_backup(old), [patch(*NEW_MODELS)], new, force=True)
    taken = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipe.send((taken, most, plan_changes(open_backup(new), [patch(*NEW_MODELS)]).changes_nothing))


def measured(old: Path, new: Path) -> tuple[float, float]:
    """Seconds and megabytes of patching, in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=patched, args=(theirs, old, new))
    process.start()
    taken, most, is_right = ours.recv()
    process.join()
    if not is_right:
        raise SystemExit("the new backup does not hold what it should")
    return taken, most


def main() -> None:
    """Measure in turn, and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder, "cherry-studio.zip"), Path(folder, "new.zip")
        make(old)
        seconds_of_cp(old, new, flushed=True)  # both find the file in memory, or neither
        plain, flushed, took, most = [], [], [], []
        for _ in range(ROUNDS):
            plain.append(seconds_of_cp(old, new, flushed=False))
            flushed.append(seconds_of_cp(old, new, flushed=True))
            taken, megabytes = measured(old, new)
            took.append(taken)
            most.append(megabytes)
        size = old.stat().st_size / MEGABYTE
        with zipfile.ZipFile(old) as archive:
            database = archive.getinfo("Data/cherrystudio.sqlite").file_size / MEGABYTE
    ours, copied = min(took), min(flushed)
    print(f"backup              {size:7.0f} MB, its database {database:.0f} MB unpacked")
    print(f"cp                  {min(plain):7.2f} s")
    print(f"cp, flushed         {copied:7.2f} s")
    print(f"msconfig            {ours:7.2f} s")
    print(f"msconfig / flushed  {ours / copied:7.2f}")
    print(f"most memory         {max(most):7.0f} MB  (aim: less than 200)")


if __name__ == "__main__":
    main()
