"""``POST /v1/messages`` of the mock ModelScope: the Anthropic interface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msconfig.mock.answers import Answer, answer_of
from msconfig.mock.authorization import authorize
from msconfig.mock.chat import without_messages
from msconfig.mock.messages import Request, Response
from msconfig.mock.state import MockState

__all__ = ["messages"]

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens"}


def messages(state: MockState, request: Request) -> Response:
    """The answer, streaming or not.

    The error types of ModelScope are not known but for their envelope; ours follow the status. A
    stream has the events that Anthropic documents.
    """
    call = authorize(state, request, without_messages)
    if call.refusal is not None:
        kind = _ERROR_TYPES.get(call.refusal.status, "api_error")
        error = {"type": kind, "message": call.refusal.message}
        body: dict[str, Any] = {"type": "error", "error": error}
        return call.reply(body, call.refusal.status)
    answer = Answer(())
    if not call.empty:
        answer = answer_of(call.body, thinks=state.thinks(call.model_id))
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
    return call.stream(text)


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.reasoning:
        thinking = "".join(answer.reasoning)
        blocks.append({"type": "thinking", "thinking": thinking, "signature": ""})
    if answer.text:
        blocks.append({"type": "text", "text": answer.text})
    return blocks


def _events(body: dict[str, Any], answer: Answer) -> Iterator[dict[str, Any]]:
    yield {"type": "message_start", "message": {**body, "content": [], "stop_reason": None}}
    for index, block in enumerate(body["content"]):
        kind = block["type"]
        tokens = answer.reasoning if kind == "thinking" else answer.content
        yield {
            "type": "content_block_start",
            "index": index,
            "content_block": {**block, kind: ""},
        }
        for token in tokens:
            delta = {"type": f"{kind}_delta", kind: token}
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": body["stop_reason"], "stop_sequence": None},
        "usage": body["usage"],
    }
    yield {"type": "message_stop"}
