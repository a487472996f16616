"""Order keys: texts between any two of which another one fits.

Desktop v2 keeps the order of providers, and of a provider's models, in such keys; their alphabet is
0-9A-Za-z, and in front of ``a0`` comes ``Zz``. A key that is not valid, or not unique, breaks later
moves in the app. Source: reading v2.0.8 and running it; the library gives the same keys as its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fractional_indexing import FIError, generate_n_keys_between

from msconfig.cherry.backup.refusal import NotTaken
from msconfig.text import shortened

__all__ = ["keys_after", "keys_before"]

_FORM = re.compile(r"[A-Za-z][0-9A-Za-z]{1,499}", re.ASCII)
"""The library checks no letters, and counts a key's length in levels of recursion."""


def keys_before(present: Iterable[str], count: int) -> Sequence[str]:
    """`count` new keys in ascending order, in front of all `present` ones.

    Raises:
        NotTaken: the first of `present` is no order key, or there is no room in front of it.
    """
    return _keys(None, min(present, default=None), count)


def keys_after(present: Iterable[str], count: int) -> Sequence[str]:
    """`count` new keys in ascending order, behind all `present` ones.

    Raises:
        NotTaken: the last of `present` is no order key, or there is no room behind it.
    """
    return _keys(max(present, default=None), None, count)


def _keys(after: str | None, before: str | None, count: int) -> Sequence[str]:
    neighbour = after or before
    try:
        if neighbour is not None and not _FORM.fullmatch(neighbour):
            raise FIError
        keys: list[str] = generate_n_keys_between(after, before, count)
    except (FIError, ValueError, IndexError):
        shown = shortened(neighbour or "", 40)
        raise NotTaken(
            f"the order key {shown!r} is none that Cherry Studio makes; move a provider and a model"
            " by hand in the app, and make a new backup"
        ) from None
    return keys
