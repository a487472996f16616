"""The report: outcomes, counts, and the exit code that they come to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from msconfig.checking.report import (
    Change,
    Cost,
    Ignored,
    ModelResult,
    Outcome,
    Proof,
    Report,
    Status,
    TokenResult,
    TokenStatus,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site

PASS, FAIL, UNKNOWN = Status.ENABLED, Status.NOT_ENABLED, Status.UNVERIFIED


def report(
    *statuses: Status,
    tokens: tuple[TokenStatus, ...] = (TokenStatus.VALID,),
    offline: bool = False,
    complete: bool = True,
    strict: bool = False,
    dropped: tuple[int, ...] = (),
    ignored: tuple[int, ...] = (),
    change: Change | None = None,
) -> Report:
    """A report with a model ``a/N`` for each status; `dropped` and `ignored` are their places."""
    at = datetime(2026, 10, 7, tzinfo=UTC)
    return Report(
        site=Site.CN,
        checked_at=at,
        tokens=tuple(TokenResult(each, "somewhere", counts=not offline) for each in tokens),
        models=tuple(
            ModelResult(
                f"a/{n}",
                status,
                Kind.CHAT,
                "because",
                ignored=Ignored("known", at.date()) if n in ignored else None,
                change=change,
            )
            for n, status in enumerate(statuses)
        ),
        snapshot_recorded=at if offline else None,
        complete=complete,
        strict=strict,
        dropped=tuple(f"a/{n}" for n in dropped),
    )


OUTCOMES = {
    Outcome.PASS: {"enabled"},
    Outcome.UNKNOWN: {"disputed", "unverified"},
    Outcome.FAIL: {
        *("malformed", "not_found", "no_access", "third_party_only", "not_enabled", "retired"),
    },
}


@pytest.mark.parametrize("status", list(Status))
def test_each_status_has_one_outcome(status: Status) -> None:
    assert [outcome for outcome, statuses in OUTCOMES.items() if status in statuses] == [
        status.outcome
    ]


VALID, ABSENT = (TokenStatus.VALID,), (TokenStatus.ABSENT,)
REJECTED, UNBOUND = (TokenStatus.REJECTED,), (TokenStatus.NOT_BOUND,)
OPEN = (TokenStatus.UNVERIFIED,)


@pytest.mark.parametrize(
    ("it", "code"),
    [
        pytest.param(report(PASS, PASS), 0, id="all pass"),
        pytest.param(report(PASS, tokens=ABSENT), 0, id="all pass without a token"),
        pytest.param(report(PASS, UNKNOWN), 4, id="one unknown"),
        pytest.param(report(PASS, Status.DISPUTED), 4, id="one disputed"),
        pytest.param(report(PASS, tokens=OPEN), 4, id="a token unverified"),
        pytest.param(report(PASS, tokens=VALID + OPEN), 4, id="one of two tokens unverified"),
        pytest.param(report(PASS, tokens=OPEN, offline=True), 0, id="offline that does not count"),
        pytest.param(report(UNKNOWN, tokens=OPEN, offline=True), 4, id="the model does, offline"),
        pytest.param(report(FAIL, PASS, UNKNOWN), 1, id="one fails, one is unknown"),
        pytest.param(report(FAIL, tokens=OPEN), 1, id="one fails, a token is unverified"),
        pytest.param(report(PASS, tokens=REJECTED), 3, id="a token rejected"),
        pytest.param(report(PASS, tokens=VALID + REJECTED), 3, id="one of two tokens rejected"),
        pytest.param(report(PASS, tokens=UNBOUND), 3, id="a token not bound"),
        pytest.param(report(FAIL, UNKNOWN, tokens=REJECTED), 3, id="a token before models"),
        pytest.param(report(FAIL, tokens=REJECTED, complete=False), 130, id="an interrupt first"),
        pytest.param(report(PASS, complete=False), 130, id="an interrupt alone"),
        pytest.param(report(PASS, UNKNOWN, strict=True), 1, id="strict about the unknown"),
        pytest.param(report(PASS, strict=True), 0, id="strict and all pass"),
        pytest.param(report(PASS, tokens=OPEN, strict=True), 4, id="strict is about models"),
        pytest.param(report(UNKNOWN, tokens=REJECTED, strict=True), 3, id="strict, after a token"),
        pytest.param(report(PASS, FAIL, UNKNOWN, dropped=(1, 2)), 0, id="what is left passes"),
        pytest.param(report(FAIL, UNKNOWN, dropped=(0, 1)), 1, id="nothing left, one fails"),
        pytest.param(report(UNKNOWN, UNKNOWN, dropped=(0, 1)), 4, id="nothing left, all unknown"),
        pytest.param(
            report(PASS, FAIL, dropped=(1,), tokens=OPEN), 4, id="dropped, and a token unverified"
        ),
        pytest.param(
            report(PASS, UNKNOWN, dropped=(1,), strict=True), 0, id="dropped, however strict"
        ),
        pytest.param(report(FAIL, PASS, ignored=(0,)), 0, id="the one that fails is ignored"),
        pytest.param(report(FAIL, FAIL, ignored=(0,)), 1, id="one that fails is not ignored"),
        pytest.param(report(FAIL, tokens=REJECTED, ignored=(0,)), 3, id="a token is not ignored"),
        pytest.param(report(FAIL, change=Change.SAME), 0, id="it failed before"),
        pytest.param(report(UNKNOWN, change=Change.SAME), 4, id="unknown before, or worse"),
        pytest.param(report(UNKNOWN, change=Change.SAME, strict=True), 1, id="strict about that"),
        pytest.param(report(FAIL, change=Change.WORSE), 1, id="it fails now"),
        pytest.param(report(UNKNOWN, change=Change.WORSE), 4, id="it is unknown now"),
        pytest.param(report(FAIL, change=Change.NEW), 1, id="it fails, and is new"),
        pytest.param(report(PASS, change=Change.HEALED), 0, id="it passes now"),
    ],
)
def test_the_exit_code_is_the_gravest_thing_in_its_order(it: Report, code: int) -> None:
    assert it.exit_code == code


def test_strict_leaves_outcomes_as_they_are() -> None:
    it = report(UNKNOWN, PASS, FAIL, strict=True)
    assert [it.count(each) for each in (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN)] == [1, 1, 1]
    assert [model.outcome for model in it.models] == [Outcome.UNKNOWN, Outcome.PASS, Outcome.FAIL]


def test_what_was_dropped_is_still_counted() -> None:
    assert report(PASS, FAIL, dropped=(1,)).count(Outcome.FAIL) == 1


@pytest.mark.parametrize(("magicubes", "known"), [(None, False), (0.0, True), (0.5, True)])
def test_a_cost_of_nothing_is_known(magicubes: float | None, known: bool) -> None:
    assert Cost(magicubes).known is known


@pytest.mark.parametrize("offline", [False, True])
def test_recorded_facts_make_a_report_offline(offline: bool) -> None:
    assert report(PASS, offline=offline).offline is offline


@pytest.mark.parametrize("proof", list(Proof))
def test_a_proof_is_as_good_as_itself_and_as_those_below_it(proof: Proof) -> None:
    below = {
        Proof.CALLED: {Proof.CALLED, Proof.CONFIRMED, Proof.LISTED},
        Proof.CONFIRMED: {Proof.CONFIRMED, Proof.LISTED},
        Proof.LISTED: {Proof.LISTED},
    }
    assert {each for each in Proof if proof.meets(each)} == below[proof]
