"""``POST /v1/messages`` of the mock ModelScope: the Anthropic interface."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from msconfig.mock.answers import Answer, answer_of
from msconfig.mock.authorization import authorize
from msconfig.mock.chat import chat_problem
from msconfig.mock.messages import Request, Response
from msconfig.mock.state import MockState
from msconfig.parsing import dumps, loads

__all__ = ["messages"]

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


def messages(state: MockState, request: Request) -> Response:
    """The answer, streaming or not.

    The error types of ModelScope are not known but for their envelope; ours follow the status. A
    stream has the events that Anthropic documents.
    """
    call = authorize(state, request, partial(_problem, state))
    if call.refusal is not None:
        kind = _ERROR_TYPES.get(call.refusal.status, "api_error")
        error = {"type": kind, "message": call.refusal.message}
        body: dict[str, Any] = {"type": "error", "error": error}
        return call.reply(body, call.refusal.status)
    answer = Answer()
    if not call.empty:
        chat = _in_openai_form(call.body)
        answer = answer_of(chat, call.scripted, thinks=state.thinks(call.model_id))
    body = {
        "id": "msg_0",
        "type": "message",
        "role": "assistant",
        "model": call.model_id,
        "content": _blocks(answer),
        "stop_reason": _STOP_REASONS[answer.finish_reason],
        "stop_sequence": None,
        "usage": {"input_tokens": int(not call.empty), "output_tokens": answer.tokens},
    }
    if not call.body.get("stream"):
        return call.reply(body)
    text = "".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in _events(body, answer)
    )
    return call.stream(text, answer.chunk_delay)


def _problem(state: MockState, request: Request, body: Mapping[str, Any]) -> str:
    return chat_problem(state, request, _in_openai_form(body))


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.reasoning:
        thinking = "".join(answer.reasoning)
        blocks.append({"type": "thinking", "thinking": thinking, "signature": ""})
    if answer.text:
        blocks.append({"type": "text", "text": answer.text})
    for index, call in enumerate(answer.tool_calls):
        tool_use = {"id": f"toolu_{index}", "name": call.name, "input": loads(call.arguments)}
        blocks.append({"type": "tool_use", **tool_use})
    return blocks


def _events(body: dict[str, Any], answer: Answer) -> Iterator[dict[str, Any]]:
    yield {"type": "message_start", "message": {**body, "content": [], "stop_reason": None}}
    for index, block in enumerate(body["content"]):
        start, deltas = _parts(block, answer)
        yield {"type": "content_block_start", "index": index, "content_block": start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": body["stop_reason"], "stop_sequence": None},
        "usage": body["usage"],
    }
    yield {"type": "message_stop"}


def _parts(block: dict[str, Any], answer: Answer) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The beginning of a content block in a stream, and what is added to it."""
    kind = block["type"]
    if kind == "tool_use":
        arguments = dumps(block["input"])
        return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": arguments}]
    tokens = answer.reasoning if kind == "thinking" else answer.content
    return {**block, kind: ""}, [{"type": f"{kind}_delta", kind: token} for token in tokens]


def _in_openai_form(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`body` with its tools and its choice of one in the form of OpenAI's interface."""
    tools, choice = body.get("tools"), body.get("tool_choice")
    functions = [
        {"function": {"name": tool.get("name"), "parameters": tool.get("input_schema", {})}}
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict)
    ]
    if isinstance(choice, dict):
        kind = choice.get("type")
        named = {"function": {"name": choice.get("name")}}
        choice = {"any": "required", "tool": named}.get(str(kind), kind)
    return {**body, "tools": functions, "tool_choice": choice}
