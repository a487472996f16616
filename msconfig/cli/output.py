"""What goes to stdout and stderr, and how."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from msconfig.errors import FileError
from msconfig.secrets import without_tokens
from msconfig.text import no_command, visible

__all__ = ["columns", "note", "stdout_in_color", "write_result"]


def write_result(text: str) -> None:
    """Write a command's result to stdout, always as UTF-8.

    A reader that closed the pipe changes nothing.

    Raises:
        FileError: stdout cannot be written for another reason, e.g. a full disk.
    """
    stream = sys.stdout
    if stream is None:  # closed by the caller
        return
    try:
        stream.flush()
        stream.buffer.write(text.encode("utf-8", "backslashreplace"))
        stream.buffer.flush()
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        raise FileError.from_os("write to", "standard output", error) from None


def note(text: str) -> None:
    """Write lines to stderr, with control characters made visible and tokens left out."""
    stream = sys.stderr
    if stream is None:
        return
    try:
        for line in text.split("\n"):
            plain = visible(without_tokens(line)).replace("##[", "## [")
            if plain.lstrip().startswith("::"):  # a path may hold a line end
                plain = no_command(plain)
            safe = plain.encode("utf-8", "backslashreplace")
            stream.buffer.write(safe + b"\n")
        stream.buffer.flush()
    except OSError:
        _silence(stream)


def columns() -> int:
    """The width of the terminal, 80 where there is none."""
    import shutil

    return shutil.get_terminal_size((80, 24)).columns


def stdout_in_color() -> bool:
    """Whether stdout is a terminal that wants colour."""
    return (
        sys.stdout is not None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that nothing is printed about it at exit."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
