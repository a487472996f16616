"""What the answers of the pretend ModelScope rest on."""

from __future__ import annotations

import json

import pytest

from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request
from msconfig.mock.scenario import Account, Scenario
from msconfig.mock.snapshot import RecordedHub, RecordedLookUp, RecordedModel
from msconfig.modelscope.facts import NOTE_HEADER
from support import ALIVE, DEAD, RECORDED, TOKEN, snapshot

GATED = RecordedModel(None, RecordedHub(True, gated=True))
DERIVED = RecordedModel(
    RecordedLookUp((), "absent from a list"), RecordedHub(True, ("text-ranking",), derived="seen")
)
FACTS = snapshot(
    {
        "Qwen/Alive": ALIVE,
        "Qwen/Dead": DEAD,
        "Qwen/Gated": GATED,
        "Qwen/Derived": DERIVED,
        "Qwen/Absent": RecordedModel(None, RecordedHub(False)),
    },
    ("Qwen/Alive", "Qwen/Listed"),
)
FAKE = MockModelScope(FACTS, Scenario(accounts=(Account(TOKEN),)))
LOOK_UP = "/api/v1/inference/list_model_providers"


def get(path: str, token: str = "") -> tuple[int, object, str]:
    where, _, query = path.partition("?")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    response = FAKE(Request("GET", where, query, headers))
    return response.status, json.loads(response.body), response.headers.get(NOTE_HEADER, "")


def test_the_catalogue_is_open_to_any_token() -> None:
    for token in ("", TOKEN, "garbage"):
        status, body, _ = get("/v1/models", token)
        assert status == 200
        assert [row["id"] for row in body["data"]] == ["Qwen/Alive", "Qwen/Listed"]  # type: ignore[index]


@pytest.mark.parametrize(("token", "status"), [("", 401), ("garbage", 401), (TOKEN, 200)])
def test_only_its_own_tokens_are_known(token: str, status: int) -> None:
    assert get("/openapi/v1/users/me", token)[0] == status


@pytest.mark.parametrize(
    ("name", "status", "note"),
    [
        pytest.param("Alive", 200, "", id="read"),
        pytest.param("Derived", 200, "derived: absent from a list", id="derived"),
        pytest.param("Listed", 503, "not recorded", id="not recorded"),
        pytest.param("Absent", 500, "", id="recorded as absent"),
        pytest.param("Nowhere", 500, f"not in the snapshot of {RECORDED:%Y-%m-%d}", id="not held"),
    ],
)
def test_the_look_up_says_what_its_answer_rests_on(name: str, status: int, note: str) -> None:
    answered, _, said = get(f"{LOOK_UP}?ModelId=Qwen/{name}")
    assert (answered, said) == (status, note)


def test_an_unknown_path_is_not_found_in_plain_text() -> None:
    response = FAKE(Request("POST", "/v2/everything"))
    assert (response.status, response.body) == (404, b"404 page not found")
