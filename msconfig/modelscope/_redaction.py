"""Redaction of secrets that are echoed in replies.

It comes before anything is shortened: a text that is cut first no longer has the whole secret, and
what is left of it would be shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from msconfig.modelscope._hosts import Reply
from msconfig.tokens import Secret, without_kept_secrets


def hidden_in(text: str, secrets: Iterable[Secret]) -> str:
    """`text` with every one of `secrets` masked, as it is and in the usual encodings.

    So are those that the command line keeps: a service may know one from an earlier request, while
    the client at hand has none.
    """
    text = without_kept_secrets(text)
    for secret in secrets:
        text = secret.hidden_in(text)
    return text


def without_secrets(reply: Reply, secrets: Iterable[Secret]) -> Reply:
    """`reply` with every one of `secrets` in it masked, as it is and in the usual encodings.

    Done on the body and not on the parsed document: an event stream, a document that is cut off and
    one with a duplicate key are not JSON, and messages quote them all the same.
    """
    secrets = tuple(secrets)
    body = reply.body.decode("utf-8", "surrogateescape")
    return replace(
        reply,
        body=hidden_in(body, secrets).encode("utf-8", "surrogateescape"),
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
