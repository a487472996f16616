"""What comes from stdin."""

from __future__ import annotations

import sys

from msconfig.errors import FileError

__all__ = ["read_stdin"]


def read_stdin(limit: int) -> bytes:
    """Standard input to its end, at most `limit` bytes and one, which tells that it is longer.

    Raises:
        FileError: it is closed or cannot be read.
    """
    if sys.stdin is None:
        raise FileError("cannot read standard input: it is closed")
    try:
        return sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        raise FileError.from_os("read", "standard input", error) from None
