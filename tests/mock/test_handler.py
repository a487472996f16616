"""What the answers of the mock ModelScope rest on."""

from __future__ import annotations

import json

import pytest

from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Account, ModelScenario, Scenario
from msconfig.mock.snapshot import RecordedHub, RecordedLookUp, RecordedModel
from msconfig.modelscope.facts import CallResult, Origin, Provenance, RecordedCall, Source
from support import ALIVE, DEAD, RECORDED, TOKEN, derived, served_by, snapshot

GATED = RecordedModel(None, RecordedHub(True, gated=True))
DERIVED = RecordedModel(derived(served_by(), "absent from a list"), RecordedHub(True))
CALLED = Source("POST /v1/chat/completions", RECORDED, Origin.RECORDED)
FACTS = snapshot(
    {
        "Qwen/Alive": ALIVE,
        "Qwen/Dead": DEAD,
        "Qwen/Gated": GATED,
        "Qwen/Derived": DERIVED,
        "Qwen/Absent": RecordedModel(None, RecordedHub(False)),
        "Qwen/Unlisted": RecordedModel(None, RecordedHub(True)),
        "Qwen/No500": RecordedModel(RecordedLookUp(None)),
        "Qwen/Called": RecordedModel(calls=(RecordedCall(CALLED, CallResult.ANSWERED, 200),)),
        "Qwen/Early": RecordedModel(None, RecordedHub(False)),
    },
    ("Qwen/Alive", "Qwen/Listed", "Qwen/Dear", "Qwen/Odd", "Qwen/Early"),
)
MOCK = MockModelScope(
    FACTS,
    Scenario(
        accounts=(Account(TOKEN),),
        models={"Qwen/Dear": ModelScenario(cost=2), "Qwen/Odd": ModelScenario(cost=7.5)},
    ),
)
LOOK_UP = "/api/v1/inference/list_model_providers"
DAY = f"{RECORDED:%Y-%m-%d}"
NEVER_HEARD = f"not in the snapshot of {DAY}; it may be newer"


def ask(path: str, token: str = "") -> Response:
    where, _, query = path.partition("?")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return MOCK(Request("GET", where, query, headers))


def get(path: str, token: str = "") -> tuple[int, object]:
    response = ask(path, token)
    return response.status, json.loads(response.body)


def test_the_catalogue_is_open_to_any_token() -> None:
    for token in ("", TOKEN, "garbage"):
        status, body = get("/v1/models", token)
        assert status == 200
        assert [row["id"] for row in body["data"]] == list(FACTS.catalogue or ())  # type: ignore[index]


def test_a_catalogue_that_was_not_recorded_is_answered_as_no_client_retries() -> None:
    response = MockModelScope(snapshot(catalogue=None))(Request("GET", "/v1/models"))
    assert (response.status, response.provenance.missing) == (404, "no catalogue is recorded")


@pytest.mark.parametrize(("token", "status"), [("", 401), ("garbage", 401), (TOKEN, 200)])
def test_only_its_own_tokens_are_known(token: str, status: int) -> None:
    assert get("/openapi/v1/users/me", token)[0] == status


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        pytest.param("Alive", [{"Name": "ModelScope"}], id="recorded"),
        pytest.param("Listed", [("standard", 1)], id="listed"),
        pytest.param("Dear", [("ultra", 2)], id="with the cost of the scenario"),
        pytest.param("Odd", [(None, 7.5)], id="with a cost of no tier"),
        pytest.param("Called", [("standard", 1)], id="answered a call"),
        pytest.param("Unlisted", None, id="exists, not listed"),
        pytest.param("Derived", None, id="derived in the snapshot"),
    ],
)
def test_the_look_up_answers_as_the_real_service_does(name: str, rows: object) -> None:
    status, body = get(f"{LOOK_UP}?ModelId=Qwen/{name}")
    wanted = rows
    if isinstance(rows, list) and isinstance(rows[0], tuple):
        tier, cost = rows[0]
        row = {"Name": "ModelScope", "CostTier": tier, "EstimatedMagicGrainCost": cost}
        wanted = [{key: value for key, value in row.items() if value is not None}]
    count = len(rows) if isinstance(rows, list) else 0
    data = {"Providers": wanted, "TotalCount": count}
    assert (status, body) == (200, {"Code": 200, "Data": data, "Success": True})


@pytest.mark.parametrize("name", ["Absent", "Early", "Nowhere", "No500"])
def test_the_look_up_answers_500_for_an_id_that_does_not_exist(name: str) -> None:
    assert get(f"{LOOK_UP}?ModelId=Qwen/{name}") == (500, {})


@pytest.mark.parametrize(
    ("name", "known"),
    [
        pytest.param("Alive", Provenance(), id="recorded"),
        pytest.param("Derived", Provenance(Origin.DERIVED, "absent from a list"), id="derived"),
        pytest.param(
            "Listed", Provenance(Origin.DERIVED, f"in the catalogue of {DAY}"), id="listed"
        ),
        pytest.param(
            "Called", Provenance(Origin.DERIVED, f"a call on {DAY} was answered"), id="answered"
        ),
        pytest.param("Absent", Provenance(Origin.DERIVED, "the hub has no such id"), id="absent"),
        pytest.param(
            "Unlisted",
            Provenance(Origin.DERIVED, missing="not in the catalogue, and no look-up is recorded"),
            id="no look-up",
        ),
        pytest.param("Nowhere", Provenance(Origin.DERIVED, missing=NEVER_HEARD), id="not held"),
    ],
)
def test_a_reply_of_the_look_up_knows_how_it_is_known(name: str, known: Provenance) -> None:
    assert ask(f"{LOOK_UP}?ModelId=Qwen/{name}").provenance == known


@pytest.mark.parametrize("route", ["/openapi/v1/models", "/api/v1/models"])
@pytest.mark.parametrize(
    ("name", "status", "missing"),
    [
        pytest.param("Alive", 200, "", id="recorded"),
        pytest.param("Absent", 404, "", id="absent"),
        pytest.param("Listed", 200, "no reply of the hub is recorded", id="listed"),
        pytest.param("Nowhere", 404, NEVER_HEARD, id="not held"),
    ],
)
def test_the_hub_knows_every_model_that_the_snapshot_holds(
    route: str, name: str, status: int, missing: str
) -> None:
    reply = ask(f"{route}/Qwen/{name}")
    assert (reply.status, reply.provenance.missing) == (status, missing)


def test_how_a_fact_is_known_is_not_part_of_the_reply() -> None:
    for name in ("Alive", "Derived", "Listed", "Nowhere"):
        reply = ask(f"{LOOK_UP}?ModelId=Qwen/{name}")
        assert set(reply.headers) == {"Content-Type"}
        assert b"erived" not in reply.body


def test_an_unknown_path_is_not_found_in_plain_text() -> None:
    response = MOCK(Request("POST", "/v2/everything"))
    assert (response.status, response.body) == (404, b"404 page not found")
