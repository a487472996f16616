"""Redaction of secrets that are echoed in replies.

It comes before anything is shortened: a text that is cut first no longer has the whole secret, and
what is left of it would be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from msconfig.modelscope._hosts import Reply
from msconfig.tokens import Secret

_ESCAPED = re.compile(rb"(?<!\\)((?:\\\\)*)\\(?:u00([2-7][0-9A-Fa-f])|(/))")
"""An escape of JSON for a character of ASCII, its backslash itself not escaped."""
_KEPT = frozenset(b'"\\\x7f')
"""Characters that stay escaped, because JSON requires it or a terminal would not show them."""


def hidden_in(text: str, secrets: Iterable[Secret]) -> str:
    """`text` with every one of `secrets` masked, as it is and in the usual encodings."""
    for secret in secrets:
        text = secret.hidden_in(text)
    return text


def without_secrets(reply: Reply, secrets: Iterable[Secret]) -> Reply:
    """`reply` with every one of `secrets` in it masked, as it is and in the usual encodings."""
    secrets = tuple(secrets)
    body = _with_plain_characters(reply.body)
    for secret in secrets:
        for text in secret.spellings:
            body = body.replace(text.encode("utf-8", "surrogatepass"), secret.masked.encode())
    return replace(
        reply,
        body=body,
        content_type=hidden_in(reply.content_type, secrets),
    )


def is_part_of(text: str, secrets: Iterable[Secret]) -> bool:
    """Whether `text` is a part of one of `secrets`, or of one in a usual encoding, in any case."""
    folded = text.casefold()
    return len(folded) >= _SHORTEST_PART and any(
        folded in spelling.casefold() for secret in secrets for spelling in secret.spellings
    )


_SHORTEST_PART = 4
"""Characters of a part; fewer are in almost every secret."""


def _with_plain_characters(body: bytes) -> bytes:
    r"""`body` without the escapes that could hide a token (a dash as ``\u002d``).

    Done on the bytes and not on the parsed document: an event stream, a document that is cut off
    and one with a duplicate key are not JSON, and messages quote them all the same.
    """
    return _ESCAPED.sub(_plain, body) if b"\\" in body else body


def _plain(found: re.Match[bytes]) -> bytes:
    character = b"/" if found[3] else bytes.fromhex(found[2].decode("ascii"))
    return found[0] if character[0] in _KEPT else found[1] + character
