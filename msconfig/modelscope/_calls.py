"""Replies of API-Inference to real calls, read into what they tell about model and token.

Only what is clear overrules what was known: a throttle, an empty answer or an outage tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from msconfig.modelscope._http import Failure, Reply
from msconfig.modelscope._reading import said
from msconfig.modelscope.facts import Called, CallOutcome, Source
from msconfig.parsing import NotJson, loads
from msconfig.text import shortened, visible

__all__ = ["chat_call", "embedding_call", "has_content"]

_SAID = (
    (HTTPStatus.UNAUTHORIZED, "authentication failed", CallOutcome.TOKEN_REJECTED),
    (HTTPStatus.UNAUTHORIZED, "bind your alibaba cloud account", CallOutcome.NOT_BOUND),
    (HTTPStatus.FORBIDDEN, "real-name verified", CallOutcome.NOT_BOUND),
    (HTTPStatus.FORBIDDEN, "does not have access to this model", CallOutcome.NO_ACCESS),
    (HTTPStatus.BAD_REQUEST, "has no provider supported", CallOutcome.NO_PROVIDER),
    (HTTPStatus.BAD_REQUEST, "invalid model id", CallOutcome.INVALID_ID),
)
"""Status, words in the message, what they tell."""


def chat_call(reply: Reply | Failure, source: Source) -> Called:
    """What the reply to a streaming chat call tells."""
    return _call(reply, source, answered=isinstance(reply, Reply) and has_content(reply.body))


def embedding_call(reply: Reply | Failure, source: Source) -> Called:
    """What the reply to an embeddings call tells."""
    return _call(reply, source, answered=isinstance(reply, Reply) and _has_vector(reply.body))


def has_content(body: bytes) -> bool:
    """Whether a chat reply, streamed so far or whole, holds content; reasoning counts."""
    return any(_speaks(choice) for event in _events(body) for choice in _list(event, "choices"))


def _call(reply: Reply | Failure, source: Source, *, answered: bool) -> Called:
    if isinstance(reply, Failure):
        return Called(source, CallOutcome.UNCLEAR, reply.said)
    if reply.status == HTTPStatus.OK and answered:
        milliseconds = round(reply.seconds * 1000)
        return Called(source, CallOutcome.ANSWERED, f"answered in {milliseconds} ms", milliseconds)
    words = said(reply.body) or next(filter(None, map(_complaint, _events(reply.body))), "")
    if reply.status == HTTPStatus.OK:
        return Called(source, CallOutcome.UNCLEAR, words or "an empty answer, without content")
    if reply.status == HTTPStatus.BAD_REQUEST and _is_about_the_call(reply.body, words):
        return Called(source, CallOutcome.ANSWERED, f"works; it only complains: {words}")
    told = f"HTTP {reply.status}: {words}" if words else f"HTTP {reply.status}"
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS and _is_of_the_key(reply.body, words):
        return Called(source, CallOutcome.KEY_SPENT, told)
    for status, part, outcome in _SAID:
        if reply.status == status and part in words.lower():
            return Called(source, outcome, told)
    return Called(source, CallOutcome.UNCLEAR, told)


def _is_about_the_call(body: bytes, words: str) -> bool:
    """A model that wants streaming, or thinking only with streaming, is there and works."""
    lowered = words.lower()
    about = "stream" in lowered or "enable_thinking" in lowered
    return about and b"invalid_parameter_error" in body


def _is_of_the_key(body: bytes, words: str) -> bool:
    """Whether a 429 is about this account's own quota, and not about an upstream."""
    lowered = words.lower()
    own = "exceeded today's quota" in lowered or lowered.startswith("request limit exceeded")
    spent = (
        lowered.strip(" .") == "insufficient balance" and b"insufficient_balance_error" not in body
    )
    return own or spent


def _events(body: bytes) -> Iterator[dict[str, object]]:
    """The objects of an event stream, or the one object of a plain reply."""
    lines = body.split(b"\n")
    streamed = [line[5:].strip() for line in lines if line.startswith(b"data:")]
    for piece in streamed or [body]:
        try:
            value = loads(piece)
        except NotJson:
            continue  # the end of the stream, or a line that is not whole yet
        if isinstance(value, dict):
            yield value


def _speaks(choice: object) -> bool:
    if not isinstance(choice, dict):
        return False
    spoken = choice.get("delta") or choice.get("message")
    if not isinstance(spoken, dict):
        return False
    return any(bool(spoken.get(key)) for key in ("content", "reasoning_content", "tool_calls"))


def _has_vector(body: bytes) -> bool:
    rows = [row for event in _events(body) for row in _list(event, "data")]
    return any(isinstance(row, dict) and bool(row.get("embedding")) for row in rows)


def _list(event: dict[str, object], key: str) -> list[object]:
    value = event.get(key)
    return value if isinstance(value, list) else []


def _complaint(event: dict[str, object]) -> str:
    """The words of an error that came inside a stream."""
    for key in ("error", "errors"):
        inner = event.get(key)
        if isinstance(inner, dict) and isinstance(inner.get("message"), str):
            return shortened(visible(str(inner["message"])))
    return ""
