"""Calls of an earlier report that still count, so that a small budget proves a long list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msconfig.checking.earlier_report import StatusBegan, read_earlier_report
from msconfig.checking.report import Evidence, ModelResult, Outcome, Probe, Proof, Report, Status
from msconfig.errors import UsageError
from msconfig.files import is_missing
from msconfig.modelscope.facts import CallResult, Origin
from msconfig.modelscope.sites import Site
from msconfig.parsing import parse_time

__all__ = [
    "DEFAULT_MAX_AGE",
    "EarlierCall",
    "Reuse",
    "contradicted",
    "parse_age",
    "read_reuse",
    "with_earlier_refusals",
    "with_reuse",
]

DEFAULT_MAX_AGE = timedelta(days=7)
CLOCKS_DIFFER = timedelta(minutes=5)
"""A call may seem to lie in the future by as much, where the clocks of two machines differ."""


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """The last call of a model in an earlier report."""

    probe: Probe
    source: str = "an earlier call"
    """The request without its host."""
    observed: str = "answered"


@dataclass(frozen=True, slots=True)
class Reuse:
    """An earlier report, as far as it is reused; empty where there is none yet."""

    calls: Mapping[str, EarlierCall] = field(default_factory=lambda: MappingProxyType({}))
    """The last call of each model, by id."""
    statuses: Mapping[str, StatusBegan] = field(default_factory=lambda: MappingProxyType({}))
    checked_at: datetime | None = None
    notes: tuple[str, ...] = ()
    """Why nothing is reused."""

    def young_answer(self, model_id: str, max_age: timedelta, now: datetime) -> EarlierCall | None:
        """The last call of a model if it answered and is young enough; else None."""
        call = self.calls.get(model_id)
        if call is None or call.probe.result is not CallResult.ANSWERED:
            return None
        return call if -CLOCKS_DIFFER <= now - call.probe.at <= max_age else None

    def was_refused(self, model_id: str) -> bool:
        """Whether the last call of a model was refused for good."""
        call = self.calls.get(model_id)
        return call is not None and call.probe.result is CallResult.REFUSED


def read_reuse(path: Path | str, site: Site) -> Reuse:
    """The calls in a report that `check --format json` wrote, of an interrupted run too.

    A file that does not exist, and a report of another site, hold nothing to reuse; a note says so.

    Args:
        path: the report.
        site: the site that is checked now.

    Raises:
        FileError: it cannot be read.
        UsageError: it is not a report.
    """
    file = Path(path)
    if is_missing(file):
        return Reuse(notes=(f"{file}: no report yet; no call is reused",))
    report = read_earlier_report(file)
    if report.site is not site:
        return Reuse(notes=(f"{file}: of site {report.site}; no call of it is reused",))
    calls = {model["id"]: _call(model) for model in report.models if "probe" in model}
    return Reuse(MappingProxyType(calls), report.statuses(), report.checked_at)


def _call(model: Mapping[str, Any]) -> EarlierCall:
    row = model["probe"]
    probe = Probe(row["fingerprint"], row["latency_ms"], parse_time(row["at"]), _result(model))
    evidence = [
        each
        for each in model["evidence"]
        if each["source"].startswith("POST ") and each["at"] == row["at"]
    ]
    if not evidence:
        return EarlierCall(probe)
    return EarlierCall(probe, evidence[-1]["source"], evidence[-1]["observed"])


def _result(model: Mapping[str, Any]) -> CallResult:
    """How the call ended, also in a report that does not say so itself."""
    row = model["probe"]
    if "result" in row:
        return CallResult(row["result"])
    is_proved = model["status"] == Status.ENABLED and model.get("proof") == Proof.CALLED
    answered = row["latency_ms"] is not None or is_proved
    return CallResult.ANSWERED if answered else CallResult.INCONCLUSIVE


def with_reuse(report: Report, reuse: Reuse, max_age: timedelta) -> Report:
    """`report` with the calls of `reuse`.

    A call that answered and is young enough is proof, unless the free evidence is a clear no or
    contradicts itself (`contradicted`). The last call is in the report in any case, so that the
    next run knows whose turn it is.
    """
    now = report.checked_at
    models = tuple(_reused(model, reuse, max_age, now) for model in report.models)
    passing = {model.id for model in models if model.outcome is Outcome.PASS}
    return replace(report, models=models, served=report.served | passing)


def _reused(model: ModelResult, reuse: Reuse, max_age: timedelta, now: datetime) -> ModelResult:
    last = reuse.calls.get(model.id)
    if last is None:
        return model
    model = replace(model, probe=last.probe)
    call = reuse.young_answer(model.id, max_age, now)
    # without any evidence the run was interrupted before the model was checked
    if call is None or _is_doubted(model) or not model.evidence:
        return model
    at = call.probe.at
    evidence = Evidence(call.source, call.observed, at, Origin.RECORDED)
    return replace(
        model,
        status=Status.ENABLED,
        proof=Proof.CALLED,
        reason=f"a call on {at:%Y-%m-%d} was answered",
        evidence=(*model.evidence, evidence),
        suggestions=(),
    )


def with_earlier_refusals(report: Report) -> Report:
    """`report`, with a note where free evidence lets a model pass whose last call was refused.

    To be applied after the calls of this run: a new answer takes the place of an older refusal.
    """
    return replace(report, models=tuple(map(_warned, report.models)))


def _warned(model: ModelResult) -> ModelResult:
    last = model.probe
    if model.outcome is not Outcome.PASS or last is None or last.result is not CallResult.REFUSED:
        return model
    note = f"an earlier call, on {last.at:%Y-%m-%d}, was refused"
    return replace(model, notes=(*model.notes, note))


def contradicted(report: Report, reuse: Reuse, max_age: timedelta) -> frozenset[str]:
    """Models whose last call contradicts the free evidence of this run; they are called first.

    It answered, and the free evidence says no; or it was refused, and the free evidence says that
    all is well. Without a new call, the second would be green the night after it was red.
    """
    now = report.checked_at
    return frozenset(
        model.id
        for model in report.models
        if (_is_doubted(model) and reuse.young_answer(model.id, max_age, now))
        or (model.outcome is Outcome.PASS and reuse.was_refused(model.id))
    )


def _is_doubted(model: ModelResult) -> bool:
    return model.outcome is Outcome.FAIL or model.status is Status.DISPUTED


_AGE = re.compile(r"([0-9]{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse_age(text: str) -> timedelta:
    """A time span such as ``36h`` or ``7d``.

    Raises:
        UsageError: it is none.
    """
    match = _AGE.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r}: no time span; write 90m, 36h or 7d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
