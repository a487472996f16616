"""``POST /v1/chat/completions`` of the mock ModelScope.

The fields are those of replies that were recorded in August and October 2026: a call without stream
has an empty `delta` beside its `message`; the frames of a stream have null fields and a usage of 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from msconfig.mock.answers import Answer, NoAnswer, answer_of
from msconfig.mock.authorization import Call, authorize, refusal_response
from msconfig.mock.messages import Request, Response
from msconfig.mock.state import CREATED, MockState

__all__ = ["chat_completions", "chat_problem"]

_MOST_CHOICES = 128
_LAST_DELTA = {"role": None, "content": "", "tool_calls": None}
_EMPTY_DELTA = {**_LAST_DELTA, "function_calls": None}


def chat_completions(state: MockState, request: Request) -> Response:
    """The answer, streaming or not; a served call is paid from the balance."""
    call = authorize(state, request, partial(chat_problem, state))
    if call.refusal is not None:
        return refusal_response(state, call, "error")
    if call.empty:
        return call.reply(_completion(call, choices=None, usage=_usage(0, 0)))
    answer = answer_of(call.body, call.scripted, thinks=state.thinks(call.model_id))
    count = _count(call.body)
    usage = _usage(len(str(call.body.get("messages", ""))) // 4 + 1, answer.tokens * count)
    if not call.body.get("stream"):
        choices = [_choice(index, answer) for index in range(count)]
        return call.reply(_completion(call, choices=choices, usage=usage))
    frames = [frame for index in range(count) for frame in _frames(call, index, answer)]
    frames += _usage_frame(call, usage)
    text = "".join(f"data: {json.dumps(frame)}\n\n" for frame in frames) + "data: [DONE]\n\n"
    return call.stream(text, answer.chunk_delay)


def chat_problem(state: MockState, _request: Request, body: Mapping[str, Any]) -> str:
    """The message of the 400 for a body that no chat call has, or an empty one."""
    if not isinstance(body.get("messages"), list):
        return "messages has to be a list"
    count = _count(body)
    if type(count) is not int or not 1 <= count <= _MOST_CHOICES:
        return f"n has to be a whole number from 1 to {_MOST_CHOICES}"
    try:
        answer_of(body, state.reply(str(body.get("model")), body), thinks=False)
    except NoAnswer as error:
        return str(error)
    return ""


def _count(body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - checked by `chat_problem`
    """How many choices are wanted."""
    count = body.get("n")
    return 1 if count is None else count


def _completion(call: Call, **parts: object) -> dict[str, Any]:
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": CREATED,
        "model": call.model_id,
        **parts,
    }


def _choice(index: int, answer: Answer) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.text}
    if answer.reasoning:
        message["reasoning_content"] = "".join(answer.reasoning)
    if answer.tool_calls:
        message["tool_calls"] = _tool_calls(index, answer)
    return {
        "index": index,
        "delta": _EMPTY_DELTA,
        "message": message,
        "finish_reason": answer.finish_reason,
    }


def _tool_calls(index: int, answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "index": number,
            "id": f"call_{index}_{number}",
            "type": "function",
            "function": {"name": each.name, "arguments": each.arguments},
        }
        for number, each in enumerate(answer.tool_calls)
    ]


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _frames(call: Call, index: int, answer: Answer) -> Iterator[dict[str, Any]]:
    for token in answer.reasoning:
        yield _frame(call, index, {**_EMPTY_DELTA, "reasoning_content": token})
    for token in answer.content:
        yield _frame(call, index, {**_EMPTY_DELTA, "content": token})
    for each in _tool_calls(index, answer):
        # its name first and then its arguments, as they are written
        name, arguments = each["function"]["name"], each["function"]["arguments"]
        named = {**each, "function": {"name": name, "arguments": ""}}
        written = {"index": each["index"], "function": {"arguments": arguments}}
        for part in (named, written):
            yield _frame(call, index, {**_EMPTY_DELTA, "tool_calls": [part]})
    yield _frame(call, index, _LAST_DELTA, answer.finish_reason)


def _frame(
    call: Call, index: int, delta: Mapping[str, Any], finish_reason: str | None = None
) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason}
    return _chunk(call, [choice], _usage(0, 0))


def _usage_frame(call: Call, usage: dict[str, int]) -> list[dict[str, Any]]:
    """The last frame, which has the usage, for a call that wants it."""
    options = call.body.get("stream_options")
    wanted = isinstance(options, dict) and options.get("include_usage")
    return [_chunk(call, [], usage)] if wanted else []


def _chunk(call: Call, choices: list[dict[str, Any]], usage: dict[str, int]) -> dict[str, Any]:
    chunk = _completion(call, choices=choices, usage=usage)
    return {**chunk, "object": "chat.completion.chunk"}
