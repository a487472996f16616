"""What becomes of the fallback's key and ids, and of the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from msconfig.checking.baseline import Baseline, IgnoreEntry, with_baseline, with_ignored
from msconfig.checking.fallback import FallbackFact, FallbackRequest, with_fallback
from msconfig.checking.report import (
    Change,
    ModelResult,
    Outcome,
    Proof,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.checking.suggestions.reasons import Reason
from msconfig.errors import ExitCode
from msconfig.model_ids import GivenId, Location
from msconfig.modelscope.facts import Catalogue, NoAnswer, Source, TokenRejected
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.tokens import Secret, Token
from support import KEY

AT = datetime(2026, 10, 7, tzinfo=UTC)
SOURCE = Source("GET /compatible-mode/v1/models", AT)
LISTED = Catalogue(SOURCE, ("qwen3-32b", "qwen2.5-7b-instruct"))
REJECTED = TokenRejected(SOURCE, "Incorrect API key provided.")
DARK = NoAnswer(SOURCE, "HTTP 503", 503)
OWN = ModelResult("Qwen/Qwen3-VL-8B", Status.ENABLED, Kind.VISION, "served")


def report_of(
    fact: FallbackFact | None,
    *ids: str,
    models: Sequence[ModelResult] = (OWN,),
    key: str | None = KEY,
    kinds: dict[str, Kind] | None = None,
    offline: bool = False,
) -> Report:
    own = Report(
        Site.CN,
        AT,
        (TokenResult(TokenStatus.VALID, "MODELSCOPE_API_TOKEN", "00c0ffee"),),
        tuple(models),
        snapshot_recorded=AT if offline else None,
    )
    request = FallbackRequest(
        Region.CN,
        [GivenId(each, Location("msconfig.toml", 3, 9)) for each in ids or ("qwen3-32b",)],
        Token(Secret(key), "DASHSCOPE_API_KEY") if key else None,
        kinds or {},
    )
    return with_fallback(own, request, fact)


def only(report: Report) -> ModelResult:
    assert report.fallback
    (model,) = report.fallback.models
    return model


@pytest.mark.parametrize(
    ("fact", "key", "model_id", "token", "status", "code"),
    [
        (LISTED, KEY, "qwen3-32b", TokenStatus.VALID, Status.ENABLED, ExitCode.OK),
        (LISTED, KEY, "qwen3-14b", TokenStatus.VALID, Status.NOT_FOUND, ExitCode.MODEL_FAILED),
        (
            *(REJECTED, KEY, "qwen3-32b"),
            *(TokenStatus.REJECTED, Status.UNVERIFIED, ExitCode.TOKEN_REFUSED),
        ),
        (
            *(DARK, KEY, "qwen3-32b"),
            *(TokenStatus.UNVERIFIED, Status.UNVERIFIED, ExitCode.INCONCLUSIVE),
        ),
        (None, KEY, "qwen3-32b", TokenStatus.UNVERIFIED, Status.UNVERIFIED, ExitCode.OK),
        (None, None, "qwen3-32b", TokenStatus.ABSENT, Status.UNVERIFIED, ExitCode.OK),
    ],
)
def test_key_id_and_exit_code_follow_from_the_list(
    fact: FallbackFact | None,
    key: str | None,
    model_id: str,
    token: TokenStatus,
    status: Status,
    code: ExitCode,
) -> None:
    report = report_of(fact, model_id, key=key, offline=fact is None)
    assert report.fallback
    assert report.fallback.token.status is token
    assert only(report).status is status
    assert report.exit_code is code


FINGERPRINT = Secret(KEY).fingerprint
TWO = (Location("a", 1, 2), Location("b", 3, 4))


@pytest.mark.parametrize(
    ("fact", "key", "token"),
    [
        (LISTED, KEY, TokenResult(TokenStatus.VALID, "DASHSCOPE_API_KEY", FINGERPRINT)),
        (
            *(REJECTED, KEY),
            TokenResult(
                *(TokenStatus.REJECTED, "DASHSCOPE_API_KEY", FINGERPRINT, REJECTED.message)
            ),
        ),
        (
            *(DARK, KEY),
            TokenResult(TokenStatus.UNVERIFIED, "DASHSCOPE_API_KEY", FINGERPRINT, "HTTP 503"),
        ),
        (
            *(None, KEY),
            TokenResult(
                *(TokenStatus.UNVERIFIED, "DASHSCOPE_API_KEY", FINGERPRINT, "offline", False)
            ),
        ),
        (None, None, TokenResult(TokenStatus.ABSENT, "none", counts=False)),
    ],
)
def test_the_key_has_its_status_source_and_reason(
    fact: FallbackFact | None, key: str | None, token: TokenResult
) -> None:
    fallback = report_of(fact, key=key).fallback
    assert fallback
    assert fallback.token == token


@pytest.mark.parametrize(
    ("fact", "proof"), [(LISTED, Proof.LISTED), (replace(LISTED, ids=("x",)), None), (DARK, None)]
)
def test_only_an_id_in_the_list_is_proved_by_it(fact: FallbackFact, proof: Proof | None) -> None:
    assert only(report_of(fact)).proof is proof


@pytest.mark.parametrize(
    ("given", "places"),
    [
        (GivenId("qwen3-32b", Location("a", 1, 2)), (Location("a", 1, 2),)),
        (
            GivenId("qwen3-32b", Location("a", 1, 2), locations=TWO),
            TWO,
        ),
        (GivenId("qwen3-32b"), ()),
    ],
)
def test_all_places_of_an_id_are_kept(given: GivenId, places: tuple[Location, ...]) -> None:
    request = FallbackRequest(Region.CN, [given], Token(Secret(KEY), "DASHSCOPE_API_KEY"))
    own = Report(Site.CN, AT, (), (OWN,))
    model = only(with_fallback(own, request, LISTED))
    assert (model.locations, model.location) == (places, places[0] if places else None)


def test_what_is_no_id_in_the_list_is_counted_in_a_note() -> None:
    report = report_of(replace(LISTED, dropped=1))
    assert report.notes == ("left out of Bailian's list: 1 entry without the form of a model id",)
    assert report_of(LISTED).notes == ()


def test_an_id_says_where_it_stands_and_what_it_rests_on() -> None:
    model = only(report_of(LISTED))
    assert model.location == Location("msconfig.toml", 3, 9)
    (evidence,) = model.evidence
    assert (evidence.source, evidence.observed) == (SOURCE.endpoint, "listed among 2")


def test_strict_lets_an_unread_list_count_as_a_failure_and_one_not_asked_for_not() -> None:
    dark, not_asked = (replace(report_of(fact), strict=True) for fact in (DARK, None))
    assert (dark.exit_code, not_asked.exit_code) == (ExitCode.MODEL_FAILED, ExitCode.OK)


def test_the_summary_counts_the_models_of_modelscope_alone() -> None:
    report = report_of(LISTED, "qwen3-14b")
    assert [report.count(outcome) for outcome in Outcome] == [1, 0, 0]


def test_an_id_that_is_not_in_the_list_is_told_how_it_is_spelt_there() -> None:
    model = only(report_of(LISTED, "qwen2.5-7b"))
    assert model.suggestions == (Suggestion("qwen2.5-7b-instruct", Reason.SPELT_AT_FALLBACK),)


def test_a_failing_model_gets_a_fallback_suggestion_only_from_a_list_that_was_read() -> None:
    dead = replace(OWN, id="Qwen/Qwen3-32B", status=Status.NOT_ENABLED)
    ways_out = [
        [each.id for each in report_of(fact, models=[dead]).models[0].suggestions]
        for fact in (LISTED, REJECTED, DARK, None)
    ]
    assert ways_out == [["qwen3-32b"], [], [], []]


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        pytest.param({}, Kind.VISION, id="as its twin at ModelScope"),
        pytest.param({"qwen3-vl-8b": Kind.EMBEDDING}, Kind.EMBEDDING, id="as the user told"),
    ],
)
def test_the_kind_comes_from_the_user_or_from_the_same_model(
    kinds: dict[str, Kind], kind: Kind
) -> None:
    assert only(report_of(LISTED, "qwen3-vl-8b", kinds=kinds)).kind is kind


def test_a_kind_that_nobody_told_is_unknown() -> None:
    assert only(report_of(LISTED)).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("before", "change", "code"),
    [
        ({"qwen3-14b": Outcome.FAIL}, Change.SAME, ExitCode.OK),
        ({"qwen3-14b": Outcome.PASS}, Change.WORSE, ExitCode.MODEL_FAILED),
        ({}, Change.NEW, ExitCode.MODEL_FAILED),
    ],
)
def test_a_baseline_knows_the_fallback_too(
    before: dict[str, Outcome], change: Change, code: ExitCode
) -> None:
    report = report_of(LISTED, "qwen3-14b")
    compared = with_baseline(report, Baseline(Site.CN, {OWN.id: Outcome.PASS}, before))
    assert only(compared).change is change
    assert compared.exit_code is code


def test_an_id_of_the_fallback_can_be_ignored() -> None:
    entry = IgnoreEntry("qwen3-14b", "reported", date(2026, 12, 31))
    report = with_ignored(report_of(LISTED, "qwen3-14b"), [entry], date(2026, 10, 7))
    assert report.exit_code is ExitCode.OK
    assert report.notes == ()


def test_a_dropped_id_counts_only_where_nothing_of_the_fallback_is_left() -> None:
    report = report_of(LISTED, "qwen3-32b", "qwen3-14b")
    assert report.fallback
    some = replace(report, fallback=replace(report.fallback, dropped=("qwen3-14b",)))
    every = replace(report, fallback=replace(report.fallback, dropped=("qwen3-14b", "qwen3-32b")))
    assert (some.exit_code, every.exit_code) == (ExitCode.OK, ExitCode.MODEL_FAILED)
