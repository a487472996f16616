"""Check tokens and model ids: gather, judge, probe, fallback, ignore, compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from msconfig import clock
from msconfig.checking.baseline import Baseline, IgnoreEntry, with_baseline, with_ignored
from msconfig.checking.check import CheckRequest
from msconfig.checking.check import check as check_models
from msconfig.checking.fallback import FallbackRequest, with_fallback
from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.report import Quota, Report
from msconfig.errors import UsageError
from msconfig.model_ids import GivenId, distinct
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.kinds import Kind
from msconfig.operations.session import Session
from msconfig.pasted_ids import as_given, refuse_other_site

if TYPE_CHECKING:
    from msconfig.checking.probing import ProbePlan

__all__ = ["DEFAULT_MAX_COST", "FallbackInputs", "ProbeOptions", "check"]

DEFAULT_MAX_COST = 20.0
"""Magicubes that probing may spend unless told otherwise."""

Agree: TypeAlias = "Callable[[Report, ProbePlan, tuple[Quota, ...]], bool]"
"""Whether the calls of a plan may be made; gets the free verdicts and what the tokens have left."""


def _always(_report: Report, _plan: ProbePlan, _quota: tuple[Quota, ...]) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeOptions:
    """Real calls: they spend quota, so they are made only where this is given."""

    max_cost: float = DEFAULT_MAX_COST
    """Magicubes, for the whole run."""
    all_tokens: bool = False
    """Call with each valid token, instead of the first."""
    agree: Agree = _always
    progress: Progress = no_progress


@dataclass(frozen=True, slots=True)
class FallbackInputs:
    """The fallback provider (Bailian): which key and ids to check, and where."""

    request: FallbackRequest
    base_url: str


def check(
    ids: Iterable[str | GivenId],
    session: Session,
    *,
    kinds: Mapping[str, Kind] | None = None,
    strict: bool = False,
    needs_kinds: bool = False,
    probe: ProbeOptions | None = None,
    fallback: FallbackInputs | None = None,
    ignore: Sequence[IgnoreEntry] = (),
    baseline: Baseline | None = None,
    progress: Progress = no_progress,
    today: date | None = None,
) -> Report:
    """Check the session's tokens and model ids; what `msconfig check` does.

    No quota is spent unless `probe` is given. `KeyboardInterrupt` ends the check early, with a
    report whose `complete` is false.

    Args:
        ids: model ids, as strings or with the places they come from; each is checked once. Strings
            are read as on the command line: page addresses, quotation marks around an id, several
            ids in one.
        session: how requests are made.
        kinds: what models do, by id; overrides the hub.
        strict: whether an unknown model gives exit code 1.
        needs_kinds: whether to read what models do, where neither `kinds` nor recorded facts give
            it; that takes a request more for each of them. Implied by `probe`.
        probe: make real calls within this budget.
        fallback: also check Bailian's key and ids.
        ignore: models that do not count until a given date.
        baseline: an earlier report; only regressions count.
        progress: called with how many of the models have their facts.
        today: the date for `ignore`; None takes that of UTC.

    Raises:
        UsageError: no id, an address of the other site, `probe` without network or token, or proxy
            variables that cannot be used.
    """
    given = distinct(as_given(ids))
    if not given:
        raise UsageError("no model id to check")
    refuse_other_site(given, session.site)
    if probe is not None and (session.is_offline or not session.tokens):
        raise UsageError("probing makes real calls: it needs the network and a token")
    with session.connect() as modelscope:
        report = check_models(
            modelscope,
            CheckRequest(
                site=session.site,
                ids=given,
                tokens=session.tokens,
                kinds=kinds or {},
                recorded_served=session.recorded_served,
                recorded_kinds=session.recorded_kinds,
                concurrency=session.concurrency,
                strict=strict,
                needs_kinds=needs_kinds or probe is not None,
                snapshot_recorded=session.recorded,
            ),
            progress,
        )
        if probe is not None and report.complete:
            report = _probed(report, modelscope, session, probe)
        report = _with_obstacles(report, modelscope.obstacles)
    report = _with_fallback(report, session, fallback)
    report = with_ignored(report, ignore, today or clock.utc_now().date())
    return report if baseline is None else with_baseline(report, baseline)


def _probed(
    report: Report, modelscope: ModelScope, session: Session, options: ProbeOptions
) -> Report:
    """The report after real calls, or with the reason why there were none.

    An interrupt, also of the question, keeps the free verdicts.
    """
    from msconfig.checking.probing import plan_probes, probe  # noqa: PLC0415 - only with --probe
    from msconfig.checking.quota import read_quota  # noqa: PLC0415 - the same

    plan = plan_probes(
        report, session.tokens, max_cost=options.max_cost, all_tokens=options.all_tokens
    )
    try:
        quota = read_quota(modelscope, plan.tokens)
        if plan.ids and not options.agree(report, plan, quota):
            declined = dict.fromkeys(plan.ids, "not agreed to")
            plan = replace(plan, ids=(), not_probed={**plan.not_probed, **declined})
        probed = probe(
            modelscope,
            report,
            plan,
            concurrency=session.concurrency,
            progress=options.progress,
        )
        left = read_quota(modelscope, plan.tokens) if probed.complete else ()
        return replace(probed, quota=left)
    except KeyboardInterrupt:
        return replace(report, complete=False)


def _with_fallback(report: Report, session: Session, fallback: FallbackInputs | None) -> Report:
    """`report` with what Bailian's list says, by one request; an interrupted one as it is."""
    if fallback is None or not report.complete:
        return report
    request = fallback.request
    if session.is_offline or request.key is None:
        return with_fallback(report, request, None)
    from msconfig.modelscope.fallback_client import FallbackClient  # noqa: PLC0415 - loads httpx

    try:
        with session.http(fallback.base_url) as http:
            fact = FallbackClient(fallback.base_url, http, request.key.secret).models()
            report = _with_obstacles(report, http.obstacles)
    except KeyboardInterrupt:
        return replace(report, complete=False)
    return with_fallback(report, request, fact)


def _with_obstacles(report: Report, obstacles: tuple[str, ...]) -> Report:
    return replace(
        report,
        notes=(*report.notes, *obstacles),
        obstacles=(*report.obstacles, *obstacles),
    )
