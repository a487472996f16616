"""Replies of API-Inference to real calls, and what they mean for model and token.

Only a clear reply overrides other facts: a rate limit, an empty answer, an outage and an error that
is not in `call_errors.toml` mean nothing.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from http import HTTPStatus

from msconfig.modelscope._call_errors import Meaning, meaning
from msconfig.modelscope._event_stream import Event, EventStream
from msconfig.modelscope._hosts import PASSING
from msconfig.modelscope._reading import (
    ErrorBody,
    Unreadable,
    clean,
    error_beside_answer,
    is_page,
    parsed,
)
from msconfig.modelscope.facts import Called, CallOutcome, ImageTask, Source
from msconfig.modelscope.http_interface import Failure, Reply
from msconfig.parsing import NotJson, loads

_END = "[DONE]"
_FINISHED = frozenset({"stop", "length", "tool_calls", "function_call", "content_filter"})
"""Values of `finish_reason` of an answer that came to its end."""


class ChatStream:
    """A chat reply as it arrives, to stop reading as soon as it is clear."""

    def __init__(self) -> None:
        self._events = EventStream()
        self._answer = _ChatAnswer()

    def feed(self, piece: bytes) -> bool:
        """Whether the stream is clear with `piece`: content, or an error."""
        return any(self._answer.take(value) for value in _values(self._events.feed(piece)))


def chat_call(reply: Reply | Failure, source: Source, model_id: str) -> Called:
    """The result of a streaming chat call of `model_id`.

    An answer is content, reasoning, a tool call, or a finished answer with tokens of which none is
    shown; streamed in `delta` or, where an upstream does not stream, whole in `message`.
    """
    if isinstance(reply, Failure):
        return Called(source, CallOutcome.UNCLEAR, reply.message)
    answer = _ChatAnswer()
    try:
        any(answer.take(value) for value in _parts(reply))
    except Unreadable as error:
        return _without_json(reply, source, str(error))
    return _called(reply, source, model_id, answered=answer.answered, error=answer.error)


def is_empty_answer(reply: Reply) -> bool:
    """Whether it is a 200 with neither content nor error, as when an upstream fails in silence."""
    if reply.status != HTTPStatus.OK or is_page(reply):
        return False
    answer = _ChatAnswer()
    try:
        any(answer.take(value) for value in _parts(reply))
    except Unreadable:
        return not reply.body.strip()
    return answer.error is None and not answer.answered


def embedding_call(reply: Reply | Failure, source: Source, model_id: str) -> Called:
    """The result of an embeddings call of `model_id`; an answer is a list of numbers."""
    if isinstance(reply, Failure):
        return Called(source, CallOutcome.UNCLEAR, reply.message)
    try:
        value = parsed(reply)
    except Unreadable as error:
        return _without_json(reply, source, str(error))
    error_body = error_beside_answer(value)
    answered = error_body is None and any(map(_is_vector, _list(value, "data")))
    return _called(reply, source, model_id, answered=answered, error=error_body)


_TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_UNDER_WAY = frozenset({"PENDING", "RUNNING", "PROCESSING"})


def image_submission(reply: Reply | Failure, source: Source, model_id: str) -> ImageTask | Called:
    """What the reply to a call for an image says: a task, or why there is none.

    A task that is accepted with status SUCCEED is not done: only looking at it shows an image.
    """
    if isinstance(reply, Failure):
        return Called(source, CallOutcome.UNCLEAR, reply.message)
    try:
        value = parsed(reply)
    except Unreadable as error:
        return _without_json(reply, source, str(error))
    error_body = error_beside_answer(value)
    task_id = value.get("task_id") if isinstance(value, dict) else None
    if error_body is None and reply.status == HTTPStatus.OK:
        task_id = str(task_id) if type(task_id) is int else task_id
        if isinstance(task_id, str) and _TASK_ID.fullmatch(task_id):
            return ImageTask(source, task_id)
        return Called(source, CallOutcome.UNCLEAR, "HTTP 200: no task")
    return _called(reply, source, model_id, answered=False, error=error_body)


def image_task(reply: Reply | Failure, source: Source) -> Called | None:
    """How the task of an image ended: SUCCEED with addresses of images; None while it goes on.

    A reply that cannot be read does not end it.
    """
    if isinstance(reply, Failure) or reply.status in PASSING:
        return None
    try:
        value = parsed(reply)
    except Unreadable as error:
        return _without_json(reply, source, str(error))
    status = value.get("task_status") if isinstance(value, dict) else None
    error_body = error_beside_answer(value)
    if reply.status == HTTPStatus.OK and error_body is None:
        if isinstance(status, str) and status in _UNDER_WAY:
            return None
        if status == "SUCCEED" and any(map(_is_text, _list(value, "output_images"))):
            return Called(source, CallOutcome.ANSWERED, "an image was made")
    words = error_body.message if error_body else "no image"
    state = f"task {clean(status, 40)}: " if isinstance(status, str) else ""
    return Called(source, CallOutcome.UNCLEAR, f"HTTP {reply.status}: {state}{clean(words)}")


@cache
def small_image() -> str:
    """A white square of 256 pixels as the address of a PNG, to be edited."""
    size = 256
    rows = (b"\0" + b"\xff" * size) * size

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(parts)
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _without_json(reply: Reply, source: Source, why: str) -> Called:
    """A reply that is neither JSON nor an event stream with JSON in it."""
    if reply.status == HTTPStatus.OK:
        message = f"HTTP 200: {why}" if reply.body.strip() else _EMPTY
        return Called(source, CallOutcome.UNCLEAR, message)
    return _called(reply, source, "", answered=False, error=None)


_EMPTY = "an empty answer, without content"


def _called(
    reply: Reply, source: Source, model_id: str, *, answered: bool, error: ErrorBody | None
) -> Called:
    status = f"HTTP {reply.status}"
    if error is not None:
        words = clean(error.message or ", ".join(sorted(error.codes)))
        match meaning(reply.status, error, model_id):
            # an unknown text of a 429 is taken for a rate limit, which is tried again: a spent
            # quota is in the table
            case None if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
                return Called(source, CallOutcome.THROTTLED, f"{status}: {words}")
            case None if reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return Called(source, CallOutcome.UNCLEAR, f'{status}, unknown error: "{words}"')
            case None:
                return Called(source, CallOutcome.UNCLEAR, f"{status}: {words}")
            case Meaning(outcome=CallOutcome.ANSWERED):
                message = f"works; it only refused this request: {words}"
                return Called(source, CallOutcome.ANSWERED, message)
            case meant:
                return Called(source, meant.outcome, f"{status}: {meant.explain(words)}")
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Called(source, CallOutcome.THROTTLED, status)
    if reply.status != HTTPStatus.OK:
        redirected = HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST
        message = f"{status}: a redirect, which is not followed" if redirected else status
        return Called(source, CallOutcome.UNCLEAR, message)
    if not answered:  # with status 200: an upstream that fails in silence, so no result
        return Called(source, CallOutcome.UNCLEAR, _EMPTY)
    milliseconds = round(reply.seconds * 1000)
    return Called(source, CallOutcome.ANSWERED, f"answered in {milliseconds} ms", milliseconds)


def _parts(reply: Reply) -> Iterator[object]:
    """The JSON values of an event stream, or the one value of a plain reply.

    The content type decides nothing, except for HTML: gateways send either under any name.

    Raises:
        Unreadable: there is none.
    """
    stream = EventStream()
    # plain JSON is no stream, even if one of its lines looks like an event
    begins = reply.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    events = [] if begins in {b"{", b"["} else list(stream.feed(reply.body))
    if is_page(reply) or not events:
        yield parsed(reply)
        return
    found = False
    for value in _values(events):
        found = True
        yield value
    if not found and any(event.data.strip() != _END for event in events):
        raise Unreadable("an event stream without JSON")


def _values(events: Iterable[Event]) -> Iterator[object]:
    """The JSON in events, up to the end mark; other text in a stream is skipped."""
    for event in events:
        if event.data.strip() == _END:
            return
        try:
            yield loads(event.data, unique_keys=True)
        except NotJson:
            continue


class _ChatAnswer:
    """A chat reply, part by part up to the first that is clear, which decides."""

    def __init__(self) -> None:
        self.answered = False
        self.error: ErrorBody | None = None
        self._finished = False
        self._counted = False

    def take(self, part: object) -> bool:
        """Whether the reply is clear with `part`; no part may follow one that was clear."""
        self.error = error_beside_answer(part)
        if self.error is not None:
            return True
        choices = _list(part, "choices")
        self._finished |= any(map(_is_finished, choices))
        self._counted |= _counts_tokens(part)
        self.answered = any(map(_speaks, choices)) or (self._finished and self._counted)
        return self.answered


def _speaks(choice: object) -> bool:
    if not isinstance(choice, dict):
        return False
    # some calls without stream are answered with an empty delta beside a full message
    return any(_has_words(choice.get(key)) for key in ("delta", "message"))


def _has_words(spoken: object) -> bool:
    if not isinstance(spoken, dict):
        return False
    texts = (spoken.get(key) for key in ("content", "reasoning_content", "reasoning"))
    calls = _list(spoken, "tool_calls")
    return any(map(_is_text, texts)) or any(map(_is_tool_call, calls))


def _is_text(content: object) -> bool:
    """Whether content is a text, or a list with a part that is one; white space is none."""
    if isinstance(content, list):
        return any(isinstance(part, dict) and _is_text(part.get("text")) for part in content)
    return isinstance(content, str) and bool(content.strip())


def _is_tool_call(call: object) -> bool:
    function = call.get("function") if isinstance(call, dict) else None
    return isinstance(function, dict) and _is_text(function.get("name"))


def _is_finished(choice: object) -> bool:
    reason = choice.get("finish_reason") if isinstance(choice, dict) else None
    return isinstance(reason, str) and reason in _FINISHED


def _counts_tokens(part: object) -> bool:
    """Whether tokens were generated; a single one may be hidden, such as the start of thinking."""
    usage = part.get("usage") if isinstance(part, dict) else None
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return type(tokens) is int and tokens >= 1  # no bool, which is an int too


def _is_vector(row: object) -> bool:
    numbers = row.get("embedding") if isinstance(row, dict) else None
    return isinstance(numbers, list) and bool(numbers) and all(map(_is_number, numbers))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _list(part: object, key: str) -> list[object]:
    value = part.get(key) if isinstance(part, dict) else None
    return value if isinstance(value, list) else []
