"""Ids that ask for a provider (``owner/name:DashScope``): never better than `third_party_only`."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from msconfig.checking.report import Outcome, Status
from msconfig.checking.verdict import CatalogueFact, HubFact, LookUpFact, ModelFacts, judge
from msconfig.model_ids import ModelId
from msconfig.modelscope.facts import (
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    NoAnswer,
    Provider,
    Providers,
    Source,
)

SOURCE = Source("GET /x", datetime(2026, 10, 7, tzinfo=UTC))
DOWN = NoAnswer(SOURCE, "HTTP 503: busy", 503)
LISTED = Catalogue(SOURCE, ("Qwen/Alive",))
UNLISTED = Catalogue(SOURCE, ("a/b",))
CATALOGUES: list[CatalogueFact] = [LISTED, UNLISTED, Catalogue(SOURCE, ("qwen/alive",)), DOWN]
OWN = Providers(SOURCE, (Provider("ModelScope"),))
BOTH = Providers(SOURCE, (Provider("ModelScope"), Provider("DashScope")))
OTHERS = Providers(SOURCE, (Provider("DashScope"),))
NOBODY = Providers(SOURCE, ())
FAULT = NoAnswer(SOURCE, "HTTP 500", 500)
LOOK_UPS: list[LookUpFact] = [OWN, BOTH, OTHERS, NOBODY, FAULT, DOWN]
EXISTS = HubModel(SOURCE, "Qwen/Alive")
OTHER_CASE = HubModel(SOURCE, "qwen/alive")
PRIVATE = HubModel(SOURCE, "Qwen/Alive", private=True)
CLOSED = HubNoAccess(SOURCE, "closed")
ABSENT = HubAbsent(SOURCE)
HUBS: list[HubFact] = [EXISTS, OTHER_CASE, PRIVATE, CLOSED, ABSENT, DOWN]


def status_of(catalogue: CatalogueFact, look_up: LookUpFact, hub: HubFact) -> Status:
    asked = ModelId.parse("Qwen/Alive:DashScope")
    assert asked is not None
    return judge(asked, catalogue, ModelFacts(look_up, hub)).status


def test_whatever_is_known_it_never_passes() -> None:
    for catalogue, look_up, hub in product(CATALOGUES, LOOK_UPS, HUBS):
        status = status_of(catalogue, look_up, hub)
        assert status.outcome is not Outcome.PASS, (catalogue, look_up, hub)


@pytest.mark.parametrize(
    ("catalogue", "look_up", "hub", "status"),
    [
        pytest.param(LISTED, OWN, EXISTS, Status.THIRD_PARTY_ONLY, id="ModelScope serves it"),
        pytest.param(LISTED, BOTH, EXISTS, Status.THIRD_PARTY_ONLY, id="both serve it"),
        pytest.param(UNLISTED, OTHERS, EXISTS, Status.THIRD_PARTY_ONLY, id="others serve it"),
        pytest.param(DOWN, BOTH, DOWN, Status.THIRD_PARTY_ONLY, id="no word but the look-up's"),
        pytest.param(UNLISTED, NOBODY, EXISTS, Status.NOT_ENABLED, id="nobody serves it"),
        pytest.param(UNLISTED, DOWN, OTHER_CASE, Status.NOT_FOUND, id="the letter case is off"),
        pytest.param(
            UNLISTED, OWN, OTHER_CASE, Status.THIRD_PARTY_ONLY, id="served in the case as written"
        ),
        pytest.param(UNLISTED, FAULT, ABSENT, Status.NOT_FOUND, id="no such id"),
        pytest.param(UNLISTED, NOBODY, PRIVATE, Status.NO_ACCESS, id="private"),
        pytest.param(UNLISTED, OTHERS, CLOSED, Status.NO_ACCESS, id="no access"),
        pytest.param(UNLISTED, DOWN, EXISTS, Status.UNVERIFIED, id="the look-up is down"),
        pytest.param(UNLISTED, FAULT, EXISTS, Status.UNVERIFIED, id="the look-up is ill"),
        pytest.param(DOWN, NOBODY, EXISTS, Status.UNVERIFIED, id="nobody, without the catalogue"),
    ],
)
def test_the_rows_before_and_after_stay_as_they_are(
    catalogue: CatalogueFact, look_up: LookUpFact, hub: HubFact, status: Status
) -> None:
    assert status_of(catalogue, look_up, hub) is status
