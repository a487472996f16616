"""``POST /v1/chat/completions`` of the mock ModelScope.

The fields are those of replies that were recorded in August and October 2026: a call without stream
has an empty `delta` beside its `message`; the frames of a stream have null fields and a usage of 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msconfig.mock.answers import Answer, answer_of
from msconfig.mock.authorization import Call, authorize, refusal_response
from msconfig.mock.messages import Request, Response
from msconfig.mock.state import CREATED, MockState

__all__ = ["chat_completions", "without_messages"]

_LAST_DELTA = {"role": None, "content": "", "tool_calls": None}
_EMPTY_DELTA = {**_LAST_DELTA, "function_calls": None}


def chat_completions(state: MockState, request: Request) -> Response:
    """The answer, streaming or not; a served call is paid from the balance."""
    call = authorize(state, request, without_messages)
    if call.refusal is not None:
        return refusal_response(state, call, "error")
    if call.empty:
        return call.reply(_completion(call, choices=None, usage=_usage(0, 0)))
    answer = answer_of(call.body, thinks=state.thinks(call.model_id))
    usage = _usage(len(str(call.body.get("messages", ""))) // 4 + 1, answer.tokens)
    if not call.body.get("stream"):
        return call.reply(_completion(call, choices=[_choice(answer)], usage=usage))
    frames = [*_frames(call, answer), *_usage_frame(call, usage)]
    text = "".join(f"data: {json.dumps(frame)}\n\n" for frame in frames) + "data: [DONE]\n\n"
    return call.stream(text)


def without_messages(_request: Request, body: Mapping[str, Any]) -> str:
    """The message of the 400 for a body without messages."""
    return "" if isinstance(body.get("messages"), list) else "messages has to be a list"


def _completion(call: Call, **parts: object) -> dict[str, Any]:
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": CREATED,
        "model": call.model_id,
        **parts,
    }


def _choice(answer: Answer) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text}
    if answer.reasoning:
        message["reasoning_content"] = "".join(answer.reasoning)
    return {
        "index": 0,
        "delta": _EMPTY_DELTA,
        "message": message,
        "finish_reason": answer.finish_reason,
    }


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _frames(call: Call, answer: Answer) -> Iterator[dict[str, Any]]:
    for token in answer.reasoning:
        yield _frame(call, {**_EMPTY_DELTA, "reasoning_content": token})
    for token in answer.content:
        yield _frame(call, {**_EMPTY_DELTA, "content": token})
    yield _frame(call, _LAST_DELTA, answer.finish_reason)


def _frame(
    call: Call, delta: Mapping[str, Any], finish_reason: str | None = None
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return _chunk(call, [choice], _usage(0, 0))


def _usage_frame(call: Call, usage: dict[str, int]) -> list[dict[str, Any]]:
    """The last frame, which has the usage, for a call that wants it."""
    options = call.body.get("stream_options")
    wanted = isinstance(options, dict) and options.get("include_usage")
    return [_chunk(call, [], usage)] if wanted else []


def _chunk(call: Call, choices: list[dict[str, Any]], usage: dict[str, int]) -> dict[str, Any]:
    chunk = _completion(call, choices=choices, usage=usage)
    return {**chunk, "object": "chat.completion.chunk"}
