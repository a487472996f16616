"""Memory between runs: what got worse since an older report, and what is known and ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from msconfig.checking.report import Change, Ignored, ModelResult, Outcome, Report
from msconfig.modelscope.sites import Site

__all__ = ["Baseline", "IgnoreEntry", "with_baseline", "with_ignored"]

_RANK = {Outcome.PASS: 0, Outcome.UNKNOWN: 1, Outcome.FAIL: 2}


@dataclass(frozen=True, slots=True)
class Baseline:
    """The outcomes of an older report, by id."""

    site: Site
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class IgnoreEntry:
    """A model whose outcome is not to count for a while."""

    id: str
    reason: str
    until: date
    """The last day on which it holds."""


def with_baseline(report: Report, baseline: Baseline) -> Report:
    """`report` with how each outcome stands to `baseline`; only what is new or worse counts."""
    models = tuple(
        replace(model, change=_change(model, baseline.outcomes.get(model.id)))
        for model in report.models
    )
    return replace(report, models=models)


def with_ignored(report: Report, entries: Sequence[IgnoreEntry], today: date) -> Report:
    """`report` with the models that `entries` name ignored; expired and needless ones are told."""
    outcomes = {model.id: model.outcome for model in report.models}
    notes = []
    ignored = {}
    for entry in entries:
        if entry.until < today:
            notes.append(f"ignore entry expired on {entry.until}: {entry.id}")
        elif outcomes.get(entry.id) is Outcome.PASS:
            notes.append(f"ignore entry is needless, the model passes: {entry.id}")
        else:
            ignored[entry.id] = Ignored(entry.reason, entry.until)
    models = tuple(replace(model, ignored=ignored.get(model.id)) for model in report.models)
    return replace(report, models=models, notes=(*report.notes, *notes))


def _change(model: ModelResult, before: Outcome | None) -> Change:
    if before is None:
        return Change.NEW
    if _RANK[model.outcome] > _RANK[before]:
        return Change.WORSE
    if model.outcome is Outcome.PASS and before is not Outcome.PASS:
        return Change.HEALED
    return Change.SAME
