"""What every format for people says alike: verdict, excuses, next step. Pure; no markup."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from msconfig.checking.report import (
    Fallback,
    Location,
    ModelResult,
    Outcome,
    Quota,
    Report,
    TokenResult,
    TokenStatus,
)
from msconfig.modelscope.bailian import addresses_in
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import addresses_of
from msconfig.text import shortened, visible

__all__ = [
    "MARKS",
    "about",
    "about_fallback",
    "all_models",
    "asked_models",
    "asked_tokens",
    "excuse",
    "is_excused",
    "kind_of",
    "meant",
    "next_step_line",
    "overall",
    "place_of",
    "quota_line",
    "shown_id",
    "token_line",
    "verdict_line",
]

MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.UNKNOWN: "?"}
_REFUSED = {TokenStatus.REJECTED, TokenStatus.NOT_BOUND}
_STDIN = "-"
"""How standard input is given in place of a file."""


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


def overall(report: Report) -> Outcome:
    """How the run as a whole ended; what is ignored or known since the baseline plays no part."""
    failed, unknown = _counted(report, Outcome.FAIL), _counted(report, Outcome.UNKNOWN)
    if not report.complete and not failed:
        return Outcome.UNKNOWN
    tokens = [token for _, token in asked_tokens(report)]
    if failed or any(token.status in _REFUSED for token in tokens):
        return Outcome.FAIL
    unverified = any(t.status is TokenStatus.UNVERIFIED and t.counts for t in tokens)
    return Outcome.UNKNOWN if unknown or unverified else Outcome.PASS


def verdict_line(report: Report) -> str:
    """What came out, in one line."""
    total = len(report.models)
    failed = _with(report.models, Outcome.FAIL)
    unknown = _with(report.models, Outcome.UNKNOWN)
    excused = [model for model in report.models if is_excused(model)]
    parts = []
    if not report.complete:
        parts.append("Interrupted.")
    if any(token.status is TokenStatus.REJECTED for token in report.tokens):
        parts.append("A token is rejected.")
    if any(token.status is TokenStatus.NOT_BOUND for token in report.tokens):
        parts.append("A token's account is not bound.")
    if any(t.status is TokenStatus.UNVERIFIED and t.counts for t in report.tokens):
        parts.append("A token could not be verified.")
    if failed:
        parts.append(_no(failed, total, "is served", "are not served"))
    if unknown:
        parts.append(_no(unknown, total, "could be verified", "could not be verified"))
    if excused:
        parts.append(_excused(excused, total, more=bool(failed or unknown)))
    elif not failed and not unknown:
        parts.append(f"{'The model is' if total == 1 else f'All {total} models are'} served.")
    if report.fallback is not None:
        parts.append(_fallback_verdict(report.fallback))
    return " ".join(parts)


def _fallback_verdict(fallback: Fallback) -> str:
    """What came out for the fallback, in one sentence."""
    token, models = fallback.token, fallback.models
    if not _is_asked(fallback):
        return "Bailian was not asked."
    if token.status is TokenStatus.REJECTED:
        return "Bailian rejects its key."
    if token.status is not TokenStatus.VALID:
        return "Bailian's list could not be read."
    failed = _with(models, Outcome.FAIL)
    excused = sum(is_excused(model) for model in models)
    if failed:
        verb = "is" if failed == 1 else "are"
        return f"{failed} of {len(models)} fallback models {verb} not in Bailian's list."
    if excused:
        return f"Nothing new at Bailian: {excused} of {len(models)} fallback models missing."
    return "The fallback is in Bailian's list."


def _counted(report: Report, outcome: Outcome) -> int:
    """How many models have `outcome` and are not excused, those of a fallback too."""
    return _with(asked_models(report), outcome)


def _with(models: Iterable[ModelResult], outcome: Outcome) -> int:
    return sum(model.outcome is outcome and not is_excused(model) for model in models)


def _no(count: int, total: int, yes: str, no: str) -> str:
    """A sentence about `count` of `total` models that are not as they should be."""
    if total == 1:
        return f"The model {no.replace('are', 'is')}."
    if count == total:
        return f"None of the {total} models {yes}."
    return f"{count} of {total} models {no.replace('are', 'is') if count == 1 else no}."


def _excused(excused: list[ModelResult], total: int, *, more: bool) -> str:
    """A sentence about the models that do not count; `more` where others do."""
    whys = {"ignored" if model.ignored else "known since the baseline" for model in excused}
    verb = "is" if len(excused) == 1 else "are"
    if more:
        return f"{len(excused)} more {verb} {' or '.join(sorted(whys))}."
    who = "the model" if total == 1 else f"{len(excused)} of {total} models"
    return f"Nothing new: {who} {verb} {' or '.join(sorted(whys))}."


def is_excused(model: ModelResult) -> bool:
    """Whether the model is not as it should be, and that does not count."""
    return model.outcome is not Outcome.PASS and not model.counts


def excuse(model: ModelResult) -> str | None:
    """Why the outcome of a model that does not pass does not count; None where it does."""
    if not is_excused(model):
        return None
    ignored = model.ignored
    if ignored is None:
        return "known since the baseline"
    return f"ignored until {ignored.until}: {shortened(visible(ignored.reason))}"


def about(report: Report) -> str:
    """What was asked, and with which tokens."""
    site = f"Site {report.site}"
    recorded = report.snapshot_recorded
    if recorded is not None:
        site += f", offline: facts recorded on {recorded:%Y-%m-%d}"
    return f"{site}. {' '.join(f'{token_line(token)}.' for token in report.tokens)}"


def about_fallback(fallback: Fallback) -> str:
    """What was asked of Bailian, and with which key."""
    return f"Bailian, region {fallback.region}. {token_line(fallback.token, what='key')}."


def token_line(token: TokenResult, *, what: str = "token") -> str:
    """What became of one token, or of a key, without a full stop."""
    if token.status is TokenStatus.ABSENT:
        return f"No {what}"
    reason = f": {shortened(visible(token.reason))}" if token.reason else ""
    name = f"{what[0].upper()}{what[1:]} {token.fingerprint}"
    return f"{name} ({visible(token.source)}) {token.status}{reason}"


def shown_id(model_id: str) -> str:
    """An id on one line, and something to see where it is empty."""
    return visible(model_id) or '""'


def kind_of(model: ModelResult) -> str:
    """The kind; of what is not served an unknown one is of no interest."""
    unknown = model.kind is Kind.UNKNOWN and model.outcome is not Outcome.PASS
    return "–" if unknown else model.kind


def meant(model: ModelResult) -> str | None:
    """The suggestions in one sentence; None without any."""
    if not model.suggestions:
        return None
    each = (f"{visible(one.id)} ({visible(one.reason)})" for one in model.suggestions)
    return f"Served, and perhaps meant: {', '.join(each)}."


def quota_line(quota: Quota) -> str:
    """What is left on the account of one token, in Magicubes."""
    available, total, frozen = map(_amount, (quota.available, quota.total, quota.frozen))
    return f"{available} available of {total} Magicubes, {frozen} frozen"


def _amount(amount: float | None) -> str:
    return "unknown" if amount is None else f"{amount:g}"


def place_of(model: ModelResult) -> Location | None:
    """Where the id stands, the file with ``/`` between folders; None where it is in no file."""
    place = model.location
    if place is None or place.file == _STDIN:
        return None
    return Location(visible(PurePath(place.file).as_posix()), place.line, place.column)


def next_step_line(report: Report) -> str:
    """What to do next, in one line that begins with ``Next:``."""
    tokens = {token.status for token in report.tokens if token.counts}
    page = addresses_of(report.site).token_page
    if not report.complete:
        return "Next: run it again; what is unverified above was not reached."
    if TokenStatus.REJECTED in tokens:
        return f"Next: make a new token at {page}"
    if TokenStatus.NOT_BOUND in tokens:
        return "Next: bind and verify your Alibaba Cloud account, then run it again."
    fallback = report.fallback
    if fallback is not None and fallback.token.status is TokenStatus.REJECTED:
        return f"Next: make a new Bailian key at {addresses_in(fallback.region).key_page}"
    tokens = {token.status for _, token in asked_tokens(report) if token.counts}
    if _counted(report, Outcome.FAIL):
        return "Next: replace or remove what is not served, then run it again."
    if _counted(report, Outcome.UNKNOWN) or TokenStatus.UNVERIFIED in tokens:
        return "Next: run it again later; -v shows every request."
    if any(is_excused(model) for model in asked_models(report)):
        return "Next: nothing for now; what does not count still waits for a replacement."
    return "Next: msconfig generate -o DIR, with the same ids, writes the configuration."
