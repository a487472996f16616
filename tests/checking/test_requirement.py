"""Required proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from msconfig.checking.report import ModelResult, Proof, Report, Status
from msconfig.checking.requirement import stricter, with_requirement
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site

CALLED, CONFIRMED, LISTED = Proof


@pytest.mark.parametrize(
    ("one", "other", "better"),
    [
        (None, None, LISTED),
        (None, CONFIRMED, CONFIRMED),
        (LISTED, CONFIRMED, CONFIRMED),
        (CALLED, CONFIRMED, CALLED),
        (LISTED, LISTED, LISTED),
    ],
)
def test_of_two_required_proofs_the_better_counts_in_either_order(
    one: Proof | None, other: Proof | None, better: Proof
) -> None:
    assert stricter(one, other) is stricter(other, one) is better


def enabled(proof: Proof | None) -> ModelResult:
    return ModelResult("a/b", Status.ENABLED, Kind.CHAT, "listed", notes=("a note",), proof=proof)


def test_only_an_enabled_model_with_less_proof_becomes_unverified_and_keeps_what_was_known() -> (
    None
):
    retired = replace(enabled(LISTED), status=Status.RETIRED)
    kept = (enabled(CALLED), enabled(CONFIRMED), enabled(None), retired)
    report = Report(Site.CN, datetime(2026, 10, 7, tzinfo=UTC), (), (*kept, enabled(LISTED)))
    judged = replace(
        enabled(LISTED),
        status=Status.UNVERIFIED,
        reason="its proof is listed, and confirmed is required",
        notes=("listed", "a note"),
    )
    assert with_requirement(report, CONFIRMED) == replace(report, models=(*kept, judged))
