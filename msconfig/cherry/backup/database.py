"""Safe opening of untrusted SQLite files."""

from __future__ import annotations

import errno
import os
import sqlite3
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from msconfig.cherry.backup.refusal import UnsupportedBackup
from msconfig.errors import FileError
from msconfig.text import shortened

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_ROLLBACK, _WAL = 1, 2
"""Versions of the format for writing and for reading, at bytes 18 and 19."""
_ENCODINGS = range(1, 4)
_SMALLEST_PAGE = 512
_LARGEST_VALUE = 128 * 1024 * 1024
"""Bytes of a row or a value."""
_STEPS_BETWEEN_LOOKS = 100_000
"""Instructions of SQLite's virtual machine between two looks at the clock."""
_SECONDS = 60.0
_BYTES_A_SECOND = 10 * 1024 * 1024
_BROKEN = "the database is damaged; create the backup again in Cherry Studio"


@contextmanager
def open_database(path: Path, *, writable: bool = False) -> Iterator[sqlite3.Connection]:
    """The database at `path`, for as long as the context lasts.

    No function of its schema runs that could do harm, no extension is loaded and no other file
    attached. What takes unreasonably long is interrupted (a minute, and another for each 600 MiB).

    A file in WAL mode, as Cherry Studio's always is, leaves that mode: in rollback mode there is no
    log in which changes could be left behind, and any file system will do. Cherry Studio takes
    both, and turns WAL on again when it starts. Source: running v2.0.8, reading v2.1.

    Args:
        path: a file in a folder of our own.
        writable: whether it is to be changed; foreign keys are enforced then.

    Raises:
        UnsupportedBackup: it is no database, or broken, or takes too long.
        FileError: the disk is full, or fails.
        KeyboardInterrupt: Ctrl-C, as everywhere.
    """
    _refuse_by_header(path)
    watch = _Watch()
    try:
        # not mode=ro: SQLite 3.40 looks at no CHECK then, and the file is a copy anyway
        with closing(
            sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None)
        ) as connection:
            _disarm(connection)
            watch.begin(connection, path.stat().st_size)
            _leave_wal(connection)
            if not writable:
                connection.execute("PRAGMA query_only=ON")
            yield connection
    except sqlite3.Error as error:
        if _code(error) == sqlite3.SQLITE_INTERRUPT and not watch.time_is_over:
            raise KeyboardInterrupt from None  # see `_Watch`
        raise _error_for(error, path) from None
    except UnicodeDecodeError:  # in SQLite's message about a broken schema
        raise UnsupportedBackup(_BROKEN) from None


def _refuse_by_header(path: Path) -> None:
    with path.open("rb") as stream:
        header = stream.read(_HEADER_BYTES)
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
        raise UnsupportedBackup(_BROKEN)
    if not {*header[18:20]} <= {_ROLLBACK, _WAL}:
        raise UnsupportedBackup(_BROKEN)
    first_free, free = struct.unpack_from(">2L", header, 32)
    (encoding,) = struct.unpack_from(">L", header, 56)
    most_pages = path.stat().st_size // _SMALLEST_PAGE
    if encoding not in _ENCODINGS or max(first_free, free) > most_pages:
        raise UnsupportedBackup(_BROKEN)  # which SQLite itself would let pass


class _Watch:
    """Ends what takes too long.

    A Ctrl-C that comes while SQLite works is noticed at a look at the clock, and SQLite's binding
    drops what a look raises: then the statement is interrupted though its time is not over.
    """

    def __init__(self) -> None:
        self.time_is_over = False
        self._deadline = 0.0

    def begin(self, connection: sqlite3.Connection, size: int) -> None:
        """Watch over `connection`, to a database of `size` bytes."""
        self._deadline = time.monotonic() + _SECONDS + size / _BYTES_A_SECOND
        connection.set_progress_handler(self._look, _STEPS_BETWEEN_LOOKS)

    def _look(self) -> bool:
        self.time_is_over = time.monotonic() > self._deadline
        return self.time_is_over


def _disarm(connection: sqlite3.Connection) -> None:
    if sys.version_info >= (3, 12):  # Python 3.11 has no setconfig; the rest is enough there
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)  # noqa: FBT003
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.text_factory = _text
    # no memory map: a file that is cut off meanwhile would kill the program by a signal
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "foreign_keys=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}")


def _leave_wal(connection: sqlite3.Connection) -> None:
    # exclusive: without shared memory, which network file systems lack
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("PRAGMA journal_mode=DELETE")


def _text(raw: bytes) -> str:
    # a chat may hold half a character, and rows that are only read must not fail for that
    return raw.decode("utf-8", "surrogateescape")


def _error_for(error: sqlite3.Error, path: Path) -> Exception:
    """The error for users, with what to do, for an error of SQLite."""
    match _code(error):
        case sqlite3.SQLITE_FULL:
            return FileError(f"cannot write to {path.parent}: {os.strerror(errno.ENOSPC)}")
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY:
            return FileError(f"cannot use {path.parent}: {error}")
        case sqlite3.SQLITE_INTERRUPT:
            return UnsupportedBackup(
                "the database takes too long to read (by its own rules); create the backup again in"
                " Cherry Studio"
            )
        case sqlite3.SQLITE_TOOBIG | sqlite3.SQLITE_NOMEM:
            return UnsupportedBackup(
                f"the database has a value of more than {_LARGEST_VALUE} bytes, or needs too much"
                " memory; create the backup again in Cherry Studio"
            )
        case _ if str(error).startswith("malformed database schema"):
            return UnsupportedBackup(
                f"the database is damaged, or too new for this Python's SQLite"
                f" {sqlite3.sqlite_version} ({shortened(str(error), 100)}); try a newer Python"
            )
        case _:
            fault = shortened(str(error), 100)
            return UnsupportedBackup(f"the database is damaged ({fault}); create the backup again")


def _code(error: sqlite3.Error) -> int:
    # the low byte is the primary code; errors that Python itself raises have none
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)) & 0xFF
