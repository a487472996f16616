"""The endpoints of the mock ModelScope, in ModelScope's shapes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request
from msconfig.mock.scenario import Scenario
from msconfig.mock.snapshot import RecordedHub, RecordedModel
from support import ALIVE, TOKEN, snapshot

MANY = {
    f"owner{number % 3}/m{number:02}": RecordedModel(None, RecordedHub(True, ("text-ranking",)))
    for number in range(70)
}
FACTS = snapshot({"Qwen/Alive": ALIVE, **MANY})


def ask(
    mock: MockModelScope, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, Any]:
    where, _, query = path.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"authorization": f"Bearer {TOKEN}", **named}
    response = mock(Request(method, where, query, sent, json.dumps(body).encode()))
    return response.status, json.loads(response.body)


def a_mock(**scenario: object) -> MockModelScope:
    return MockModelScope(FACTS, Scenario.of({"accounts": [{"token": TOKEN}], **scenario}))


CHAT = {"model": "Qwen/Alive", "messages": []}


def test_the_balance_falls_by_what_a_call_costs_and_keeps_halves() -> None:
    mock = a_mock(
        accounts=[{"token": TOKEN, "magicubes": 3, "frozen": 1}],
        models={"Qwen/Alive": {"cost": 0.5}},
    )
    ask(mock, "POST", "/v1/chat/completions", CHAT)
    _, body = ask(mock, "GET", "/openapi/v1/magicubes/balance")
    assert body["data"] == {"total_balance": 2.5, "available_balance": 1.5, "frozen_amount": 1}
    statuses = [ask(mock, "POST", "/v1/chat/completions", CHAT)[0] for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert mock.state.accounts.spent == 2


def test_the_cost_is_that_of_the_look_up_where_nothing_else_is_given() -> None:
    row = {"Name": "ModelScope", "EstimatedMagicGrainCost": 2, "CostTier": "ultra"}
    mock = a_mock(models={"Qwen/Dear": {"look_up": {"providers": [row]}}})
    ask(mock, "POST", "/v1/chat/completions", {**CHAT, "model": "Qwen/Dear"})
    assert mock.state.accounts.spent == 2


def test_a_day_quota_counts_down_in_the_headers_of_the_older_age() -> None:
    account = {"token": TOKEN, "rate_limit_headers": True, "day_quota": {"Qwen/Alive": 2}}
    mock = a_mock(accounts=[account])
    request = Request(
        "POST",
        "/v1/chat/completions",
        headers={"authorization": f"Bearer {TOKEN}"},
        body=json.dumps(CHAT).encode(),
    )
    replies = [mock(request) for _ in range(3)]
    left = [reply.headers["modelscope-ratelimit-model-requests-remaining"] for reply in replies]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert left == ["1", "0", "0"]


@pytest.mark.parametrize(
    ("envelope", "request_id", "route", "key"),
    [
        ("mixed", "inside", "/v1/chat/completions", "error"),
        ("mixed", "inside", "/v1/embeddings", "errors"),
        ("errors", "inside", "/v1/chat/completions", "errors"),
        ("error", "beside", "/v1/images/generations", "error"),
    ],
)
def test_errors_come_in_the_envelope_of_the_scenario(
    envelope: str, request_id: str, route: str, key: str
) -> None:
    mock = a_mock(envelope=envelope, request_id=request_id)
    headers = {"x_modelscope_async_mode": "true"}
    body = {"model": "no/model", "encoding_format": "float", "messages": [], "input": "x"}
    body["prompt"] = "a cat"
    status, reply = ask(mock, "POST", route, body, **headers)
    assert status == 400
    assert reply[key]["message"] == "Invalid model id: no/model"
    assert "request_id" in (reply[key] if request_id == "inside" else reply)


def test_an_image_task_is_polled_until_it_succeeds() -> None:
    mock = a_mock(models={"Qwen/Image": {"behaviour": "answers"}})
    body = {"model": "Qwen/Image", "prompt": "a cat"}
    status, reply = ask(mock, "POST", "/v1/images/generations", body)
    assert (status, reply["errors"]["message"]) == (
        400,
        "image-gen task currently does not support synchronous calls",
    )
    _, reply = ask(mock, "POST", "/v1/images/generations", body, x_modelscope_async_mode="true")
    assert reply.keys() == {"task_status", "task_id", "request_id"}
    assert reply["task_status"] == "SUCCEED"
    path = f"/v1/tasks/{reply['task_id']}"
    assert ask(mock, "GET", path)[1]["errors"]["message"] == "task not found"
    poll = {"x_modelscope_task_type": "image_generation"}
    seen = [ask(mock, "GET", path, **poll)[1]["task_status"] for _ in range(3)]
    assert seen == ["PENDING", "RUNNING", "SUCCEED"]
    (address,) = ask(mock, "GET", path, host="localhost:1", **poll)[1]["output_images"]
    assert address == "http://localhost:1/images/result.png"
    assert mock(Request("GET", "/images/result.png")).body.startswith(b"\x89PNG")
    assert ask(mock, "GET", path, authorization="Bearer other")[0] == 401


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ({}, [{"url": "http://localhost:1/images/result.png"}]),
        ({"n": 2, "response_format": "url"}, [{"url": "http://localhost:1/images/result.png"}] * 2),
    ],
)
def test_images_come_at_once_where_the_scenario_allows_it(
    wanted: dict[str, object], rows: list[dict[str, str]]
) -> None:
    mock = a_mock(models={"Qwen/Image": {"behaviour": "answers"}}, synchronous_images=True)
    body = {"model": "Qwen/Image", "prompt": "a cat", **wanted}
    status, reply = ask(mock, "POST", "/v1/images/generations", body, host="localhost:1")
    assert (status, reply["data"]) == (200, rows)
    body["response_format"] = "b64_json"
    _, reply = ask(mock, "POST", "/v1/images/generations", body)
    assert all(base64.b64decode(each["b64_json"]).startswith(b"\x89PNG") for each in reply["data"])


def test_anthropic_messages_answer_stream_and_fail_in_their_own_shape() -> None:
    mock = a_mock()
    status, reply = ask(mock, "POST", "/v1/messages", {**CHAT, "max_tokens": 2})
    assert (status, reply["content"][0]["text"]) == (200, "Hello from")
    streamed = mock(
        Request(
            "POST",
            "/v1/messages",
            headers={"x-api-key": TOKEN},
            body=json.dumps({**CHAT, "stream": True}).encode(),
        )
    )
    events = [line for line in streamed.body.decode().splitlines() if line.startswith("event:")]
    assert (events[0], events[-1]) == ("event: message_start", "event: message_stop")
    status, reply = ask(mock, "POST", "/v1/messages", CHAT, authorization="Bearer other")
    assert (status, reply["error"]["type"]) == (401, "authentication_error")


@pytest.mark.parametrize(
    ("query", "status", "rows", "total"),
    [
        pytest.param("page_size=50", 200, 50, 71, id="first page"),
        pytest.param("page_size=50&page_number=2", 200, 21, 71, id="last page"),
        pytest.param("page_size=50&page_number=3", 200, 0, 71, id="beyond it"),
        pytest.param("search=M0", 200, 10, 10, id="search"),
        pytest.param("owner=owner1&page_size=50", 200, 23, 23, id="owner"),
        pytest.param("filter.task=text-generation", 200, 1, 1, id="task"),
        pytest.param("sort=downloads&page_size=50", 200, 50, 71, id="sorted"),
        pytest.param("sort=stars", 400, None, None, id="no such order"),
        pytest.param("page_size=51", 400, None, None, id="page too large"),
        pytest.param("page_number=0", 400, None, None, id="no such page"),
        pytest.param("page_number=x", 400, None, None, id="no number"),
        pytest.param("page_size=50&page_number=61", 403, None, None, id="too far"),
    ],
)
def test_the_hub_lists_models_within_its_limits(
    query: str, status: int, rows: int | None, total: int | None
) -> None:
    answered, body = ask(a_mock(), "GET", f"/openapi/v1/models?{query}")
    assert answered == status
    if rows is not None:
        assert (len(body["data"]["models"]), body["data"]["total_count"]) == (rows, total)


DETAILED = {
    "a/old": RecordedHub(True, downloads=5, likes=9, last_modified="2025-01-01T00:00:00Z"),
    "a/new": RecordedHub(True, downloads=7, likes=0, last_modified="2026-01-01T00:00:00Z"),
    "a/unknown": RecordedHub(True, license="MIT License"),
}


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("default", ["new", "old", "unknown"]),
        ("downloads", ["new", "old", "unknown"]),
        ("likes", ["old", "new", "unknown"]),
        ("last_modified", ["new", "old", "unknown"]),
    ],
)
def test_the_list_is_sorted_and_shows_only_what_was_recorded(sort: str, names: list[str]) -> None:
    facts = snapshot({model_id: RecordedModel(None, hub) for model_id, hub in DETAILED.items()})
    _, body = ask(MockModelScope(facts), "GET", f"/openapi/v1/models?sort={sort}")
    rows = {row["display_name"]: row for row in body["data"]["models"]}
    assert list(rows) == names
    assert (rows["new"]["downloads"], rows["new"]["likes"]) == (7, 0)
    assert rows["unknown"]["license"] == "MIT License"
    assert not {"downloads", "likes", "last_modified"} & rows["unknown"].keys()
    assert "license" not in rows["new"]
