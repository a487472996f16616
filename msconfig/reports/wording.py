"""What every format for people says alike: verdict, excuses, next step. Pure; no markup."""

from __future__ import annotations

from pathlib import PurePath
from typing import assert_never

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
from msconfig.modelscope.fallback_regions import addresses_in
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import addresses_of
from msconfig.reports.verdicts import (
    FallbackVerdict,
    NextStep,
    Tally,
    fallback_verdict,
    is_excused,
    next_step,
    tally,
)
from msconfig.text import shortened, visible

__all__ = [
    "MARKS",
    "NEXT_STEPS",
    "WHY_NOTHING",
    "about",
    "about_fallback",
    "excuse",
    "explained",
    "kind_of",
    "meant",
    "next_step_line",
    "place_of",
    "places_of",
    "proofs_line",
    "quota_line",
    "shown_id",
    "token_line",
    "verdict_line",
]

WHY_NOTHING = (
    " Every model and token has to pass;\n--only-usable leaves out the models that do not."
)
"""Why `generate` and `apply` write nothing after a check that fails."""
MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.UNKNOWN: "?"}
_STDIN = "-"
"""How standard input is given in place of a file."""


def verdict_line(report: Report) -> str:
    """What came out, in one line."""
    counts = tally(report)
    total = counts.total
    parts = []
    if not counts.complete:
        parts.append("Interrupted.")
    if TokenStatus.REJECTED in counts.tokens:
        parts.append("A token is rejected.")
    if TokenStatus.NOT_BOUND in counts.tokens:
        parts.append("A token's account is not bound.")
    if TokenStatus.UNVERIFIED in counts.tokens:
        parts.append("A token could not be verified.")
    if counts.failed:
        parts.append(_no(counts.failed, total, "is served", "are not served"))
    if counts.unknown:
        parts.append(_no(counts.unknown, total, "could be verified", "could not be verified"))
    if counts.excused:
        parts.append(_excused(counts))
    elif not counts.failed and not counts.unknown:
        parts.append(f"{'The model is' if total == 1 else f'All {total} models are'} served.")
    parts += [f"Proof: {line}." for line in (proofs_line(counts),) if line]
    if report.fallback is not None:
        parts.append(_of_fallback(report.fallback))
    return " ".join(parts)


def proofs_line(counts: Tally) -> str:
    """How many models that pass rest on which proof, e.g. ``2 called, 1 listed``."""
    return ", ".join(f"{count} {proof}" for proof, count in counts.proofs)


def _of_fallback(fallback: Fallback) -> str:
    """What came out for the fallback, in one sentence."""
    verdict, count = fallback_verdict(fallback)
    total = len(fallback.models)
    match verdict:
        case FallbackVerdict.NOT_ASKED:
            return "Bailian was not asked."
        case FallbackVerdict.REJECTED:
            return "Bailian rejects its key."
        case FallbackVerdict.UNREAD:
            return "Bailian's list could not be read."
        case FallbackVerdict.MISSING:
            verb = "is" if count == 1 else "are"
            return f"{count} of {total} fallback models {verb} not in Bailian's list."
        case FallbackVerdict.NOTHING_NEW:
            return f"Nothing new at Bailian: {count} of {total} fallback models missing."
        case FallbackVerdict.LISTED:
            return "The fallback is in Bailian's list."
        case _:
            assert_never(verdict)


def _no(count: int, total: int, yes: str, no: str) -> str:
    """A sentence about `count` of `total` models that are not as they should be."""
    if total == 1:
        return f"The model {no.replace('are', 'is')}."
    if count == total:
        return f"None of the {total} models {yes}."
    return f"{count} of {total} models {no.replace('are', 'is') if count == 1 else no}."


def _excused(counts: Tally) -> str:
    """A sentence about the models that do not count."""
    whys = [
        *(["ignored"] if counts.ignored else []),
        *(["known since the baseline"] if counts.known else []),
    ]
    verb = "is" if counts.excused == 1 else "are"
    if counts.failed or counts.unknown:
        return f"{counts.excused} more {verb} {' or '.join(whys)}."
    who = "the model" if counts.total == 1 else f"{counts.excused} of {counts.total} models"
    return f"Nothing new: {who} {verb} {' or '.join(whys)}."


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


def explained(model: ModelResult) -> str:
    """Why a model has its status, with its notes, in one line; not yet safe to print."""
    return "; ".join((model.reason, *model.notes))


def place_of(model: ModelResult) -> Location | None:
    """The first place of the id in a file; None where it is in none."""
    return next(iter(places_of(model)), None)


def places_of(model: ModelResult) -> tuple[Location, ...]:
    """All places of the id in files, the file names with ``/`` between folders."""
    known = model.locations or ((model.location,) if model.location else ())
    return tuple(
        Location(visible(PurePath(place.file).as_posix()), place.line, place.column)
        for place in known
        if place.file != _STDIN
    )


def next_step_line(report: Report) -> str:
    """What to do next, in one line that begins with ``Next:``."""
    match next_step(report):
        case NextStep.NEW_TOKEN:
            return f"Next: create a new token at {addresses_of(report.site).token_page}"
        case NextStep.NEW_KEY:
            page = addresses_in(report.fallback.region).key_page if report.fallback else ""
            return f"Next: create a new Bailian key at {page}"
        case step:
            return f"Next: {NEXT_STEPS[step]}"


NEXT_STEPS = {
    NextStep.FINISH: "run it again; what is unverified above was not reached.",
    NextStep.BIND: "bind and verify your Alibaba Cloud account, then run it again.",
    NextStep.REPLACE: "replace or remove the failing IDs and run again.",
    NextStep.CONNECT: "clear what the notes name, or use --offline; waiting will not help.",
    NextStep.PROBE: "run it with --probe, which makes real calls; waiting will not help.",
    NextStep.LATER: "run it again later; -v shows every request.",
    NextStep.ONLINE: "run it again online; recorded facts cannot settle what is open above.",
    NextStep.WAIT: "nothing for now; ignored models still need a replacement.",
    NextStep.GENERATE: "msconfig generate -o DIR, with the same ids, writes the configuration.",
}
