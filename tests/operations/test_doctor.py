"""Every belief against the mock: all hold, and each that is broken is the only one that moves."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from msconfig.checking.probe_pace import ProbePace
from msconfig.cli.app import COMMANDS, command_named
from msconfig.errors import ExitCode, UsageError
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Scenario
from msconfig.mock.server import MockServer
from msconfig.mock.snapshot import Snapshot, load_bundled
from msconfig.modelscope.beliefs import BELIEFS, Belief
from msconfig.modelscope.facts import Catalogue, Source
from msconfig.modelscope.questions import FALSE_TOKEN, INVENTED, Subject
from msconfig.modelscope.sites import Site
from msconfig.operations.doctor import DoctorReport, Reason, Result, doctor, subjects
from msconfig.operations.session import Session
from msconfig.reports.doctor import as_json, as_markdown
from support import RECORDED, Handler, Serve

LISTED = "XGenerationLab/XiYanSQL-QwenCoder-32B-2412"
"""Does not think, so that the questions about a thinking model are about another one."""
THINKING = "Qwen/Qwen3.5-27B"
RETIRED = "ZhipuAI/GLM-4.6V"
BUNDLED = load_bundled(Site.CN)
FACTS = replace(BUNDLED, catalogue=(THINKING, LISTED))
UNLISTED = subjects(Catalogue(Source("", RECORDED), (THINKING, LISTED)), BUNDLED)[Subject.UNLISTED]
ALL = sum(belief.paid_calls for belief in BELIEFS)
TOKEN = Scenario().accounts[0].token
CODES = [belief.code for belief in BELIEFS]

Broken = Callable[[Request, int], Response | None]
"""The reply that breaks a belief to a request that is the n-th of its kind; None for others."""


def session_of(server: MockServer, *, token: str | None = TOKEN, site: Site = Site.CN) -> Session:
    return Session(
        site=site,
        token=token,
        hub_url=server.endpoints.hub,
        inference_url=server.endpoints.inference,
        retries=0,
        probe_pace=ProbePace.without_waiting(),
    )


def mock(facts: Snapshot = FACTS) -> MockModelScope:
    return MockModelScope(facts)


def asked(
    serve: Serve,
    handler: Handler,
    *,
    paid: int = ALL,
    token: str | None = TOKEN,
    site: Site = Site.CN,
) -> DoctorReport:
    return doctor(session_of(serve(handler), token=token, site=site), paid=paid)


def moved(report: DoctorReport) -> list[str]:
    return [each.belief.code for each in report.results if each.result is Result.MOVED]


def reasons(report: DoctorReport) -> dict[str, Reason]:
    return {each.belief.code: each.reason for each in report.results if each.reason}


def test_all_hold_against_the_mock(serve: Serve) -> None:
    report = asked(serve, mock(BUNDLED))
    assert {each.belief.code: each.result for each in report.results} == dict.fromkeys(
        CODES, Result.HOLDS
    )
    assert report.exit_code is ExitCode.OK


def test_the_free_questions_cost_nothing(serve: Serve) -> None:
    model_scope = mock()
    report = asked(serve, model_scope, paid=0)
    assert sum(each.result is Result.HOLDS for each in report.results) == 16
    assert set(reasons(report).values()) == {Reason.PAID}
    assert report.exit_code is ExitCode.OK
    assert model_scope.state.accounts.spent == 0


# --- each belief broken

_JSON = {"Content-Type": "application/json"}


def ok(body: object) -> Response:
    return Response.of_json(200, body)


def at(
    path: str,
    reply: Callable[[], Response],
    *,
    token: str | None = None,
    about: str | None = None,
    numbers: range = range(1, 100),
    query: Mapping[str, str] | None = None,
) -> Broken:
    """`reply` to a request of `path`, and of no other."""

    def broken(request: Request, number: int) -> Response | None:
        body = request.json() or {}
        fits = (
            request.path == path
            and (token is None or request.token == token)
            and (about is None or about in {body.get("model"), request.parameter("ModelId")})
            and all(request.parameter(key) == value for key, value in (query or {}).items())
        )
        return reply() if fits and number in numbers else None

    return broken


MODELS, ME = "/v1/models", "/openapi/v1/users/me"
CHAT = "/v1/chat/completions"
LOOK_UP = "/api/v1/inference/list_model_providers"
FALSE = FALSE_TOKEN.reveal()
ACCOUNT = {"success": True, "data": {"username": "tester"}}
BY_MODELSCOPE = {
    "Code": 200,
    "Success": True,
    "Data": {
        "Providers": [{"Name": "ModelScope", "CostTier": "standard", "EstimatedMagicGrainCost": 1}],
        "TotalCount": 1,
    },
}
OTHER_PRICE = json.loads(json.dumps(BY_MODELSCOPE).replace('Cost": 1', 'Cost": 7'))
NONE = {"Code": 200, "Success": True, "Data": {"Providers": None, "TotalCount": 0}}
GONE = Response(404, b"404 page not found", {"Content-Type": "text/plain"})
RATE = {"scene": "api_inference", "model_tier": "standard", "unit_price": 3}
ROW = {"id": "a/b", "tasks": ["text-to-speech"]}


def page(*rows: Mapping[str, object]) -> Response:
    return ok({"success": True, "data": {"models": list(rows), "total_count": len(rows)}})


def error(status: int, message: str) -> Response:
    return Response.of_json(status, {"error": {"message": message}})


def list_of(*ids: str) -> Response:
    return ok({"object": "list", "data": [{"id": each} for each in ids]})


BREAKS: dict[str, list[Broken]] = {
    "CATALOGUE": [
        at(MODELS, lambda: ok({"models": []}), token=""),
        at(MODELS, lambda: error(401, "a token, please"), token=""),
    ],
    "CATALOGUE_TOKEN": [at(MODELS, lambda: list_of(LISTED, "acme/mine"), token=TOKEN)],
    "CATALOGUE_FALSE": [
        at(MODELS, lambda: error(401, "no valid token"), token=FALSE),
        at(MODELS, lambda: list_of(LISTED), token=FALSE),
    ],
    "TOKEN_FALSE": [
        at(ME, lambda: ok(ACCOUNT), token=FALSE),
        at(ME, lambda: GONE, token=FALSE),
    ],
    "TOKEN": [at(ME, lambda: ok({"success": True, "data": {"login": "x"}}), token=TOKEN)],
    "BALANCE": [
        at("/openapi/v1/magicubes/balance", lambda: ok({"success": True, "data": {"credits": 9}})),
        at("/openapi/v1/magicubes/balance", lambda: GONE),
    ],
    "RATES": [
        at(
            "/openapi/v1/magicubes/spend/rates",
            lambda: ok({"success": True, "data": {"rates": [RATE]}}),
        ),
        at("/openapi/v1/magicubes/spend/rates", lambda: GONE),
    ],
    "LOOKUP_LISTED": [
        at(LOOK_UP, lambda: GONE, about=LISTED),
        at(LOOK_UP, lambda: error(401, "user not logged in"), about=LISTED),
        at(LOOK_UP, lambda: ok(OTHER_PRICE), about=LISTED),
        at(LOOK_UP, lambda: ok(NONE), about=LISTED),
    ],
    "LOOKUP_RETIRED": [at(LOOK_UP, lambda: ok(BY_MODELSCOPE), about=RETIRED)],
    "LOOKUP_INVENTED": [at(LOOK_UP, lambda: ok(NONE), about=INVENTED)],
    "LOOKUP_CAPITALS": [at(LOOK_UP, lambda: ok(BY_MODELSCOPE), about=LISTED.upper())],
    "HUB_LISTED": [
        at(
            f"/openapi/v1/models/{LISTED}",
            lambda: ok({"success": True, "data": {"id": LISTED, "kinds": ["chat"]}}),
        )
    ],
    "HUB_INVENTED": [
        at(
            f"/openapi/v1/models/{INVENTED}",
            lambda: ok({"success": True, "data": {"id": INVENTED, "tasks": []}}),
        )
    ],
    "HUB_TASK": [
        at("/openapi/v1/models", page, query={"filter.task": "text-generation"}),
        at("/openapi/v1/models", lambda: page(ROW), query={"filter.task": "text-generation"}),
    ],
    "HUB_TASK_INVENTED": [
        at("/openapi/v1/models", lambda: page(ROW), query={"filter.task": "msconfig-no-such-task"})
    ],
    "CALL_FALSE": [
        at(CHAT, lambda: error(401, "who are you"), token=FALSE),
        at(CHAT, lambda: ok({"choices": [{"message": {"content": "hi"}}]}), token=FALSE),
    ],
    "CALL_LISTED": [
        at(CHAT, lambda: error(400, "pay first"), token=TOKEN, about=LISTED, numbers=range(1, 2))
    ],
    "CALL_INVENTED": [at(CHAT, lambda: error(404, "no model"), token=TOKEN, about=INVENTED)],
    "CALL_RETIRED": [at(CHAT, lambda: error(400, "gone"), token=TOKEN, about=RETIRED)],
    "CALL_CASE": [at(CHAT, lambda: error(400, "spell it"), token=TOKEN, about=LISTED.lower())],
    "CALL_THINKING": [
        at(CHAT, lambda: error(400, "max_tokens is too small"), token=TOKEN, about=THINKING)
    ],
    "CALL_UNLISTED": [
        at(
            CHAT,
            lambda: error(400, f"Model id : {UNLISTED} , has no provider supported"),
            token=TOKEN,
            about=UNLISTED,
        )
    ],
    "CALLS_AT_ONCE": [
        at(CHAT, lambda: error(403, "banned"), token=TOKEN, about=LISTED, numbers=range(2, 9))
    ],
}


def with_break(broken: Broken) -> Handler:
    """The mock with one belief broken."""
    counts: dict[tuple[str, str, str], int] = {}
    lock = threading.Lock()
    whole = mock()

    def handler(request: Request) -> Response:
        key = (request.path, request.token, str((request.json() or {}).get("model")))
        with lock:
            counts[key] = counts.get(key, 0) + 1
        reply = broken(request, counts[key])
        return whole(request) if reply is None else reply

    return handler


def test_every_belief_is_broken() -> None:
    assert list(BREAKS) == CODES
    assert len(CODES) == len(set(CODES))


@pytest.mark.parametrize(
    ("code", "broken"),
    [
        pytest.param(code, each, id=f"{code}-{number}")
        for code, breaks in BREAKS.items()
        for number, each in enumerate(breaks)
    ],
)
def test_what_is_broken_moves_and_nothing_else(serve: Serve, code: str, broken: Broken) -> None:
    report = asked(serve, with_break(broken))
    assert moved(report) == [code]
    assert reasons(report) == {}
    assert report.exit_code is ExitCode.MODEL_FAILED
    for text in (as_json(report), as_markdown(report)):
        named = [belief.code for belief in BELIEFS if belief.consequence in text]
        assert named == [code]


# --- what shows nothing


@pytest.mark.parametrize("status", [429, 502, 503, 504, 500])
def test_an_outage_moves_nothing(serve: Serve, status: int) -> None:
    report = asked(serve, lambda _: Response(status, b"", _JSON))
    assert set(moved(report)) == set()
    # a 500 is what the look-up is to answer about an id that it does not know
    expected = {"LOOKUP_INVENTED", "LOOKUP_CAPITALS"} if status == 500 else set()
    held = {each.belief.code for each in report.results if each.result is Result.HOLDS}
    assert held == expected
    assert set(reasons(report).values()) == {Reason.NO_ANSWER}
    assert report.exit_code is ExitCode.INCONCLUSIVE


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, '{"choices": null, "usage": {"completion_tokens": 0}}', id="empty"),
        pytest.param(402, '{"error": {"message": "Insufficient Balance"}}', id="upstream unpaid"),
        pytest.param(429, '{"error": {"message": "insufficient balance"}}', id="quota spent"),
        pytest.param(429, '{"error": {"message": "Request limit exceeded."}}', id="limit"),
    ],
)
def test_a_call_that_passes_moves_nothing(serve: Serve, status: int, body: str) -> None:
    def broken(request: Request, _: int) -> Response | None:
        is_call = request.path == CHAT and request.token == TOKEN
        return Response(status, body.encode(), _JSON) if is_call else None

    report = asked(serve, with_break(broken))
    assert moved(report) == []
    assert report.exit_code is ExitCode.INCONCLUSIVE


def test_a_sign_in_page_in_place_of_everything_moves_nothing(serve: Serve) -> None:
    sign_in = Response(200, b"<!doctype html><title>Sign in</title>", {"Content-Type": "text/html"})
    report = asked(serve, lambda _: sign_in)
    assert set(reasons(report).values()) == {Reason.NO_ANSWER}
    assert len(report.obstacles) == 1
    assert report.exit_code is ExitCode.INCONCLUSIVE


def test_a_page_in_place_of_one_route_is_that_route_gone(serve: Serve) -> None:
    sign_in = Response(200, b"<!doctype html>", {"Content-Type": "text/html"})
    report = asked(serve, with_break(at(LOOK_UP, lambda: sign_in)))
    assert moved(report) == [code for code in CODES if code.startswith("LOOKUP_")]


def test_nothing_that_answers_is_no_answer(serve: Serve) -> None:
    session = session_of(serve(mock()))
    dead = replace(session, hub_url="http://127.0.0.1:9", inference_url="http://127.0.0.1:9/v1/")
    report = doctor(dead, paid=ALL)
    assert set(reasons(report).values()) == {Reason.NO_ANSWER}
    assert {seen for each in report.results for seen in each.seen} == {None}


def test_a_rejected_token_moves_nothing(serve: Serve) -> None:
    report = asked(serve, mock(), token="ms-00000000-0000-4000-8000-0000000000ee")
    assert moved(report) == []
    rejected = {code for code, reason in reasons(report).items() if reason is Reason.TOKEN_REJECTED}
    own = {belief.code for belief in BELIEFS if belief.needs_token}
    assert rejected == own - {"CATALOGUE_TOKEN"}
    assert report.exit_code is ExitCode.TOKEN_REFUSED


def test_an_account_that_is_not_bound_moves_nothing(serve: Serve) -> None:
    scenario = Scenario.of({"accounts": [{"token": TOKEN, "bound": False}]})
    report = asked(serve, MockModelScope(FACTS, scenario))
    assert moved(report) == []
    assert set(reasons(report).values()) == {Reason.NOT_BOUND}
    assert report.exit_code is ExitCode.TOKEN_REFUSED


# --- what is chosen


@pytest.mark.parametrize("paid", [*range(12), 100])
def test_the_first_paid_calls_are_made_and_no_more(serve: Serve, paid: int) -> None:
    server = serve(mock())
    report = doctor(session_of(server), paid=paid)
    calls = [each for each in server.requests if each.path == CHAT and each.token == TOKEN]
    single = min(paid, 6)
    assert len(calls) == (10 if paid >= 10 else single)
    asked_about = [
        each.belief.code
        for each in report.results
        if each.belief.paid_calls and each.result is Result.HOLDS
    ]
    assert asked_about == CODES[16 : 16 + single] + (["CALLS_AT_ONCE"] if paid >= 10 else [])
    assert report.exit_code is ExitCode.OK


def test_without_a_token_what_needs_one_is_not_asked(serve: Serve) -> None:
    server = serve(mock())
    report = doctor(session_of(server, token=None))
    own = [belief.code for belief in BELIEFS if belief.needs_token]
    assert reasons(report) == dict.fromkeys(own, Reason.NO_TOKEN)
    assert {each.token for each in server.requests} == {"", FALSE}
    assert report.exit_code is ExitCode.OK
    with pytest.raises(UsageError, match="need a token"):
        doctor(session_of(server, token=None), paid=1)


def test_offline_is_refused() -> None:
    with pytest.raises(UsageError, match="needs the network"):
        doctor(Session.offline())


def test_each_token_goes_only_where_it_is_to_go(serve: Serve) -> None:
    server = serve(mock())
    doctor(session_of(server), paid=ALL)
    sent = {(each.path, each.token) for each in server.requests}
    assert {token for path, token in sent if path == LOOK_UP or "/models/" in path} == {""}
    assert {token for path, token in sent if path == CHAT} == {TOKEN, FALSE}


def test_on_the_other_site_what_is_unknown_there_is_seen_and_never_moves(serve: Serve) -> None:
    def gone(request: Request) -> Response:
        return GONE if request.path == LOOK_UP else mock()(request)

    report = asked(serve, gone, site=Site.AI)
    assert moved(report) == []
    unknown = {code for code, reason in reasons(report).items() if reason is Reason.UNKNOWN_HERE}
    assert unknown == {code for code in CODES if code.startswith("LOOKUP_")}
    assert all(each.seen for each in report.results)
    assert report.exit_code is ExitCode.OK


@pytest.mark.parametrize("code", [belief.code for belief in BELIEFS if belief.known_of_ai])
def test_on_the_other_site_what_is_known_there_moves(serve: Serve, code: str) -> None:
    assert moved(asked(serve, with_break(BREAKS[code][0]), site=Site.AI)) == [code]


def test_an_interrupt_keeps_what_is_known(serve: Serve) -> None:
    def at_the_fifth(done: int, _total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    report = doctor(session_of(serve(mock())), progress=at_the_fifth)
    assert not report.complete
    assert [each.result for each in report.results[:5]] == [Result.HOLDS] * 5
    assert {each.reason for each in report.results[5:16]} == {Reason.INTERRUPTED}
    assert report.exit_code is ExitCode.INTERRUPTED


def test_progress_counts_the_chosen_questions(serve: Serve) -> None:
    seen: list[tuple[int, int]] = []
    doctor(session_of(serve(mock())), paid=3, progress=lambda *each: seen.append(each))
    assert seen == [(done, 19) for done in range(20)]


def test_models_are_chosen_by_what_is_known_of_them() -> None:
    chosen = subjects(None, BUNDLED)
    assert chosen[Subject.LISTED] in (BUNDLED.catalogue or ())
    assert (chosen[Subject.RETIRED], chosen[Subject.UNLISTED]) == (RETIRED, "ZhipuAI/GLM-5.3-Flash")
    now = Catalogue(Source("", RECORDED), (RETIRED, chosen[Subject.UNLISTED], LISTED))
    later = subjects(now, BUNDLED)
    # it answered a call, and now it is listed
    assert later[Subject.LISTED] == chosen[Subject.UNLISTED]
    assert later[Subject.RETIRED] not in {*now.ids}
    assert later[Subject.UNLISTED] not in {*now.ids}
    assert Subject.LISTED not in subjects(None, replace(BUNDLED, catalogue=None))


def test_an_id_in_lower_case_has_no_other_lower_case() -> None:
    chosen = subjects(Catalogue(Source("", RECORDED), ("acme/lower",)), BUNDLED)
    assert chosen[Subject.CAPITALS] == "ACME/LOWER"
    assert Subject.LOWER_CASE not in chosen


def test_a_question_about_a_model_that_is_not_known_is_not_asked(serve: Serve) -> None:
    facts = replace(FACTS, catalogue=(LISTED,))
    assert reasons(asked(serve, mock(facts))) == {"CALL_THINKING": Reason.NO_ID}


# --- the table


def options() -> set[str]:
    return {
        option
        for name in COMMANDS
        for parameter in command_named(name).params
        for option in parameter.opts
    }


@pytest.mark.parametrize("belief", BELIEFS, ids=lambda belief: belief.code)
def test_a_consequence_names_what_suffers_and_a_way_that_exists(belief: Belief) -> None:
    named = re.findall(r"`([^`]+)`", belief.consequence)
    given = {word for each in named for word in each.split() if word.startswith("--")}
    assert given <= options()
    commands = {word for each in named for word in each.split()} & {*COMMANDS}
    assert given or "`kind`" in belief.consequence
    assert commands or given, "a command or an option that suffers"
    assert belief.consequence.endswith(".")
    assert belief.consequence.count(". ") == 0, "one sentence"
