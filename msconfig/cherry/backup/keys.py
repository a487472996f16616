"""Keys in a backup that cannot be read, because a newer app encrypts them."""

from __future__ import annotations

import re

from msconfig.cherry.backup.refusal import NotTaken

__all__ = ["is_encrypted", "unreadable_keys"]

_ENCRYPTED = re.compile(r"v\d+:\w+:")


def is_encrypted(key: str) -> bool:
    """Whether `key` begins with the mark of an encrypted value."""
    return _ENCRYPTED.match(key) is not None


def unreadable_keys(provider_id: str) -> NotTaken:
    """The refusal of a provider whose keys are not plain."""
    return NotTaken(
        f"the keys of the provider {provider_id} are not plain entries (encrypted, perhaps), so"
        " nothing is touched; look for a newer msconfig, or paste the key in the app"
    )
