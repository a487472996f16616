"""Offline and on a port the same question gets the same answer: every endpoint, every scenario."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from msconfig.mock.handler import MockModelScope
from msconfig.mock.offline import OfflineTransport
from msconfig.mock.scenario import Scenario, behaviours
from msconfig.mock.snapshot import RecordedHub, RecordedModel
from support import ALIVE, DEAD, TOKEN, Serve, derived, served_by, snapshot

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


def answers(client: httpx.Client, base: str, token: str) -> list[tuple[object, ...]]:
    headers = {
        "Authorization": f"Bearer {token}",
        "X-ModelScope-Async-Mode": "true",
        "X-ModelScope-Task-Type": "image_generation",
    }
    posted = [
        client.post(f"{base}/v1/{route}", json=body, headers=headers)
        for route in ROUTES
        for body in BODIES
    ]
    got = [client.get(base + path, headers=headers) for path in GET]
    return [
        (
            *(str(reply.request.url).removeprefix(base), reply.status_code, reply.content),
            *(reply.headers.get(name) for name in MATTERING),
        )
        for reply in (*posted, *got)
    ]


@pytest.mark.parametrize("token", [TOKEN, "garbage"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_offline_and_on_a_port_the_answer_is_the_same(
    serve: Serve, scenario: str, token: str
) -> None:
    told = Scenario.of({"accounts": [ACCOUNT], **SCENARIOS[scenario]})
    server = serve(MockModelScope(FACTS, told))
    with httpx.Client() as online:
        on_a_port = answers(online, server.endpoints.hub, token)
    with httpx.Client(transport=OfflineTransport(MockModelScope(FACTS, told))) as offline:
        without_network = answers(offline, "https://modelscope.test", token)
    assert on_a_port == without_network
