"""The check itself: ask for the facts, judge each model, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeAlias, assert_never

from msconfig.checking.parallel import in_parallel
from msconfig.checking.report import (
    Cost,
    Evidence,
    ModelResult,
    Outcome,
    Report,
    Status,
    TokenResult,
    TokenStatus,
)
from msconfig.checking.suggestions import suggest
from msconfig.checking.verdict import CatalogueFact, ModelFacts, Verdict, judge
from msconfig.model_ids import ModelId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import (
    Account,
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    NoAnswer,
    Providers,
    TokenRejected,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.secrets import Token

__all__ = ["CheckRequest", "Progress", "check"]


class Progress(Protocol):
    """Is told how far a check has come."""

    def __call__(self, done: int, total: int, /) -> None:
        """`done` of `total` models have their facts."""


def _no_progress(_done: int, _total: int, /) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What is to be checked."""

    site: Site
    ids: Sequence[str]
    """As they were given, each once; malformed ones among them."""
    tokens: Sequence[Token] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Kinds that the user told, by id; they go before what the hub says."""
    concurrency: int = 8
    strict: bool = False
    snapshot_recorded: datetime | None = None
    """When the facts were recorded, for a check offline; then tokens are not checked."""


_TokenFact: TypeAlias = Account | TokenRejected | NoAnswer


@dataclass(slots=True)
class _Gathered:
    """The facts that have come in so far."""

    catalogue: CatalogueFact | None = None
    tokens: dict[Token, _TokenFact] = field(default_factory=dict)
    models: dict[str, ModelFacts] = field(default_factory=dict)


def check(
    modelscope: ModelScope, request: CheckRequest, progress: Progress = _no_progress
) -> Report:
    """Check tokens and models: two requests a model, one a token, one for the catalogue.

    An interrupt (`KeyboardInterrupt`) ends the check early, with a report that says so
    (`Report.complete`); models without facts are then `unverified`.
    """
    parsed = {text: ModelId.parse(text) for text in request.ids}
    well_formed = {text: model_id for text, model_id in parsed.items() if model_id is not None}
    gathered = _Gathered()
    work = _work(modelscope, request, well_formed, gathered)
    malformed = len(parsed) - len(well_formed)
    complete = True
    try:
        progress(malformed, len(parsed))
        with closing(in_parallel(work, request.concurrency)) as ticks:
            for _ in ticks:
                progress(malformed + len(gathered.models), len(parsed))
    except KeyboardInterrupt:
        complete = False
    return Report(
        site=request.site,
        checked_at=datetime.now(UTC),
        tokens=_token_results(request, gathered.tokens),
        models=_model_results(request, parsed, gathered),
        snapshot_recorded=request.snapshot_recorded,
        complete=complete,
        strict=request.strict,
    )


def _work(
    modelscope: ModelScope,
    request: CheckRequest,
    well_formed: Mapping[str, ModelId],
    gathered: _Gathered,
) -> list[Callable[[], None]]:
    def ask_for_token(token: Token) -> None:
        gathered.tokens[token] = modelscope.users_me(token.secret)

    def ask_for_catalogue() -> None:
        gathered.catalogue = modelscope.catalogue()

    def ask_for_model(text: str, model_id: ModelId) -> None:
        deadline = modelscope.deadline()
        hub = modelscope.hub_model(model_id.path, deadline)
        # a 500 of the look-up is how it says "no such id"; only an id that exists makes it a fault
        look_up = modelscope.list_model_providers(
            model_id.path, deadline, retry_server_error=isinstance(hub, HubModel)
        )
        gathered.models[text] = ModelFacts(look_up, hub)

    tokens = () if request.snapshot_recorded else request.tokens
    return [
        *(partial(ask_for_token, token) for token in tokens),
        *([ask_for_catalogue] if well_formed else []),
        *(partial(ask_for_model, text, model_id) for text, model_id in well_formed.items()),
    ]


def _token_results(
    request: CheckRequest, facts: Mapping[Token, _TokenFact]
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
                status, reason = TokenStatus.REJECTED, fact.said
            case NoAnswer():
                reason = fact.said
            case None:
                pass
            case _:
                assert_never(fact)
        results.append(
            TokenResult(status, token.source, token.secret.fingerprint, reason, not offline)
        )
    return tuple(results)


def _model_results(
    request: CheckRequest, parsed: Mapping[str, ModelId | None], gathered: _Gathered
) -> tuple[ModelResult, ...]:
    verdicts = {text: _verdict(model_id, text, gathered) for text, model_id in parsed.items()}
    served = set(gathered.catalogue.ids if isinstance(gathered.catalogue, Catalogue) else ())
    served.update(text for text, verdict in verdicts.items() if verdict.status is Status.ENABLED)
    return tuple(
        _model_result(text, verdict, request, gathered, served)
        for text, verdict in verdicts.items()
    )


def _verdict(model_id: ModelId | None, text: str, gathered: _Gathered) -> Verdict:
    if model_id is None:
        return Verdict(
            Status.MALFORMED, "an id has the form owner/name, in letters, digits and _.-"
        )
    facts = gathered.models.get(text)
    if facts is None or gathered.catalogue is None:
        return Verdict(Status.UNVERIFIED, "interrupted before it was checked")
    return judge(model_id, gathered.catalogue, facts)


def _model_result(
    text: str, verdict: Verdict, request: CheckRequest, gathered: _Gathered, served: set[str]
) -> ModelResult:
    facts = gathered.models.get(text)
    look_up = facts.look_up if facts else None
    kind = facts.hub.kind if facts and isinstance(facts.hub, HubModel) else Kind.UNKNOWN
    fails = verdict.status.outcome is Outcome.FAIL
    return ModelResult(
        id=text,
        status=verdict.status,
        kind=request.kinds.get(text, kind),
        reason=verdict.reason,
        evidence=_evidence(text, gathered.catalogue, facts) if facts else (),
        suggestions=suggest(text, served, verdict.right_id) if fails else (),
        cost=Cost(look_up.magicubes)
        if isinstance(look_up, Providers) and look_up.by_modelscope
        else None,
    )


def _evidence(
    text: str, catalogue: CatalogueFact | None, facts: ModelFacts
) -> tuple[Evidence, ...]:
    found = [catalogue] if catalogue else []
    evidence = []
    for fact in (*found, facts.look_up, facts.hub):
        observed = _observed(text, fact)
        if fact.source.note and fact.source.note != observed:
            observed = f"{observed} ({fact.source.note})"
        evidence.append(Evidence(fact.source.endpoint, observed, fact.source.at))
    return tuple(evidence)


def _observed(
    text: str, fact: Catalogue | Providers | HubModel | HubAbsent | HubNoAccess | NoAnswer
) -> str:
    match fact:
        case Catalogue():
            return f"{'listed' if text in fact.ids else 'not listed'} among {len(fact.ids)}"
        case Providers():
            return f"served by {', '.join(fact.names)}" if fact.names else "served by nobody"
        case HubModel():
            tasks = f"exists, {', '.join(fact.tasks)}" if fact.tasks else "exists, no task"
            return f"{tasks}, private or gated" if fact.restricted else tasks
        case HubAbsent():
            return "no such id"
        case HubNoAccess() | NoAnswer():
            return fact.said
        case _:
            assert_never(fact)
