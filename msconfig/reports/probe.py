"""What probing would cost, in one line: asked on a terminal, noted elsewhere."""

from __future__ import annotations

from msconfig.checking.probing import ProbePlan
from msconfig.checking.report import Quota, Report

__all__ = ["plan_in_words"]


def plan_in_words(report: Report, plan: ProbePlan, quota: tuple[Quota, ...]) -> str:
    """How many calls a plan makes, what they cost at most, and what the tokens have left."""
    known = [each.available for each in quota]
    left = ", ".join("unknown" if each is None else f"{each:g}" for each in known) or "unknown"
    return (
        f"probing {len(plan.ids)} of {len(report.models)} models with"
        f" {len(plan.tokens)} token{'s' if len(plan.tokens) != 1 else ''},"
        f" for at most {plan.cost:g} Magicubes; available: {left}"
    )
