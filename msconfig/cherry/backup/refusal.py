"""Why a backup is not taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msconfig.errors import DocumentError

__all__ = ["BackupRefused", "NotTaken", "named"]


class BackupRefused(DocumentError):
    """A backup that is not one, or that cannot be patched without harm."""


class NotTaken(ValueError):
    """What was found, and the way out; whoever knows the file puts its name before it."""


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Turns `NotTaken` into the error that names `path`.

    Raises:
        BackupRefused: something inside was not taken.
    """
    try:
        yield
    except NotTaken as error:
        raise BackupRefused(f"{path}: {error}") from None
