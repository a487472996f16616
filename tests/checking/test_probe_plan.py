"""Which models are called within a budget, with which tokens, and how long that may take."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from msconfig.checking.probe_pace import ProbePace
from msconfig.checking.probe_plan import plan_probes
from msconfig.checking.report import (
    Cost,
    ModelResult,
    Report,
    Status,
    TokenResult,
    TokenStatus,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.tokens import Secret, Token

AT = datetime(2026, 10, 7, tzinfo=UTC)
TOKENS = tuple(
    Token(Secret(f"ms-00000000-0000-4000-8000-00000000000{number}"), f"TOKEN_{number}")
    for number in range(4)
)
REJECTED, FIRST, OPEN, SECOND = TOKENS
STATUSES = (*(TokenStatus.REJECTED, TokenStatus.VALID, TokenStatus.UNVERIFIED, TokenStatus.VALID),)


def report_of(*models: ModelResult, statuses: tuple[TokenStatus, ...] = STATUSES) -> Report:
    pairs = zip(TOKENS, statuses, strict=True)
    tokens = (TokenResult(how, each.source, each.secret.fingerprint) for each, how in pairs)
    return Report(Site.CN, AT, tuple(tokens), models)


def model(name: str, cost: float | None = 1.0, kind: Kind = Kind.CHAT) -> ModelResult:
    return ModelResult(f"acme/{name}", Status.ENABLED, kind, "because", cost=Cost(cost))


REPORT = report_of(
    model("a", 0.5),
    model("dear", 2.0),
    model("picture", 1.0, Kind.IMAGE_GENERATION),
    model("edit", 1.0, Kind.IMAGE_EDIT),
    model("video", 0.2, Kind.VIDEO),
    model("b", 0.5, Kind.EMBEDDING),
    model("unpriced", None),
    model("gift", 0.0),
    model("odd", 0.2, Kind.UNKNOWN),
)
PICTURE, EDIT = (
    f"kind {kind} is called only with --probe-images" for kind in ("image-generation", "image-edit")
)
NEVER = {
    "video": "there is no small call for kind video",
    "odd": "its kind is unknown and the catalogue does not list it",
}
NO_IMAGES = {"picture": PICTURE, "edit": EDIT, **NEVER}
ALL = {"a": "1", "dear": "4", "picture": "2", "edit": "2", "b": "1", "unpriced": "4", "gift": "4"}


@pytest.mark.parametrize(
    ("options", "tokens", "reserved", "not_probed", "further", "seconds"),
    [
        pytest.param(
            {"max_cost": 100},
            (FIRST,),
            {"a": "0.5", "dear": "2.0", "b": "0.5", "unpriced": "2.0", "gift": "2"},
            NO_IMAGES,
            {},
            5 * 1.5,
            id="by default, one token and no images",
        ),
        pytest.param(
            {"max_cost": 100, "all_tokens": True, "images": True},
            (FIRST, SECOND),
            ALL,
            NEVER,
            {},
            2 * 5 * 1.5 + 2 * 2 * 20,
            id="all",
        ),
        pytest.param(
            {"max_cost": 100, "all_tokens": True, "images": True, "pace": ProbePace.parallel(4)},
            (FIRST, SECOND),
            ALL,
            NEVER,
            {},
            3 * 1.5 + 20,
            id="four at a time",
        ),
        pytest.param(
            {"max_cost": 3, "all_tokens": True},
            (FIRST, SECOND),
            {"a": "1", "b": "1"},
            {
                **dict.fromkeys(("dear", "unpriced", "gift"), "over the budget of 3 Magicubes"),
                **NO_IMAGES,
            },
            {"dear": "4", "unpriced": "4", "gift": "4"},
            2 * 2 * 1.5,
            id="a budget for two tokens",
        ),
        pytest.param(
            {"max_cost": Decimal("0.5")},
            (FIRST,),
            {"a": "0.5"},
            {
                **dict.fromkeys(
                    ("dear", "b", "unpriced", "gift"), "over the budget of 0.5 Magicubes"
                ),
                **NO_IMAGES,
            },
            {"dear": "2", "b": "0.5", "unpriced": "2", "gift": "2"},
            1.5,
            id="just enough for one",
        ),
    ],
)
def test_a_plan_is_what_fits_into_the_budget(
    options: dict[str, Any],
    tokens: tuple[Token, ...],
    reserved: dict[str, str],
    not_probed: dict[str, str],
    further: dict[str, str],
    seconds: float,
) -> None:
    plan = plan_probes(REPORT, TOKENS, **options)
    prices = {f"acme/{name}": Decimal(price) for name, price in reserved.items()}
    assert plan.tokens == tokens
    assert (plan.ids, plan.reserved) == (tuple(prices), prices)
    assert plan.not_probed == {f"acme/{name}": why for name, why in not_probed.items()}
    assert plan.further == {f"acme/{name}": Decimal(price) for name, price in further.items()}
    assert (plan.cost, plan.seconds) == (float(sum(prices.values())), seconds)
    assert plan.left == Decimal(str(options["max_cost"])) - sum(prices.values())


def test_without_a_valid_token_no_model_is_called_whatever_it_is() -> None:
    statuses = (TokenStatus.REJECTED, TokenStatus.NOT_BOUND, *[TokenStatus.UNVERIFIED] * 2)
    plan = plan_probes(report_of(*REPORT.models, statuses=statuses), TOKENS, max_cost=100)
    assert plan.not_probed == {model.id: "no valid token" for model in REPORT.models}
    assert (plan.tokens, plan.ids, plan.further, plan.cost) == ((), (), {}, 0)
