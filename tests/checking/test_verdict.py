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
    depends_on_hub,
    judge,
    listing,
    look_up_has_gone,
    notes_on,
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


@pytest.mark.parametrize(
    ("catalogue", "status", "error", "reason"),
    [
        ("listed", 400, "busy", "in the catalogue, but a call on 2026-10-10 was refused: "),
        ("not listed", 400, "busy", "a call on 2026-10-10 was refused: HTTP 400: busy"),
        ("not listed", 400, "", "a call on 2026-10-10 was refused: HTTP 400"),
        ("not listed", None, "busy", "a call on 2026-10-10 was refused: busy"),
        ("not listed", None, "", "a call on 2026-10-10 was refused"),
    ],
)
def test_a_refused_call_is_described_by_what_is_recorded_of_it(
    catalogue: str, status: int | None, error: str, reason: str
) -> None:
    refused = replace(REFUSED, status=status, error=error)
    facts = ModelFacts(NOT_RECORDED, HUBS["exists"], call=refused)
    verdict = judge(parsed(), CATALOGUES[catalogue], facts)
    if catalogue == "listed":
        assert verdict.reason.startswith(reason)
    else:
        assert verdict.reason == reason


UNRECORDED = replace(NOT_RECORDED, message="not in the snapshot")
BARE = served_by("ModelScope", origin=Origin.DERIVED)
BY_MODELSCOPE = "served by ModelScope (inferred)"


@pytest.mark.parametrize(
    ("catalogue", "look_up", "recorded", "words"),
    [
        pytest.param("listed", DERIVED, None, ["no call", "recorded"], id="listed alone"),
        pytest.param("listed", NOT_RECORDED, None, ["no call", "recorded"], id="no look-up"),
        pytest.param("listed", DERIVED, BUSY, ["2026-10-10", "busy"], id="listed, and busy"),
        pytest.param("listed", NOT_RECORDED, BUSY, ["2026-10-10", "busy"], id="busy, no look-up"),
        pytest.param("not listed", BARE, None, [BY_MODELSCOPE], id="inferred from nothing named"),
        pytest.param("not listed", DERIVED, ANSWERED, ["2026-10-10", "answered"], id="called"),
        pytest.param(
            "not listed", UNRECORDED, None, ["not in the snapshot"], id="neither listed nor asked"
        ),
    ],
)
def test_an_offline_reason_names_what_is_recorded_and_no_failure(
    catalogue: str, look_up: LookUpFact, recorded: RecordedCall | None, words: list[str]
) -> None:
    facts = ModelFacts(look_up, HUBS["exists"], call=recorded)
    reason = judge(parsed(), CATALOGUES[catalogue], facts).reason
    assert [word for word in words if word not in reason] == []
    assert "no answer" not in reason


def test_a_recorded_failure_of_the_look_up_is_named_as_one() -> None:
    failed = NoAnswer(source("providers", Origin.RECORDED), "HTTP 503: busy", 503)
    verdict = judge(parsed(), CATALOGUES["not listed"], ModelFacts(failed, HUBS["exists"]))
    assert verdict.reason == "no answer from the look-up: HTTP 503: busy"


def test_a_reason_is_cut_at_600_characters() -> None:
    for length in (600, 601):
        reason = Verdict(Status.UNVERIFIED, "x" * length).reason
        assert (len(reason), reason.endswith("…")) == (600, length > 600)


@pytest.mark.parametrize(
    ("look_up", "hub", "served", "expected"),
    [
        pytest.param("outage", "outage", {"a/c", OTHER_CASE}, Status.NOT_FOUND, id="other case"),
        pytest.param("outage", "outage", {OTHER_CASE, ID}, Status.UNVERIFIED, id="both spellings"),
        pytest.param("outage", "outage", {"a/c"}, Status.UNVERIFIED, id="another id"),
        pytest.param("outage", "outage", {"Qwen/\u017fon"}, Status.UNVERIFIED, id="no ASCII"),
        pytest.param("ModelScope", "exists", {OTHER_CASE}, Status.ENABLED, id="served"),
        pytest.param("nobody", "exists", {OTHER_CASE}, Status.NOT_ENABLED, id="not served"),
    ],
)
def test_ids_served_when_recorded_give_the_letters_only_where_nothing_else_decides(
    look_up: str, hub: str, served: set[str], expected: Status
) -> None:
    facts = ModelFacts(LOOK_UPS[look_up], HUBS[hub])
    verdict = judge(parsed(), CATALOGUES["not listed"], facts, served)
    right_id = OTHER_CASE if expected is Status.NOT_FOUND else None
    assert (verdict.status, verdict.right_id) == (expected, right_id)


def test_of_several_recorded_spellings_the_first_in_order_is_the_right_one() -> None:
    facts = ModelFacts(LOOK_UPS["outage"], HUBS["outage"])
    verdict = judge(parsed(), CATALOGUES["not listed"], facts, ["qwen/alive", "QWEN/alive"])
    assert verdict.right_id == "QWEN/alive"


@pytest.mark.parametrize(
    ("suffix", "is_known"), [("DashScope", True), ("dashscope", True), ("Another", False)]
)
def test_a_reason_says_whether_the_suffix_is_a_provider_of_the_model(
    suffix: str, is_known: bool
) -> None:
    facts = ModelFacts(LOOK_UPS["ModelScope and others"], HUBS["exists"])
    verdict = judge(parsed(f"{ID}:{suffix}"), CATALOGUES["listed"], facts)
    assert verdict.status is Status.THIRD_PARTY_ONLY
    assert f":{suffix} " in verdict.reason
    assert ("not a provider" in verdict.reason) is not is_known
    assert ("names DashScope, ModelScope" in verdict.reason) is not is_known


def test_a_suffix_without_a_look_up_is_unverified_though_the_id_is_listed() -> None:
    facts = ModelFacts(LOOK_UPS["outage"], HUBS["exists"])
    verdict = judge(parsed(f"{ID}:DashScope"), CATALOGUES["listed"], facts)
    assert (verdict.status, verdict.proof) == (Status.UNVERIFIED, None)
    assert "HTTP 503: busy" in verdict.reason


@pytest.mark.parametrize("catalogue", [*CATALOGUES.values(), None])
@pytest.mark.parametrize("look_up", [fact for said, fact in LOOK_UPS.items() if said != "500"])
def test_the_hub_is_needed_exactly_where_it_can_change_the_verdict(
    catalogue: CatalogueFact | None, look_up: LookUpFact
) -> None:
    """None where that depends on the catalogue, which is not there yet."""

    def changes_with(listed: CatalogueFact) -> bool:
        hubs = [None, *HUBS.values()]
        return len({judge(parsed(), listed, ModelFacts(look_up, hub)) for hub in hubs}) > 1

    catalogues = [catalogue] if catalogue else CATALOGUES.values()
    expected = {changes_with(each) for each in catalogues}
    needed = depends_on_hub(parsed(), look_up, catalogue)
    assert needed is (expected.pop() if len(expected) == 1 else None)


def test_after_a_500_of_the_look_up_the_hub_is_needed_in_any_case() -> None:
    """Only the hub can tell a fault from an id that does not exist."""
    for catalogue in (*CATALOGUES.values(), None):
        assert depends_on_hub(parsed(), LOOK_UPS["500"], catalogue) is True


@pytest.mark.parametrize(
    ("dropped", "words"),
    [(0, None), (1, "left out of the list: 1 entry "), (2, "left out of the list: 2 entries ")],
)
def test_a_note_counts_the_rows_that_are_no_ids(dropped: int, words: str | None) -> None:
    notes = notes_on(Catalogue(source("models"), (ID,), dropped), "the list")
    assert [note.startswith(words or "") for note in notes] == ([True] if words else [])


def test_there_is_no_note_on_the_rows_of_a_list_that_was_not_read() -> None:
    assert notes_on(None) == notes_on(no_answer("HTTP 503")) == ()
    (note,) = notes_on(Catalogue(source("models"), (), 1))
    assert "out of the catalogue" in note


def test_a_listing_names_eight_and_counts_the_others() -> None:
    names = [f"p{number}" for number in range(1, 11)]
    assert listing([]) == "no provider"
    assert listing(names[:1]) == "p1"
    assert listing(names[:8]) == "p1, p2, p3, p4, p5, p6, p7, p8"
    assert listing(names[:9]) == "p1, p2, p3, p4, p5, p6, p7, p8 and 1 more"
    assert listing(names).endswith("p8 and 2 more")
    assert listing(["x" * 60]) == "x" * 60
    assert listing(["x" * 61]) == "x" * 59 + "…"


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
    first = answers[0]
    message = first.message if gone and isinstance(first, NoAnswer) else ""
    assert look_up_has_gone(CATALOGUES[catalogue], asked) == message
