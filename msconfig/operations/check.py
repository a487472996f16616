"""Check tokens and model ids: gather, judge, reuse, probe, fallback, require, compare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from msconfig import clock
from msconfig.checking.baseline import Baseline, IgnoreEntry, with_baseline, with_ignored
from msconfig.checking.check import CheckRequest
from msconfig.checking.check import check as check_models
from msconfig.checking.earlier_report import with_since
from msconfig.checking.fallback import FallbackFact, FallbackRequest, with_fallback
from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.probe_pace import ProbeProgress, no_probe_progress
from msconfig.checking.probe_plan import ProbePlan, plan_probes
from msconfig.checking.report import Finding, FindingCode, Proof, Quota, Report, Status
from msconfig.checking.requirement import with_requirement
from msconfig.checking.reuse import (
    DEFAULT_MAX_AGE,
    Reuse,
    contradicted,
    with_earlier_refusals,
    with_reuse,
)
from msconfig.checking.verdict import CatalogueFact
from msconfig.errors import UsageError
from msconfig.model_ids import GivenId, distinct
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import Catalogue
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.operations.session import Session
from msconfig.pasted_ids import as_given, refuse_other_site, refuse_too_many
from msconfig.scanning.scan_request import Scanned, ScanRequest
from msconfig.settings.loading import ModelSettings

__all__ = [
    "DEFAULT_MAX_COST",
    "FallbackInputs",
    "ProbeOptions",
    "check",
    "kinds_by_id",
    "refuse_unmeetable",
]

DEFAULT_MAX_COST = 20.0
"""Magicubes that probing may spend by default."""

Agree: TypeAlias = Callable[[Report, ProbePlan, tuple[Quota, ...]], bool]
"""Whether the calls of a plan may be made; gets the free verdicts and the tokens' balances."""


def kinds_by_id(models: Iterable[ModelSettings]) -> dict[str, Kind]:
    """The kinds that the settings give."""
    return {each.id: Kind(each.kind) for each in models if each.kind}


def _always(_report: Report, _plan: ProbePlan, _quota: tuple[Quota, ...]) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeOptions:
    """Real calls: they spend quota, so they are made only where this is given.

    How fast they are made is the session's `probe_pace`.
    """

    max_cost: float | Decimal = DEFAULT_MAX_COST
    """Magicubes, for the whole run."""
    all_tokens: bool = False
    """Call with each valid token, instead of the first."""
    images: bool = False
    """Also call models that make images; they cost most."""
    agree: Agree = _always
    progress: ProbeProgress = no_probe_progress


@dataclass(frozen=True, slots=True)
class FallbackInputs:
    """The fallback provider (Bailian): key and ids to check, and the address to ask."""

    request: FallbackRequest
    base_url: str


def check(
    ids: Iterable[str | GivenId],
    session: Session,
    *,
    kinds: Mapping[str, Kind] | None = None,
    strict: bool = False,
    needs_kinds: bool = False,
    require: Proof | str = Proof.LISTED,
    probe: ProbeOptions | None = None,
    reuse: Reuse | None = None,
    max_age: timedelta = DEFAULT_MAX_AGE,
    fallback: FallbackInputs | None = None,
    ignore: Sequence[IgnoreEntry] = (),
    baseline: Baseline | None = None,
    scan: ScanRequest | None = None,
    progress: Progress = no_progress,
    today: date | None = None,
) -> Report:
    """Check the session's tokens and model ids, as `msconfig check` does.

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
        require: the proof that an enabled model must have; with less it is `unverified`.
        probe: make real calls within this budget.
        reuse: an earlier report (`read_reuse`); calls in it that answered are proof.
        max_age: of a call that is reused.
        fallback: also check Bailian's key and ids.
        ignore: models that do not count until a given date.
        baseline: an earlier report; failures that it had do not count.
        scan: also check the ids in these files, of which there may be none.
        progress: called with how many of the models have their facts.
        today: the date for `ignore`; None takes that of UTC.

    Raises:
        UsageError: no id, too many ids, an address or a baseline of the other site, `probe` without
            network or token, `require` that nothing can meet, proxy variables that cannot be used,
            or a scan that git prevents.
        FileError: a path of the scan that cannot be read.
    """
    given = _distinct_ids(ids, session.site, is_scanning=scan is not None)
    _refuse_probe_or_baseline(session, probe, baseline)
    required = Proof(require)
    refuse_unmeetable(required, session, has_calls=probe is not None or reuse is not None)

    def compared(report: Report) -> Report:
        report = with_requirement(report, required)
        report = _with_since(report, [each for each in (reuse, baseline) if each is not None])
        report = with_ignored(report, ignore, today or clock.utc_now().date())
        return report if baseline is None else with_baseline(report, baseline)

    report: Report | None = None
    try:
        with session.connect() as modelscope:
            catalogue, scanned = None, None
            if scan is not None:
                catalogue, scanned = _scanned(scan, modelscope, session)
                given = distinct([*given, *scanned.ids]) if scanned is not None else given
                refuse_too_many(given)
            report = check_models(
                modelscope,
                CheckRequest(
                    site=session.site,
                    ids=given,
                    tokens=session.tokens,
                    kinds=kinds or {},
                    recorded_served=session.recorded_served,
                    recorded_kinds=session.recorded_kinds,
                    concurrency=0 if session.is_offline else session.concurrency,
                    strict=strict,
                    needs_kinds=needs_kinds or probe is not None,
                    snapshot_recorded=session.recorded,
                    catalogue=catalogue,
                ),
                progress if scan is None or scanned is not None else _interrupted,
            )
            if scan is not None:
                report = _with_scan(report, scanned)
            report = _with_last_lists(report, session)
            first: frozenset[str] = frozenset()
            if reuse is not None:
                report = with_reuse(report, reuse, max_age)
                first = contradicted(report, reuse, max_age)
            if probe is not None and report.complete:
                report = _probed(report, modelscope, session, probe, first)
            report = _with_obstacles(with_earlier_refusals(report), modelscope.obstacles)
        report = _with_fallback(report, session, fallback)
        return compared(report)
    except KeyboardInterrupt:
        if report is None:
            raise
        return compared(replace(report, complete=False))


def _distinct_ids(
    ids: Iterable[str | GivenId], site: Site, *, is_scanning: bool
) -> tuple[GivenId, ...]:
    """The ids, each once.

    Raises:
        UsageError: there is none and no scan either, too many, or an address of the other site.
    """
    given = distinct(as_given(ids))
    if not given and not is_scanning:
        raise UsageError("no model id to check")
    refuse_other_site(given, site)
    refuse_too_many(given)
    return given


def _refuse_probe_or_baseline(
    session: Session, probe: ProbeOptions | None, baseline: Baseline | None
) -> None:
    """Refuse real calls that cannot be made, and a baseline that cannot be compared.

    Raises:
        UsageError: the run has one of the two.
    """
    if probe is not None and (session.is_offline or not session.tokens):
        raise UsageError("probing makes real calls: it needs the network and a token")
    if baseline is not None and baseline.site is not session.site:
        raise UsageError(
            f"the baseline is a report of site {baseline.site}, but site {session.site} is checked"
        )


def _scanned(
    scan: ScanRequest, modelscope: ModelScope, session: Session
) -> tuple[CatalogueFact | None, Scanned | None]:
    """The catalogue, which knows what an id is, and the ids in files; None if interrupted."""
    from msconfig.scanning.scanner import scan_files  # noqa: PLC0415 - most checks scan nothing
    from msconfig.scanning.vanished import vanished_ids  # noqa: PLC0415 - the same

    catalogue: CatalogueFact | None = None
    try:
        catalogue = modelscope.catalogue()
        known = {*session.recorded_ids, *vanished_ids()}
        if isinstance(catalogue, Catalogue):
            known.update(catalogue.ids)
        return catalogue, scan_files(scan, known, session.site)
    except KeyboardInterrupt:
        return catalogue, None


def _with_last_lists(report: Report, session: Session) -> Report:
    """`report` with a note at each id that the snapshot lacks and an older public list had."""
    if not session.is_offline or session.site is not Site.CN:
        return report
    from msconfig.scanning.vanished import vanished_ids  # noqa: PLC0415 - only offline

    last = vanished_ids()
    models = tuple(
        replace(model, notes=(*model.notes, _LAST_LISTED.format(last[model.id])))
        if model.status is Status.UNVERIFIED and model.id in last
        else model
        for model in report.models
    )
    return replace(report, models=models)


_LAST_LISTED = "in no public list of API-Inference after {}"


def _interrupted(_done: int, _total: int, /) -> None:
    """Progress callback of a check that was interrupted before its first request."""
    raise KeyboardInterrupt


def _with_scan(report: Report, scanned: Scanned | None) -> Report:
    if scanned is None:
        return replace(report, complete=False)
    return replace(
        report,
        notes=(*report.notes, *scanned.notes),
        findings=tuple(Finding(FindingCode.TOKEN_IN_FILE, place) for place in scanned.tokens),
        files_scanned=scanned.files,
    )


def _with_since(report: Report, earlier: Sequence[Reuse | Baseline]) -> Report:
    """`report` with when each status began, as far as earlier reports show."""
    if not earlier:
        return report
    newest_first = sorted(earlier, key=_checked_at, reverse=True)
    statuses = [each.statuses for each in newest_first]
    return replace(report, models=with_since(report.models, statuses, report.checked_at))


def _checked_at(earlier: Reuse | Baseline) -> datetime:
    return earlier.checked_at or datetime.min.replace(tzinfo=UTC)


def refuse_unmeetable(required: Proof, session: Session, *, has_calls: bool) -> None:
    """Refuse a required proof that no model can have, before any request.

    Raises:
        UsageError: only calls are proof enough, and there are none, new or recorded.
    """
    if required is Proof.CALLED and not (has_calls or session.is_offline):
        raise UsageError(
            f"{_NO_CALLS}; give probe or reuse, or require confirmed",
            with_options=f"{_NO_CALLS}; use check with --probe or --reuse, or require confirmed",
        )


_NO_CALLS = "required proof called: without calls no model can have it"


def _probed(
    report: Report,
    modelscope: ModelScope,
    session: Session,
    options: ProbeOptions,
    first: Collection[str],
) -> Report:
    """The report after real calls, or with the reason why there were none.

    An interrupt, also of the question, keeps the free verdicts and what was called.
    """
    from msconfig.checking.probing import probe  # noqa: PLC0415 - only with --probe
    from msconfig.checking.quota import read_quota  # noqa: PLC0415 - the same

    plan = plan_probes(
        report,
        session.tokens,
        max_cost=options.max_cost,
        all_tokens=options.all_tokens,
        images=options.images,
        first=first,
        pace=session.probe_pace,
    )
    try:
        quota = read_quota(modelscope, plan.tokens)
        if plan.ids and not options.agree(report, plan, quota):
            declined = dict.fromkeys(plan.ids, "not agreed to")
            not_probed = {**plan.not_probed, **declined}
            plan = replace(plan, ids=(), reserved={}, further={}, not_probed=not_probed)
        probed = probe(modelscope, report, plan, progress=options.progress)
    except KeyboardInterrupt:
        return replace(report, complete=False)
    if not probed.complete:
        return probed
    try:
        return replace(probed, quota=read_quota(modelscope, plan.tokens))
    except KeyboardInterrupt:  # the calls are paid
        return replace(probed, complete=False)


def _with_fallback(report: Report, session: Session, fallback: FallbackInputs | None) -> Report:
    """`report` with the verdicts by Bailian's list, one request; an interrupted one unchanged."""
    if fallback is None or not report.complete:
        return report
    request = fallback.request
    if session.is_offline or request.key is None:
        return with_fallback(report, request, None)
    from msconfig.modelscope.fallback_client import FallbackClient  # noqa: PLC0415 - loads httpx

    fact: FallbackFact | None = None
    try:
        with session.http(fallback.base_url) as http:
            fact = FallbackClient(fallback.base_url, http, request.key.secret).models()
            report = _with_obstacles(report, http.obstacles)
        return with_fallback(report, request, fact)
    except KeyboardInterrupt:
        report = replace(report, complete=False)
        return report if fact is None else with_fallback(report, request, fact)


def _with_obstacles(report: Report, obstacles: tuple[str, ...]) -> Report:
    return replace(
        report,
        notes=(*report.notes, *obstacles),
        obstacles=(*report.obstacles, *obstacles),
    )
