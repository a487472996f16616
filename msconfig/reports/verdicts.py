"""The results of a check as values: counts, verdicts, next step. Pure; texts are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    "counting_models",
    "fallback_verdict",
    "is_excused",
    "next_step",
    "overall",
    "queried_models",
    "queried_tokens",
    "tally",
    "worst_first",
]

_REFUSED = {TokenStatus.REJECTED, TokenStatus.NOT_BOUND}


def all_models(report: Report) -> tuple[ModelResult, ...]:
    """The models of ModelScope, then those of the fallback."""
    return (*report.models, *(report.fallback.models if report.fallback is not None else ()))


def queried_models(report: Report) -> tuple[ModelResult, ...]:
    """The models of ModelScope, then those of a fallback that was queried."""
    return all_models(report) if _is_queried(report.fallback) else report.models


def queried_tokens(report: Report) -> tuple[tuple[str, TokenResult], ...]:
    """The tokens of ModelScope, then the key of a fallback that was queried; each with its name."""
    tokens = [("token", token) for token in report.tokens]
    fallback = report.fallback
    if fallback is not None and _is_queried(fallback):
        tokens.append(("Bailian key", fallback.token))
    return tuple(tokens)


def _is_queried(fallback: Fallback | None) -> bool:
    return fallback is not None and fallback.token.counts


def is_excused(model: ModelResult) -> bool:
    """Whether the model does not pass and its outcome has no effect: ignored, or no regression."""
    return model.outcome is not Outcome.PASS and not model.counts


def counting_models(report: Report) -> tuple[ModelResult, ...]:
    """The queried models that do not pass and whose outcome has an effect."""
    return tuple(
        model
        for model in queried_models(report)
        if model.outcome is not Outcome.PASS and not is_excused(model)
    )


def worst_first(models: Iterable[ModelResult]) -> tuple[ModelResult, ...]:
    """`models` that fail, then unknown, excused and passing ones; within each in their order."""
    return tuple(sorted(models, key=_rank))


def _rank(model: ModelResult) -> int:
    if model.outcome is Outcome.PASS:
        return 3
    if is_excused(model):
        return 2
    return int(model.outcome is Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts behind the verdict on ModelScope's models; `FallbackVerdict` is that of a fallback."""

    total: int
    """Models."""
    failed: int
    unknown: int
    """Both without what is excused."""
    ignored: int
    known: int
    """Excused: ignored, or not worse than in the baseline."""
    tokens: frozenset[TokenStatus]
    """Statuses of the tokens that count."""
    complete: bool
    proofs: tuple[tuple[Proof, int], ...]
    """How many models that pass rest on each proof, the best first; without those of none."""

    @property
    def excused(self) -> int:
        """Models that do not pass and have no effect."""
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
    """The result for the fallback."""

    NOT_QUERIED = "not queried"
    REJECTED = "rejected"
    UNREAD = "unread"
    MISSING = "missing"
    NOTHING_NEW = "nothing new"
    LISTED = "listed"


def fallback_verdict(fallback: Fallback) -> tuple[FallbackVerdict, int]:
    """The result for the fallback, and the number of its models that it is about."""
    failed = _with(fallback.models, Outcome.FAIL)
    excused = sum(is_excused(model) for model in fallback.models)
    if not _is_queried(fallback):
        return FallbackVerdict.NOT_QUERIED, len(fallback.models)
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
    """The outcome of the run; ignored models and those known since the baseline have no effect."""
    failed = _with(queried_models(report), Outcome.FAIL)
    if not report.complete and not failed:
        return Outcome.UNKNOWN
    statuses = _statuses(report)
    if failed or statuses & _REFUSED or (report.strict and report.findings):
        return Outcome.FAIL
    unknown = _with(queried_models(report), Outcome.UNKNOWN)
    is_open = unknown or TokenStatus.UNVERIFIED in statuses
    return Outcome.UNKNOWN if is_open else Outcome.PASS


class NextStep(Enum):
    """What to do after a check."""

    FINISH = "finish"
    NEW_TOKEN = "new token"  # noqa: S105 - no password
    NEW_KEY = "new key"
    BIND = "bind"
    REPLACE = "replace"
    REPLACE_OTHERS = "replace others"
    """The run replaces some of the failing ids itself."""
    CHECK_FIXED = "check fixed"
    FIX = "fix"
    """A dry run showed how all failing ids would be replaced."""
    CONNECT = "connect"
    PROBE = "probe"
    PROVE = "prove"
    LATER = "later"
    ONLINE = "online"
    WAIT = "wait"
    GENERATE = "generate"
    REVOKE = "revoke"
    """Files hold tokens."""
    NO_IDS = "no ids"


def next_step(report: Report) -> NextStep:
    """What to do next."""
    own = tally(report).tokens
    statuses = _statuses(report)
    models = queried_models(report)
    if not report.complete:
        return NextStep.FINISH
    if TokenStatus.REJECTED in own:
        return NextStep.NEW_TOKEN
    if TokenStatus.NOT_BOUND in own:
        return NextStep.BIND
    if TokenStatus.REJECTED in statuses:
        return NextStep.NEW_KEY
    if _with(models, Outcome.FAIL):
        return _next_step_of_failing(report)
    if _with(models, Outcome.UNKNOWN) or TokenStatus.UNVERIFIED in statuses:
        return _next_step_of_open(report)
    if report.findings:
        return NextStep.REVOKE
    return _next_step_of(models)


def _next_step_of_failing(report: Report) -> NextStep:
    """What to do next where models fail."""
    fixed = report.fixes.ids if report.fixes is not None else frozenset()
    failing = {each.id for each in counting_models(report) if each.outcome is Outcome.FAIL}
    if report.fixes is None or not failing & fixed:
        return NextStep.REPLACE
    if failing - fixed:
        return NextStep.REPLACE_OTHERS
    return NextStep.FIX if report.fixes.is_dry_run else NextStep.CHECK_FIXED


def _next_step_of_open(report: Report) -> NextStep:
    """What to do next where something could not be verified."""
    if report.obstacles:
        return NextStep.CONNECT
    unknown = [each for each in counting_models(report) if each.outcome is Outcome.UNKNOWN]
    is_probed = any(model.probe for model in report.models)
    if unknown and report.look_up_gone and not is_probed:
        return NextStep.PROBE
    if report.offline:
        return NextStep.ONLINE
    # only a required proof leaves a model unknown that has one
    lacks_only_proof = bool(unknown) and all(each.proof is not None for each in unknown)
    has_open_token = TokenStatus.UNVERIFIED in _statuses(report)
    return NextStep.PROVE if lacks_only_proof and not has_open_token else NextStep.LATER


def _next_step_of(models: Sequence[ModelResult]) -> NextStep:
    """What to do next where nothing is wrong."""
    if not models:
        return NextStep.NO_IDS
    return NextStep.WAIT if any(map(is_excused, models)) else NextStep.GENERATE


def _statuses(report: Report) -> set[TokenStatus]:
    """Statuses of the tokens that count, and of the key of a fallback that was queried."""
    return {token.status for _, token in queried_tokens(report) if token.counts}


def _with(models: Iterable[ModelResult], outcome: Outcome) -> int:
    """How many of `models` have `outcome` and are not excused."""
    return sum(model.outcome is outcome and not is_excused(model) for model in models)
