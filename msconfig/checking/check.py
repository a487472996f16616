"""The check itself: ask for the facts, judge each model, report."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from msconfig import clock
from msconfig.checking.gathering import Gathered, Progress, TokenFact, gather, no_progress
from msconfig.checking.report import (
    Cost,
    Evidence,
    ModelResult,
    Outcome,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.checking.staleness import note_on_age
from msconfig.checking.verdict import (
    MOST_CHARACTERS,
    CatalogueFact,
    ModelFacts,
    Verdict,
    judge,
    listing,
    look_up_has_gone,
    notes_on,
)
from msconfig.model_ids import GivenId, ModelId, is_model_id
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import (
    Account,
    CallResult,
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    NoAnswer,
    Origin,
    Providers,
    RecordedCall,
    TokenRejected,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.pasted_ids import explain
from msconfig.text import shortened
from msconfig.tokens import Token

__all__ = ["CheckRequest", "check"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Inputs and options of a check."""

    site: Site
    ids: Sequence[GivenId]
    """As they were given, each once; malformed ones among them."""
    tokens: Sequence[Token] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Kinds of the settings, by id; they take precedence over those of the hub."""
    recorded_served: frozenset[str] = frozenset()
    """Offline, ids that ModelScope served when the facts were recorded, the unlisted ones too."""
    recorded_kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Kinds that were recorded earlier, by id; used where nothing else is known."""
    needs_kinds: bool = False
    """Whether to read the kinds that neither the settings nor recorded facts give."""
    concurrency: int = 8
    """Requests at a time; 0 makes them without further threads (`gather`)."""
    strict: bool = False
    snapshot_recorded: datetime | None = None
    """When the facts were recorded, for a check offline; then tokens are not checked."""
    catalogue: CatalogueFact | None = None
    """The catalogue where it was read before; then it is not read again."""


def check(
    modelscope: ModelScope, request: CheckRequest, progress: Progress = no_progress
) -> Report:
    """Check tokens and models: one request a model, one a token, one for the catalogue.

    More only where the verdict or a kind needs it (`gather`).

    An interrupt (`KeyboardInterrupt`) ends the check early, with a report that says so
    (`Report.complete`); models without facts are then `unverified`.
    """
    parsed = {given.text: ModelId.parse(given.text) for given in request.ids}
    well_formed = {text: model_id for text, model_id in parsed.items() if model_id is not None}
    malformed = len(parsed) - len(well_formed)
    gathered = Gathered(request.catalogue)
    complete = True
    try:
        gather(
            modelscope,
            gathered,
            models=well_formed,
            tokens=() if request.snapshot_recorded else request.tokens,
            # also for suggestions alone
            catalogue=bool(parsed) and request.catalogue is None,
            of_open_kind=_of_open_kind(request, well_formed),
            concurrency=request.concurrency,
            progress=lambda done, _total: progress(malformed + done, len(parsed)),
        )
    except KeyboardInterrupt:
        complete = False
        # threads that are left may still write; what they write now does not count
        gathered = Gathered(gathered.catalogue, dict(gathered.tokens), dict(gathered.models))
    suggestions: dict[str, tuple[Suggestion, ...]] = {}
    try:
        return _concluded(modelscope, request, parsed, gathered, suggestions, complete=complete)
    except KeyboardInterrupt:
        # the facts are there; what is still missing takes long only with many failing ids
        return _concluded(modelscope, request, parsed, gathered, suggestions, complete=False)


def _concluded(
    modelscope: ModelScope,
    request: CheckRequest,
    parsed: Mapping[str, ModelId | None],
    gathered: Gathered,
    suggestions: dict[str, tuple[Suggestion, ...]],
    *,
    complete: bool,
) -> Report:
    """The report on the facts that are there. An incomplete one gets no further suggestions.

    Args:
        modelscope: for the recorded calls.
        request: the inputs.
        parsed: the ids by their texts; None for a malformed one.
        gathered: the facts.
        suggestions: takes the suggestions by id, one by one.
        complete: whether the check came to its end.
    """
    recorded_served = frozenset(filter(is_model_id, request.recorded_served))
    verdicts = {
        text: _verdict(model_id, text, gathered, recorded_served)
        for text, model_id in parsed.items()
    }
    listed = gathered.catalogue.ids if isinstance(gathered.catalogue, Catalogue) else ()
    listed = tuple(each for each in listed if not _is_refused(modelscope.recorded_call(each)))
    passing = {text for text, verdict in verdicts.items() if verdict.status is Status.ENABLED}
    served = frozenset(({*listed, *recorded_served} - set(verdicts)) | passing)
    kinds = {text: _kind(request, text, gathered.models.get(text)) for text in parsed}
    known_kinds = dict(request.recorded_kinds)
    known_kinds |= {text: kind for text, kind in kinds.items() if kind is not Kind.UNKNOWN}
    if complete:
        for text, verdict in verdicts.items():
            if _wants_another(text, verdict, gathered.catalogue):
                suggestions[text] = _suggestions(text, verdict, served, known_kinds)
    models = tuple(
        _model_result(
            given,
            verdicts[given.text],
            gathered,
            kind=kinds[given.text],
            suggestions=suggestions.get(given.text, ()),
        )
        for given in request.ids
    )
    for model in models:
        _log.debug("%s is %s, kind %s: %s", model.id, model.status, model.kind, model.reason)
    now = clock.utc_now()
    recorded = request.snapshot_recorded
    well_formed = {text: model_id for text, model_id in parsed.items() if model_id is not None}
    look_up_gone = _look_up_gone(well_formed, gathered)
    gone_notes = (look_up_gone,) if look_up_gone else ()
    return Report(
        site=request.site,
        checked_at=now,
        tokens=_token_results(request, gathered.tokens),
        models=models,
        snapshot_recorded=recorded,
        complete=complete,
        strict=request.strict,
        served=served,
        known_kinds=known_kinds,
        notes=(
            *gone_notes,
            *notes_on(gathered.catalogue),
            *(note_on_age(recorded, now) if recorded is not None else ()),
        ),
        look_up_gone=look_up_gone,
        catalogue=gathered.catalogue,
    )


def _wants_another(text: str, verdict: Verdict, catalogue: CatalogueFact | None) -> bool:
    """Whether to suggest other ids: it fails, or is unknown and not listed, so perhaps misspelt."""
    is_listed = isinstance(catalogue, Catalogue) and catalogue.lists(_path(text))
    outcome = verdict.status.outcome
    return outcome is Outcome.FAIL or (outcome is Outcome.UNKNOWN and not is_listed)


def _kind(request: CheckRequest, text: str, facts: ModelFacts | None) -> Kind:
    """The kind in the settings, else that of the hub if it was read, else the recorded one."""
    if text in request.kinds:
        return request.kinds[text]
    found = facts.kind if facts else Kind.UNKNOWN
    return found if found is not Kind.UNKNOWN else _recorded_kind(request, text)


def _recorded_kind(request: CheckRequest, text: str) -> Kind:
    return request.recorded_kinds.get(_path(text), Kind.UNKNOWN)


def _of_open_kind(request: CheckRequest, models: Iterable[str]) -> frozenset[str]:
    """Texts of the models whose kind the hub is to tell.

    Audio is open, too: only the tasks of the hub separate speech to text from text to speech.
    """
    if not request.needs_kinds:
        return frozenset()
    known = {text: request.kinds.get(text) or _recorded_kind(request, text) for text in models}
    return frozenset(text for text, kind in known.items() if kind in {Kind.UNKNOWN, Kind.AUDIO})


def _look_up_gone(models: Mapping[str, ModelId], gathered: Gathered) -> str:
    """A note where the look-up seems to have been removed; else ""."""
    asked = ((models[text].path, facts.look_up) for text, facts in gathered.models.items())
    said = look_up_has_gone(gathered.catalogue, asked)
    if not said:
        return ""
    return (
        f"ModelScope's provider look-up answers {said} to every id, listed ones too: it seems to"
        " have been removed, and waiting will not help. Run the check with --probe: real calls show"
        " which models answer."
    )


def _is_refused(call: RecordedCall | None) -> bool:
    """Whether a recorded call was refused for good; such a model is not suggested."""
    return call is not None and call.result is CallResult.REFUSED


def _token_results(
    request: CheckRequest, facts: Mapping[Token, TokenFact]
) -> tuple[TokenResult, ...]:
    if not request.tokens:
        return (TokenResult(TokenStatus.ABSENT, "none"),)
    offline = request.snapshot_recorded is not None
    results = []
    for token in request.tokens:
        fact = facts.get(token)
        status = TokenStatus.UNVERIFIED
        reason: str | None = "offline" if offline else "not checked"
        match fact:
            case Account():
                status, reason = TokenStatus.VALID, None
            case TokenRejected():
                status, reason = TokenStatus.REJECTED, fact.message
            case NoAnswer():
                reason = fact.message
            case None:
                pass
            case _:
                assert_never(fact)
        results.append(
            TokenResult(status, token.source, token.secret.fingerprint, reason, not offline)
        )
    return tuple(results)


def _verdict(
    model_id: ModelId | None, text: str, gathered: Gathered, recorded_served: frozenset[str]
) -> Verdict:
    if model_id is None:
        return Verdict(Status.MALFORMED, explain(text).reason)
    facts = gathered.models.get(text)
    if facts is None or gathered.catalogue is None:
        return Verdict(Status.UNVERIFIED, "interrupted before it was checked")
    return judge(model_id, gathered.catalogue, facts, recorded_served)


def _model_result(
    given: GivenId,
    verdict: Verdict,
    gathered: Gathered,
    *,
    kind: Kind,
    suggestions: tuple[Suggestion, ...],
) -> ModelResult:
    text = given.text
    facts = gathered.models.get(text)
    own = facts.look_up.modelscope if facts and isinstance(facts.look_up, Providers) else None
    is_derived = facts is not None and facts.look_up.source.origin is Origin.DERIVED
    return ModelResult(
        id=text,
        status=verdict.status,
        kind=kind,
        reason=verdict.reason,
        evidence=_evidence(_path(text), gathered.catalogue, facts) if facts else (),
        suggestions=suggestions,
        cost=Cost(own.magicubes, is_derived) if own else None,
        proof=verdict.proof,
        location=given.location,
        given=given.given,
        locations=given.locations or ((given.location,) if given.location else ()),
        tasks=facts.tasks if facts else (),
        is_listed=isinstance(gathered.catalogue, Catalogue)
        and gathered.catalogue.lists(_path(text)),
        is_absent=facts is not None and isinstance(facts.hub, HubAbsent),
    )


def _suggestions(
    text: str, verdict: Verdict, served: frozenset[str], known_kinds: Mapping[str, Kind]
) -> tuple[Suggestion, ...]:
    # a check in which nothing fails does not load them
    from msconfig.checking.suggestions.malformed import suggest_for_malformed  # noqa: PLC0415
    from msconfig.checking.suggestions.suggest import suggest  # noqa: PLC0415

    if verdict.status is Status.MALFORMED:
        return suggest_for_malformed(text, served, kinds=known_kinds)
    return suggest(text, served, verdict.right_id, kinds=known_kinds)


def _path(text: str) -> str:
    """The id as the sources spell it, without a provider."""
    model_id = ModelId.parse(text)
    return model_id.path if model_id else text


def _evidence(
    path: str, catalogue: CatalogueFact | None, facts: ModelFacts
) -> tuple[Evidence, ...]:
    found = [catalogue] if catalogue else []
    evidence = []
    more = [each for each in (facts.hub, facts.older_hub, facts.call) if each is not None]
    for fact in (*found, facts.look_up, *more):
        source = fact.source
        evidence.append(
            Evidence(
                source.endpoint,
                shortened(_observed(path, fact), MOST_CHARACTERS),
                source.at,
                source.origin,
                source.basis,
            )
        )
    return tuple(evidence)


def _observed(
    path: str,
    fact: Catalogue | Providers | HubModel | HubAbsent | HubNoAccess | NoAnswer | RecordedCall,
) -> str:
    match fact:
        case Catalogue():
            return f"{'listed' if fact.lists(path) else 'not listed'} among {len(fact.ids)}"
        case Providers():
            return f"served by {listing(fact.names)}"
        case HubModel():
            tasks = f"exists, {', '.join(fact.tasks)}" if fact.tasks else "exists, no task"
            if fact.restricted:
                tasks = f"{tasks}, private or gated"
            first, *others = fact.kinds or (Kind.UNKNOWN,)
            return f"{tasks}; {first} by the first, not {', '.join(others)}" if others else tasks
        case HubAbsent():
            return "no such id"
        case HubNoAccess() | NoAnswer():
            return fact.message
        case RecordedCall():
            return fact.observed
        case _:
            assert_never(fact)
