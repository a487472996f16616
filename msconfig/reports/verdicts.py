"""What a check comes to, as values: counts, verdicts, the next step. Pure; the words come later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from msconfig.checking.report import (
    Fallback,
    ModelResult,
    Outcome,
    Proof,
    Report,
    TokenResult,
    TokenStatus,
)

__all__ = [
    "FallbackVerdict",
    "NextStep",
    "Tally",
    "all_models",
    "asked_models",
    "asked_tokens",
    "fallback_verdict",
    "is_excused",
    "next_step",
    "overall",
    "tally",
]

_REFUSED = {TokenStatus.REJECTED, TokenStatus.NOT_BOUND}


def all_models(report: Report) -> tuple[ModelResult, ...]:
    """The models of ModelScope, then those of the fallback."""
    return (*report.models, *(report.fallback.models if report.fallback is not None else ()))


def asked_models(report: Report) -> tuple[ModelResult, ...]:
    """The models of ModelScope, then those of a fallback that was asked."""
    return all_models(report) if _is_asked(report.fallback) else report.models


def asked_tokens(report: Report) -> tuple[tuple[str, TokenResult], ...]:
    """The tokens of ModelScope, then the key of a fallback that was asked; each with its name."""
    tokens = [("token", token) for token in report.tokens]
    fallback = report.fallback
    if fallback is not None and _is_asked(fallback):
        tokens.append(("Bailian key", fallback.token))
    return tuple(tokens)


def _is_asked(fallback: Fallback | None) -> bool:
    return fallback is not None and fallback.token.counts


def is_excused(model: ModelResult) -> bool:
    """Whether the model is not as it should be, and that does not count."""
    return model.outcome is not Outcome.PASS and not model.counts


@dataclass(frozen=True, slots=True)
class Tally:
    """What a verdict in words has to tell of ModelScope; of a fallback, `FallbackVerdict`."""

    total: int
    """Models."""
    failed: int
    unknown: int
    """Both without what is excused."""
    ignored: int
    known: int
    """Excused: ignored, or not worse than in the baseline."""
    tokens: frozenset[TokenStatus]
    """What became of the tokens that count."""
    complete: bool
    proofs: tuple[tuple[Proof, int], ...]
    """How many models that pass rest on each proof, the best first; without those of none."""

    @property
    def excused(self) -> int:
        """Models that are not as they should be, and do not count."""
        return self.ignored + self.known


def tally(report: Report) -> Tally:
    """The counts behind the verdict."""
    excused = [model for model in report.models if is_excused(model)]
    ignored = sum(model.ignored is not None for model in excused)
    return Tally(
        total=len(report.models),
        failed=_with(report.models, Outcome.FAIL),
        unknown=_with(report.models, Outcome.UNKNOWN),
        ignored=ignored,
        known=len(excused) - ignored,
        tokens=frozenset(token.status for token in report.tokens if token.counts),
        complete=report.complete,
        proofs=tuple((proof, count) for proof in Proof if (count := report.count_proof(proof))),
    )


class FallbackVerdict(Enum):
    """What came out for the fallback."""

    NOT_ASKED = "not asked"
    REJECTED = "rejected"
    UNREAD = "unread"
    MISSING = "missing"
    NOTHING_NEW = "nothing new"
    LISTED = "listed"


def fallback_verdict(fallback: Fallback) -> tuple[FallbackVerdict, int]:
    """What came out for the fallback, and of how many of its models that is said."""
    failed = _with(fallback.models, Outcome.FAIL)
    excused = sum(is_excused(model) for model in fallback.models)
    if not _is_asked(fallback):
        return FallbackVerdict.NOT_ASKED, len(fallback.models)
    if fallback.token.status is TokenStatus.REJECTED:
        return FallbackVerdict.REJECTED, len(fallback.models)
    if fallback.token.status is not TokenStatus.VALID:
        return FallbackVerdict.UNREAD, len(fallback.models)
    if failed:
        return FallbackVerdict.MISSING, failed
    if excused:
        return FallbackVerdict.NOTHING_NEW, excused
    return FallbackVerdict.LISTED, len(fallback.models)


def overall(report: Report) -> Outcome:
    """How the run as a whole ended; what is ignored or known since the baseline plays no part."""
    failed = _with(asked_models(report), Outcome.FAIL)
    if not report.complete and not failed:
        return Outcome.UNKNOWN
    statuses = _statuses(report)
    if failed or statuses & _REFUSED:
        return Outcome.FAIL
    unknown = _with(asked_models(report), Outcome.UNKNOWN)
    is_open = unknown or TokenStatus.UNVERIFIED in statuses
    return Outcome.UNKNOWN if is_open else Outcome.PASS


class NextStep(Enum):
    """What to do after a check."""

    FINISH = "finish"
    NEW_TOKEN = "new token"  # noqa: S105 - no password
    NEW_KEY = "new key"
    BIND = "bind"
    REPLACE = "replace"
    CONNECT = "connect"
    PROBE = "probe"
    LATER = "later"
    ONLINE = "online"
    WAIT = "wait"
    GENERATE = "generate"


def next_step(report: Report) -> NextStep:
    """What to do next."""
    own = tally(report).tokens
    statuses = _statuses(report)
    models = asked_models(report)
    if not report.complete:
        return NextStep.FINISH
    if TokenStatus.REJECTED in own:
        return NextStep.NEW_TOKEN
    if TokenStatus.NOT_BOUND in own:
        return NextStep.BIND
    if TokenStatus.REJECTED in statuses:
        return NextStep.NEW_KEY
    if _with(models, Outcome.FAIL):
        return NextStep.REPLACE
    is_open = bool(_with(models, Outcome.UNKNOWN)) or TokenStatus.UNVERIFIED in statuses
    if is_open and report.obstacles:
        return NextStep.CONNECT
    is_probed = any(model.probe for model in report.models)
    if _with(models, Outcome.UNKNOWN) and report.look_up_gone and not is_probed:
        return NextStep.PROBE
    if is_open:
        return NextStep.ONLINE if report.offline else NextStep.LATER
    return NextStep.WAIT if any(map(is_excused, models)) else NextStep.GENERATE


def _statuses(report: Report) -> set[TokenStatus]:
    """What became of the tokens that count, and of the key of a fallback that was asked."""
    return {token.status for _, token in asked_tokens(report) if token.counts}


def _with(models: Iterable[ModelResult], outcome: Outcome) -> int:
    """How many of `models` have `outcome` and are not excused."""
    return sum(model.outcome is outcome and not is_excused(model) for model in models)
