"""The verdict table: every combination of what three sources can say about an id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.checking.report import Outcome, Proof, Status
from msconfig.checking.verdict import (
    CatalogueFact,
    HubFact,
    LookUpFact,
    ModelFacts,
    Verdict,
    judge,
    look_up_has_gone,
)
from msconfig.model_ids import ModelId
from msconfig.modelscope.facts import (
    CallResult,
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    NoAnswer,
    Origin,
    Provider,
    Providers,
    RecordedCall,
    Source,
)

AT = datetime(2026, 10, 7, tzinfo=UTC)
ID, OTHER_CASE = "Qwen/Alive", "qwen/ALIVE"


def source(endpoint: str, origin: Origin = Origin.LIVE, basis: str = "") -> Source:
    return Source(f"GET /{endpoint}", AT, origin, basis)


def served_by(*names: str, origin: Origin = Origin.LIVE, basis: str = "") -> Providers:
    return Providers(source("providers", origin, basis), tuple(map(Provider, names)))


def no_answer(said: str, status: int | None = None) -> NoAnswer:
    return NoAnswer(source("x"), said, status)


CATALOGUES: dict[str, CatalogueFact] = {
    "listed": Catalogue(source("models"), ("a/b", ID)),
    "not listed": Catalogue(source("models"), ("a/b",)),
    "listed in other case": Catalogue(source("models"), ("a/b", OTHER_CASE)),
    "unreachable": no_answer("cannot connect: refused"),
    "unreadable": no_answer("HTTP 200: not JSON", 200),
}
LOOK_UPS: dict[str, LookUpFact] = {
    "ModelScope": served_by("ModelScope"),
    "ModelScope and others": served_by("DashScope", "ModelScope"),
    "others": served_by("DashScope", "DeepSeek"),
    "nobody": served_by(),
    "500": no_answer("HTTP 500", 500),
    "outage": no_answer("HTTP 503: busy", 503),
    "unreachable": no_answer("cannot connect: refused"),
    "unreadable": no_answer("HTTP 200: not JSON", 200),
}
HUBS: dict[str, HubFact] = {
    "exists": HubModel(source("hub"), ID, ("text-generation",)),
    "exists in other case": HubModel(source("hub"), OTHER_CASE),
    "private": HubModel(source("hub"), ID, private=True),
    "gated": HubModel(source("hub"), ID, gated=True),
    "no access": HubNoAccess(source("hub"), "ask the owner"),
    "absent": HubAbsent(source("hub")),
    "outage": no_answer("HTTP 503: busy", 503),
}


def call(result: CallResult, error: str = "") -> RecordedCall:
    at = datetime(2026, 10, 10, tzinfo=UTC)
    made = Source("POST /v1/chat/completions", at, Origin.RECORDED)
    return RecordedCall(made, result, 400, error)


CALLS: dict[str, RecordedCall | None] = {
    "": None,
    "no provider": call(CallResult.REFUSED, "no provider"),
    "throttled": call(CallResult.INCONCLUSIVE, "busy"),
    "answered": call(CallResult.ANSWERED),
}


@dataclass(frozen=True)
class Seen:
    """What the three sources say, and how the last recorded call ended."""

    catalogue: str
    look_up: str
    hub: str
    call: str = ""

    @property
    def case_is_off(self) -> bool:
        """Not listed as it is written, and there is one in another case."""
        return not self.is_listed and "other case" in self.catalogue + self.hub

    @property
    def was_refused(self) -> bool:
        return self.call == "no provider"

    @property
    def is_listed(self) -> bool:
        return self.catalogue == "listed"

    @property
    def catalogue_is_readable(self) -> bool:
        return not self.catalogue.startswith("unrea")

    @property
    def is_not_for_us(self) -> bool:
        return self.hub in {"private", "gated", "no access"}

    @property
    def modelscope_is_named(self) -> bool:
        return self.look_up.startswith("ModelScope")

    @property
    def modelscope_is_clearly_not_named(self) -> bool:
        return self.look_up in {"others", "nobody"}

    @property
    def nobody_knows_it(self) -> bool:
        return self.look_up == "500" and self.hub == "absent"


TABLE: list[tuple[Callable[[Seen], bool], Status]] = [
    (lambda it: it.case_is_off and not it.modelscope_is_named, Status.NOT_FOUND),
    (lambda it: it.is_not_for_us and it.modelscope_is_clearly_not_named, Status.NO_ACCESS),
    (lambda it: it.was_refused, Status.DISPUTED),
    (lambda it: it.modelscope_is_named, Status.ENABLED),
    (lambda it: it.is_listed and it.modelscope_is_clearly_not_named, Status.DISPUTED),
    (lambda it: it.is_listed and it.nobody_knows_it, Status.DISPUTED),
    (lambda it: it.is_listed, Status.ENABLED),
    (lambda it: it.catalogue_is_readable and it.look_up == "others", Status.THIRD_PARTY_ONLY),
    (lambda it: it.catalogue_is_readable and it.look_up == "nobody", Status.NOT_ENABLED),
    (lambda it: it.nobody_knows_it, Status.NOT_FOUND),
    (lambda _: True, Status.UNVERIFIED),
]
"""The contract's rows in their order; the first that applies decides."""

EVERYTHING = [Seen(*names) for names in product(CATALOGUES, LOOK_UPS, HUBS, CALLS)]


def verdict_on(it: Seen, asked: str = ID) -> Verdict:
    parsed = ModelId.parse(asked)
    assert parsed is not None
    facts = ModelFacts(LOOK_UPS[it.look_up], HUBS[it.hub], call=CALLS[it.call])
    return judge(parsed, CATALOGUES[it.catalogue], facts)


def called(it: Seen) -> str:
    return f"{it.catalogue} - {it.look_up} - {it.hub} - {it.call or 'no call'}"


@pytest.mark.parametrize("it", EVERYTHING, ids=called)
def test_the_first_row_of_the_table_that_applies_decides(it: Seen) -> None:
    expected = next(status for applies, status in TABLE if applies(it))
    assert verdict_on(it).status is expected


CATALOGUE_TROUBLE = ("unreachable", "unreadable")
LOOK_UP_TROUBLE = ("500", "outage", "unreachable", "unreadable")
seen = st.sampled_from(EVERYTHING)


@given(seen, st.sampled_from(CATALOGUE_TROUBLE), st.sampled_from(LOOK_UP_TROUBLE), st.data())
def test_more_trouble_never_gives_a_better_outcome(
    it: Seen, catalogue: str, look_up: str, data: st.DataObject
) -> None:
    """Whichever sources fail, nothing passes that did not, but for one case of the contract.

    A listed id whose look-up cannot be read is enabled, with the catalogue as its one source; also
    where the hub, which could have denied that it exists, is down.
    """
    troubles = {"catalogue": catalogue, "look_up": look_up, "hub": "outage"}
    struck = data.draw(st.sets(st.sampled_from(sorted(troubles)), min_size=1))
    worse = replace(it, **{name: troubles[name] for name in struck})
    passes = verdict_on(worse).status.outcome is Outcome.PASS
    by_the_catalogue = worse.is_listed and worse.look_up in LOOK_UP_TROUBLE
    assert not passes or by_the_catalogue or verdict_on(it).status.outcome is Outcome.PASS


@given(seen, st.sampled_from(CATALOGUE_TROUBLE), st.sampled_from(LOOK_UP_TROUBLE[1:]), st.data())
def test_trouble_alone_makes_no_model_fail_that_passed(
    it: Seen, catalogue: str, look_up: str, data: st.DataObject
) -> None:
    """An outage takes facts away, and a fail needs one that is a clear no.

    A 500 of the look-up is such a fact beside a hub that knows no such id. The one exception is in
    the contract: an id in other letters than those that exist fails unless the look-up names
    ModelScope for it as written, or the catalogue lists it so.
    """
    troubles = {"catalogue": catalogue, "look_up": look_up, "hub": "outage"}
    struck = data.draw(st.sets(st.sampled_from(sorted(troubles)), min_size=1))
    worse = replace(it, **{name: troubles[name] for name in struck})
    passed = verdict_on(it).status.outcome is Outcome.PASS
    fails = verdict_on(worse).status.outcome is Outcome.FAIL
    assert not (passed and fails) or worse.case_is_off


@given(seen, st.sampled_from(CATALOGUE_TROUBLE), st.sampled_from(LOOK_UP_TROUBLE))
def test_without_any_source_nothing_passes_and_nothing_fails(
    it: Seen, catalogue: str, look_up: str
) -> None:
    verdict = verdict_on(replace(it, catalogue=catalogue, look_up=look_up, hub="outage"))
    assert verdict.status.outcome is Outcome.UNKNOWN


def test_every_row_decides_something() -> None:
    deciding = {next(n for n, (applies, _) in enumerate(TABLE) if applies(it)) for it in EVERYTHING}
    assert deciding == set(range(len(TABLE)))


def test_every_verdict_says_why_in_one_line() -> None:
    for it in EVERYTHING:
        reason = verdict_on(it).reason
        assert reason, it
        assert reason.isprintable(), it


def test_the_right_id_is_told_exactly_when_the_letter_case_is_off() -> None:
    for it in EVERYTHING:
        is_off = it.case_is_off and not it.modelscope_is_named
        assert verdict_on(it).right_id == (OTHER_CASE if is_off else None), it


def test_no_outage_alone_makes_a_model_fail() -> None:
    """No source says anything: the catalogue and both look-ups are down in one way or another."""
    for catalogue, look_up, hub in product(
        ("unreachable", "unreadable"), ("500", "outage", "unreachable", "unreadable"), ("outage",)
    ):
        assert verdict_on(Seen(catalogue, look_up, hub)).status.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("it", "status", "words"),
    [
        pytest.param(
            Seen("listed in other case", "nobody", "absent"),
            Status.NOT_FOUND,
            ["case"],
            id="the catalogue spells it otherwise",
        ),
        pytest.param(
            Seen("not listed", "500", "exists in other case"),
            Status.NOT_FOUND,
            ["case"],
            id="the hub spells it otherwise",
        ),
        pytest.param(
            Seen("listed in other case", "ModelScope", "exists in other case"),
            Status.ENABLED,
            ["ModelScope"],
            id="in another case, and served as it is written",
        ),
        pytest.param(
            Seen("listed", "outage", "exists in other case"),
            Status.ENABLED,
            ["one source"],
            id="listed as it is written, whatever the hub's spelling",
        ),
        pytest.param(
            Seen("listed", "ModelScope", "exists", "no provider"),
            Status.DISPUTED,
            ["a call on 2026-10-10", "HTTP 400: no provider"],
            id="served, but its last call was refused",
        ),
        pytest.param(
            Seen("listed", "nobody", "private"),
            Status.NO_ACCESS,
            ["private"],
            id="private, though listed",
        ),
        pytest.param(
            Seen("not listed", "others", "no access"),
            Status.NO_ACCESS,
            ["private or gated", "ask the owner"],
            id="the hub's own words",
        ),
        pytest.param(
            Seen("not listed", "ModelScope", "gated"),
            Status.ENABLED,
            ["ModelScope"],
            id="served, though gated",
        ),
        pytest.param(
            Seen("unreachable", "ModelScope and others", "absent"),
            Status.ENABLED,
            ["ModelScope"],
            id="served, whatever the others say",
        ),
        pytest.param(
            Seen("listed", "others", "exists"),
            Status.DISPUTED,
            ["catalogue", "DashScope", "DeepSeek"],
            id="listed, but others serve it",
        ),
        pytest.param(
            Seen("listed", "nobody", "exists"),
            Status.DISPUTED,
            ["catalogue", "no provider"],
            id="listed, but nobody serves it",
        ),
        pytest.param(
            Seen("listed", "500", "absent"),
            Status.DISPUTED,
            ["catalogue", "no such id"],
            id="listed, but nobody knows it",
        ),
        pytest.param(
            Seen("listed", "500", "exists"),
            Status.ENABLED,
            ["one source", "catalogue", "500"],
            id="listed, and the look-up is ill",
        ),
        pytest.param(
            Seen("listed", "outage", "no access"),
            Status.ENABLED,
            ["one source", "catalogue", "503"],
            id="listed, closed, and the look-up is down",
        ),
        pytest.param(
            Seen("not listed", "others", "exists"),
            Status.THIRD_PARTY_ONLY,
            ["DashScope", "DeepSeek", "not by ModelScope"],
            id="others only",
        ),
        pytest.param(
            Seen("not listed", "nobody", "outage"),
            Status.NOT_ENABLED,
            ["no provider"],
            id="nobody, and the hub is down",
        ),
        pytest.param(
            Seen("unreachable", "500", "absent"),
            Status.NOT_FOUND,
            ["hub", "no such id"],
            id="no such id, though the catalogue is down",
        ),
        pytest.param(
            Seen("not listed", "500", "outage"),
            Status.UNVERIFIED,
            ["look-up", "500"],
            id="a 500 that nobody explains",
        ),
        pytest.param(
            Seen("not listed", "500", "exists"),
            Status.UNVERIFIED,
            ["look-up", "500"],
            id="a 500 for an id that exists",
        ),
        pytest.param(
            Seen("not listed", "outage", "absent"),
            Status.UNVERIFIED,
            ["look-up", "503"],
            id="absent, but the look-up is only down",
        ),
        pytest.param(
            Seen("unreachable", "nobody", "exists"),
            Status.UNVERIFIED,
            ["no provider", "catalogue", "refused"],
            id="a clear no without the catalogue",
        ),
        pytest.param(
            Seen("unreadable", "others", "exists"),
            Status.UNVERIFIED,
            ["DashScope", "catalogue", "not JSON"],
            id="others without the catalogue",
        ),
    ],
)
def test_a_reason_names_what_decided(it: Seen, status: Status, words: list[str]) -> None:
    verdict = verdict_on(it)
    assert verdict.status is status
    assert [word for word in words if word not in verdict.reason] == []


DERIVED = served_by("ModelScope", origin=Origin.DERIVED, basis="a page")
RECORDED = served_by("ModelScope", origin=Origin.RECORDED)
NOT_RECORDED = NoAnswer(source("providers", Origin.DERIVED), "no look-up is recorded")


ANSWERED, REFUSED = call(CallResult.ANSWERED), call(CallResult.REFUSED, "Unsupported model")
BUSY = call(CallResult.INCONCLUSIVE, "busy")


@pytest.mark.parametrize(
    ("catalogue", "look_up", "recorded", "proof"),
    [
        pytest.param("listed", LOOK_UPS["ModelScope"], None, Proof.CONFIRMED, id="live"),
        pytest.param("unreadable", LOOK_UPS["ModelScope"], None, Proof.CONFIRMED, id="alone"),
        pytest.param("listed", LOOK_UPS["outage"], None, Proof.LISTED, id="no look-up"),
        pytest.param("listed", NOT_RECORDED, None, Proof.LISTED, id="not recorded"),
        pytest.param("not listed", RECORDED, None, Proof.CONFIRMED, id="recorded"),
        pytest.param("listed", DERIVED, None, Proof.LISTED, id="derived"),
        pytest.param("not listed", DERIVED, None, Proof.LISTED, id="derived alone"),
        pytest.param("listed", DERIVED, BUSY, Proof.LISTED, id="busy when called"),
        pytest.param("listed", RECORDED, BUSY, Proof.CONFIRMED, id="recorded, and busy"),
        pytest.param("listed", DERIVED, ANSWERED, Proof.CALLED, id="answered"),
        pytest.param("listed", NOT_RECORDED, ANSWERED, Proof.CALLED, id="answered, no look-up"),
        pytest.param("not listed", RECORDED, ANSWERED, Proof.CALLED, id="answered, unlisted"),
    ],
)
def test_an_enabled_model_has_the_best_proof_that_was_read(
    catalogue: str, look_up: LookUpFact, recorded: RecordedCall | None, proof: Proof
) -> None:
    facts = ModelFacts(look_up, HUBS["exists"], call=recorded)
    verdict = judge(parsed(), CATALOGUES[catalogue], facts)
    assert (verdict.status, verdict.proof) == (Status.ENABLED, proof)


@pytest.mark.parametrize("catalogue", ["listed", "not listed"])
@pytest.mark.parametrize("look_up", [RECORDED, DERIVED, NOT_RECORDED, served_by()])
def test_a_recorded_call_that_was_refused_for_good_puts_a_model_in_doubt(
    catalogue: str, look_up: LookUpFact
) -> None:
    facts = ModelFacts(look_up, HUBS["exists"], call=REFUSED)
    verdict = judge(parsed(), CATALOGUES[catalogue], facts)
    assert (verdict.status, verdict.proof) == (Status.DISPUTED, None)
    assert "2026-10-10" in verdict.reason
    assert "HTTP 400: Unsupported model" in verdict.reason


def test_a_recorded_call_says_nothing_about_another_provider() -> None:
    facts = ModelFacts(RECORDED, HUBS["exists"], call=REFUSED)
    verdict = judge(parsed(f"{ID}:DashScope"), CATALOGUES["listed"], facts)
    assert verdict.status is Status.THIRD_PARTY_ONLY


@pytest.mark.parametrize(
    "seen", [Seen("listed", "others", "gated"), Seen("not listed", "nobody", "exists")]
)
def test_only_an_enabled_model_has_a_proof(seen: Seen) -> None:
    assert verdict_on(seen).proof is None


def test_a_reason_names_what_an_inferred_fact_rests_on() -> None:
    look_up = served_by(origin=Origin.DERIVED, basis="a page")
    verdict = judge(parsed(), CATALOGUES["not listed"], ModelFacts(look_up, HUBS["exists"]))
    assert verdict.reason == "no provider serves it (inferred: a page)"


def test_a_reason_names_the_day_on_which_a_fact_was_read() -> None:
    verdict = judge(parsed(), CATALOGUES["not listed"], ModelFacts(RECORDED, HUBS["exists"]))
    assert verdict.reason == "served by ModelScope (recorded on 2026-10-07)"


def parsed(text: str = ID) -> ModelId:
    model_id = ModelId.parse(text)
    assert model_id is not None
    return model_id


def test_a_reason_is_short_however_many_providers_there_are() -> None:
    parsed = ModelId.parse(ID)
    assert parsed is not None
    look_up = served_by(*(f"provider-{number}" for number in range(200_000)))
    for catalogue in ("listed", "not listed", "unreachable"):
        verdict = judge(parsed, CATALOGUES[catalogue], ModelFacts(look_up, HUBS["exists"]))
        assert len(verdict.reason) < 700
        assert "provider-0, provider-1" in verdict.reason
        assert "and 199992 more" in verdict.reason


@pytest.mark.parametrize(
    "id_with_a_look_alike",
    ["Qwen/Alive".replace("v", "\u1e7d"), "\u212aimi/Alive", "Qwen/Ali\u017fe"],
    ids=["another letter", "the Kelvin sign", "the long s"],
)
def test_letters_that_only_fold_to_ascii_are_other_letters(id_with_a_look_alike: str) -> None:
    plain = id_with_a_look_alike.casefold()
    parsed = ModelId.parse(plain if plain.isascii() else ID)
    assert parsed is not None
    hub = HubModel(source("hub"), id_with_a_look_alike)
    verdict = judge(parsed, CATALOGUES["not listed"], ModelFacts(served_by(), hub))
    assert (verdict.status, verdict.right_id) == (Status.NOT_ENABLED, None)


GONE = NoAnswer(source("look-up"), "HTTP 404", 404, lasting=True)
GONE_TOO = NoAnswer(source("look-up"), "HTTP 404: no route for a/b", 404, lasting=True)
LOGGED_OUT = NoAnswer(source("look-up"), "HTTP 401: user not logged in", 401, lasting=True)


@pytest.mark.parametrize(
    ("catalogue", "answers", "gone"),
    [
        pytest.param("listed", [GONE, GONE_TOO], True, id="404 for two, one of them listed"),
        pytest.param("listed", [LOGGED_OUT, LOGGED_OUT, LOGGED_OUT], True, id="401 for three"),
        pytest.param("listed", [GONE], False, id="one id"),
        pytest.param("not listed", [GONE, GONE], False, id="none of them listed"),
        pytest.param("unreachable", [GONE, GONE], False, id="no catalogue"),
        pytest.param("listed", [GONE, LOGGED_OUT], False, id="two different answers"),
        pytest.param("listed", [GONE, LOOK_UPS["nobody"]], False, id="a readable answer"),
        pytest.param("listed", [LOOK_UPS["500"]] * 2, False, id="500, as for ids that are none"),
        pytest.param("listed", [LOOK_UPS["outage"]] * 2, False, id="an outage"),
        pytest.param("listed", [LOOK_UPS["unreachable"]] * 2, False, id="no connection"),
    ],
)
def test_the_look_up_has_gone_if_a_lasting_answer_is_the_same_for_all(
    catalogue: str, answers: list[LookUpFact], gone: bool
) -> None:
    asked = list(zip((ID, "x/y", "x/z"), answers, strict=False))
    assert bool(look_up_has_gone(CATALOGUES[catalogue], asked)) is gone
