"""Real calls within a budget: what they may cost, who is called, what they overrule."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias, assert_never

from msconfig.checking.concurrency import in_parallel
from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.report import (
    Evidence,
    ModelResult,
    Outcome,
    Probe,
    Proof,
    Report,
    Status,
    TokenResult,
    TokenStatus,
)
from msconfig.checking.suggestions.suggest import suggest
from msconfig.model_ids import ModelId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import Called, CallOutcome
from msconfig.modelscope.kinds import SMALL_CALLS, Kind
from msconfig.tokens import Token

__all__ = ["COST_IF_UNKNOWN", "ProbePlan", "plan_probes", "probe"]

_log = logging.getLogger(__name__)

COST_IF_UNKNOWN = 2.0
"""Magicubes; the dearest tier."""
CHEAPEST = 0.5
"""Magicubes; the lowest tier. An estimate below it is none."""

_Call: TypeAlias = tuple[Token, str]


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """Which models are to be called with which tokens, and what that may cost at most."""

    tokens: tuple[Token, ...]
    ids: tuple[str, ...]
    cost: float
    """Magicubes, all calls together."""
    not_probed: dict[str, str] = field(default_factory=dict)
    """Why, by id, for those that are not called."""


def plan_probes(
    report: Report, tokens: Sequence[Token], *, max_cost: float, all_tokens: bool = False
) -> ProbePlan:
    """The calls that fit into `max_cost`, in the order of the ids.

    What a call costs is ModelScope's own estimate; where it gave none, the dearest tier. If the
    estimates hold, no more is spent: the sum is reserved before the first call, whatever fails. A
    model that does not fit is passed over, a cheaper one behind it may still fit.

    Args:
        report: what was learnt for free.
        tokens: all tokens of the run.
        max_cost: Magicubes, for the whole run.
        all_tokens: call with each valid token, not with the first alone.
    """
    valid = [t for t in tokens if _result_of(t, report.tokens).status is TokenStatus.VALID]
    callers = tuple(valid if all_tokens else valid[:1])
    ids: list[str] = []
    not_probed: dict[str, str] = {}
    cost = 0.0
    for model in report.models:
        reason = _why_not(model) if callers else "no valid token"
        price = len(callers) * _price(model)
        if reason is None and cost + price > max_cost:
            reason = f"over the budget of {max_cost:g} Magicubes"
        if reason is not None:
            not_probed[model.id] = reason
            continue
        ids.append(model.id)
        cost += price
    _log.debug("probe: %d models with %d tokens for %g Magicubes", len(ids), len(callers), cost)
    return ProbePlan(callers, tuple(ids), cost, not_probed)


def probe(
    modelscope: ModelScope,
    report: Report,
    plan: ProbePlan,
    *,
    concurrency: int = 8,
    progress: Progress = no_progress,
) -> Report:
    """`report` with what the calls of `plan` told. Each call is made once, at most.

    A token that turns out to be rejected or not bound calls no more. An interrupt ends the calls
    early, with a report that says so.
    """
    called: dict[_Call, Called] = {}
    refused: dict[Token, Called] = {}
    kinds = {model.id: model.kind for model in report.models}

    def call(token: Token, model_id: str) -> None:
        if token in refused:
            return
        answer = modelscope.call(model_id, kinds[model_id], token.secret)
        if answer.outcome in {CallOutcome.TOKEN_REJECTED, CallOutcome.NOT_BOUND}:
            refused[token] = answer
        called[token, model_id] = answer

    work: list[Callable[[], None]] = [
        partial(call, token, model_id) for model_id in plan.ids for token in plan.tokens
    ]
    complete = report.complete
    try:
        progress(0, len(work))
        with closing(in_parallel(work, concurrency)) as ticks:
            for done, _ in enumerate(ticks, start=1):
                progress(done, len(work))
    except KeyboardInterrupt:
        complete = False
    answers, refused = dict(called), dict(refused)  # threads that are left may still write
    models = [
        _overruled(model, _answers(model.id, plan, answers), plan, bool(refused))
        for model in report.models
    ]
    passing = {model.id for model in models if model.outcome is Outcome.PASS}
    lost = {model.id for model in models} - passing
    served = (report.served - lost) | passing
    return replace(
        report,
        tokens=tuple(_token_result(result, refused) for result in report.tokens),
        models=tuple(
            _with_suggestions(model, served, lost, report.known_kinds) for model in models
        ),
        complete=complete,
        served=served,
        notes=(*report.notes, *_blame(plan, answers)),
    )


def _answers(
    model_id: str, plan: ProbePlan, answers: dict[_Call, Called]
) -> list[tuple[Token, Called]]:
    """What each token was answered about a model."""
    calls = [(token, answers.get((token, model_id))) for token in plan.tokens]
    return [(token, answer) for token, answer in calls if answer is not None]


def _why_not(model: ModelResult) -> str | None:
    """Why a model is not called, or None."""
    if model.outcome is Outcome.FAIL:
        return "it fails already"
    parsed = ModelId.parse(model.id)
    if parsed is None or parsed.provider is not None:
        return "it is no id of ModelScope's own service"
    if model.kind not in SMALL_CALLS:
        return f"there is no small call for kind {model.kind}"
    return None


def _price(model: ModelResult) -> float:
    known = model.cost.magicubes if model.cost else None
    return COST_IF_UNKNOWN if known is None or known < CHEAPEST else known


def _overruled(
    model: ModelResult,
    answers: Sequence[tuple[Token, Called]],
    plan: ProbePlan,
    refused: bool,  # noqa: FBT001 - said by position in one place
) -> ModelResult:
    """What the calls overrule of a free verdict: the best answer of all tokens counts."""
    about_model = [
        (token, answer)
        for token, answer in answers
        if answer.outcome not in {CallOutcome.TOKEN_REJECTED, CallOutcome.NOT_BOUND}
    ]
    if not about_model:
        why = plan.not_probed.get(model.id, "the token was refused" if refused else "not reached")
        return replace(model, notes=(*model.notes, f"not probed: {why}"))
    token, answer = min(about_model, key=lambda pair: _WEIGHT[pair[1].outcome])
    evidence = tuple(
        Evidence(each.source.endpoint, f"{who.secret.fingerprint}: {each.message}", each.source.at)
        for who, each in answers
    )
    if answer.outcome is CallOutcome.IMAGE_MODEL:
        # a chat call says nothing about what it makes, so it counts as one that was not called
        kind = model.kind if model.kind is Kind.IMAGE_EDIT else Kind.IMAGE_GENERATION
        told = f'its answer to a chat call says that it is an image model (kind = "{kind}")'
        notes = (*model.notes, f"not probed: {told}")
        return replace(model, kind=kind, notes=notes, evidence=model.evidence + evidence)
    status = _status(answer.outcome)
    return replace(
        model,
        status=status,
        proof=Proof.CALLED if status is Status.ENABLED else None,
        reason=answer.message,
        evidence=model.evidence + evidence,
        probe=Probe(token.secret.fingerprint, answer.latency_ms),
    )


_WEIGHT = {
    CallOutcome.ANSWERED: 0,
    CallOutcome.NO_PROVIDER: 1,
    CallOutcome.INVALID_ID: 2,
    CallOutcome.IMAGE_MODEL: 3,
    CallOutcome.QUOTA_EXCEEDED: 4,
    CallOutcome.THROTTLED: 5,
    CallOutcome.UNCLEAR: 6,
    CallOutcome.NO_ACCESS: 7,
}
"""An answer to one token is an answer. What another token could not ask may still be open to it."""


_OF_THE_KEY = frozenset(
    {
        CallOutcome.QUOTA_EXCEEDED,
        CallOutcome.NO_ACCESS,
        CallOutcome.NOT_BOUND,
        CallOutcome.TOKEN_REJECTED,
    }
)
"""Trouble of a token, where another one was answered; a throttle or an outage is nobody's."""


def _status(outcome: CallOutcome) -> Status:
    match outcome:
        case CallOutcome.ANSWERED:
            return Status.ENABLED
        case CallOutcome.NO_PROVIDER:
            return Status.RETIRED
        case CallOutcome.INVALID_ID:
            return Status.NOT_FOUND
        case CallOutcome.NO_ACCESS:
            return Status.NO_ACCESS
        case (
            CallOutcome.IMAGE_MODEL
            | CallOutcome.QUOTA_EXCEEDED
            | CallOutcome.THROTTLED
            | CallOutcome.UNCLEAR
            | CallOutcome.TOKEN_REJECTED
            | CallOutcome.NOT_BOUND
        ):
            return Status.UNVERIFIED
        case _:
            assert_never(outcome)


def _with_suggestions(
    model: ModelResult, served: frozenset[str], lost: set[str], kinds: Mapping[str, Kind]
) -> ModelResult:
    """Nothing that a call found dead is suggested, and something for what a call found dead."""
    if model.outcome is not Outcome.FAIL:
        kept = () if model.outcome is Outcome.PASS else model.suggestions
        return replace(model, suggestions=tuple(each for each in kept if each.id not in lost))
    left = tuple(each for each in model.suggestions if each.id not in lost)
    return replace(model, suggestions=left or suggest(model.id, served, kinds=kinds))


def _result_of(token: Token, results: Iterable[TokenResult]) -> TokenResult:
    return next(each for each in results if each.fingerprint == token.secret.fingerprint)


def _token_result(result: TokenResult, refused: dict[Token, Called]) -> TokenResult:
    for token, answer in refused.items():
        if token.secret.fingerprint == result.fingerprint:
            bound = answer.outcome is CallOutcome.NOT_BOUND
            status = TokenStatus.NOT_BOUND if bound else TokenStatus.REJECTED
            return replace(result, status=status, reason=answer.message)
    return result


def _blame(plan: ProbePlan, answers: dict[_Call, Called]) -> list[str]:
    """Where one token was answered and another was refused, the trouble is with the token."""
    notes = []
    for model_id in plan.ids:
        told = _answers(model_id, plan, answers)
        if any(answer.outcome is CallOutcome.ANSWERED for _, answer in told):
            notes += [
                f"{model_id}: the trouble is with token {token.secret.fingerprint}, not with the"
                f" model: {answer.message}"
                for token, answer in told
                if answer.outcome in _OF_THE_KEY
            ]
    return notes
