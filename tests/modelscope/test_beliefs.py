"""What real replies show about each belief: every row names recordings of `tests/recorded/`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from msconfig.modelscope.beliefs import (
    BELIEFS,
    TIERS,
    Belief,
    Context,
    Finding,
    catalogue_of,
)
from msconfig.modelscope.http_interface import Failure, Reply
from msconfig.modelscope.questions import Bearer, Service, Subject

RECORDED = Path(__file__).resolve().parent.parent / "recorded"
BY_CODE = {belief.code: belief for belief in BELIEFS}

HOLDS = {
    "CATALOGUE": ["models_200_of_2025", "models_200_of_2026"],
    "CATALOGUE_TOKEN": ["models_200_of_2026"],
    "CATALOGUE_FALSE": ["models_200_of_2026"],
    "TOKEN_FALSE": ["account_401", "account_401_not_authenticated"],
    "TOKEN": ["account_200"],
    "LOOKUP_LISTED": ["providers_200_modelscope", "providers_200_two", "providers_200_discount"],
    "LOOKUP_RETIRED": [
        *("providers_200_none", "providers_200_others", "providers_200_none_of_a_listed_id"),
    ],
    "LOOKUP_CAPITALS": ["providers_200_none"],
    "HUB_LISTED": ["hub_200"],
    "HUB_INVENTED": ["hub_404"],
    "CALL_FALSE": ["chat_401_bad_token"],
    "CALL_LISTED": [
        *("chat_200_empty_delta_beside_message", "chat_200_stream_of_null_fields"),
        *("chat_400_data_inspection_failed",),
    ],
    "CALL_INVENTED": ["chat_400_invalid_model_id"],
    "CALL_RETIRED": ["chat_400_no_provider_error", "chat_400_no_provider_errors"],
    "CALL_CASE": ["chat_400_invalid_model_id", "chat_200_stream_of_null_fields"],
    "CALL_THINKING": ["chat_200_thinking_without_content"],
    "CALL_UNLISTED": ["chat_200_stream_of_null_fields"],
    "CALLS_AT_ONCE": ["chat_200_stream_of_null_fields", "chat_429_limit_burst_rate"],
}
OTHERS = {
    Finding.MOVED: {
        "LOOKUP_LISTED": ["providers_401_not_logged_in", "providers_200_none", "hub_404"],
        "LOOKUP_RETIRED": ["providers_401_not_logged_in", "providers_200_two"],
        "LOOKUP_INVENTED": ["providers_200_none", "providers_401_not_logged_in"],
        "LOOKUP_CAPITALS": ["providers_200_two"],
        "HUB_INVENTED": ["hub_200"],
        "HUB_LISTED": ["hub_404"],
        "TOKEN_FALSE": ["account_200"],
        "CATALOGUE": ["account_401"],
        "CALL_FALSE": ["chat_401_not_bound", "chat_200_stream_of_null_fields"],
        "CALL_LISTED": [
            *("chat_400_unsupported_model", "chat_401_no_access", "chat_403_private"),
            *("chat_400_no_provider_error",),
        ],
        "CALL_RETIRED": ["chat_200_stream_of_null_fields", "chat_400_invalid_model_id"],
        "CALL_CASE": ["chat_403_private"],
    },
    Finding.NO_ANSWER: {
        "HUB_LISTED": ["hub_429", "hub_503"],
        "HUB_TASK": ["hub_429", "hub_503"],
        "CALL_FALSE": ["chat_429_busy"],
        "CALL_LISTED": [
            *("chat_429_busy", "chat_429_balance", "chat_429_day_quota", "chat_200_not_served"),
            *("chat_429_request_limit", "chat_402_upstream_unpaid", "chat_429_upstream_unpaid"),
            *("chat_502_image_model",),
        ],
        "CALLS_AT_ONCE": ["chat_429_balance", "chat_200_not_served"],
    },
    Finding.TOKEN_REJECTED: {
        "TOKEN": ["account_401", "account_401_not_authenticated"],
        "BALANCE": ["account_401"],
        "RATES": ["account_401"],
        "CALL_LISTED": ["chat_401_bad_token"],
    },
    Finding.NOT_BOUND: {
        "CALL_LISTED": ["chat_401_not_bound", "chat_401_not_bound_ai", "chat_403_real_name"],
    },
}


def recorded(name: str) -> tuple[Reply, Context]:
    row = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    body = row["text"].encode() if "text" in row else json.dumps(row.get("body")).encode()
    content_type = row.get("content_type", "application/json")
    return Reply(row["status"], body, content_type), Context(row.get("model") or "")


@pytest.mark.parametrize(
    ("code", "name", "finding"),
    [
        pytest.param(code, name, finding, id=f"{code}-{name}")
        for finding, rows in {Finding.HOLDS: HOLDS, **OTHERS}.items()
        for code, names in rows.items()
        for name in names
    ],
)
def test_a_recorded_reply_shows_what_it_shows(code: str, name: str, finding: Finding) -> None:
    reply, context = recorded(name)
    assert BY_CODE[code].finding(reply, context) is finding


def ok(body: dict[str, object], status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode(), "application/json")


def data(**fields: object) -> Reply:
    return ok({"success": True, "data": fields})


def rates(**prices: float) -> Reply:
    rows = [
        {"scene": "api_inference", "model_tier": tier, "unit_price": price}
        for tier, price in prices.items()
    ]
    return data(rates=rows)


def page(*tasks: str, **row: object) -> Reply:
    rows: list[dict[str, object]] = [{"id": "a/b", "tasks": [task]} for task in tasks]
    return data(models=[*rows, *([row] if row else [])])


ANSWER = ok({"choices": [{"message": {"content": "hi"}}]})
HOLDING, MOVED, NO_ANSWER = Finding.HOLDS, Finding.MOVED, Finding.NO_ANSWER
MADE: list[tuple[str, Reply, Finding]] = [
    ("BALANCE", data(available_balance=1.5, total_balance=2), HOLDING),
    ("BALANCE", data(available_balance=0), HOLDING),
    ("BALANCE", data(total_balance=2), MOVED),
    ("BALANCE", data(credits=9), MOVED),
    ("RATES", rates(standard=1, ultra=2), HOLDING),
    ("RATES", rates(lite=0.5), HOLDING),
    ("RATES", rates(standard=1, ultra=3), MOVED),
    ("RATES", rates(standard=1, golden=1), MOVED),
    ("RATES", rates(), MOVED),
    ("LOOKUP_INVENTED", ok({}, 500), HOLDING),
    ("LOOKUP_CAPITALS", ok({}, 500), HOLDING),
    ("LOOKUP_CAPITALS", ok({}, 404), MOVED),
    ("HUB_TASK", page("text-generation", "text-generation"), HOLDING),
    ("HUB_TASK", page("text-generation", "text-to-speech"), MOVED),
    ("HUB_TASK", page("text-to-speech"), MOVED),
    ("HUB_TASK", page(), MOVED),
    ("HUB_TASK", data(rows=[]), MOVED),
    ("HUB_TASK_INVENTED", page(), HOLDING),
    ("HUB_TASK_INVENTED", page("text-to-speech"), MOVED),
    ("HUB_TASK_INVENTED", page(name="no id"), MOVED),
    ("HUB_TASK_INVENTED", data(rows=[]), MOVED),
    ("CALL_INVENTED", ANSWER, MOVED),
    ("CALL_INVENTED", ok({"choices": []}), NO_ANSWER),
    ("CALL_INVENTED", ok({"choices": [], "error": "odd"}), MOVED),
    ("CALL_INVENTED", ok({}, 400), MOVED),
    ("CALL_LISTED", ANSWER, HOLDING),
]


@pytest.mark.parametrize(("code", "reply", "finding"), MADE)
def test_a_reply_by_the_specification_shows_what_it_shows(
    code: str, reply: Reply, finding: Finding
) -> None:
    assert BY_CODE[code].finding(reply, Context("a/b")) is finding


@pytest.mark.parametrize("code", ["CATALOGUE_TOKEN", "CATALOGUE_FALSE"])
@pytest.mark.parametrize(
    ("ids", "finding"),
    [
        (["a/b", "c/d"], HOLDING),
        (["c/d", "a/b"], HOLDING),
        (["a/b"], MOVED),
        (["a/b", "c/d", "acme/mine"], MOVED),
    ],
)
def test_the_catalogue_has_the_same_ids_with_any_token(
    code: str, ids: list[str], finding: Finding
) -> None:
    def listed(*ids: str) -> Reply:
        return ok({"object": "list", "data": [{"id": each} for each in ids]})

    public = catalogue_of(listed("a/b", "c/d"))
    assert BY_CODE[code].finding(listed(*ids), Context(catalogue=public)) is finding
    # without one to compare with, any list of ids will do
    assert BY_CODE[code].finding(listed(*ids), Context()) is HOLDING


@pytest.mark.parametrize("belief", BELIEFS, ids=lambda belief: belief.code)
def test_no_reply_and_an_outage_show_nothing(belief: Belief) -> None:
    assert belief.finding(Failure("cannot connect"), Context()) is Finding.NO_ANSWER
    for status in (408, 502, 503, 504, 520):
        assert belief.finding(Reply(status, b""), Context()) is Finding.NO_ANSWER


@pytest.mark.parametrize("belief", BELIEFS, ids=lambda belief: belief.code)
@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b"\xff", b'{"data": {}}', b'{"error": "x"}', b"<html>"]
)
def test_whatever_comes_a_belief_has_a_finding(belief: Belief, body: bytes) -> None:
    for status in (200, 301, 400, 401, 403, 404, 429, 500, 599):
        assert isinstance(belief.finding(Reply(status, body), Context("a/b")), Finding)


def test_paid_ones_come_last_and_need_a_token() -> None:
    paid = [belief.paid_calls for belief in BELIEFS]
    assert paid == [0] * 16 + [1] * 6 + [4]
    for belief in BELIEFS:
        question = belief.question
        assert belief.needs_token == (question.bearer is Bearer.OWN)
        assert question.is_call == (belief.request.startswith("POST "))
        # the hub and the catalogue are asked about models without the user's token
        if question.service is Service.HUB and question.about is not Subject.NONE:
            assert question.bearer is Bearer.NONE


def test_the_mock_has_the_same_tiers() -> None:
    from msconfig.mock import derived  # noqa: PLC0415

    assert {tier: price for price, tier in derived.TIERS.items()} == TIERS
