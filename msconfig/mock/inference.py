"""API-Inference of the mock ModelScope: catalogue, chat, embeddings, images, messages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from msconfig.mock.authorization import BAD_TOKEN, Call, Refusal, authorize, refusal_response
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import behaviours
from msconfig.mock.state import REQUEST_ID, MockState
from msconfig.modelscope.facts import Origin, Provenance

__all__ = [
    "catalogue",
    "chat_completions",
    "embeddings",
    "image_task",
    "images_generations",
    "messages",
]

_CREATED = 1_790_000_000
"""Seconds since 1970, the same in every reply."""
_WORDS = ("Hello", "from", "the", "mock", "ModelScope", ".")
_DIMENSIONS = 16
_POLLS_UNTIL_DONE = 2


def catalogue(state: MockState, _request: Request) -> Response:
    """``GET /v1/models``: open to everybody, whatever token is sent; one page, filters ignored.

    404 where the snapshot holds none, which clients do not retry.
    """
    if state.facts.catalogue is None:
        missing = Provenance(Origin.DERIVED, missing="no catalogue is recorded")
        return Response.of_json(HTTPStatus.NOT_FOUND, {}, provenance=missing)
    rows = [
        {"id": model_id, "object": "", "owned_by": "system", "created": _CREATED}
        for model_id in state.facts.catalogue
    ]
    return Response.of_json(HTTPStatus.OK, {"object": "list", "data": rows})


def chat_completions(state: MockState, request: Request) -> Response:
    """``POST /v1/chat/completions``, streaming or not; a served call is paid from the balance."""
    call = authorize(state, request, _without_messages)
    if call.refusal is not None:
        return refusal_response(state, call, "error")
    if call.empty:
        body = _chat(call, choices=None, usage=_usage(0, 0))
        return Response.of_json(HTTPStatus.OK, body, headers=call.headers)
    words = _answer(call.body.get("max_tokens"))
    usage = _usage(len(str(call.body.get("messages", ""))) // 4 + 1, len(words))
    if not call.body.get("stream"):
        message = {"role": "assistant", "content": " ".join(words)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = _chat(call, choices=[choice], usage=usage)
        return Response.of_json(HTTPStatus.OK, body, headers=call.headers)
    events = [*_chunks(call, words), *_usage_chunk(call, usage)]
    text = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    return Response.of_events(text, call.headers)


def embeddings(state: MockState, request: Request) -> Response:
    """``POST /v1/embeddings``: wants `encoding_format` "float", and answers 400 without it.

    The message of that 400 is not known. The vectors derive from the text, 16 numbers each.
    """
    call = authorize(state, request, _not_for_embeddings)
    if call.refusal is not None:
        return refusal_response(state, call, "errors")
    inputs = [] if call.empty else call.body.get("input", "")
    texts = [str(each) for each in inputs] if isinstance(inputs, list) else [str(inputs)]
    rows = [
        {"object": "embedding", "index": index, "embedding": _vector(text)}
        for index, text in enumerate(texts)
    ]
    tokens = sum(len(text) // 4 + 1 for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    body = {"object": "list", "data": rows, "model": call.model_id, "usage": usage}
    return Response.of_json(HTTPStatus.OK, body, headers=call.headers)


def images_generations(state: MockState, request: Request) -> Response:
    """``POST /v1/images/generations``: gives a task to poll.

    Without ``X-ModelScope-Async-Mode: true`` it is a 400, with the message that was reported for a
    synchronous call of an image model. The reply with the task has the status SUCCEED, as it was
    recorded: the task was accepted, and its result has to be polled.
    """
    call = authorize(state, request, _not_for_images)
    if call.refusal is not None:
        return refusal_response(state, call, "errors")
    with state.lock:
        task_id = str(5_000_000 + len(state.image_polls))
        state.image_polls[task_id] = 0
    body = {"task_status": "SUCCEED", "task_id": task_id, "request_id": REQUEST_ID}
    return Response.of_json(HTTPStatus.OK, body, headers=call.headers)


def image_task(state: MockState, request: Request) -> Response:
    """``GET /v1/tasks/{id}``: PENDING, RUNNING, then SUCCEED with an address.

    Without ``X-ModelScope-Task-Type: image_generation`` the task is not found. The status of that
    reply is not known; ours is the 500 that its body names.
    """
    if state.accounts.find(request.token) is None:
        refusal = Refusal(HTTPStatus.UNAUTHORIZED, BAD_TOKEN)
        return refusal_response(state, Call(refusal=refusal), "errors")
    task_id = request.path.rpartition("/")[2]
    wrong_type = request.headers.get("x-modelscope-task-type") != "image_generation"
    with state.lock:
        if wrong_type or task_id not in state.image_polls:
            body: dict[str, Any] = {
                "errors": {"code": 500, "message": "task not found"},
                "task_status": "FAILED",
            }
            return Response.of_json(HTTPStatus.INTERNAL_SERVER_ERROR, body)
        polls = state.image_polls[task_id]
        state.image_polls[task_id] += 1
    if polls < _POLLS_UNTIL_DONE:
        body = {"task_status": ("PENDING", "RUNNING")[polls]}
    else:
        body = {"task_status": "SUCCEED", "output_images": ["https://images.example/result.png"]}
    return Response.of_json(HTTPStatus.OK, body)


def messages(state: MockState, request: Request) -> Response:
    """``POST /v1/messages``, the Anthropic interface.

    Its error types are not known but for their envelope; ours follow the status. A stream has the
    events that Anthropic documents.
    """
    call = authorize(state, request, _without_messages)
    if call.refusal is not None:
        kind = _ANTHROPIC_TYPES.get(call.refusal.status, "api_error")
        error = {"type": kind, "message": call.refusal.message}
        body: dict[str, Any] = {"type": "error", "error": error}
        return Response.of_json(call.refusal.status, body, headers=call.headers)
    words = [] if call.empty else list(_answer(call.body.get("max_tokens")))
    body = {
        "id": "msg_0",
        "type": "message",
        "role": "assistant",
        "model": call.model_id,
        "content": [{"type": "text", "text": " ".join(words)}] if words else [],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1 if words else 0, "output_tokens": len(words)},
    }
    if not call.body.get("stream"):
        return Response.of_json(HTTPStatus.OK, body, headers=call.headers)
    text = "".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in _events(body, words)
    )
    return Response.of_events(text, call.headers)


_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


def _without_messages(_request: Request, body: Mapping[str, Any]) -> str:
    return "" if isinstance(body.get("messages"), list) else "messages has to be a list"


def _not_for_embeddings(_request: Request, body: Mapping[str, Any]) -> str:
    if body.get("encoding_format") != "float":
        return 'encoding_format has to be "float"'
    return "" if isinstance(body.get("input"), str | list) else "input has to be a text or a list"


def _not_for_images(request: Request, body: Mapping[str, Any]) -> str:
    if request.headers.get("x-modelscope-async-mode", "").lower() != "true":
        return behaviours()["image_model"].message
    return "" if isinstance(body.get("prompt"), str) else "prompt has to be a text"


def _chat(call: Call, **parts: object) -> dict[str, Any]:
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": _CREATED,
        "model": call.model_id,
        **parts,
    }


def _answer(max_tokens: object) -> tuple[str, ...]:
    """The words of an answer; a token is a word."""
    if isinstance(max_tokens, int) and not isinstance(max_tokens, bool) and max_tokens > 0:
        return _WORDS[:max_tokens]
    return _WORDS


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _chunks(call: Call, words: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for index, word in enumerate(words):
        role = {"role": "assistant"} if index == 0 else {}
        content = word if index == 0 else f" {word}"
        delta = {**role, "content": content}
        yield _chunk(call, [{"index": 0, "delta": delta, "finish_reason": None}])
    yield _chunk(call, [{"index": 0, "delta": {}, "finish_reason": "stop"}])


def _usage_chunk(call: Call, usage: dict[str, int]) -> list[dict[str, Any]]:
    options = call.body.get("stream_options")
    wanted = isinstance(options, dict) and options.get("include_usage")
    return [{**_chunk(call, []), "usage": usage}] if wanted else []


def _chunk(call: Call, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {**_chat(call, choices=choices), "object": "chat.completion.chunk"}


def _events(body: dict[str, Any], words: list[str]) -> Iterator[dict[str, Any]]:
    yield {"type": "message_start", "message": {**body, "content": [], "stop_reason": None}}
    yield {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "text", "text": ""},
    }
    for index, word in enumerate(words):
        text = word if index == 0 else f" {word}"
        delta = {"type": "text_delta", "text": text}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": body["usage"],
    }
    yield {"type": "message_stop"}


def _vector(text: str) -> list[float]:
    digest = hashlib.sha256(text.encode()).digest()[:_DIMENSIONS]
    return [(byte - 127.5) / 127.5 for byte in digest]
