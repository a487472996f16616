"""How any reply of ModelScope is read: an answer counts only when it is clear."""

from __future__ import annotations

from http import HTTPStatus

from msconfig.modelscope._http import Reply
from msconfig.modelscope.facts import NoAnswer, Source
from msconfig.parsing import NotJson, loads
from msconfig.text import shortened, visible

__all__ = [
    "Unreadable",
    "clean",
    "no_answer",
    "object_or_empty",
    "ok_object",
    "said",
    "strings",
    "success",
]


class Unreadable(Exception):
    """A reply that does not say what it was asked."""


def said(body: bytes) -> str:
    """What an error body says, in any of the envelopes that ModelScope uses; "" if nothing.

    `error` (since about May 2026) or `errors` (before, and still for images, tasks and
    embeddings), an Anthropic error, `message` beside `code` (open API), `Message` beside `Code`
    (older API), or an upstream's own `error` text.
    """
    try:
        outer = loads(body)
    except NotJson:
        return ""
    if not isinstance(outer, dict):
        return ""
    for envelope in (outer.get("error"), outer.get("errors"), outer):
        if isinstance(envelope, str):
            return clean(envelope)
        if isinstance(envelope, dict):
            message = envelope.get("message") or envelope.get("Message")
            if isinstance(message, str):
                return clean(message)
    return ""


def ok_object(reply: Reply) -> dict[str, object]:
    """The object of a reply with status 200.

    Raises:
        Unreadable: it has another status, or is no JSON object.
    """
    if reply.status != HTTPStatus.OK:
        raise Unreadable("")
    try:
        body = loads(reply.body)
    except NotJson as error:
        kind = shortened(visible(reply.content_type), 40)
        raise Unreadable(f"{error}{f' ({kind})' if kind else ''}") from None
    if not isinstance(body, dict):
        raise Unreadable("the reply is not a JSON object")
    return body


def success(reply: Reply) -> dict[str, object]:
    """The object of a reply of the open API that says that it succeeded.

    Raises:
        Unreadable: it says nothing of the kind.
    """
    body = ok_object(reply)
    if body.get("success") is not True:
        raise Unreadable("the reply says that it failed")
    return body


def object_or_empty(reply: Reply) -> dict[str, object]:
    """The object of a reply of any status; empty where there is none."""
    try:
        body = loads(reply.body)
    except NotJson:
        return {}
    return body if isinstance(body, dict) else {}


def no_answer(reply: Reply, source: Source, why: str = "") -> NoAnswer:
    """What an unclear reply says, in one line; `why` where it says nothing itself."""
    words = said(reply.body) or why
    if HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
        words = "a redirect, which is not followed"
    status = f"HTTP {reply.status}"
    return NoAnswer(source, f"{status}: {words}" if words else status, reply.status)


def strings(values: object) -> tuple[str, ...]:
    """The texts of a list, without the empty ones; none where it is no list."""
    if not isinstance(values, list):
        return ()
    return tuple(clean(value) for value in values if isinstance(value, str) and value)


def clean(text: str) -> str:
    """A text from outside, on one line and not too long."""
    return shortened(visible(text))
