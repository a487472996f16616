"""Comparison with an older report, and models whose outcome is ignored for a while."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msconfig.checking.earlier_report import StatusBegan, read_earlier_report
from msconfig.checking.report import Change, Ignored, ModelResult, Outcome, Report
from msconfig.errors import UsageError
from msconfig.modelscope.sites import Site

__all__ = ["Baseline", "IgnoreEntry", "read_baseline", "with_baseline", "with_ignored"]

_RANK = {Outcome.PASS: 0, Outcome.UNKNOWN: 1, Outcome.FAIL: 2}


@dataclass(frozen=True, slots=True)
class Baseline:
    """The outcomes of an older report, by id."""

    site: Site
    outcomes: Mapping[str, Outcome]
    fallback: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))
    """Those of the fallback's ids."""
    statuses: Mapping[str, StatusBegan] = field(default_factory=lambda: MappingProxyType({}))
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IgnoreEntry:
    """A model whose outcome is not to count for a while."""

    id: str
    reason: str
    until: date
    """The last day on which it holds."""


def read_baseline(path: Path, site: Site) -> Baseline:
    """The outcomes in a report that `check --format json` wrote.

    Args:
        path: the report.
        site: the site that is checked now.

    Raises:
        FileError: it cannot be read.
        UsageError: it is not a report, is of another site, or of an interrupted run.
    """
    report = read_earlier_report(path)
    if report.site is not site:
        raise UsageError(f"{path}: a report of site {report.site}, but site {site} is checked")
    if not report.complete:
        raise UsageError(f"{path}: the report of an interrupted run cannot be a baseline")
    return Baseline(
        site,
        _outcomes(report.models),
        _outcomes(report.fallback_models),
        report.statuses(),
        report.checked_at,
    )


def _outcomes(models: Iterable[Mapping[str, Any]]) -> dict[str, Outcome]:
    return {
        model["id"]: Outcome(model["outcome"])
        for model in models
        if "ignored" not in model  # it counts again once it is no longer ignored
    }


def with_baseline(report: Report, baseline: Baseline) -> Report:
    """`report` with the change of each outcome since `baseline` (`ModelResult.counts`)."""
    fallback = report.fallback
    if fallback is not None:
        fallback = replace(fallback, models=_compared(fallback.models, baseline.fallback))
    return replace(report, models=_compared(report.models, baseline.outcomes), fallback=fallback)


def with_ignored(report: Report, entries: Sequence[IgnoreEntry], today: date) -> Report:
    """`report` with the models that `entries` name ignored; notes on expired and needless ones."""
    fallback = report.fallback
    models = (*report.models, *(fallback.models if fallback is not None else ()))
    # the fallback may have a model of the same id, which needs the entry or not for itself
    failing = {model.id for model in models if model.outcome is not Outcome.PASS}
    needless = {model.id for model in models} - failing
    notes = []
    ignored = {}
    for entry in entries:
        if entry.until < today:
            notes.append(f"ignore entry expired on {entry.until}: {entry.id}")
        elif entry.id in needless:
            notes.append(f"ignore entry is needless, the model passes: {entry.id}")
        else:
            ignored[entry.id] = Ignored(entry.reason, entry.until)
    if fallback is not None:
        fallback = replace(fallback, models=_marked(fallback.models, ignored))
    return replace(
        report,
        models=_marked(report.models, ignored),
        notes=(*report.notes, *notes),
        fallback=fallback,
    )


def _marked(
    models: Sequence[ModelResult], ignored: Mapping[str, Ignored]
) -> tuple[ModelResult, ...]:
    return tuple(
        replace(model, ignored=ignored[model.id])
        if model.id in ignored and model.outcome is not Outcome.PASS
        else model
        for model in models
    )


def _compared(
    models: Sequence[ModelResult], before: Mapping[str, Outcome]
) -> tuple[ModelResult, ...]:
    return tuple(replace(model, change=_change(model, before.get(model.id))) for model in models)


def _change(model: ModelResult, before: Outcome | None) -> Change:
    if before is None:
        return Change.NEW
    if _RANK[model.outcome] > _RANK[before]:
        return Change.WORSE
    if model.outcome is Outcome.PASS and before is not Outcome.PASS:
        return Change.HEALED
    return Change.SAME
