"""Sentences that all formats for people share: verdict, excuses, next step. Pure; no markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath
from typing import assert_never

from msconfig.checking.report import (
    Fallback,
    Finding,
    Location,
    ModelResult,
    Outcome,
    Proof,
    Quota,
    Report,
    TokenResult,
    TokenStatus,
)
from msconfig.command_name import command
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
    "RECOVERED",
    "SUGGESTED",
    "TOKENS_IN_FILES",
    "TOKEN_IN_FILE",
    "about",
    "about_fallback",
    "excuse",
    "finding_place",
    "fingerprints",
    "kind_of",
    "magicubes",
    "meant",
    "next_step_in_ci",
    "next_step_line",
    "places_of",
    "proofs_line",
    "quota_line",
    "remarks",
    "sentences",
    "shown_file",
    "shown_id",
    "status_of",
    "token_line",
    "verdict_line",
]

TOKENS_IN_FILES = "Tokens in files"
"""Begins the list of places."""
TOKEN_IN_FILE = (
    "holds what looks like a ModelScope token; revoke it, and keep tokens out of"  # noqa: S105
    " files"
)
"""Follows a place."""
SUGGESTED = "Did you mean (available)"
"""Begins the list of suggestions."""
RECOVERED = "Recovered since the baseline"
"""Begins the list of models that the baseline has as failing or unknown, and that pass now."""
MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.UNKNOWN: "?"}
_STDIN = "-"
"""How standard input is given in place of a file."""


def verdict_line(report: Report) -> str:
    """The result of the check, in one line."""
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
    if report.findings:
        parts.append("Files hold what looks like tokens.")
    if counts.failed:
        parts.append(_no(counts.failed, total, "is served", "are not served"))
    if counts.unknown:
        parts.append(_no(counts.unknown, total, "could be verified", "could not be verified"))
    if counts.excused:
        parts.append(_excused(counts))
    parts += _served(counts)
    if report.fallback is not None:
        parts.append(_of_fallback(report.fallback))
    return " ".join(parts)


def _served(counts: Tally) -> list[str]:
    """A sentence about the models that pass, with what that rests on.

    Beside models that do not pass, they are mentioned where their proof is known.
    """
    proofs = _proofs(counts.proofs)
    if not counts.total:  # of a scan
        return ["No model ID was found."] if counts.complete else []
    if not (counts.failed or counts.unknown or counts.excused):
        every = {1: "The model is", 2: "Both models are"}
        return [f"{every.get(counts.total, f'All {counts.total} models are')} served{proofs}."]
    passing = sum(count for _, count in counts.proofs)
    return [f"{passing} {'is' if passing == 1 else 'are'} served{proofs}."] if proofs else []


def _proofs(proofs: tuple[tuple[Proof, int], ...]) -> str:
    """The proofs in parentheses, e.g. `` (listed in the catalogue; not called)``."""
    if not proofs:
        return ""
    (best, most), *others = proofs
    if others:
        listed = ", ".join(f"{count} {_PROVED_BY[proof]}" for proof, count in proofs)
        return f" ({listed}{'' if best is Proof.CALLED else '; none called'})"
    if best is Proof.CALLED:
        return f" ({'it' if most == 1 else 'each'} {_PROVED_BY[best]})"
    return f" ({_PROVED_BY[best]}; not called)"


_PROVED_BY = {
    Proof.CALLED: "answered a call",
    Proof.CONFIRMED: "confirmed by the provider look-up",
    Proof.LISTED: "listed in the catalogue",
}


def proofs_line(counts: Tally) -> str:
    """How many models that pass rest on which proof, e.g. ``2 called, 1 listed``; "" for none."""
    return ", ".join(f"{count} {proof}" for proof, count in counts.proofs)


def _of_fallback(fallback: Fallback) -> str:
    """The result for the fallback, in one sentence."""
    verdict, count = fallback_verdict(fallback)
    total = len(fallback.models)
    match verdict:
        case FallbackVerdict.NOT_QUERIED:
            return "Bailian was not queried."
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
    """A sentence about `count` of `total` models that do not pass."""
    if total == 1:
        return f"The model {no.replace('are', 'is')}."
    if count == total:
        return f"None of the {total} models {yes}."
    return f"{count} of {total} models {no.replace('are', 'is') if count == 1 else no}."


def _excused(counts: Tally) -> str:
    """A sentence about the models whose outcome has no effect."""
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
    """Why the outcome of a model that does not pass has no effect; None where it has."""
    if not is_excused(model):
        return None
    ignored = model.ignored
    if ignored is None:
        return "known since the baseline"
    return f"ignored until {ignored.until}: {shortened(visible(ignored.reason))}"


def about(report: Report) -> str:
    """Site, origin of the facts, and tokens."""
    site = f"Site {report.site}"
    recorded = report.snapshot_recorded
    if recorded is not None:
        site += f", offline: facts recorded on {recorded:%Y-%m-%d}"
    return f"{site}. {' '.join(_ended(token_line(token)) for token in report.tokens)}"


def about_fallback(fallback: Fallback) -> str:
    """Region and key of the fallback."""
    return f"Bailian, region {fallback.region}. {_ended(token_line(fallback.token, what='key'))}"


def token_line(token: TokenResult, *, what: str = "token") -> str:
    """Status of one token, or of a key, without a full stop."""
    if token.status is TokenStatus.ABSENT:
        return f"No {what}"
    reason = f": {shortened(visible(token.reason))}" if token.reason else ""
    name = f"{what[0].upper()}{what[1:]} {token.fingerprint}"
    return f"{name} ({visible(token.source)}) {token.status}{reason}"


def shown_id(model_id: str) -> str:
    """An id on one line; ``""`` for an empty one."""
    return visible(model_id) or '""'


def status_of(model: ModelResult) -> str:
    """The status, with the proof of a model that passes, e.g. ``enabled · listed``."""
    return f"{model.status} · {model.proof}" if model.proof else model.status


def kind_of(model: ModelResult) -> str:
    """The kind; a dash if it is unknown and the model does not pass."""
    unknown = model.kind is Kind.UNKNOWN and model.outcome is not Outcome.PASS
    return "–" if unknown else model.kind


def meant(model: ModelResult) -> str | None:
    """The suggestions in one sentence; None without any."""
    if not model.suggestions:
        return None
    each = (f"{visible(one.id)} ({visible(one.reason)})" for one in model.suggestions)
    return f"{SUGGESTED}: {', '.join(each)}."


def magicubes(amount: float) -> str:
    """An amount with its unit.

    >>> magicubes(1), magicubes(0.5), magicubes(200)
    ('1 Magicube', '0.5 Magicubes', '200 Magicubes')
    """
    return f"{amount:g} Magicube{'' if amount == 1 else 's'}"


def quota_line(quota: Quota) -> str:
    """What is left on the account of one token, in Magicubes."""
    available, frozen = map(_amount, (quota.available, quota.frozen))
    total = "unknown Magicubes" if quota.total is None else magicubes(quota.total)
    return f"{available} available of {total}, {frozen} frozen"


def _amount(amount: float | None) -> str:
    return "unknown" if amount is None else f"{amount:g}"


def remarks(model: ModelResult) -> tuple[str, ...]:
    """What is to be said besides the reason: why the outcome has no effect, then the notes."""
    because = excuse(model)
    return (*([because] if because else []), *model.notes)


def sentences(*texts: str | None) -> str:
    """`texts` in one line, each ended by a full stop but the last; None is left out.

    >>> sentences("a/b: no access", "known since the baseline", None)
    'a/b: no access. known since the baseline'
    """
    *first, last = filter(None, texts)
    return " ".join([*map(_ended, first), last])


def _ended(text: str) -> str:
    """`text` with a full stop, unless it ends with one: many a message of ModelScope does."""
    return text if text.endswith((".", "!", "?", "…", "。", "！", "？")) else f"{text}."


def places_of(model: ModelResult) -> tuple[Location, ...]:
    """All places of the id in files, the file names with ``/`` between folders."""
    known = model.locations or ((model.location,) if model.location else ())
    shown = {each: _shown(each) for each in {place.file for place in known}}
    return tuple(
        place if shown[place.file] == place.file else replace(place, file=shown[place.file])
        for place in known
        if place.file != _STDIN
    )


def shown_file(place: Location) -> str:
    """The file of a place, with ``/`` between folders and on one line."""
    return _shown(place.file)


@lru_cache(maxsize=1024)  # many ids are in few files
def _shown(file: str) -> str:
    return visible(PurePath(file).as_posix())


def finding_place(finding: Finding) -> str:
    """Where a finding is, as ``file:line:column``."""
    place = finding.location
    return f"{shown_file(place)}:{place.line}:{place.column}"


def fingerprints(model: ModelResult) -> Iterator[tuple[Location, str]]:
    """Each place of the id with what identifies it from run to run.

    It rests on the id, the file, and how many places before it are in that file; neither on the
    line nor on the status: an edit above it, or an outage, makes it no other finding.
    """
    import hashlib  # noqa: PLC0415 - not needed where all models pass

    seen: Counter[str] = Counter()
    for place in places_of(model):
        what = f"{model.id}\0{place.file}\0{seen[place.file]}"
        yield place, hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()
        seen[place.file] += 1


def next_step_in_ci(report: Report) -> str:
    """What to do next, or "": a job that passes has nothing to do but to go on."""
    nothing = {NextStep.GENERATE, NextStep.NO_IDS}
    return "" if next_step(report) in nothing else next_step_line(report)


def next_step_line(report: Report) -> str:
    """What to do next, in one line that begins with ``Next:``."""
    match next_step(report):
        case NextStep.NEW_TOKEN:
            return f"Next: create a new token at {addresses_of(report.site).token_page}"
        case NextStep.NEW_KEY:
            page = addresses_in(report.fallback.region).key_page if report.fallback else ""
            return f"Next: create a new Bailian key at {page}"
        case NextStep.REVOKE:
            page = addresses_of(report.site).token_page
            return f"Next: revoke the tokens that are in files, at {page}"
        case NextStep.GENERATE:
            generate = command("generate -o DIR")
            return f"Next: {generate}, with the same IDs, writes the configuration."
        case step:
            return f"Next: {NEXT_STEPS[step]}"


NEXT_STEPS = {
    NextStep.FINISH: "run it again; part of it was not reached.",
    NextStep.BIND: "bind and verify your Alibaba Cloud account, then run it again.",
    NextStep.REPLACE: "replace or remove the failing IDs and run again.",
    NextStep.REPLACE_OTHERS: "replace or remove the failing IDs that --fix leaves, and run again.",
    NextStep.CHECK_FIXED: "run it again; --fix replaces all failing IDs.",
    NextStep.FIX: "run it without --dry-run, which replaces all failing IDs.",
    NextStep.CONNECT: "clear what the notes name, or use --offline; waiting will not help.",
    NextStep.PROBE: "run it with --probe, which makes real calls; waiting will not help.",
    NextStep.PROVE: "run it with --probe and enough --max-cost; the required proof needs calls.",
    NextStep.LATER: "run it again later; -v shows every request.",
    NextStep.ONLINE: "run it again online; recorded facts cannot settle what is open above.",
    NextStep.WAIT: "nothing for now; models that do not pass still need a replacement.",
    NextStep.NO_IDS: "nothing; no model ID for this site is in the files that were read.",
}
