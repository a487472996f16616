"""API-Inference of the mock ModelScope: catalogue, embeddings, images."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from msconfig.mock.authorization import BAD_TOKEN, Call, Refusal, authorize, refusal_response
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import behaviours
from msconfig.mock.state import CREATED, REQUEST_ID, MockState
from msconfig.modelscope.facts import Origin, Provenance

__all__ = [
    "IMAGE_PATH",
    "catalogue",
    "embeddings",
    "image",
    "image_task",
    "images_generations",
]

_DIMENSIONS = 16
_POLLS_UNTIL_DONE = 2
IMAGE_PATH = "/images/result.png"
_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""One pixel, base64."""
_MOST_IMAGES = 10


def catalogue(state: MockState, _request: Request) -> Response:
    """``GET /v1/models``: open to everybody, whatever token is sent; one page, filters ignored.

    404 where the snapshot holds none, which clients do not retry.
    """
    if state.facts.catalogue is None:
        missing = Provenance(Origin.DERIVED, missing="no catalogue is recorded")
        return Response.of_json(HTTPStatus.NOT_FOUND, {}, provenance=missing)
    rows = [
        {"id": model_id, "object": "", "owned_by": "system", "created": CREATED}
        for model_id in state.facts.catalogue
    ]
    return Response.of_json(HTTPStatus.OK, {"object": "list", "data": rows})


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
    return call.reply(body)


def images_generations(state: MockState, request: Request) -> Response:
    """``POST /v1/images/generations``: gives a task to poll.

    Without ``X-ModelScope-Async-Mode: true`` it is a 400, with the message that was reported for a
    synchronous call of an image model, unless the scenario has `synchronous_images`: then the
    pictures come in OpenAI's shape. The reply with the task has the status SUCCEED, as it was
    recorded: the task was accepted, and its result has to be polled.
    """
    call = authorize(state, request, partial(_not_for_images, state))
    if call.refusal is not None:
        return refusal_response(state, call, "errors")
    if not _is_asynchronous(request):
        return call.reply({"created": CREATED, "data": _images(request, call.body)})
    with state.lock:
        task_id = str(5_000_000 + len(state.image_polls))
        state.image_polls[task_id] = 0
    body = {"task_status": "SUCCEED", "task_id": task_id, "request_id": REQUEST_ID}
    return call.reply(body)


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
        body = {"task_status": "SUCCEED", "output_images": [_image_address(request)]}
    return Response.of_json(HTTPStatus.OK, body)


def _not_for_embeddings(_request: Request, body: Mapping[str, Any]) -> str:
    if body.get("encoding_format") != "float":
        return 'encoding_format has to be "float"'
    return "" if isinstance(body.get("input"), str | list) else "input has to be a text or a list"


def image(_state: MockState, _request: Request) -> Response:
    """``GET /images/result.png``: the picture of every image task; the path is ours."""
    return Response(HTTPStatus.OK, base64.b64decode(_PNG), {"Content-Type": "image/png"})


def _image_address(request: Request) -> str:
    return f"http://{request.headers.get('host', 'localhost')}{IMAGE_PATH}"


def _images(request: Request, body: Mapping[str, Any]) -> list[dict[str, str]]:
    n = body.get("n")
    if body.get("response_format") == "b64_json":
        one = {"b64_json": _PNG}
    else:
        one = {"url": _image_address(request)}
    return [one] * (n if isinstance(n, int) and 1 <= n <= _MOST_IMAGES else 1)


def _is_asynchronous(request: Request) -> bool:
    return request.headers.get("x-modelscope-async-mode", "").lower() == "true"


def _not_for_images(state: MockState, request: Request, body: Mapping[str, Any]) -> str:
    if not (_is_asynchronous(request) or state.scenario.synchronous_images):
        return behaviours()["image_model"].message
    return "" if isinstance(body.get("prompt"), str) else "prompt has to be a text"


def _vector(text: str) -> list[float]:
    import hashlib  # noqa: PLC0415 - an offline check makes no vectors, and it loads OpenSSL

    digest = hashlib.sha256(text.encode()).digest()[:_DIMENSIONS]
    return [(byte - 127.5) / 127.5 for byte in digest]
