"""How a backup is refused; each refusal is raised where its cause is detected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msconfig.errors import DocumentError
from msconfig.text import shortened
from msconfig.tokens import without_tokens

_MOST_CHARACTERS = 400
"""Of a reason; names in a backup may be of any length."""
_ENCRYPTED = re.compile(r"v\d+:\w+:")
"""The mark by which a newer app begins a key that it encrypts."""


class BackupRefused(DocumentError):
    """A backup that is not one, or that cannot be patched without harm."""


class UnsupportedBackup(ValueError):
    """What was found, and what to do; `named` puts the name of the file before it."""


def is_encrypted(key: str) -> bool:
    """Whether `key` is encrypted, which msconfig cannot read."""
    return _ENCRYPTED.match(key) is not None


def unreadable_keys(provider_id: str) -> UnsupportedBackup:
    """The refusal of a provider whose keys are not plain."""
    return UnsupportedBackup(
        f"the keys of the provider {provider_id} are not plain entries (encrypted, perhaps), so"
        " nothing is touched; look for a newer msconfig, or paste the key in the app"
    )


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Turn `UnsupportedBackup` into the error that names `path`.

    Raises:
        BackupRefused: something inside was refused, or takes more memory than there is.
    """
    try:
        yield
    except UnsupportedBackup as error:
        found = shortened(without_tokens(str(error)), _MOST_CHARACTERS)
        raise BackupRefused(f"{path}: {found}") from None
    except MemoryError:
        raise BackupRefused(
            f"{path}: too large for the memory of this machine; use one with more"
        ) from None
