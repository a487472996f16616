"""Replies of ModelScope, from bytes to facts: every shape that is known, and many that are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from msconfig.modelscope import _hub_replies, _reading, _replies
from msconfig.modelscope.facts import (
    Account,
    Balance,
    Catalogue,
    NoAnswer,
    Provider,
    Providers,
    Source,
    TokenRejected,
)
from msconfig.modelscope.http_interface import Failure, Reply

SOURCE = Source("GET /somewhere", datetime(2026, 10, 7, tzinfo=UTC))
PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
RATE_LIMIT = {"success": False, "code": "RateLimitExceed", "message": "100 requests a minute"}
ASKED = "Qwen/Alive"


def reply(status: int, body: object, content_type: str = "application/json") -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, raw, content_type)


UNREADABLE = [
    pytest.param(reply(200, b""), id="empty"),
    pytest.param(reply(200, b"   "), id="blank"),
    pytest.param(reply(200, PAGE, "text/html"), id="a page"),
    pytest.param(reply(200, b'{"success": true, "da'), id="cut off"),
    pytest.param(reply(200, b"\xff\xfe{}"), id="no UTF-8"),
    pytest.param(reply(200, b'{"data": NaN}'), id="not a number"),
    pytest.param(reply(200, b"[" * 100_000), id="far too deep"),
    pytest.param(reply(200, b"9" * 10_000), id="far too many digits"),
    pytest.param(reply(200, None), id="null"),
    pytest.param(reply(200, []), id="a list"),
    pytest.param(reply(200, "ok"), id="a text"),
    pytest.param(reply(200, {}), id="an object without anything"),
    pytest.param(reply(200, {"success": False}), id="no success"),
    pytest.param(reply(200, {"success": True, "data": None}), id="data null"),
    pytest.param(reply(200, {"Code": 200, "Data": None, "Success": True}), id="Data null"),
    pytest.param(reply(204, b""), id="no content"),
    pytest.param(reply(302, PAGE, "text/html"), id="a redirect"),
    pytest.param(reply(400, {"success": False, "code": "InputParameterError"}), id="bad request"),
    pytest.param(reply(401, PAGE, "text/html"), id="a page that wants a login"),
    pytest.param(reply(403, {"success": False, "code": "QuotaLimitExceed"}), id="over a limit"),
    pytest.param(reply(404, b"404 page not found", "text/plain"), id="no such route"),
    pytest.param(reply(404, PAGE, "text/html"), id="a page of a 404"),
    pytest.param(reply(404, {}), id="a bare 404"),
    pytest.param(reply(407, PAGE, "text/html"), id="a proxy"),
    pytest.param(reply(429, RATE_LIMIT), id="a throttle"),
    pytest.param(reply(500, {"success": False, "code": "InternalServerError"}), id="a fault"),
    pytest.param(reply(503, {"success": False, "code": "ServiceUnavailable"}), id="an outage"),
    pytest.param(reply(502, PAGE, "text/html"), id="a gateway"),
    pytest.param(Failure("cannot connect: refused"), id="nobody there"),
]


@pytest.mark.parametrize("got", UNREADABLE)
def test_what_says_nothing_is_no_answer_to_any_question(got: Reply | Failure) -> None:
    answers = [
        _replies.account(got, SOURCE),
        _replies.balance(got, SOURCE),
        _replies.catalogue(got, SOURCE),
        _replies.providers(got, SOURCE),
        _hub_replies.hub_model(got, SOURCE, ASKED),
        _hub_replies.hub_page(got, SOURCE, 10),
        _hub_replies.older_hub_model(got, SOURCE, ASKED),
    ]
    for answer in answers:
        assert isinstance(answer, NoAnswer)
        assert answer.source == SOURCE
        if answer.status == 200:  # it names the reason, as nothing else does
            assert answer.message.startswith("HTTP 200: ")
            assert "None" not in answer.message
        assert answer.status == (got.status if isinstance(got, Reply) else None)
        assert (
            str(answer.status) in answer.message if answer.status else "refused" in answer.message
        )


# Is the token good?


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"username": "jo", "email": "jo@example.test"}, id="username"),
        pytest.param({"preferred_username": "jo"}, id="preferred_username"),
        pytest.param({"name": "Jo", "username": None}, id="name"),
    ],
)
def test_an_account_is_one_that_has_a_name(data: dict[str, object]) -> None:
    body = {"success": True, "data": data, "request_id": "1"}
    assert _replies.account(reply(200, body), SOURCE) == Account(SOURCE)


@pytest.mark.parametrize(
    "message", ["Invalid authentication", "token expired", "user not found", None]
)
def test_a_token_is_rejected_by_the_code_whatever_the_wording(message: str | None) -> None:
    body = {"success": False, "code": "InvalidAuthentication", "message": message}
    rejected = _replies.account(reply(401, body), SOURCE)
    assert rejected == TokenRejected(SOURCE, message or "InvalidAuthentication")


@pytest.mark.parametrize(
    "got",
    [
        pytest.param(reply(200, {"success": True, "data": {}}), id="nobody"),
        pytest.param(reply(200, {"success": True, "data": {"username": 5}}), id="a number"),
        pytest.param(reply(200, {"success": True, "data": {"username": ""}}), id="a name of none"),
        pytest.param(reply(200, {"success": True, "data": ["jo"]}), id="a list"),
        pytest.param(reply(200, {"success": "true", "data": {"name": "jo"}}), id="a text of true"),
        pytest.param(reply(200, {"success": False, "data": {"name": "jo"}}), id="success denied"),
        pytest.param(
            reply(200, {"success": False, "code": "InvalidAuthentication"}), id="a no with 200"
        ),
        pytest.param(
            reply(403, {"success": False, "code": "InvalidAuthentication"}), id="a no with 403"
        ),
        pytest.param(reply(401, {"code": "OperationNotAllowed"}), id="a 401 of another code"),
        pytest.param(
            reply(401, {"message": "Proxy Authentication failed"}), id="a 401 of another gate"
        ),
        pytest.param(
            reply(401, {"message": "Authentication failed, please make sure that the proxy is on"}),
            id="a 401 that begins like one about the token",
        ),
    ],
)
def test_what_does_not_say_clearly_whose_token_it_is_leaves_it_open(got: Reply) -> None:
    assert isinstance(_replies.account(got, SOURCE), NoAnswer)


# Which ids are served?


@pytest.mark.parametrize(
    ("rows", "ids"),
    [
        pytest.param(
            [{"id": "a/b", "object": "", "owned_by": "system", "created": 1785767088}],
            ("a/b",),
            id="as of 2026",
        ),
        pytest.param(
            [{"id": "a/b", "object": "model", "created": 1725120000, "owned_by": "system"}],
            ("a/b",),
            id="as of 2025",
        ),
        pytest.param([{"id": "c/d"}, {"id": "a/b"}, {"id": "c/d"}], ("c/d", "a/b"), id="one twice"),
    ],
)
def test_a_catalogue_is_its_ids_in_their_order(
    rows: list[dict[str, object]], ids: tuple[str, ...]
) -> None:
    body = {"object": "list", "data": rows}
    assert _replies.catalogue(reply(200, body), SOURCE) == Catalogue(SOURCE, ids)


def test_an_id_that_is_none_is_dropped_from_a_catalogue_and_counted() -> None:
    texts = ["a/b", "a/b ", "a/c --force", "a/\x1b[31m", "a/\u202e", "::set-env name=a::b", "a/d:X"]
    body = {"object": "list", "data": [{"id": text} for text in (*texts, "c/d")]}
    assert _replies.catalogue(reply(200, body), SOURCE) == Catalogue(SOURCE, ("a/b", "c/d"), 6)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"success": False}, id="success denied"),
        pytest.param({"Success": "false"}, id="success of text"),
        pytest.param({"Success": None}, id="success of null"),
        pytest.param({"error": {"code": "X"}}, id="an error"),
        pytest.param({"errors": {"message": "X"}}, id="errors"),
        pytest.param({"object": "error"}, id="an object of errors"),
        pytest.param({"Code": 500}, id="a code"),
        pytest.param({"code": "Throttling"}, id="a code of text"),
        pytest.param({"has_more": True}, id="further pages"),
        pytest.param({"data": [{"id": "a b"}]}, id="nothing that is an id"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_unreadable(more: dict[str, object]) -> None:
    body = {"object": "list", "data": [{"id": "a/b"}]}
    assert isinstance(_replies.catalogue(reply(200, body | more), SOURCE), NoAnswer)


@pytest.mark.parametrize("kind", [None, "", "list"])
def test_a_catalogue_that_says_that_all_is_well_is_read(kind: str | None) -> None:
    body = {"data": [{"id": "a/b"}], "has_more": False, "error": None, "success": True, "code": 200}
    got = reply(200, {**body, "object": kind})
    assert isinstance(_replies.catalogue(got, SOURCE), Catalogue)


TWICE = [
    b'{"data": [{"id": "a/b"}], "data": [{"id": "c/d"}]}',
    b'{"Code": 500, "Code": 200, "Data": {"Providers": null, "TotalCount": 0}}',
    b'{"Code": 200, "Data": {"Providers": [{"Name": "X"}], "Providers": null, "TotalCount": 0}}',
    b'{"success": true, "data": {"id": "Qwen/Alive", "private": false, "private": true}}',
    b'{"success": true, "data": {"username": "jo", "user\\u006eame": ""}}',
]


@pytest.mark.parametrize("body", TWICE)
def test_a_key_that_is_given_twice_makes_a_reply_unreadable(body: bytes) -> None:
    got = reply(200, body)
    answers = [
        _replies.account(got, SOURCE),
        _replies.catalogue(got, SOURCE),
        _replies.providers(got, SOURCE),
        _hub_replies.hub_model(got, SOURCE, ASKED),
        _hub_replies.older_hub_model(got, SOURCE, ASKED),
    ]
    assert all(isinstance(answer, NoAnswer) for answer in answers)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="no rows, which would turn every id dead"),
        pytest.param({"a/b": {}}, id="an object"),
        pytest.param([{"id": "a/b"}, {}], id="a row without an id"),
        pytest.param([{"id": "a/b"}, {"id": None}], id="an id of null"),
        pytest.param([{"id": "a/b"}, {"id": ""}], id="an empty id"),
        pytest.param([{"id": "a/b"}, {"id": 5}], id="an id of a number"),
        pytest.param([{"id": "a/b"}, "c/d"], id="a bare text"),
        pytest.param("a/b", id="a text"),
    ],
)
def test_a_catalogue_with_something_missing_is_unreadable_as_a_whole(rows: object) -> None:
    body = {"object": "list", "data": rows}
    assert isinstance(_replies.catalogue(reply(200, body), SOURCE), NoAnswer)


# Who serves it?

OWN = {"Name": "ModelScope", "CostTier": "standard", "EstimatedMagicGrainCost": 1}
HOSTED = {"ChineseName": "阿里云百炼", "Name": "DashScope"}


def look_up(providers: object, **more: object) -> Reply:
    count = len(providers) if isinstance(providers, list) else 0
    data = {"Providers": providers, "TotalCount": count}
    return reply(200, {"Code": 200, "Data": data, "Success": True} | more)


@pytest.mark.parametrize(
    ("got", "names", "own"),
    [
        pytest.param(look_up([OWN]), ("ModelScope",), True, id="ModelScope alone"),
        pytest.param(look_up([OWN, HOSTED]), ("ModelScope", "DashScope"), True, id="and another"),
        pytest.param(
            reply(200, {"Code": 200, "Data": {"Providers": [OWN, HOSTED]}}),
            ("ModelScope", "DashScope"),
            True,
            id="without count or success, as seen in August 2026",
        ),
        pytest.param(look_up([HOSTED]), ("DashScope",), False, id="another alone"),
        pytest.param(
            reply(200, {"Success": True, "Data": {"Providers": [HOSTED]}}),
            ("DashScope",),
            False,
            id="another alone, without count or code",
        ),
        pytest.param(look_up(None), (), False, id="nobody"),
        pytest.param(look_up([]), (), False, id="nobody, as an empty list"),
        pytest.param(look_up([{"Name": "modelscope"}]), ("ModelScope",), True, id="in lower case"),
        pytest.param(look_up([{"Name": "MODELSCOPE"}]), ("ModelScope",), True, id="in upper case"),
        pytest.param(
            look_up([{"Name": "ms", "ChineseName": "魔搭社区"}, HOSTED]),
            ("ModelScope", "DashScope"),
            True,
            id="by its Chinese name",
        ),
        pytest.param(
            look_up([{"ChineseName": "魔搭 API-Inference"}]),
            ("ModelScope",),
            True,
            id="by its Chinese name alone, with more behind it",
        ),
        pytest.param(
            look_up([{"Name": "X", "ChineseName": "非魔搭社区"}]),
            ("X",),
            False,
            id="not at the start",
        ),
    ],
)
def test_a_look_up_names_who_serves(got: Reply, names: tuple[str, ...], own: bool) -> None:
    fact = _replies.providers(got, SOURCE)
    assert isinstance(fact, Providers)
    assert (fact.names, fact.by_modelscope) == (names, own)


def test_a_name_with_something_around_it_is_not_modelscope() -> None:
    fact = _replies.providers(look_up([{"Name": " ModelScope\u00a0"}]), SOURCE)
    assert isinstance(fact, Providers)
    assert not fact.by_modelscope
    assert fact.names == (r"' ModelScope\xa0'",)


def test_a_provider_has_its_tier_and_its_cost() -> None:
    rows = [OWN, {"Name": "X", "CostTier": 5}]
    assert _replies.providers(look_up(rows), SOURCE) == Providers(
        SOURCE, (Provider("ModelScope", "standard", 1.0), Provider("X", None, None))
    )


COSTS: list[tuple[object, float | None]] = [
    *((1, 1.0), (2, 2.0), (0.5, 0.5), (0, 0.0)),
    *((None, None), ("1", None), (True, None), (-1, None), ([], None), ({}, None), (10**400, None)),
]


@pytest.mark.parametrize(("cost", "magicubes"), COSTS)
def test_the_cost_of_a_call_is_a_sensible_number_or_unknown(
    cost: object, magicubes: float | None
) -> None:
    fact = _replies.providers(look_up([HOSTED, OWN | {"EstimatedMagicGrainCost": cost}]), SOURCE)
    assert isinstance(fact, Providers)
    assert fact.modelscope is not None
    assert fact.modelscope.magicubes == magicubes


def data(**keys: object) -> Reply:
    return reply(200, {"Code": 200, "Data": keys, "Success": True})


@pytest.mark.parametrize(
    "got",
    [
        pytest.param(look_up(None, Success=False), id="success denied"),
        pytest.param(look_up(None, Success="false"), id="a success of text"),
        pytest.param(look_up(None, Success=0), id="a success of zero"),
        pytest.param(look_up(None, Success=None), id="a success of null"),
        pytest.param(look_up(None, success=False), id="success denied in lower case"),
        pytest.param(look_up(None, error={"code": "X"}), id="an error beside"),
        pytest.param(look_up([OWN], error={"code": "X"}), id="an error beside a yes"),
        pytest.param(
            reply(200, {"Data": {"Providers": None, "TotalCount": 0}}),
            id="no word on whether it succeeded",
        ),
        pytest.param(look_up(None, Code=500), id="another code"),
        pytest.param(look_up(None, Code="200"), id="a code of text"),
        pytest.param(data(TotalCount=0), id="a count alone"),
        pytest.param(data(Providers=None), id="null without a count"),
        pytest.param(data(Providers=None, TotalCount=3), id="null and a count of three"),
        pytest.param(data(Providers=[HOSTED], TotalCount=2), id="one of two"),
        pytest.param(data(Providers=[HOSTED], TotalCount="1"), id="a count of text"),
        pytest.param(data(Providers=[], TotalCount=None), id="a count of null"),
        pytest.param(data(Providers=[], TotalCount=False), id="a count of false"),
        pytest.param(data(Providers={}, TotalCount=0), id="an object of providers"),
        pytest.param(data(Providers="", TotalCount=0), id="a text of providers"),
        pytest.param(data(Providers=False, TotalCount=0), id="providers of false"),
        pytest.param(look_up([{}]), id="a provider without a name"),
        pytest.param(look_up([HOSTED, {"Name": None}]), id="a name of null"),
        pytest.param(look_up([HOSTED, {"Name": ""}]), id="an empty name"),
        pytest.param(look_up([HOSTED, "ModelScope"]), id="a bare text"),
    ],
)
def test_a_look_up_that_contradicts_itself_is_never_a_no(got: Reply) -> None:
    assert isinstance(_replies.providers(got, SOURCE), NoAnswer)


def test_a_look_up_that_answers_500_keeps_its_status() -> None:
    assert _replies.providers(reply(500, {}), SOURCE) == NoAnswer(SOURCE, "HTTP 500", 500)


# What an error says


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param({"error": {"message": "busy", "request_id": "1"}}, "busy", id="error"),
        pytest.param({"errors": {"message": "busy"}, "request_id": "1"}, "busy", id="errors"),
        pytest.param({"error": None, "errors": {"message": "busy"}}, "busy", id="the other null"),
        pytest.param(
            {"error": {"code": "too_many_requests", "message": "busy", "type": "x"}},
            "busy",
            id="passed through from upstream",
        ),
        pytest.param(
            {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}},
            "busy",
            id="Anthropic",
        ),
        pytest.param({"success": False, "code": "X", "message": "busy"}, "busy", id="open API"),
        pytest.param({"Code": 1, "Message": "busy", "Success": False}, "busy", id="older API"),
        pytest.param({"error": "busy"}, "busy", id="a bare text"),
        pytest.param({"errors": {"code": 500, "message": "no task"}}, "no task", id="a task"),
        pytest.param({"message": "a\x1b[31mb\u202ec\nd"}, r"a\x1b[31mb\u202ec\nd", id="hostile"),
        pytest.param({"message": "\ud800"}, r"\ud800", id="half a character"),
        pytest.param({"message": ["busy"]}, "", id="a list"),
        pytest.param({"error": {"code": 5}}, "", id="no message"),
        pytest.param([], "", id="no object"),
        pytest.param(PAGE, "", id="a page"),
    ],
)
def test_an_error_is_read_from_any_envelope_in_one_safe_line(body: object, said: str) -> None:
    assert _reading.message_in(reply(400, body).body) == said


@pytest.mark.parametrize(
    ("body", "message", "codes"),
    [
        ({"error": "busy", "code": "x"}, "busy", {"x"}),
        ({"error": 5, "code": "x", "message": "beside"}, "", {"x"}),
        ({"error": {"message": "busy", "type": "y"}, "Code": 7}, "busy", {"y", "7"}),
        ({"errors": [{"message": "busy", "code": "y"}], "type": "x"}, "busy", {"x", "y"}),
        ({"errors": [{"code": "y"}, {"code": "z"}], "code": "x"}, "", {"x"}),
        ({"error": "", "errors": {}, "message": "busy", "code": ""}, "busy", set()),
        ({"message": "busy", "code": False, "type": None, "Code": 0}, "busy", set()),
    ],
)
def test_an_error_has_the_codes_in_it_and_beside_it(
    body: object, message: str, codes: set[str]
) -> None:
    assert _reading.error_in(body) == _reading.ErrorBody(message, frozenset(codes))


def test_an_endless_error_is_told_in_short() -> None:
    assert len(_reading.message_in(reply(400, {"message": "no " * 10_000}).body)) <= 200


@pytest.mark.parametrize(
    ("status", "content_type", "message", "lasting"),
    [
        (200, "text/html", "HTTP 200: why", True),
        (200, "application/json", "HTTP 200: why", False),
        (299, "application/json", "HTTP 299: why", False),
        (300, "application/json", "HTTP 300: a redirect, which is not followed", True),
        (399, "application/json", "HTTP 399: a redirect, which is not followed", True),
        (400, "application/json", "HTTP 400: why", True),
        (404, "text/html", "HTTP 404: why", True),
        (429, "application/json", "HTTP 429: why", False),
        (499, "application/json", "HTTP 499: why", True),
        (500, "application/json", "HTTP 500: why", False),
        (503, "text/html", "HTTP 503: why", False),
    ],
)
def test_a_refusal_a_redirect_and_a_page_last(
    status: int, content_type: str, message: str, lasting: bool
) -> None:
    fact = _reading.no_answer(reply(status, {}, content_type), SOURCE, "why")
    assert fact == NoAnswer(SOURCE, message, status, lasting=lasting)


def test_an_answer_without_a_word_is_its_status() -> None:
    assert _reading.no_answer(reply(404, {}), SOURCE).message == "HTTP 404"


def test_what_is_not_json_is_named_by_its_type() -> None:
    answer = _replies.catalogue(reply(200, b"busy", "text/plain"), SOURCE)
    assert isinstance(answer, NoAnswer)
    assert answer.message.endswith("(text/plain)")


def test_a_redirect_is_called_one() -> None:
    answer = _hub_replies.hub_model(reply(302, PAGE), SOURCE, ASKED)
    assert isinstance(answer, NoAnswer)
    assert "redirect" in answer.message
    assert "302" in answer.message


def rates(*rows: object) -> Reply:
    return reply(200, {"success": True, "data": {"rates": list(rows)}})


RATE = {"scene": "api_inference", "model_tier": "T1", "unit_price": 0.5}
RATES: dict[str, tuple[Reply, dict[str, float]]] = {
    "two tiers": (rates(RATE, {**RATE, "model_tier": "T2", "unit_price": 2}), {"T1": 0.5, "T2": 2}),
    "another scene": (rates({**RATE, "scene": "training"}, "x", RATE), {"T1": 0.5}),
    "a tier without a name": (rates(RATE, {**RATE, "model_tier": None}), {}),
    "a tier without a price": (rates(RATE, {**RATE, "unit_price": "2"}), {}),
    "no list": (reply(200, {"success": True, "data": {"rates": {}}}), {}),
    "no data": (reply(200, {"success": True, "data": []}), {}),
    "an error": (reply(200, {"success": False, "message": "x"}), {}),
    "no JSON": (reply(200, b"{"), {}),
}


@pytest.mark.parametrize("name", RATES)
def test_prices_are_those_of_calls_and_none_where_one_is_unclear(name: str) -> None:
    got, expected = RATES[name]
    assert _replies.spend_rates(got) == expected


# How much is left?


def amounts(**each: object) -> Reply:
    return reply(200, {"success": True, "data": each})


@pytest.mark.parametrize(
    ("got", "total", "available", "frozen"),
    [
        (
            amounts(total_balance=2.5, available_balance=1.5, frozen_amount=1),
            *(2.5, 1.5, 1.0),
        ),
        (amounts(available_balance=0), None, 0.0, None),
        (amounts(total_balance=10**9, available_balance=None), 1e9, None, None),
        (amounts(frozen_amount=0.25, total_balance="2"), None, None, 0.25),
    ],
)
def test_an_amount_that_is_not_given_is_unknown(
    got: Reply, total: float | None, available: float | None, frozen: float | None
) -> None:
    assert _replies.balance(got, SOURCE) == Balance(SOURCE, total, available, frozen)


@pytest.mark.parametrize(
    "got",
    [
        pytest.param(amounts(), id="none"),
        pytest.param(amounts(credits=9), id="another name"),
        pytest.param(
            amounts(total_balance="2", available_balance=True, frozen_amount=-1), id="no amounts"
        ),
        pytest.param(amounts(total_balance=10**9 + 1), id="too large"),
        pytest.param(reply(200, {"success": True, "data": [2.5]}), id="a list"),
    ],
)
def test_a_balance_without_an_amount_is_no_answer(got: Reply) -> None:
    fact = _replies.balance(got, SOURCE)
    assert isinstance(fact, NoAnswer)
    assert "no amounts" in fact.message


@pytest.mark.parametrize(
    ("body", "status", "rejected"),
    [
        ({"success": False, "code": "InvalidAuthentication", "message": "expired"}, 401, True),
        ({"success": False, "code": "OperationNotAllowed", "message": "expired"}, 401, False),
        ({"success": False, "code": "InvalidAuthentication", "message": "expired"}, 403, False),
        ({"success": False, "message": "expired"}, 200, False),
    ],
)
def test_a_balance_is_refused_to_a_rejected_token(
    body: object, status: int, rejected: bool
) -> None:
    fact = _replies.balance(reply(status, body), SOURCE)
    assert isinstance(fact, TokenRejected if rejected else NoAnswer)
    assert "expired" in fact.message


# Is the key of a fallback good?


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"code": "invalid_api_key", "message": "Incorrect API key."}, "Incorrect API key."),
        ({"code": "invalid_api_key"}, "invalid_api_key"),
        ({"code": "access_denied", "message": "Incorrect API key."}, None),
        ("invalid_api_key", None),
        (None, None),
    ],
)
def test_a_bad_key_is_known_by_its_code(error: object, words: str | None) -> None:
    assert _replies.invalid_api_key(reply(401, {"error": error})) == words
