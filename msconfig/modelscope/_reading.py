"""Reading of any reply of ModelScope: an answer counts only if it is clear."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from msconfig.modelscope._hosts import PASSING, Reply
from msconfig.modelscope.facts import NoAnswer, Source
from msconfig.parsing import NotJson, loads
from msconfig.text import shortened, visible


class Unreadable(Exception):
    """A reply without a clear answer; the message says why, or is empty."""


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """An error, in whichever of the envelopes it came."""

    message: str
    """As it came; "" if there is none."""
    codes: frozenset[str] = frozenset()
    """Values of `code` and `type`, inside the error and beside it."""


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
        if isinstance(inner, list) and len(inner) == 1:  # some upstreams send a list of one
            inner = inner[0]
        if isinstance(inner, str) and inner:
            return ErrorBody(inner, beside)
        if isinstance(inner, dict) and inner:
            return ErrorBody(_message(inner), _codes(inner) | beside)
        if inner:
            return ErrorBody("", beside)
    message = _message(outer)
    return ErrorBody(message, beside) if message else None


def error_beside_answer(part: object) -> ErrorBody | None:
    """The error in a parsed reply that may be an answer, or in an event of one; None without one.

    Beside `choices` or `data`, a `message` is that of an answer.
    """
    if isinstance(part, dict) and ("choices" in part or "data" in part):
        part = {key: part[key] for key in ("error", "errors", "code", "type") if key in part}
    return error_in(part)


def _message(error: dict[str, object]) -> str:
    message = error.get("message") or error.get("Message")
    return message if isinstance(message, str) else ""


def _codes(error: dict[str, object]) -> frozenset[str]:
    values = (error.get(key) for key in ("code", "type", "Code"))
    return frozenset(
        str(value) for value in values if isinstance(value, str | int) and value not in ("", False)
    )


def message_in(body: bytes) -> str:
    """The message of an error body, in any envelope, as one short line; "" if there is none."""
    try:
        error = error_in(loads(body))
    except NotJson:
        return ""
    return clean(error.message) if error else ""


def parsed(reply: Reply) -> object:
    """The JSON value of a reply.

    A duplicate key makes it unreadable: which of the two counts would be a guess.

    Raises:
        Unreadable: it is not JSON; the message names the content type.
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
    """Whether a reply is HTML by its content type: a sign-in, a firewall, a gateway."""
    return _media_type(reply) in _PAGES


def _media_type(reply: Reply) -> str:
    return reply.content_type.partition(";")[0].strip().lower()


def ok_object(reply: Reply) -> dict[str, object]:
    """The object of a reply with status 200 that does not deny its own success.

    Raises:
        Unreadable: it has another status, is not a JSON object, or has an error, a code other than
            200 or a success other than true.
    """
    if reply.status != HTTPStatus.OK:
        raise Unreadable("")
    body = parsed(reply)
    if not isinstance(body, dict):
        raise Unreadable("the reply is not a JSON object")
    # gateways report failures with status 200, in one of these ways
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
    """The object of a reply of the open API that claims success.

    Raises:
        Unreadable: it does not.
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
    """An unclear reply as a fact, with its own message, or `why` if it has none."""
    words = message_in(reply.body) or why
    if HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
        words = "a redirect, which is not followed"
    status = f"HTTP {reply.status}"
    message = f"{status}: {words}" if words else status
    return NoAnswer(source, message, reply.status, lasting=_lasts(reply))


def _lasts(reply: Reply) -> bool:
    """Whether waiting changes nothing: a redirect, a refusal, or a page in place of an answer."""
    if reply.status == HTTPStatus.OK:
        return is_page(reply)
    refused = HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return refused and reply.status not in PASSING


def strings(values: object) -> tuple[str, ...]:
    """The texts of a list, without empty ones; none if it is not a list."""
    if not isinstance(values, list):
        return ()
    return tuple(clean(value) for value in values if isinstance(value, str) and value)


def clean(text: str, limit: int = 200) -> str:
    """An untrusted text, on one line and shortened; secrets in it have been masked before."""
    return shortened(visible(text), limit)
