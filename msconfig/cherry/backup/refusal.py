"""Why a backup is not taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msconfig.errors import DocumentError
from msconfig.text import shortened
from msconfig.tokens import without_tokens

__all__ = ["BackupRefused", "NotTaken", "named"]

_MOST_CHARACTERS = 400
"""Of a reason; names in a backup may be of any length."""


class BackupRefused(DocumentError):
    """A backup that is not one, or that cannot be patched without harm."""


class NotTaken(ValueError):
    """What was found, and the way out; whoever knows the file puts its name before it."""


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Turns `NotTaken` into the error that names `path`.

    Raises:
        BackupRefused: something inside was not taken, or takes more memory than there is.
    """
    try:
        yield
    except NotTaken as error:
        found = shortened(without_tokens(str(error)), _MOST_CHARACTERS)
        raise BackupRefused(f"{path}: {found}") from None
    except MemoryError:
        raise BackupRefused(
            f"{path}: too large for the memory of this machine; use one with more"
        ) from None
