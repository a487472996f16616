"""Which models are called within a budget, in which order, and what that may cost."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from msconfig.checking.probe_pace import ProbePace
from msconfig.checking.report import ModelResult, Report, TokenResult, TokenStatus
from msconfig.model_ids import ModelId
from msconfig.modelscope.kinds import IMAGE_KINDS, SMALL_CALLS, Kind
from msconfig.tokens import Token

__all__ = ["ProbePlan", "plan_probes"]

_log = logging.getLogger(__name__)

COST_IF_UNKNOWN = 2.0
"""Magicubes; the dearest tier."""


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """Which models are to be called with which tokens, and what that may cost at most."""

    tokens: tuple[Token, ...]
    ids: tuple[str, ...]
    """In the order of the calls."""
    cost: float
    """Magicubes, all calls together."""
    not_probed: dict[str, str] = field(default_factory=dict)
    """Reasons, by id, for those that are not called."""
    further: Mapping[str, Decimal] = field(default_factory=dict)
    """Cost of models that do not fit, by id, in their order; called with what is left over."""
    left: Decimal = Decimal(0)
    """Magicubes of the budget that are not reserved."""
    reserved: Mapping[str, Decimal] = field(default_factory=dict)
    """Cost of those in `ids`."""
    pace: ProbePace = field(default_factory=ProbePace)
    seconds: float = 0.0
    """About how long the calls take."""


def plan_probes(
    report: Report,
    tokens: Sequence[Token],
    *,
    max_cost: float | Decimal,
    all_tokens: bool = False,
    images: bool = False,
    first: Collection[str] = (),
    pace: ProbePace | None = None,
) -> ProbePlan:
    """The calls that fit into `max_cost`.

    Every model that may exist is called, whatever its free verdict. Those in `first` come before
    all others, followed by models that were never called and by those whose last call is oldest
    (`ModelResult.probe`); otherwise the order of the report counts.

    The cost of a call is ModelScope's own estimate; without one, the dearest tier. If the estimates
    hold, no more is spent: the sum is reserved before the first call. A model that does not fit is
    passed over, a cheaper one behind it may still fit. A call that is refused for good costs
    nothing; what was reserved for it goes to those that did not fit (`ProbePlan.further`).

    Args:
        report: free verdicts, with the last calls of an earlier report.
        tokens: all tokens of the run.
        max_cost: Magicubes, for the whole run.
        all_tokens: call with each valid token, not with the first alone.
        images: also call models that make images.
        first: ids of models to be called before the others.
        pace: how fast calls are made.
    """
    pace = pace or ProbePace()
    valid = [t for t in tokens if _result_of(t, report.tokens).status is TokenStatus.VALID]
    callers = tuple(valid if all_tokens else valid[:1])
    reserved: dict[str, Decimal] = {}
    further: dict[str, Decimal] = {}
    not_probed: dict[str, str] = {}
    budget, cost = Decimal(str(max_cost)), Decimal(0)
    pictures = 0
    for model in sorted(report.models, key=lambda each: _turn(each, first)):
        reason = _why_not(model, images=images) if callers else "no valid token"
        price = len(callers) * _price(model)
        if reason is None and cost + price > budget:
            reason = f"over the budget of {max_cost:g} Magicubes"
            further[model.id] = price
        if reason is not None:
            not_probed[model.id] = reason
            continue
        reserved[model.id] = price
        cost += price
        pictures += model.kind in IMAGE_KINDS
    models = len(reserved)
    _log.debug("probe: %d models with %d tokens for %s Magicubes", models, len(callers), cost)
    seconds = pace.seconds_for(len(callers) * (models - pictures), pictures=len(callers) * pictures)
    return ProbePlan(
        tokens=callers,
        ids=tuple(reserved),
        cost=float(cost),
        not_probed=not_probed,
        further=further,
        left=budget - cost,
        reserved=reserved,
        pace=pace,
        seconds=seconds,
    )


_NEVER = datetime.min.replace(tzinfo=UTC)


def _turn(model: ModelResult, first: Collection[str]) -> tuple[bool, datetime]:
    """Sorts models by the order in which they are called."""
    return (model.id not in first, model.probe.at if model.probe else _NEVER)


def _why_not(model: ModelResult, *, images: bool) -> str | None:
    """Why a model is not called, or None."""
    parsed = ModelId.parse(model.id)
    if parsed is None:
        return "it is not a model id"
    if parsed.provider is not None:
        return "the provider in its suffix answers for it, not ModelScope's own service"
    if model.is_absent:
        return "the hub has no such id"
    if model.kind in IMAGE_KINDS:
        return None if images else f"kind {model.kind} is called only with --probe-images"
    if model.kind is Kind.UNKNOWN:
        return None if model.is_listed else "its kind is unknown and the catalogue does not list it"
    return None if model.kind in SMALL_CALLS else f"there is no small call for kind {model.kind}"


def _price(model: ModelResult) -> Decimal:
    known = model.cost.magicubes if model.cost else None
    # an estimate of nothing is none: some rows carry a 0 that no tier has
    return Decimal(str(known if known is not None and known > 0 else COST_IF_UNKNOWN))


def _result_of(token: Token, results: Iterable[TokenResult]) -> TokenResult:
    return next(each for each in results if each.fingerprint == token.secret.fingerprint)
