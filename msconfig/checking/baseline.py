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
    by_id = {entry.id: entry for entry in entries}
    notes = []
    models = []
    for model in report.models:
        entry = by_id.get(model.id)
        if entry is not None and entry.until < today:
            notes.append(f"ignore entry expired on {entry.until}: {entry.id}")
            entry = None
        if entry is not None and model.outcome is Outcome.PASS:
            notes.append(f"ignore entry is needless, the model passes: {entry.id}")
            entry = None
        ignored = Ignored(entry.reason, entry.until) if entry is not None else None
        models.append(replace(model, ignored=ignored))
    return replace(report, models=tuple(models), notes=(*report.notes, *notes))


def _change(model: ModelResult, before: Outcome | None) -> Change:
    if before is None:
        return Change.NEW
    if _RANK[model.outcome] > _RANK[before]:
        return Change.WORSE
    if model.outcome is Outcome.PASS and before is not Outcome.PASS:
        return Change.HEALED
    return Change.SAME
