"""Errors that a user can act on, and their exit codes.

::

    MsconfigError
     ├─ UsageError            2   options, arguments or inputs that cannot be used
     │   ├─ SettingsError     2   … in msconfig.toml
     │   └─ TokenError        2   … in place of a token
     ├─ FileError             2   a file cannot be read or written
     └─ DocumentError         5   a document that Cherry Studio would not take
         └─ TemplateError     5   … because of a template

A message says what is wrong, where, and what to do. It never contains a token. It may contain
untrusted text, so print it through `msconfig.text.visible`.
"""

from __future__ import annotations

from enum import IntEnum

from msconfig.text import visible


class ExitCode(IntEnum):
    """Exit codes of msconfig. Scripts rely on these numbers."""

    OK = 0
    MODEL_FAILED = 1
    USAGE = 2
    TOKEN_REFUSED = 3
    INCONCLUSIVE = 4
    INVALID_DOCUMENT = 5
    BUG = 70
    INTERRUPTED = 130


class MsconfigError(Exception):
    """An error that the user can act on; `str()` has a line for each problem.

    Args:
        message: names arguments as they are in Python.
        with_options: the same with the options of the command line in their place; None where it
            names no argument.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, message: str, *, with_options: str | None = None) -> None:
        super().__init__(message)
        self.with_options = message if with_options is None else with_options


class UsageError(MsconfigError):
    """An option, an argument or a list of ids that cannot be used as it is."""


class SettingsError(UsageError):
    """A `msconfig.toml` that is not TOML, or has values that cannot be used."""


class TokenError(UsageError):
    """An environment variable, a file or standard input without a usable token."""


class FileError(MsconfigError):
    """A file or folder that cannot be read or written."""

    @classmethod
    def from_os(cls, action: str, path: object, error: OSError) -> FileError:
        """The error for an `OSError`, e.g. ``cannot read ids.txt: No such file or directory``."""
        return cls(f"cannot {action} {visible(str(path))}: {error.strerror or error}")


class DocumentError(MsconfigError):
    """A document that is invalid, or that msconfig refuses to write."""

    exit_code = ExitCode.INVALID_DOCUMENT


class TemplateError(DocumentError):
    """A template that does not compile or render."""
