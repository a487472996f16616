"""Calls of an earlier report: which count, for how long, and whose turn it is next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from msconfig.checking.probe_plan import plan_probes
from msconfig.checking.report import (
    Cost,
    Evidence,
    ModelResult,
    Probe,
    Proof,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.checking.reuse import (
    Reuse,
    contradicted,
    parse_age,
    read_reuse,
    with_earlier_refusals,
    with_reuse,
)
from msconfig.errors import FileError, UsageError
from msconfig.modelscope.facts import CallResult, Origin
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.tokens import Secret, Token
from support import TOKEN

NOW = datetime(2026, 10, 7, 3, tzinfo=UTC)
WEEK = timedelta(days=7)
FACT = (Evidence("GET /v1/models", "listed among 35", NOW),)


def model(
    status: Status = Status.ENABLED,
    model_id: str = "a/x",
    probe: Probe | None = None,
    proof: Proof | None = Proof.CONFIRMED,
) -> ModelResult:
    return ModelResult(
        model_id,
        status,
        Kind.CHAT,
        "because",
        FACT,
        cost=Cost(1.0),
        probe=probe,
        proof=proof if status is Status.ENABLED else None,
    )


def report(*models: ModelResult, at: datetime = NOW, **more: Any) -> Report:  # noqa: ANN401
    token = Token(Secret(TOKEN), "TOKEN")
    result = TokenResult(TokenStatus.VALID, "TOKEN", token.secret.fingerprint)
    return Report(Site.CN, at, (result,), models, **more)


def call(
    hours: float = 24, result: CallResult = CallResult.ANSWERED, latency: int | None = 800
) -> Probe:
    return Probe("00c0ffee", latency, NOW - timedelta(hours=hours), result)


def reuse_of(before: Report, name: str = "last.json") -> Reuse:
    Path(name).write_text(before.to_json())
    return read_reuse(name, Site.CN)


ANSWERED = report(model(probe=call(), proof=Proof.CALLED), at=NOW - timedelta(hours=24))


@pytest.mark.parametrize(
    ("free", "status", "proof"),
    [
        (Status.ENABLED, Status.ENABLED, Proof.CALLED),
        (Status.UNVERIFIED, Status.ENABLED, Proof.CALLED),
        (Status.DISPUTED, Status.DISPUTED, None),
        *(
            (status, status, None)
            for status in Status
            if status not in {Status.ENABLED, Status.UNVERIFIED, Status.DISPUTED}
        ),
    ],
)
def test_an_answered_call_is_proof_unless_the_free_evidence_says_no(
    free: Status, status: Status, proof: Proof | None
) -> None:
    reuse = reuse_of(ANSWERED)
    found = with_reuse(report(model(free)), reuse, WEEK)
    (only,) = found.models
    assert (only.status, only.proof) == (status, proof)
    assert only.probe == call()
    doubted = status is not Status.ENABLED
    assert contradicted(found, reuse, WEEK) == ({"a/x"} if doubted else set())
    if not doubted:
        assert only.evidence[-1].at == call().at


@pytest.mark.parametrize(
    ("hours", "max_age", "counts"),
    [
        (35, "36h", True),
        (37, "36h", False),
        (7 * 24, "7d", True),
        (7 * 24 + 1, "7d", False),
        (0, "0h", True),
        (1, "0h", False),
        (-5 / 60, "7d", True),
        (-5.1 / 60, "7d", False),
        (-24 * 365, "7d", False),
    ],
)
def test_a_call_counts_as_long_as_it_is_young(hours: float, max_age: str, counts: bool) -> None:
    before = report(model(probe=call(hours), proof=Proof.CALLED))
    found = with_reuse(report(model()), reuse_of(before), parse_age(max_age))
    assert found.models[0].proof is (Proof.CALLED if counts else Proof.CONFIRMED)
    assert found.models[0].probe == call(hours)  # carried over in any case


@pytest.mark.parametrize("result", [CallResult.REFUSED, CallResult.INCONCLUSIVE])
def test_a_call_without_an_answer_is_carried_over_and_proves_nothing(result: CallResult) -> None:
    before = report(model(Status.RETIRED, probe=call(1, result, None)))
    reuse = reuse_of(before)
    found = with_reuse(report(model()), reuse, WEEK)
    assert (found.models[0].proof, found.models[0].probe) == (
        Proof.CONFIRMED,
        call(1, result, None),
    )
    refused = result is CallResult.REFUSED
    assert contradicted(found, reuse, WEEK) == ({"a/x"} if refused else set())
    assert bool(with_earlier_refusals(found).models[0].notes) is refused


@pytest.mark.parametrize(
    ("change", "proof"),
    [
        pytest.param({}, Proof.CALLED, id="answered, and says so"),
        pytest.param({"result": None}, Proof.CALLED, id="an answer by its latency"),
        pytest.param({"result": None, "latency_ms": None}, Proof.CALLED, id="by status and proof"),
        pytest.param(
            {"result": None, "latency_ms": None, "status": "unverified"},
            Proof.CONFIRMED,
            id="no answer",
        ),
    ],
)
def test_a_report_that_does_not_say_how_a_call_ended_is_read_too(
    change: dict[str, Any], proof: Proof
) -> None:
    document = json.loads(ANSWERED.to_json())
    (row,) = document["models"]
    row["status"] = change.get("status", row["status"])
    row["probe"] = {
        key: value
        for key, value in {**row["probe"], **change}.items()
        if key != "status" and (value is not None or key == "latency_ms")
    }
    Path("last.json").write_text(json.dumps(document))
    found = with_reuse(report(model()), read_reuse("last.json", Site.CN), WEEK)
    assert found.models[0].proof is proof


def test_a_model_that_an_interrupt_left_out_keeps_its_last_call_and_is_not_enabled() -> None:
    left_out = replace(model(Status.UNVERIFIED), evidence=())
    found = with_reuse(report(left_out, complete=False), reuse_of(ANSWERED), WEEK)
    assert (found.models[0].status, found.models[0].probe) == (Status.UNVERIFIED, call())


def test_a_call_that_counts_is_the_last_evidence_as_it_was_observed() -> None:
    probe = call()
    route = "POST /v1/route"
    observed = (
        Evidence(route, "00c0ffee: another day", probe.at - timedelta(days=1)),
        *(Evidence(f"{route}{number}", f"00c0ffee: try {number}", probe.at) for number in "123"),
        Evidence("GET /v1/models", "listed among 35", probe.at),
        Evidence(route, "00c0ffee: a day later", probe.at + timedelta(days=1)),
    )
    before = replace(model(probe=probe, proof=Proof.CALLED), evidence=observed)
    suggested = replace(model(Status.UNVERIFIED), suggestions=(Suggestion("a/y", "alike"),))
    (found,) = with_reuse(report(suggested), reuse_of(report(before)), WEEK).models
    recorded = Evidence(f"{route}3", "00c0ffee: try 3", probe.at, Origin.RECORDED)
    assert found.evidence == (*FACT, recorded)
    assert found.reason == "a call on 2026-10-06 was answered"
    assert found.suggestions == ()


def test_a_call_without_evidence_of_its_own_is_evidence_too() -> None:
    (found,) = with_reuse(report(model()), reuse_of(ANSWERED), WEEK).models
    recorded = Evidence("an earlier call", "answered", call().at, Origin.RECORDED)
    assert found.evidence == (*FACT, recorded)


def test_what_passes_by_an_earlier_call_is_served_and_may_be_suggested() -> None:
    found = with_reuse(
        report(
            model(Status.UNVERIFIED), model(Status.NOT_FOUND, "a/none"), served=frozenset({"a/z"})
        ),
        reuse_of(ANSWERED),
        WEEK,
    )
    assert found.served == {"a/x", "a/z"}


def test_the_time_of_the_earlier_check_is_kept() -> None:
    assert reuse_of(ANSWERED).checked_at == ANSWERED.checked_at


def test_an_incomplete_report_is_reused() -> None:
    before = replace(ANSWERED, complete=False)
    assert with_reuse(report(model()), reuse_of(before), WEEK).models[0].proof is Proof.CALLED


def test_a_missing_report_and_one_of_another_site_are_empty_with_a_note() -> None:
    missing = read_reuse("none.json", Site.CN)
    assert (missing.calls, missing.notes) == ({}, ("none.json: no report yet; no call is reused",))
    Path("last.json").write_text(ANSWERED.to_json())
    other = read_reuse("last.json", Site.AI)
    assert (other.calls, other.notes) == ({}, ("last.json: of site cn; no call of it is reused",))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"models": 7}, id="no report"),
        pytest.param({"checked_at": "2026-02-30T00:00:00Z"}, id="no day"),
    ],
)
def test_what_is_no_report_is_refused(change: dict[str, Any]) -> None:
    Path("last.json").write_text(json.dumps({**json.loads(ANSWERED.to_json()), **change}))
    with pytest.raises(UsageError, match=r"last\.json: \$\."):
        read_reuse("last.json", Site.CN)


def test_a_call_on_a_day_that_is_none_is_refused() -> None:
    day = ANSWERED.to_json().replace('"at": "2026-10-06T03', '"at": "2026-02-30T03')
    Path("last.json").write_text(day)
    with pytest.raises(UsageError, match=r"\$\.models\[0\]\.probe\.at"):
        read_reuse("last.json", Site.CN)


def test_a_report_that_cannot_be_read_is_an_error() -> None:
    Path("folder").mkdir()
    with pytest.raises(FileError):
        read_reuse("folder", Site.CN)


@pytest.mark.parametrize(
    "text", ["", "7", "d", "-1d", "1.5d", "7 d", "7w", "٣d", "7d\n", "999999d"]
)
def test_what_is_no_time_span_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="90m, 36h or 7d"):
        parse_age(text)


def test_the_budget_goes_to_contradicted_ones_then_never_called_then_the_oldest() -> None:
    days = {"a/3": 3, "a/1": 1, "a/2": 2, "a/dead": 1, "a/never": None, "a/new": None}
    before = report(
        *(
            model(model_id=each, probe=call(24 * day), proof=Proof.CALLED)
            for each, day in days.items()
            if day is not None
        )
    )
    reuse = reuse_of(before)
    free = report(
        *(model(Status.DISPUTED if each == "a/dead" else Status.ENABLED, each) for each in days)
    )
    found = with_reuse(free, reuse, WEEK)
    token = Token(Secret(TOKEN), "TOKEN")
    order = ["a/dead", "a/never", "a/new", "a/3", "a/2", "a/1"]
    for budget in range(7):
        plan = plan_probes(found, [token], max_cost=budget, first=contradicted(found, reuse, WEEK))
        assert plan.ids == tuple(order[:budget])
