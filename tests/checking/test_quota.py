"""Balances and costs of calls, asked of a mock, as a report on the quota."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from msconfig.checking.quota import CallsLeft, ask_quota, read_quota
from msconfig.checking.report import Quota, TokenResult, TokenStatus
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Scenario
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.tokens import Secret, Token
from support import Connect, Handler, Serve, snapshot

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
BALANCE = "/openapi/v1/magicubes/balance"
LOOK_UP = "/api/v1/inference/list_model_providers"
RICH, POOR, REVOKED = (
    Token(Secret(f"ms-00000000-0000-4000-8000-00000000{end}"), f"TOKEN_{end.upper()}")
    for end in ("0001", "0002", "0003")
)
ACCOUNTS = [
    {"token": RICH.secret.reveal(), "magicubes": 12.5, "frozen": 2},
    {"token": POOR.secret.reveal(), "magicubes": 0.6},
]
COSTS = {"acme/dear": 2, "acme/cheap": 0.2, "acme/free": 0}

Ask = Callable[[Handler], ModelScope]


@pytest.fixture
def modelscope_at(serve: Serve, connect: Connect) -> Ask:
    """The client of ModelScope where a handler answers."""

    def ask(handler: Handler) -> ModelScope:
        url = serve(handler).url_for("/")
        endpoints = Endpoints.of(Site.CN, hub_url=url, inference_url=f"{url}v1/")
        secrets = [each.secret for each in (RICH, POOR, REVOKED)]
        return ModelScope(endpoints, connect(), secrets=secrets, now=lambda: AT)

    return ask


def world() -> MockModelScope:
    models = {
        each: {"look_up": {"providers": [{"Name": "ModelScope", "EstimatedMagicGrainCost": cost}]}}
        for each, cost in COSTS.items()
    }
    others = {"acme/elsewhere": {"look_up": {"providers": [{"Name": "DashScope"}]}}}
    scenario = {"accounts": ACCOUNTS, "models": {**models, **others}}
    return MockModelScope(snapshot(), Scenario.of(scenario))


def quota_of(token: Token, *amounts: float | None) -> Quota:
    total, available, frozen = amounts or (None, None, None)
    return Quota(token.secret.fingerprint, total, available, frozen, f"GET {BALANCE}", AT)


QUOTA = (quota_of(RICH, 12.5, 10.5, 2.0), quota_of(REVOKED), quota_of(POOR, 0.6, 0.6, 0.0))


def test_the_balance_of_each_token_is_read_in_their_order(modelscope_at: Ask) -> None:
    modelscope = modelscope_at(world())
    assert read_quota(modelscope, (RICH, REVOKED, POOR)) == QUOTA
    assert read_quota(modelscope, ()) == ()


def test_calls_are_counted_down_and_what_is_unknown_stays_unknown(modelscope_at: Ask) -> None:
    counts: dict[str, tuple[float | None, int | None, int | None]] = {
        "acme/dear": (2.0, 5, 0),
        "acme/cheap": (0.2, 52, 3),
        "acme/free": (0.0, None, None),
        "acme/elsewhere": (None, None, None),
        "acme/dear:Elsewhere": (None, None, None),
        "no id": (None, None, None),
        "acme/none": (None, None, None),
    }
    tokens = (RICH, REVOKED, POOR)
    report = ask_quota(modelscope_at(world()), Site.CN, tokens, tuple(counts), concurrency=4)
    marks = [each.secret.fingerprint for each in tokens]
    assert (report.site, report.quota) == (Site.CN, QUOTA)
    assert report.models == tuple(
        CallsLeft(model_id, cost, dict(zip(marks, (rich, None, poor), strict=True)))
        for model_id, (cost, rich, poor) in counts.items()
    )


def test_each_token_has_its_status_and_the_reason_of_its_trouble(modelscope_at: Ask) -> None:
    ask = world()

    def poor_is_not_answered(request: Request) -> Response:
        return Response(404, b"{}") if request.token == POOR.secret.reveal() else ask(request)

    modelscope = modelscope_at(poor_is_not_answered)
    report = ask_quota(modelscope, Site.CN, (RICH, REVOKED, POOR), (), concurrency=1)
    rejected, unknown = report.tokens[1].reason, report.tokens[2].reason
    assert report.tokens == (
        TokenResult(TokenStatus.VALID, "TOKEN_0001", RICH.secret.fingerprint),
        TokenResult(TokenStatus.REJECTED, "TOKEN_0003", REVOKED.secret.fingerprint, rejected),
        TokenResult(TokenStatus.UNVERIFIED, "TOKEN_0002", POOR.secret.fingerprint, unknown),
    )
    assert rejected
    assert unknown
    assert "404" in unknown
    assert report.exit_code == 3


def test_a_look_up_that_fails_is_not_tried_again(modelscope_at: Ask) -> None:
    asked = []
    ask = world()

    def failing(request: Request) -> Response:
        if request.path != LOOK_UP:
            return ask(request)
        asked.append(request.path)
        return Response(500, b"{}")

    report = ask_quota(modelscope_at(failing), Site.CN, (RICH,), ("acme/dear",), concurrency=1)
    assert (report.models[0].magicubes, len(asked)) == (None, 1)
