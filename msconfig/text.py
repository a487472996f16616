"""Text from the network or a file, made safe to print."""

from __future__ import annotations

import unicodedata

__all__ = ["no_command", "shortened", "visible"]

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that change what a terminal or a log shows: control and format characters,
lone surrogates, line and paragraph separators."""


def visible(text: str) -> str:
    r"""`text` on one line, every control or format character written as ``\xNN`` or ``\uNNNN``.

    >>> visible("a\x1b[31mb\nc\u202e")
    'a\\x1b[31mb\\nc\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(
        repr(character)[1:-1] if unicodedata.category(character) in _UNSEEN else character
        for character in text
    )


def no_command(text: str) -> str:
    """`text` in which a runner of GitHub finds no command, wherever its lines are broken.

    It takes ``::`` for one after white space too, and ``##[`` anywhere in a line.
    """
    return text.replace("::", ": :").replace("##[", "## [")


def shortened(text: str, limit: int = 200) -> str:
    """`text` with its white space folded, cut with ``…`` after `limit` characters."""
    folded = " ".join(text.split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"
