"""Lines of a user's file as they are shown: nothing like a key in them."""

from __future__ import annotations

import re

from msconfig.tokens import without_tokens

__all__ = ["masked"]

_MASK = "***"
_NAMED = re.compile(
    r"((?:key|token|secret|passw|pwd|credential|authorization)[\w-]{0,40}[\"'`]?"
    r"\s{0,9}(?:=>|:=|[:=])\s{0,9}[\"'`]?(?:(?:bearer|basic)\s{1,9})?)[^\s\"'`,;)\]}]+",
    re.IGNORECASE,
)
"""The value of a key, variable or argument that is called after a secret."""
_SENT = re.compile(r"((?:bearer|basic)\s{1,9})[^\s\"'`,;)\]}]{6,}", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(://)[^\s/@\"'`]+@")
_RUN = re.compile(r"[A-Za-z0-9_+/=.~-]{16,}")
_BETWEEN_WORDS = re.compile(r"[-_+/=.~]+")
_WORD = re.compile(r"(?:[A-Z]?[a-z]{1,20}|[A-Z]{1,12}){0,4}[0-9]{0,4}[A-Za-z]{0,4}")
"""A word of a path or of a model's name, such as ``DeepSeek``, ``A22B`` or ``2507``."""


def masked(text: str) -> str:
    """`text` with everything that may be a key replaced by ``***``, and some more.

    That is the value of whatever is called key, token, secret or password, a user name in an
    address, and a run of 16 characters and more that is not made of words.
    """
    text = without_tokens(text)
    text = _NAMED.sub(rf"\g<1>{_MASK}", text)
    text = _SENT.sub(rf"\g<1>{_MASK}", text)
    text = _IN_ADDRESS.sub(rf"\g<1>{_MASK}@", text)
    return _RUN.sub(lambda run: run[0] if _is_of_words(run[0]) else _MASK, text)


def _is_of_words(run: str) -> bool:
    return all(_WORD.fullmatch(each) for each in _BETWEEN_WORDS.split(run))
