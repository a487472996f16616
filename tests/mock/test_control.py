"""The control API, as a program of another language uses it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN, Scenario
from msconfig.tokens import Secret

CHAT = {"model": "Qwen/Qwen3.5-27B", "messages": [{"role": "user", "content": "Hello?"}]}
OTHER = "ms-5eed0000-0000-4000-8000-0000000000aa"
TOML = {"content-type": "application/toml"}
SCENARIO = '[[replies]]\ncontent = "Changed."\n'


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock(Scenario.of({"replies": [{"content": "From the start."}]})) as mock:
        yield mock


@pytest.fixture
def client(mock: Mock) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=mock.hub_url) as client:
        yield client


def chat(client: httpx.Client, token: str = TOKEN) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return client.post("/v1/chat/completions", json=CHAT, headers=headers)


def content(client: httpx.Client) -> str:
    return str(chat(client).json()["choices"][0]["message"]["content"])


def test_the_requests_are_shown_without_their_tokens(client: httpx.Client) -> None:
    chat(client)
    client.get(f"/openapi/v1/users/me?token={OTHER}", headers={"x-api-key": "a-secret-of-mine"})
    reply = client.get("/__mock/requests")
    first, second = reply.json()["requests"]
    assert (first["method"], first["path"], first["body"]) == ("POST", "/v1/chat/completions", CHAT)
    assert first["headers"]["authorization"] == Secret(TOKEN).fingerprint
    assert second["headers"]["x-api-key"] == Secret("a-secret-of-mine").fingerprint
    assert second["query"].startswith("token=")
    assert second["body"] == ""
    for secret in (TOKEN, OTHER, "a-secret-of-mine"):
        assert secret not in reply.text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/toml", SCENARIO),
        ("application/json", '{"replies": [{"content": "Changed."}]}'),
        ("Application/JSON; charset=utf-8", '{"replies": [{"content": "Changed."}]}'),
    ],
)
def test_a_scenario_is_put_in_place_and_reset(
    client: httpx.Client, content_type: str, body: str
) -> None:
    assert content(client) == "From the start."
    put = client.put("/__mock/scenario", content=body, headers={"content-type": content_type})
    assert (put.status_code, put.content) == (204, b"")
    assert client.get("/__mock/requests").json() == {"requests": []}
    assert content(client) == "Changed."
    assert client.post("/__mock/reset").status_code == 204
    assert client.get("/__mock/requests").json() == {"requests": []}
    assert content(client) == "From the start."


@pytest.mark.parametrize(
    ("content_type", "body", "status", "place", "reason"),
    [
        ("application/toml", "x = ", 400, "$", "not TOML"),
        ("application/json", "{", 400, "$", "not JSON"),
        ("application/json", '{"seed": 1, "seed": 2}', 400, "$", "seed"),
        ("application/json", "[]", 400, "$", "must be an object"),
        ("application/toml", "[pace]\ncalls = 1", 400, "$.pace", "unknown key 'calls'"),
        ("application/toml", "[[replies]]", 400, "$.replies[0]", "must have exactly one of"),
        ("text/plain", SCENARIO, 415, "", "application/toml"),
        ("", SCENARIO, 415, "", "application/toml"),
    ],
)
def test_an_invalid_scenario_is_refused_with_its_place_and_the_old_one_stays(
    client: httpx.Client, content_type: str, body: str, status: int, place: str, reason: str
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    reply = client.put("/__mock/scenario", content=body, headers=headers)
    error = reply.json()["error"]
    found = error.get("problems", [{"place": "", "reason": error["message"]}])
    assert (reply.status_code, found[0]["place"]) == (status, place)
    assert reason in found[0]["reason"]
    assert content(client) == "From the start."


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost"}, 200),
        ({"Host": "LOCALHOST:99"}, 200),
        ({"Host": "127.0.0.1:8421"}, 200),
        ({"Host": "[::1]:8421"}, 200),
        ({"Host": "[::1]"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:8421"}, 403),
        ({"Host": "localhost.evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "http://localhost"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_no_page_in_a_browser_may_use_it(
    client: httpx.Client, headers: dict[str, str], status: int
) -> None:
    assert client.get("/__mock/requests", headers=headers).status_code == status
    toml = {**TOML, **headers}
    put = client.put("/__mock/scenario", content=SCENARIO, headers=toml)
    assert put.status_code == (204 if status == 200 else 403)
    assert content(client) == ("Changed." if status == 200 else "From the start.")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/__mock/requests", 405),
        ("POST", "/__mock/scenario", 405),
        ("GET", "/__mock/reset", 405),
        ("GET", "/__mock/", 404),
        ("GET", "/__mock/else", 404),
    ],
)
def test_anything_else_is_refused(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    reply = client.request(method, path)
    assert reply.status_code == status
    assert (status == 405) == ("allow" in reply.headers)
    assert reply.json()["error"]["message"]


def test_no_fault_meets_it_and_it_is_not_remembered(mock: Mock, client: httpx.Client) -> None:
    mock.use({"faults": [{"does": "reset"}]})
    assert client.get("/__mock/requests").json() == {"requests": []}
    assert client.post("/__mock/reset").status_code == 204
    assert content(client) == "From the start."
