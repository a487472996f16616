"""Memory between runs: what got worse since an older report, and what is known and ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msconfig.checking.report import Change, Ignored, ModelResult, Outcome, Report
from msconfig.errors import UsageError
from msconfig.modelscope.sites import Site
from msconfig.schemas import format_problems, read_validated, time_problems

__all__ = ["Baseline", "IgnoreEntry", "read_baseline", "with_baseline", "with_ignored"]

_RANK = {Outcome.PASS: 0, Outcome.UNKNOWN: 1, Outcome.FAIL: 2}


@dataclass(frozen=True, slots=True)
class Baseline:
    """The outcomes of an older report, by id."""

    site: Site
    outcomes: Mapping[str, Outcome]
    fallback: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))
    """Those of the fallback's ids."""


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
    document = read_validated(path, "report")
    body = document.value
    problems = document.problems or time_problems(body, "checked_at", "snapshot_recorded")
    if problems:
        raise UsageError(format_problems(str(path), problems))
    recorded = Site(body["site"])
    if recorded is not site:
        raise UsageError(f"{path}: a report of site {recorded}, but site {site} is checked")
    if not body["complete"]:
        raise UsageError(f"{path}: the report of an interrupted run cannot be a baseline")
    fallback = body.get("fallback", {"models": []})
    return Baseline(site, _outcomes(body["models"]), _outcomes(fallback["models"]))


def _outcomes(models: Iterable[Mapping[str, Any]]) -> dict[str, Outcome]:
    return {
        model["id"]: Outcome(model["outcome"])
        for model in models
        if "ignored" not in model  # it counts again once it is no longer ignored
    }


def with_baseline(report: Report, baseline: Baseline) -> Report:
    """`report` with how each outcome stands to `baseline`; only what is new or worse counts."""
    fallback = report.fallback
    if fallback is not None:
        fallback = replace(fallback, models=_compared(fallback.models, baseline.fallback))
    return replace(report, models=_compared(report.models, baseline.outcomes), fallback=fallback)


def with_ignored(report: Report, entries: Sequence[IgnoreEntry], today: date) -> Report:
    """`report` with the models that `entries` name ignored; expired and needless ones are told."""
    fallback = report.fallback
    models = (*report.models, *(fallback.models if fallback is not None else ()))
    outcomes = {model.id: model.outcome for model in models}
    notes = []
    ignored = {}
    for entry in entries:
        if entry.until < today:
            notes.append(f"ignore entry expired on {entry.until}: {entry.id}")
        elif outcomes.get(entry.id) is Outcome.PASS:
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
    return tuple(replace(model, ignored=ignored.get(model.id)) for model in models)


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
