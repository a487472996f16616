"""Cost and duration of probing in one line: a question on a terminal, a note elsewhere."""

from __future__ import annotations

import math

from msconfig.checking.probe_plan import ProbePlan
from msconfig.checking.report import Quota, Report
from msconfig.reports.wording import magicubes
from msconfig.text import counted

__all__ = ["plan_in_words", "time_in_words"]


def plan_in_words(report: Report, plan: ProbePlan, quota: tuple[Quota, ...]) -> str:
    """The number of calls in a plan, their cost and duration, and the tokens' balances."""
    known = [each.available for each in quota]
    left = ", ".join("unknown" if each is None else f"{each:g}" for each in known) or "unknown"
    return (
        f"probing {len(plan.ids)} of {counted(len(report.models), 'model')} with"
        f" {counted(len(plan.tokens), 'token')},"
        f" for at most {magicubes(plan.cost)}, in about {time_in_words(plan.seconds)};"
        f" available: {left}"
    )


def time_in_words(seconds: float) -> str:
    """A duration, rounded up to the second, from two minutes on to the minute.

    >>> time_in_words(24), time_in_words(130), time_in_words(9000)
    ('24 s', '3 min', '2 h 30 min')
    """
    if seconds < _TWO_MINUTES:
        return f"{math.ceil(seconds)} s"
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


_TWO_MINUTES = 120
