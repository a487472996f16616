"""Bailian beside the mock ModelScope."""

from __future__ import annotations

import json

import pytest

from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import KEY as DEFAULT_KEY
from msconfig.mock.scenario import TOKEN, Scenario
from support import snapshot

PATH = "/compatible-mode/v1/models"
OTHER_KEY = "sk-5eed0000000040008000000000000002"


def ask(scenario: Scenario, key: str | None) -> tuple[int, dict[str, object]]:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    response = MockModelScope(snapshot(), scenario)(Request("GET", PATH, "", headers))
    return response.status, json.loads(response.body)


def test_a_known_key_gets_the_list() -> None:
    status, body = ask(Scenario.of({"bailian": {"models": ["qwen3-32b"]}}), DEFAULT_KEY)
    assert status == 200
    rows = body["data"]
    assert isinstance(rows, list)
    assert [row["id"] for row in rows] == ["qwen3-32b"]


@pytest.mark.parametrize(
    ("scenario", "key"),
    [
        pytest.param({}, None, id="no key"),
        pytest.param({}, OTHER_KEY, id="another key"),
        pytest.param({}, TOKEN, id="a token of ModelScope"),
        pytest.param({"bailian": {"keys": [OTHER_KEY]}}, DEFAULT_KEY, id="not the scenario's"),
        pytest.param({"bailian": {"keys": []}}, DEFAULT_KEY, id="no key is known"),
    ],
)
def test_any_other_gets_the_recorded_401(scenario: dict[str, object], key: str | None) -> None:
    status, body = ask(Scenario.of(scenario), key)
    assert status == 401
    assert body["error"] == {
        "message": "Incorrect API key provided. ",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_api_key",
    }


def test_the_mock_says_where_bailian_is_and_which_key_it_knows() -> None:
    with Mock() as mock:
        assert mock.fallback_url == mock.hub_url.rstrip("/") + "/compatible-mode/v1/"
        assert mock.key == DEFAULT_KEY
        mock.use({"bailian": {"keys": [OTHER_KEY]}})
        assert mock.key == OTHER_KEY
