"""Calls that the mock refuses: malformed bodies, accounts, recorded refusals, known errors."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import msconfig.modelscope
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Scenario, behaviours
from msconfig.mock.snapshot import RecordedHub, RecordedModel, Snapshot, bundled, load
from msconfig.modelscope.facts import CallResult, Origin, RecordedCall, Source
from msconfig.modelscope.sites import Site
from support import ALIVE, RECORDED, TOKEN, snapshot

CHAT = "/v1/chat/completions"
BEARER = {"authorization": f"Bearer {TOKEN}", "x-modelscope-async-mode": "true"}
HELLO = [{"role": "user", "content": "Hello?"}]
IMAGES = RecordedModel(None, RecordedHub(True, ("text-to-image-synthesis",)))
FACTS = snapshot({"Qwen/Alive": ALIVE, "Qwen/Image": IMAGES}, ("Qwen/Alive", "Qwen/Image"))


def call(
    body: bytes | dict[str, Any], path: str = CHAT, facts: Snapshot = FACTS, **scenario: object
) -> Response:
    mock = MockModelScope(facts, Scenario.of({"accounts": [{"token": TOKEN}], **scenario}))
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = mock(Request("POST", path, "", BEARER, sent))
    assert reply.status == 200 or not mock.state.accounts.spent
    return reply


def error_of(reply: Response) -> dict[str, Any]:
    value = json.loads(reply.body)
    error = value.get("error") or value["errors"]
    assert isinstance(error, dict)
    return error


@pytest.mark.parametrize("path", [CHAT, "/v1/embeddings", "/v1/images/generations", "/v1/messages"])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "The request body is empty"),
        (b"{bad", "The request body is not JSON"),
        (b"\xff", "The request body is not UTF-8"),
        (b"[]", "The request body is not a JSON object"),
    ],
)
def test_a_body_that_is_no_json_object_is_a_400_about_the_body(
    path: str, body: bytes, words: str
) -> None:
    reply = call(body, path)
    assert reply.status == 400
    assert error_of(reply)["message"].startswith(words)


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (CHAT, {}, "messages has to be a list"),
        (CHAT, {"messages": "Hello?"}, "messages has to be a list"),
        ("/v1/messages", {}, "messages has to be a list"),
        ("/v1/embeddings", {"input": "x"}, 'encoding_format has to be "float"'),
        ("/v1/embeddings", {"encoding_format": "float"}, "input has to be"),
        ("/v1/images/generations", {}, "prompt has to be a text"),
    ],
)
def test_a_call_without_what_its_route_needs_is_a_400(
    path: str, body: dict[str, Any], words: str
) -> None:
    reply = call({"model": "Qwen/Alive", **body}, path)
    assert reply.status == 400
    assert error_of(reply)["message"].startswith(words)


def test_a_call_without_a_model_is_a_call_of_an_invalid_one() -> None:
    reply = call({"messages": HELLO})
    assert (reply.status, error_of(reply)["message"]) == (400, "Invalid model id: ")


def recorded(result: CallResult, day: int, route: str = CHAT) -> RecordedCall:
    source = Source(f"POST {route}", RECORDED.replace(day=day), Origin.RECORDED)
    status, error = {
        CallResult.ANSWERED: (200, ""),
        CallResult.REFUSED: (400, "Unsupported model (model=Alive-7B)"),
        CallResult.INCONCLUSIVE: (429, "busy"),
    }[result]
    return RecordedCall(source, result, status, error)


ANSWERED = recorded(CallResult.ANSWERED, 5)
REFUSED = recorded(CallResult.REFUSED, 6)


@pytest.mark.parametrize(
    ("calls", "status"),
    [
        pytest.param((REFUSED,), 400, id="refused"),
        pytest.param((ANSWERED, REFUSED), 400, id="refused later"),
        pytest.param((REFUSED, recorded(CallResult.ANSWERED, 7)), 200, id="answered later"),
        pytest.param((REFUSED, recorded(CallResult.INCONCLUSIVE, 7)), 400, id="busy later"),
        pytest.param((recorded(CallResult.INCONCLUSIVE, 6),), 200, id="busy"),
        pytest.param(
            (recorded(CallResult.REFUSED, 6, "/v1/images/generations"),), 200, id="another route"
        ),
    ],
)
def test_a_recorded_refusal_is_sent_again(calls: tuple[RecordedCall, ...], status: int) -> None:
    facts = snapshot({"Qwen/Alive": replace(ALIVE, calls=calls)})
    body = {"model": "Qwen/Alive", "messages": HELLO}
    reply = call(body, facts=facts)
    assert reply.status == status
    if status != 200:
        assert error_of(reply)["message"] == "Unsupported model (model=Alive-7B)"
    answers = {"Qwen/Alive": {"behaviour": "answers"}}
    assert call(body, facts=facts, models=answers).status == 200


def test_the_refusals_of_the_facts_that_come_with_msconfig_are_sent_again() -> None:
    facts = load(bundled(Site.CN))
    messages = {
        model_id: error_of(call({"model": model_id, "messages": HELLO}, facts=facts))["message"]
        for model_id, model in facts.models.items()
        if model.call_result is CallResult.REFUSED
    }
    assert messages["meituan-longcat/LongCat-Flash-Lite"] == (
        "Unsupported model (model=LongCat-Flash-Chat)"
    )
    # of these, the facts have a part of the text; the service sends the whole
    assert messages["ZhipuAI/GLM-4.6V"] == (
        "Model id : ZhipuAI/GLM-4.6V , has no provider supported"
    )
    assert messages["Qwen/Qwen3-VL-8B"] == "Invalid model id: Qwen/Qwen3-VL-8B"
    assert len(messages) >= 5


def test_an_image_model_is_not_called_by_chat() -> None:
    reply = call({"model": "Qwen/Image", "messages": HELLO})
    assert (reply.status, reply.body) == (502, b"")
    assert call({"model": "Qwen/Image", "prompt": "a cat"}, "/v1/images/generations").status == 200


ROWS = tomllib.loads(
    Path(msconfig.modelscope.__file__).with_name("call_errors.toml").read_text("utf-8")
)["row"]
ACCOUNTS: list[dict[str, object]] = [
    {"bound": False},
    {"verified": False},
    {"token": "another-token"},
]


def every_error(model_id: str) -> list[tuple[int, dict[str, Any]]]:
    """Status and error of each behaviour, and of what may be wrong with an account."""
    body = {"model": model_id, "messages": HELLO}
    ai = replace(FACTS, site=Site.AI)
    scenarios: list[dict[str, Any]] = []
    scenarios += [{"models": {model_id: {"behaviour": name}}} for name in behaviours()]
    scenarios += [{"accounts": [{"token": TOKEN, **account}]} for account in ACCOUNTS]
    replies = [
        call(body, facts=facts, **scenario) for facts in (FACTS, ai) for scenario in scenarios
    ]
    return [
        (reply.status, error_of(reply)) for reply in replies if reply.status != 200 and reply.body
    ]


ERRORS = every_error("acme/x")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.get("text") or row["codes"][0])
def test_every_known_error_is_one_that_the_mock_sends(row: dict[str, Any]) -> None:
    text = re.escape(row.get("text", "…")).replace("…", ".*").replace(r"\{id\}", "acme/x")
    pattern = text.replace(r"\{name\}", r"\S+").replace(r"\ ", r"\s+").replace(r"\.\s+.*", r"\..*")
    assert any(
        status == row["status"]
        and ("codes" not in row or {error.get("code"), error.get("type")} & {*row["codes"]})
        and re.fullmatch(pattern + r"\.?\s*", error["message"], re.DOTALL)
        for status, error in ERRORS
    )


@pytest.mark.parametrize(("token", "status"), [(TOKEN, 200), ("garbage", 401)])
def test_the_rates_are_those_of_the_four_tiers(token: str, status: int) -> None:
    mock = MockModelScope(FACTS, Scenario.of({"accounts": [{"token": TOKEN}]}))
    headers = {"authorization": f"Bearer {token}"}
    reply = mock(Request("GET", "/openapi/v1/magicubes/spend/rates", "", headers))
    assert reply.status == status
    if status == 200:
        rates = json.loads(reply.body)["data"]["rates"]
        prices = {row["model_tier"]: row["unit_price"] for row in rates}
        assert prices == {"discount": 0.2, "lite": 0.5, "standard": 1, "ultra": 2}
        assert all(row["min_charge"] == row["unit_price"] for row in rates)
        assert {(row["scene"], row["unit"]) for row in rates} == {("api_inference", "request")}
