"""Replies that repeat a secret: masked before anybody sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from msconfig.modelscope._http import Reply
from msconfig.parsing import NotJson, dumps, loads
from msconfig.tokens import Secret

__all__ = ["without_echoes"]


def without_echoes(reply: Reply, secrets: Iterable[Secret]) -> Reply:
    """`reply` with every one of `secrets` in it masked, before anybody sees it."""
    body = _with_plain_characters(reply.body)
    for secret in secrets:
        body = body.replace(secret.reveal().encode(), secret.masked.encode())
        reply = replace(
            reply,
            body=body,
            content_type=secret.hidden_in(reply.content_type),
        )
    return reply


def _with_plain_characters(body: bytes) -> bytes:
    r"""JSON without the escapes behind which a token could hide (a dash as ``\u002d``)."""
    if b"\\" not in body:
        return body
    try:
        return dumps(loads(body)).encode("utf-8", "backslashreplace")
    except (NotJson, RecursionError):
        return body
