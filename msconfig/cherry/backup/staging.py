"""Folders that nobody else may look into, and that are gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from msconfig.errors import FileError

__all__ = ["create", "private_folder"]

_STAGED = ".msconfig-staged-"
_LEFT_OVER_AFTER = 3600.0
"""Seconds after which a folder belongs to a run that was killed, and may hold a key."""


@contextmanager
def private_folder(beside: Path | None = None) -> Iterator[Path]:
    """A new folder with mode 0700 (POSIX), beside a file or among the system's temporary ones.

    Raises:
        FileError: it cannot be made.
    """
    where = Path(tempfile.gettempdir()) if beside is None else beside.parent
    try:
        _remove_leftovers(where)
        folder = Path(tempfile.mkdtemp(prefix=_STAGED, dir=where.absolute()))
    except OSError as error:
        raise FileError.from_os("write to", where, error) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create(path: Path) -> BinaryIO:
    """A new file that nobody else may read (mode 0600, POSIX), open for writing.

    Raises:
        OSError: it is there already, or cannot be made.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _remove_leftovers(where: Path) -> None:
    for leftover in where.glob(f"{_STAGED}*"):
        with contextlib.suppress(OSError):
            known = leftover.lstat()
            is_ours = os.name != "posix" or known.st_uid == os.getuid()  # others may write here too
            if is_ours and time.time() - known.st_mtime > _LEFT_OVER_AFTER:
                shutil.rmtree(leftover)
