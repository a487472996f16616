"""Required proof: an enabled model with less is unverified."""

from __future__ import annotations

from dataclasses import replace

from msconfig.checking.report import ModelResult, Proof, Report, Status

__all__ = ["stricter", "with_requirement"]


def stricter(one: Proof | None, other: Proof | None) -> Proof:
    """The better of two required proofs; None requires no more than that a model is listed."""
    first, second = one or Proof.LISTED, other or Proof.LISTED
    return first if first.meets(second) else second


def with_requirement(report: Report, required: Proof) -> Report:
    """`report`, in which enabled models with less than `required` are unverified.

    Their proof is kept; those of the fallback are left out, as no proof of them is known.
    """
    return replace(report, models=tuple(_judged(model, required) for model in report.models))


def _judged(model: ModelResult, required: Proof) -> ModelResult:
    if model.status is not Status.ENABLED or model.proof is None or model.proof.meets(required):
        return model
    reason = f"its proof is {model.proof}, and {required} is required"
    notes = (model.reason, *model.notes)
    return replace(model, status=Status.UNVERIFIED, reason=reason, notes=notes)
