"""`check()` over a real socket: the verdicts, what they cost in requests, what they come with."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from msconfig.checking.check import CheckRequest, check
from msconfig.checking.report import Cost, ModelResult, Report, Status, TokenStatus
from msconfig.checking.verdict import MOST_CHARACTERS
from msconfig.errors import ExitCode
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.offline import OfflineClient
from msconfig.mock.snapshot import RecordedHub, RecordedLookUp, RecordedModel, Snapshot
from msconfig.model_ids import GivenId, Location
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import CallResult, Catalogue, Origin, RecordedCall, Source
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Endpoints, Site
from support import ALIVE, DEAD, TOKEN, Check, Serve, derived, instead, mock_of, served_by, snapshot

ID = "Qwen/Model"
AT = datetime(2026, 10, 6, tzinfo=UTC)
CHAT = RecordedHub(True, ("text-generation",))
OTHERS = RecordedModel(served_by("DashScope"), CHAT)
UNKNOWN = RecordedModel(None, RecordedHub(exists=False))
PRIVATE = RecordedModel(served_by(), replace(CHAT, private=True))
GATED = RecordedModel(served_by(), replace(CHAT, gated=True))

DOWN = Response.of_json(503, {})
FAULT = Response.of_json(500, {})
GONE = Response(404, b"404 page not found", {"Content-Type": "text/plain"})
PAGE = Response(200, b"<html>sign in</html>", {"Content-Type": "text/html"})
CLOSED = Response.of_json(403, {"Code": 10010200001, "Message": "closed", "Success": False})
CATALOGUE = "/v1/models"
LOOK_UP = "/api/v1/inference/list_model_providers"
OPEN_API = "/openapi/v1/models/"
OLDER_API = "/api/v1/models/"


def check_offline(facts: Snapshot, *ids: str, **more: Any) -> Report:  # noqa: ANN401
    modelscope = ModelScope(
        Endpoints.of(Site.CN), OfflineClient(MockModelScope(facts)), recorded_calls=facts.calls()
    )
    given = [GivenId(each) for each in ids]
    recorded = facts.recorded
    return check(modelscope, CheckRequest(Site.CN, given, snapshot_recorded=recorded, **more))


def only(report: Report) -> ModelResult:
    (model,) = report.models
    return model


@pytest.mark.parametrize(
    ("facts", "listed", "replies", "status", "code"),
    [
        pytest.param(ALIVE, True, {}, Status.ENABLED, 0, id="listed and served"),
        pytest.param(ALIVE, False, {}, Status.ENABLED, 0, id="served, not listed"),
        pytest.param(ALIVE, True, {LOOK_UP: DOWN}, Status.ENABLED, 0, id="listed, look-up down"),
        pytest.param(ALIVE, True, {LOOK_UP: PAGE}, Status.ENABLED, 0, id="listed, look-up a page"),
        pytest.param(ALIVE, True, {LOOK_UP: FAULT}, Status.ENABLED, 0, id="listed, look-up ill"),
        pytest.param(ALIVE, True, {CATALOGUE: DOWN}, Status.ENABLED, 0, id="catalogue down"),
        pytest.param(DEAD, True, {}, Status.DISPUTED, 4, id="listed, served by nobody"),
        pytest.param(OTHERS, True, {}, Status.DISPUTED, 4, id="listed, served by others"),
        pytest.param(UNKNOWN, True, {}, Status.DISPUTED, 4, id="listed, no such id"),
        pytest.param(OTHERS, False, {}, Status.THIRD_PARTY_ONLY, 1, id="others only"),
        pytest.param(DEAD, False, {}, Status.NOT_ENABLED, 1, id="nobody"),
        pytest.param(UNKNOWN, False, {}, Status.NOT_FOUND, 1, id="no such id"),
        pytest.param(UNKNOWN, False, {CATALOGUE: DOWN}, Status.NOT_FOUND, 1, id="nor in the dark"),
        pytest.param(PRIVATE, False, {}, Status.NO_ACCESS, 1, id="private"),
        pytest.param(GATED, True, {}, Status.NO_ACCESS, 1, id="gated, though listed"),
        pytest.param(
            DEAD, False, {OPEN_API: DOWN, OLDER_API: CLOSED}, Status.NO_ACCESS, 1, id="no access"
        ),
        pytest.param(DEAD, False, {CATALOGUE: DOWN}, Status.UNVERIFIED, 4, id="no, in the dark"),
        pytest.param(DEAD, False, {CATALOGUE: PAGE}, Status.UNVERIFIED, 4, id="no, and a page"),
        pytest.param(DEAD, False, {LOOK_UP: DOWN}, Status.UNVERIFIED, 4, id="look-up down"),
        pytest.param(DEAD, False, {LOOK_UP: FAULT}, Status.UNVERIFIED, 4, id="look-up ill"),
        pytest.param(
            UNKNOWN,
            False,
            {OPEN_API: DOWN, OLDER_API: DOWN},
            Status.UNVERIFIED,
            4,
            id="a 500 that the hub cannot explain",
        ),
        pytest.param(
            UNKNOWN, False, {OPEN_API: DOWN}, Status.NOT_FOUND, 1, id="that the older API explains"
        ),
    ],
)
def test_a_model_gets_its_verdict(
    facts: RecordedModel,
    listed: bool,
    replies: dict[str, Response],
    status: Status,
    code: int,
    serve: Serve,
    check_at: Check,
) -> None:
    catalogue = ("Qwen/Alive", *([ID] if listed else []))
    server = serve(instead(replies, mock_of({ID: facts}, catalogue)))
    report = check_at(server.url_for("/"), ID)
    assert (only(report).status, report.exit_code) == (status, code)


@pytest.mark.parametrize("asked", ["just-a-name", "a/b/c", "", "Qwen/ Alive", "../Alive", "通/义"])
def test_for_a_text_that_is_no_id_only_the_catalogue_is_read(
    asked: str, serve: Serve, check_at: Check
) -> None:
    server = serve(mock_of())
    report = check_at(server.url_for("/"), asked)
    assert (only(report).status, report.exit_code) == (Status.MALFORMED, 1)
    assert (only(report).id, only(report).evidence) == (asked, ())
    assert [request.path for request in server.requests] == [CATALOGUE]


def test_every_status_stands_in_the_order_the_ids_were_given(serve: Serve, check_at: Check) -> None:
    known = {"a/others": OTHERS, "a/dead": DEAD, "a/private": PRIVATE, "a/none": UNKNOWN}
    ids = ["a/none", "Qwen/Alive", "a/dead", "no id", "a/private", "qwen/alive", "a/others"]
    report = check_at(serve(mock_of(known)).url_for("/"), *ids)
    assert [model.id for model in report.models] == ids
    assert [str(model.status) for model in report.models] == [
        *("not_found", "enabled", "not_enabled", "malformed"),
        *("no_access", "not_found", "third_party_only"),
    ]


def test_an_id_keeps_the_place_where_it_stands(serve: Serve, check_at: Check) -> None:
    place, other = Location("models.txt", 3, 5), Location("models.txt", 9, 1)
    twice = GivenId("a/c", place, "https://modelscope.cn/models/a/c", (place, other))
    ids = (GivenId("Qwen/Alive", place), GivenId("no id", place), GivenId("a/b"), twice)
    report = check_at(serve(mock_of()).url_for("/"), *ids)
    assert [model.location for model in report.models] == [place, place, None, place]
    assert [model.locations for model in report.models] == [(place,), (place,), (), (place, other)]
    assert [model.given for model in report.models] == [None, None, None, twice.given]


PATHS = {LOOK_UP: "look-up", OPEN_API + ID: "hub", OLDER_API + ID: "older hub"}


@pytest.mark.parametrize(
    ("facts", "listed", "replies", "asked"),
    [
        pytest.param(ALIVE, True, {}, ["look-up"], id="listed and confirmed"),
        pytest.param(ALIVE, False, {}, ["look-up"], id="confirmed, not listed"),
        pytest.param(ALIVE, False, {CATALOGUE: PAGE}, ["look-up"], id="confirmed, no catalogue"),
        pytest.param(ALIVE, True, {LOOK_UP: PAGE}, ["look-up"], id="listed, look-up a page"),
        pytest.param(ALIVE, True, {LOOK_UP: GONE}, ["look-up"], id="listed, look-up gone"),
        pytest.param(ALIVE, True, {LOOK_UP: DOWN}, ["look-up"] * 3, id="listed, look-up down"),
        pytest.param(DEAD, True, {}, ["look-up", "hub"], id="listed, not served"),
        pytest.param(OTHERS, True, {}, ["look-up", "hub"], id="listed, served by others"),
        pytest.param(DEAD, False, {}, ["look-up", "hub"], id="not served"),
        pytest.param(OTHERS, False, {}, ["look-up", "hub"], id="served by others"),
        pytest.param(UNKNOWN, False, {}, ["look-up", "hub"], id="no such id"),
        pytest.param(UNKNOWN, True, {}, ["look-up", "hub"], id="listed, no such id"),
        pytest.param(ALIVE, False, {LOOK_UP: GONE}, ["look-up", "hub"], id="look-up gone"),
        pytest.param(
            DEAD,
            False,
            {OPEN_API: CLOSED, OLDER_API: CLOSED},
            ["look-up", "hub", "older hub"],
            id="the hub is not clear",
        ),
        pytest.param(
            ALIVE,
            True,
            {LOOK_UP: FAULT},
            ["look-up", "hub", "look-up", "look-up"],
            id="a 500 for an id that exists",
        ),
        pytest.param(
            ALIVE,
            True,
            {LOOK_UP: Response.of_json(500, {}, headers={"Retry-After": "90"})},
            ["look-up", "hub"],
            id="a 500 that is not to be tried again soon",
        ),
    ],
)
def test_requests_are_made_only_where_the_verdict_needs_them(
    facts: RecordedModel,
    listed: bool,
    replies: dict[str, Response],
    asked: list[str],
    serve: Serve,
    check_at: Check,
) -> None:
    catalogue = ("Qwen/Alive", *([ID] if listed else []))
    server = serve(instead(replies, mock_of({ID: facts}, catalogue)))
    check_at(server.url_for("/"), ID, tokens=[TOKEN])
    paths = [request.path for request in server.requests]
    assert [PATHS[path] for path in paths if path in PATHS] == asked


def test_an_id_in_another_case_than_the_catalogue_s_needs_no_hub(
    serve: Serve, check_at: Check
) -> None:
    server = serve(mock_of({"qwen/alive": DEAD}))
    model = only(check_at(server.url_for("/"), "qwen/alive"))
    assert [each.id for each in model.suggestions] == ["Qwen/Alive"]
    assert len(server.requests) == 2


@pytest.mark.parametrize("concurrency", [1, 8])
def test_what_depends_on_the_catalogue_waits_for_it(
    concurrency: int, serve: Serve, check_at: Check
) -> None:
    """Otherwise the models that are first would get a request more, now and then."""
    answers = mock_of({ID: ALIVE}, (ID,))
    looked_up = threading.Event()

    def handler(request: Request) -> Response:
        if request.path == LOOK_UP:
            looked_up.set()
            return GONE
        if request.path == CATALOGUE and concurrency > 1:
            looked_up.wait(10)
        return answers(request)

    server = serve(handler)
    model = only(check_at(server.url_for("/"), ID, concurrency=concurrency))
    assert model.status is Status.ENABLED
    assert sorted(request.path for request in server.requests) == [LOOK_UP, CATALOGUE]


def test_a_catalogue_that_was_read_before_is_not_read_again(serve: Serve, check_at: Check) -> None:
    server = serve(mock_of({ID: DEAD}))
    catalogue = Catalogue(Source("GET /v1/models", AT), (ID,))
    kinds = {ID: Kind.CHAT}
    report = check_at(server.url_for("/"), ID, "Qwen/Alive", catalogue=catalogue, kinds=kinds)
    assert CATALOGUE not in {request.path for request in server.requests}
    assert [model.status for model in report.models] == [Status.DISPUTED, Status.ENABLED]
    assert report.catalogue == catalogue
    assert report.served == {"Qwen/Alive"}
    assert report.known_kinds == {ID: Kind.CHAT}


@pytest.mark.parametrize("number", [1, 2, 25])
def test_a_check_makes_one_request_a_model_a_token_and_for_the_catalogue(
    number: int, serve: Serve, check_at: Check
) -> None:
    ids = [f"Qwen/Listed-{n}" for n in range(number)]
    server = serve(mock_of(dict.fromkeys(ids, ALIVE), tuple(ids)))
    check_at(server.url_for("/"), *ids, tokens=[TOKEN])
    paths = Counter(request.path for request in server.requests)
    assert paths == {CATALOGUE: 1, "/openapi/v1/users/me": 1, LOOK_UP: number}


@pytest.mark.parametrize(
    ("replies", "look_ups"),
    [
        pytest.param({LOOK_UP: FAULT}, 3, id="the hub knows the id"),
        pytest.param({LOOK_UP: FAULT, OPEN_API: DOWN}, 3, id="the older API does"),
        pytest.param({LOOK_UP: FAULT, OPEN_API: DOWN, OLDER_API: DOWN}, 1, id="nobody can tell"),
        pytest.param({LOOK_UP: DOWN}, 3, id="an outage is asked again in any case"),
    ],
)
def test_a_500_of_the_look_up_is_asked_again_only_for_an_id_that_exists(
    replies: dict[str, Response], look_ups: int, serve: Serve, check_at: Check
) -> None:
    server = serve(instead(replies, mock_of()))
    check_at(server.url_for("/"), "Qwen/Alive")
    assert sum(request.path == LOOK_UP for request in server.requests) == look_ups


def test_a_500_of_the_look_up_for_an_unknown_id_is_asked_once(
    serve: Serve, check_at: Check
) -> None:
    server = serve(mock_of())
    assert only(check_at(server.url_for("/"), "no/such")).status is Status.NOT_FOUND
    assert sum(request.path == LOOK_UP for request in server.requests) == 1


GARBAGE, EXPIRED = "garbage-token", "ms-00000000-0000-4000-8000-0000000000ff"


@pytest.mark.parametrize(
    ("tokens", "statuses", "code"),
    [
        pytest.param([], [TokenStatus.ABSENT], 0, id="none"),
        pytest.param([TOKEN], [TokenStatus.VALID], 0, id="a good one"),
        pytest.param([GARBAGE], [TokenStatus.REJECTED], 3, id="garbage, to which the list is open"),
        pytest.param(
            [TOKEN, GARBAGE, EXPIRED],
            [TokenStatus.VALID, TokenStatus.REJECTED, TokenStatus.REJECTED],
            3,
            id="several",
        ),
    ],
)
def test_each_token_gets_its_status_and_models_are_checked_all_the_same(
    tokens: list[str], statuses: list[TokenStatus], code: int, serve: Serve, check_at: Check
) -> None:
    report = check_at(serve(mock_of()).url_for("/"), "Qwen/Alive", tokens=tokens)
    assert [token.status for token in report.tokens] == statuses
    assert len({token.fingerprint for token in report.tokens}) == len(statuses)
    sources = [f"TOKEN_{number}" for number, _ in enumerate(tokens, start=1)]
    assert [token.source for token in report.tokens] == (sources or ["none"])
    assert only(report).status is Status.ENABLED
    assert report.exit_code == code


@pytest.mark.parametrize("reply", [DOWN, FAULT, PAGE, Response.of_json(401, {"code": "Other"})])
def test_a_token_that_nobody_can_judge_makes_the_check_inconclusive(
    reply: Response, serve: Serve, check_at: Check
) -> None:
    server = serve(instead({"/openapi/v1/users/me": reply}, mock_of()))
    report = check_at(server.url_for("/"), "Qwen/Alive", tokens=[TOKEN])
    (token,) = report.tokens
    assert (token.status, report.exit_code) == (TokenStatus.UNVERIFIED, ExitCode.INCONCLUSIVE)
    assert str(reply.status) in (token.reason or "")


def test_recorded_facts_judge_models_and_no_tokens(serve: Serve, check_at: Check) -> None:
    server = serve(mock_of())
    recorded = datetime(2026, 10, 7, tzinfo=UTC)
    report = check_at(
        server.url_for("/"), "Qwen/Alive", tokens=[GARBAGE], snapshot_recorded=recorded
    )
    (token,) = report.tokens
    assert (token.status, token.reason) == (TokenStatus.UNVERIFIED, "offline")
    assert (report.offline, report.exit_code) == (True, ExitCode.OK)
    assert "/openapi/v1/users/me" not in {request.path for request in server.requests}


def test_evidence_is_the_catalogue_the_look_up_and_the_hub(serve: Serve, check_at: Check) -> None:
    before = datetime.now(UTC)
    server = serve(mock_of())
    model = only(check_at(server.url_for("/"), "Qwen/Alive", needs_kinds=True))
    assert [each.source for each in model.evidence] == [
        *("GET /v1/models", f"GET {LOOK_UP}", f"GET {OPEN_API}Qwen/Alive"),
    ]
    catalogue, look_up, hub = (each.observed for each in model.evidence)
    assert catalogue == "listed among 1"
    assert "ModelScope" in look_up
    assert "text-generation" in hub
    assert all(before <= each.at <= datetime.now(UTC) for each in model.evidence)


def test_a_result_keeps_what_the_hub_says(serve: Serve, check_at: Check) -> None:
    server = serve(mock_of({ID: UNKNOWN}))
    models = check_at(server.url_for("/"), "Qwen/Alive", ID, needs_kinds=True).models
    assert [(model.tasks, model.is_absent) for model in models] == [
        (("text-generation",), False),
        ((), True),
    ]


def test_a_cost_is_inferred_where_the_look_up_is() -> None:
    row = {"Name": "ModelScope", "EstimatedMagicGrainCost": 0.5}
    look_up = derived(RecordedLookUp((row,)), "a call was answered")
    assert only(check_offline(snapshot({ID: replace(ALIVE, look_up=look_up)}), ID)).cost == Cost(
        0.5, is_derived=True
    )


def test_offline_a_recorded_id_in_another_case_is_the_one_that_is_meant() -> None:
    found = only(check_offline(snapshot(), ID.lower(), recorded_served=frozenset({ID})))
    assert [each.id for each in found.suggestions] == [ID]
    assert found.status is Status.NOT_FOUND


def test_offline_old_facts_are_called_old() -> None:
    old = replace(snapshot({ID: ALIVE}), recorded=datetime(2020, 1, 2, tzinfo=UTC))
    (note,) = check_offline(old, ID).notes
    assert note.startswith("the facts of 2020-01-02 are more than 30 days old")
    assert check_offline(replace(old, recorded=datetime.now(UTC)), ID).notes == ()


def test_evidence_of_an_id_that_is_not_listed_says_so_and_stays_short() -> None:
    tasks = RecordedHub(True, tuple(f"task-{number}" for number in range(1000)))
    basis = "it was listed on the day before"
    facts = RecordedModel(derived(served_by(), basis), tasks)
    catalogue, look_up, hub = only(check_offline(snapshot({ID: facts}), ID)).evidence
    assert catalogue.observed == "not listed among 1"
    assert (look_up.origin, look_up.basis) == (Origin.DERIVED, basis)
    assert len(hub.observed) == MOST_CHARACTERS


@pytest.mark.parametrize(
    ("look_up", "catalogue", "status", "suggested"),
    [
        pytest.param(None, ("Qwen/Model2",), Status.NOT_ENABLED, True, id="it fails"),
        pytest.param(DOWN, ("Qwen/Model2",), Status.UNVERIFIED, True, id="unknown, not listed"),
        pytest.param(None, ("Qwen/Model2", ID), Status.DISPUTED, False, id="unknown, listed"),
    ],
)
def test_another_id_is_suggested_where_it_may_be_meant(
    look_up: Response | None,
    catalogue: tuple[str, ...],
    status: Status,
    suggested: bool,
    serve: Serve,
    check_at: Check,
) -> None:
    replies = {LOOK_UP: look_up} if look_up else {}
    server = serve(instead(replies, mock_of({ID: DEAD}, catalogue)))
    model = only(check_at(server.url_for("/"), ID))
    assert model.status is status
    assert [each.id for each in model.suggestions] == ["Qwen/Model2"] * suggested


def test_a_listed_model_whose_recorded_call_was_refused_is_not_suggested() -> None:
    refused = RecordedCall(Source("POST /v1/chat/completions", AT), CallResult.REFUSED, 400)
    listed = {"Qwen/Model2": ALIVE, "Qwen/Model3": replace(ALIVE, calls=(refused,))}
    model = only(check_offline(snapshot({ID: DEAD, **listed}, tuple(listed)), ID))
    assert [each.id for each in model.suggestions] == ["Qwen/Model2"]


def test_a_malformed_id_gets_no_suggestion_of_another_kind() -> None:
    listed = {"Qwen/Elm3-8B": Kind.CHAT, "Qwen/Elm3-30B": Kind.VISION}
    facts = snapshot(dict.fromkeys(listed, ALIVE), tuple(listed))
    asked = "model: Qwen/Elm2-VL-8B"
    kinds = {**listed, "Qwen/Elm2-VL-8B": Kind.VISION}
    model = only(check_offline(facts, asked, recorded_kinds=kinds))
    assert model.status is Status.MALFORMED
    assert [each.id for each in model.suggestions] == ["Qwen/Elm3-30B"]


def test_evidence_for_an_id_with_a_provider_is_about_the_id_without_it(
    serve: Serve, check_at: Check
) -> None:
    model = only(check_at(serve(mock_of()).url_for("/"), "Qwen/Alive:DashScope"))
    assert model.status is Status.THIRD_PARTY_ONLY
    assert "not listed" not in model.evidence[0].observed


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        pytest.param({}, Kind.CHAT, id="as the hub says"),
        pytest.param({"Qwen/Alive": Kind.VISION}, Kind.VISION, id="as the user says"),
        pytest.param({"Qwen/Other": Kind.VISION}, Kind.CHAT, id="said of another"),
    ],
)
def test_a_kind_is_what_the_user_says_or_else_what_the_hub_says(
    told: dict[str, Kind], kind: Kind, serve: Serve, check_at: Check
) -> None:
    url = serve(mock_of()).url_for("/")
    assert only(check_at(url, "Qwen/Alive", kinds=told, needs_kinds=True)).kind is kind


@pytest.mark.parametrize(
    ("rows", "cost"),
    [
        pytest.param(({"Name": "ModelScope", "EstimatedMagicGrainCost": 2},), Cost(2.0), id="two"),
        pytest.param(({"Name": "ModelScope"},), Cost(None), id="not said"),
        pytest.param(({"Name": "DashScope", "EstimatedMagicGrainCost": 2},), None, id="of others"),
    ],
)
def test_the_cost_is_what_modelscope_estimates(
    rows: tuple[dict[str, object], ...], cost: Cost | None, serve: Serve, check_at: Check
) -> None:
    server = serve(mock_of({ID: RecordedModel(RecordedLookUp(rows), CHAT)}))
    assert only(check_at(server.url_for("/"), ID)).cost == cost
