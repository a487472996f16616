"""What can go wrong, and the exit code of each.

::

    MsconfigError
     ├─ UsageError            2   the command was given something it cannot use
     │   ├─ SettingsError     2   … in msconfig.toml
     │   └─ TokenError        2   … where a token was to be
     ├─ FileError             2   the disk did not do what was asked
     └─ DocumentError         5   what was read or made is not fit for Cherry Studio
         └─ TemplateError     5   … and a template is to blame

A message says what is wrong, where, and what to do. It never holds a token, and it may hold text
from outside: whoever prints it passes it through `msconfig.text.visible`.
"""

from __future__ import annotations

from enum import IntEnum

from msconfig.text import visible

__all__ = [
    "DocumentError",
    "ExitCode",
    "FileError",
    "MsconfigError",
    "SettingsError",
    "TemplateError",
    "TokenError",
    "UsageError",
]


class ExitCode(IntEnum):
    """How msconfig ends. Scripts rely on these numbers."""

    OK = 0
    MODEL_FAILED = 1
    USAGE = 2
    TOKEN_REFUSED = 3
    INCONCLUSIVE = 4
    INVALID_DOCUMENT = 5
    BUG = 70
    INTERRUPTED = 130


class MsconfigError(Exception):
    """Something that the user can act on; `str()` is one line for each thing that is wrong."""

    exit_code: ExitCode = ExitCode.USAGE


class UsageError(MsconfigError):
    """An option, an argument or a list of ids that cannot be used as it is."""


class SettingsError(UsageError):
    """A `msconfig.toml` that is not TOML, or says something that is not understood."""


class TokenError(UsageError):
    """A place that was to hold a token and does not hold a usable one."""


class FileError(MsconfigError):
    """The disk did not do what was asked."""

    @classmethod
    def from_os(cls, action: str, path: object, error: OSError) -> FileError:
        """The error for an `OSError`, e.g. ``cannot read ids.txt: No such file or directory``."""
        return cls(f"cannot {action} {visible(str(path))}: {error.strerror or error}")


class DocumentError(MsconfigError):
    """A document that is invalid, or that msconfig refuses to write."""

    exit_code = ExitCode.INVALID_DOCUMENT


class TemplateError(DocumentError):
    """A template with a fault in it."""
