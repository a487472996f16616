"""The mock of Cherry Studio's API Gateway, with the client of another project and without."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from msconfig.mock.mock import Mock
from msconfig.mock.scenario import APP_KEY, Scenario

SERVED = "Qwen/Qwen3.5-27B"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "mock.md"
HELLO = [{"role": "user", "content": "Hello?"}]


@pytest.fixture
def app() -> Iterator[Mock]:
    with Mock(app=True) as mock:
        yield mock


def get(app: Mock, path: str, **headers: str) -> httpx.Response:
    return httpx.get(
        f"{app.app_url}{path}",
        headers={each.replace("_", "-"): value for each, value in headers.items()},
    )


def test_health_needs_no_key(app: Mock) -> None:
    reply = get(app, "/health")
    assert (reply.status_code, reply.json()["status"]) == (200, "ok")


@pytest.mark.parametrize(
    ("headers", "status", "error"),
    [
        ({}, 401, "Unauthorized: missing credentials"),
        ({"Authorization": "Bearer wrong"}, 403, "Forbidden"),
        ({"x_api_key": "wrong"}, 403, "Forbidden"),
        ({"Authorization": f"Bearer {APP_KEY}"}, 200, None),
        ({"x_api_key": APP_KEY}, 200, None),
    ],
)
def test_the_rest_needs_the_key(
    app: Mock, headers: dict[str, str], status: int, error: str | None
) -> None:
    reply = get(app, "/v1/models", **headers)
    assert (reply.status_code, reply.json().get("error")) == (status, error)
    assert app.app_key == APP_KEY


def test_models_are_of_the_catalogue_and_of_providers_that_are_on(app: Mock) -> None:
    def ids() -> set[str]:
        reply = get(app, "/v1/models", x_api_key=app.app_key)
        return {row["id"] for row in reply.json()["data"]}

    assert f"modelscope:{SERVED}" in ids()
    assert len(ids()) == 35
    other = {"id": "other", "models": ["a", "b"]}
    app.use({"app": {"providers": [other, {"id": "off", "enabled": False, "models": ["c"]}]}})
    assert ids() == {"other:a", "other:b"}
    app.reset()
    assert len(ids()) == 35


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", range(5)),
        ("?limit=2", range(2)),
        ("?limit=2&offset=2", range(2, 4)),
        ("?limit=2&offset=4", range(4, 5)),
        ("?offset=3", range(3, 5)),
        ("?offset=9&limit=9", range(0)),
    ],
)
@pytest.mark.parametrize("version", [1, 2])
def test_pages(app: Mock, version: int, query: str, numbers: range) -> None:
    models = [f"m{number}" for number in range(5)]
    app.use({"app": {"version": version, "providers": [{"id": "p", "models": models}]}})
    body = get(app, f"/v1/models{query}", x_api_key=app.app_key).json()
    assert [row["id"] for row in body["data"]] == [f"p:m{number}" for number in numbers]
    assert body.get("total") == (5 if version == 1 and query else None)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1"])
def test_a_page_that_there_is_not_is_400(app: Mock, query: str) -> None:
    reply = get(app, f"/v1/models?{query}", x_api_key=app.app_key)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "invalid_parameters")


def test_off_is_a_connection_that_is_reset_and_can_be_switched_on(app: Mock) -> None:
    app.use({"app": {"enabled": False}})
    with pytest.raises(httpx.HTTPError):
        get(app, "/health")
    on = httpx.put(f"{app.app_url}/__mock/scenario", json={"app": {"enabled": True}})
    assert (on.status_code, get(app, "/health").status_code) == (204, 200)


def test_the_openai_sdk_lists_and_calls_through_it(app: Mock) -> None:
    import openai  # noqa: PLC0415 - slow to import

    with openai.OpenAI(base_url=f"{app.app_url}/v1", api_key=app.app_key, max_retries=0) as client:
        assert f"modelscope:{SERVED}" in {model.id for model in client.models.list()}
        model = f"modelscope:{SERVED}"
        reply = client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": "Hi"}]
        )
        assert reply.choices[0].message.content
        assert (app.spent, reply.model) == (1, SERVED)
        for wrong, code in (
            ("modelscope:no/such", "model_not_available"),
            ("other:x", "provider_not_found"),
            ("x", "provider_not_found"),
        ):
            with pytest.raises(openai.BadRequestError) as raised:
                client.chat.completions.create(
                    model=wrong, messages=[{"role": "user", "content": "Hi"}]
                )
            assert raised.value.code == code
    assert app.spent == 1


def test_a_call_ends_as_the_scenario_says(app: Mock) -> None:
    app.use({"replies": [{"contains": "Hello", "content": "From the scenario"}]})
    body = {"model": f"modelscope:{SERVED}", "messages": HELLO}
    bearer = {"Authorization": f"Bearer {app.app_key}"}
    reply = httpx.post(f"{app.app_url}/v1/chat/completions", json=body, headers=bearer)
    assert reply.json()["choices"][0]["message"]["content"] == "From the scenario"


@pytest.mark.parametrize("path", ["/v1/embeddings", "/", "/openapi/v1/users/me"])
def test_any_other_path_is_404(app: Mock, path: str) -> None:
    assert get(app, path, x_api_key=app.app_key).status_code == 404


def test_the_scenario_of_the_page_is_accepted(app: Mock) -> None:
    found = re.search(
        r"<!-- example: app -->\n```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert found
    scenario = Scenario.of(tomllib.loads(found[1]))
    assert scenario.app.key.startswith("cs-sk-")
    assert [(each.enabled, each.models) for each in scenario.app.providers] == [(False, (SERVED,))]
    app.use(scenario)
    reply = get(app, "/v1/models", x_api_key=scenario.app.key)
    assert json.loads(reply.text) == {"object": "list", "data": []}
