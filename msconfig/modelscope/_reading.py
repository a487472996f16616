"""How any reply of ModelScope is read: an answer counts only when it is clear."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from msconfig.modelscope._hosts import PASSING, Reply
from msconfig.modelscope.facts import NoAnswer, Source
from msconfig.parsing import NotJson, loads
from msconfig.text import shortened, visible

__all__ = [
    "ErrorBody",
    "Unreadable",
    "clean",
    "error_in",
    "is_page",
    "message_in",
    "no_answer",
    "object_or_empty",
    "ok_object",
    "parsed",
    "strings",
    "success",
]


class Unreadable(Exception):
    """A reply that does not say what it was asked."""


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """An error, in whichever of the envelopes it came."""

    message: str
    """As it came; "" if there is none."""
    codes: frozenset[str] = frozenset()
    """What stands in `code` and `type`, inside the error and beside it."""


def error_in(outer: object) -> ErrorBody | None:
    """The error in a parsed reply, in any of the envelopes that ModelScope uses; None without one.

    `error` (since about May 2026) or `errors` (before, and still for images, tasks and
    embeddings), an Anthropic error, `message` beside `code` (open API), `Message` beside `Code`
    (older API), or an upstream's own `error` text.
    """
    if not isinstance(outer, dict):
        return None
    beside = _codes(outer)
    for key in ("error", "errors"):
        inner = outer.get(key)
        if isinstance(inner, list) and len(inner) == 1:
            inner = inner[0]
        if isinstance(inner, str) and inner:
            return ErrorBody(inner, beside)
        if isinstance(inner, dict) and inner:
            return ErrorBody(_message(inner), _codes(inner) | beside)
        if inner:
            return ErrorBody("", beside)
    message = _message(outer)
    return ErrorBody(message, beside) if message else None


def _message(error: dict[str, object]) -> str:
    message = error.get("message") or error.get("Message")
    return message if isinstance(message, str) else ""


def _codes(error: dict[str, object]) -> frozenset[str]:
    values = (error.get(key) for key in ("code", "type", "Code"))
    return frozenset(
        str(value) for value in values if isinstance(value, str | int) and value not in ("", False)
    )


def message_in(body: bytes) -> str:
    """What an error body says, in any envelope, in one short line; "" if nothing."""
    try:
        error = error_in(loads(body))
    except NotJson:
        return ""
    return clean(error.message) if error else ""


def parsed(reply: Reply) -> object:
    """The JSON value that a reply spells.

    A key that is given twice makes it unreadable: which of the two counts would be a guess.

    Raises:
        Unreadable: it is none; the content type is named.
    """
    if is_page(reply):
        raise Unreadable(f"not JSON ({_media_type(reply)})")
    kind = clean(reply.content_type, 40)
    try:
        return loads(reply.body, unique_keys=True)
    except NotJson as error:
        raise Unreadable(f"{error}{f' ({kind})' if kind else ''}") from None


_PAGES = frozenset({"text/html", "application/xhtml+xml"})


def is_page(reply: Reply) -> bool:
    """Whether a reply says that it is HTML: a sign-in, a firewall, a gateway."""
    return _media_type(reply) in _PAGES


def _media_type(reply: Reply) -> str:
    return reply.content_type.partition(";")[0].strip().lower()


def ok_object(reply: Reply) -> dict[str, object]:
    """The object of a reply with status 200 that does not deny its own success.

    Raises:
        Unreadable: it has another status, is no JSON object, or holds an error, a code other than
            200 or a success other than true.
    """
    if reply.status != HTTPStatus.OK:
        raise Unreadable("")
    body = parsed(reply)
    if not isinstance(body, dict):
        raise Unreadable("the reply is not a JSON object")
    if any(body.get(key) for key in ("error", "errors")):
        raise Unreadable("the reply holds an error")
    if any(body.get(key, True) is not True for key in ("success", "Success")):
        raise Unreadable("the reply says that it failed")
    if ("Code" in body and not _is_200(body["Code"])) or not _is_200(body.get("code") or 200):
        raise Unreadable("the reply says that it failed")
    return body


def _is_200(code: object) -> bool:
    return type(code) is int and code == HTTPStatus.OK


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
        body = loads(reply.body, unique_keys=True)
    except NotJson:
        return {}
    return body if isinstance(body, dict) else {}


def no_answer(reply: Reply, source: Source, why: str = "") -> NoAnswer:
    """What an unclear reply says, in one line; `why` where it says nothing itself."""
    words = message_in(reply.body) or why
    if HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
        words = "a redirect, which is not followed"
    status = f"HTTP {reply.status}"
    said_words = f"{status}: {words}" if words else status
    return NoAnswer(source, said_words, reply.status, lasting=_lasts(reply))


def _lasts(reply: Reply) -> bool:
    """Whether waiting changes nothing: a redirect, a refusal, or a page in place of an answer."""
    if reply.status == HTTPStatus.OK:
        return is_page(reply)
    refused = HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return refused and reply.status not in PASSING


def strings(values: object) -> tuple[str, ...]:
    """The texts of a list, without the empty ones; none where it is no list."""
    if not isinstance(values, list):
        return ()
    return tuple(clean(value) for value in values if isinstance(value, str) and value)


def clean(text: str, limit: int = 200) -> str:
    """A text from outside, on one line and not too long; secrets in it are masked before."""
    return shortened(visible(text), limit)
