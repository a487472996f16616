"""Offline and on a port the same question gets the same answer: every endpoint, every scenario."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request
from msconfig.mock.offline import OfflineClient
from msconfig.mock.scenario import Scenario, behaviours
from msconfig.mock.snapshot import RecordedHub, RecordedModel
from msconfig.modelscope.http_interface import Deadline, Failure, Reply
from msconfig.tokens import Secret
from support import ALIVE, DEAD, TOKEN, Connect, Serve, derived, served_by, snapshot

FACTS = snapshot(
    {
        "Qwen/Alive": ALIVE,
        "Qwen/Dead": DEAD,
        "Qwen/Gated": RecordedModel(None, RecordedHub(True, gated=True)),
        "Qwen/Private": RecordedModel(None, RecordedHub(True, private=True)),
        "Qwen/Derived": RecordedModel(derived(served_by(), "a list"), RecordedHub(True)),
        "Qwen/Absent": RecordedModel(None, RecordedHub(False)),
    },
    ("Qwen/Alive", "Qwen/Listed"),
)
NAMES = [*FACTS.models, "Qwen/Listed", "Qwen/Nowhere"]
HUB = "/api/v1/inference/list_model_providers"
GET = [
    *("/v1/models", "/openapi/v1/users/me", "/openapi/v1/magicubes/balance"),
    *("/openapi/v1/models?page_size=2", "/openapi/v1/models?page_size=99", "/v1/tasks/5000000"),
    *(f"{HUB}?ModelId={name}" for name in NAMES),
    *(f"/openapi/v1/models/{name}" for name in NAMES),
    *(f"/api/v1/models/{name}" for name in NAMES),
    *(HUB, "/nothing/here", "/"),
]
ROUTES = ["chat/completions", "embeddings", "images/generations", "messages"]
BODIES: list[dict[str, Any]] = [
    {"model": "Qwen/Alive", "messages": [], "encoding_format": "float", "input": "x"},
    {"model": "Qwen/Alive", "messages": [], "stream": True},
    *({"model": name, "messages": []} for name in NAMES),
    {},
]
MATTERING = (
    *("content-type", "retry-after"),
    *(f"modelscope-ratelimit{kind}-{what}" for kind in ("", "-model") for what in ("limit",)),
    "modelscope-ratelimit-model-requests-remaining",
)
ACCOUNT = {"token": TOKEN}
SCENARIOS: dict[str, dict[str, Any]] = {
    "plain": {},
    "unbound": {"accounts": [{**ACCOUNT, "bound": False}]},
    "unverified": {"accounts": [{**ACCOUNT, "verified": False}]},
    "poor": {"accounts": [{**ACCOUNT, "magicubes": 1.5, "frozen": 0.5}]},
    "older age": {"accounts": [{**ACCOUNT, "rate_limit_headers": True}]},
    "day quota": {"accounts": [{**ACCOUNT, "day_quota": {"Qwen/Alive": 1}}]},
    "errors beside": {"envelope": "errors", "request_id": "beside"},
    **{name: {"models": {"Qwen/Alive": {"behaviour": name}}} for name in behaviours()},
}


def known(result: Reply | Failure) -> tuple[int, bytes, str] | str:
    if isinstance(result, Failure):
        return result.message
    return result.status, result.body, result.content_type


def answers(ask: Callable[..., tuple[object, ...]], token: str) -> list[tuple[object, ...]]:
    headers = {
        "Authorization": f"Bearer {token}",
        "X-ModelScope-Async-Mode": "true",
        "X-ModelScope-Task-Type": "image_generation",
    }
    posted = [ask("POST", f"/v1/{route}", headers, body) for route in ROUTES for body in BODIES]
    return [*posted, *(ask("GET", path, headers) for path in GET)]


@pytest.mark.parametrize("token", [TOKEN, "garbage"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_handler_and_a_port_give_the_same_answer(
    serve: Serve, scenario: str, token: str
) -> None:
    told = Scenario.of({"accounts": [ACCOUNT], **SCENARIOS[scenario]})
    server = serve(MockModelScope(FACTS, told))
    handler = MockModelScope(FACTS, told)

    with httpx.Client(base_url=server.endpoints.hub) as client:

        def over_the_port(
            method: str, path: str, headers: dict[str, str], body: object = None
        ) -> tuple[object, ...]:
            reply = client.request(method, path, headers=headers, json=body)
            said = (reply.headers.get(name) for name in MATTERING)
            return (path, reply.status_code, reply.content, *said)

        on_a_port = answers(over_the_port, token)

    def directly(
        method: str, path: str, headers: dict[str, str], body: object = None
    ) -> tuple[object, ...]:
        path_alone, _, query = path.partition("?")
        lower = {name.lower(): value for name, value in headers.items()}
        sent = b"" if body is None else json.dumps(body).encode()
        reply = handler(Request(method, unquote(path_alone), query, lower, sent))
        got = {name.lower(): value for name, value in reply.headers.items()}
        return (path, reply.status, reply.body, *(got.get(name) for name in MATTERING))

    assert answers(directly, token) == on_a_port


QUESTIONS: list[tuple[str, dict[str, str] | None]] = [
    *((path, None) for path in ("/v1/models", "/openapi/v1/users/me", "/nothing/here")),
    *((f"/openapi/v1/models/{name}", None) for name in NAMES),
    *((f"/api/v1/models/{name}", None) for name in NAMES),
    *((HUB, {"ModelId": name}) for name in NAMES),
    ("/openapi/v1/models", {"page_size": "2", "page_number": "1"}),
    ("/openapi/v1/models", {"search": "Qwen 3+5 & more/千问=%", "filter.task": "text-ranking"}),
]


@pytest.mark.parametrize(("path", "params"), QUESTIONS)
def test_a_client_offline_and_one_on_a_port_get_the_same(
    path: str, params: dict[str, str] | None, serve: Serve, connect: Connect
) -> None:
    handler = MockModelScope(FACTS)
    base = serve(handler).endpoints.hub
    online, offline = connect(retries=0), OfflineClient(handler)
    deadline = Deadline(25, online.pacing)
    replies = [
        client.get(base + path, deadline=deadline, params=params, token=Secret(TOKEN))
        for client in (online, offline)
    ]
    missing = isinstance(replies[1], Failure)
    assert missing or known(replies[0]) == known(replies[1])


def test_a_call_offline_and_one_on_a_port_get_the_same(serve: Serve, connect: Connect) -> None:
    handler = MockModelScope(FACTS, Scenario.of({"accounts": [ACCOUNT]}))
    base = serve(handler).endpoints.inference
    read: list[bytes] = []

    def enough(piece: bytes) -> bool:
        read.append(piece)
        return False

    body: dict[str, object] = {"model": "Qwen/Alive", "input": "hi", "encoding_format": "float"}
    replies = [
        client.post_once(f"{base}embeddings", body, token=Secret(TOKEN), enough=enough)
        for client in (connect(retries=0), OfflineClient(handler))
    ]
    assert known(replies[0]) == known(replies[1])
    assert isinstance(replies[1], Reply)
    assert (replies[1].status, read[-1]) == (200, replies[1].body)
