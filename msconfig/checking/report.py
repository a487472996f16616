"""The report of a check. `schemas/report.schema.json` is its form as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from msconfig._version import __version__
from msconfig.errors import ExitCode
from msconfig.model_ids import Location
from msconfig.modelscope.facts import CallResult, Catalogue, NoAnswer, Origin
from msconfig.modelscope.fallback_regions import PROVIDER, Region
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.parsing import dumps, rfc3339

__all__ = [
    "Change",
    "Cost",
    "Evidence",
    "Fallback",
    "Finding",
    "FindingCode",
    "Ignored",
    "Location",
    "ModelResult",
    "Outcome",
    "Probe",
    "Proof",
    "Quota",
    "Report",
    "Status",
    "Suggestion",
    "TokenResult",
    "TokenStatus",
]


class Outcome(StrEnum):
    """Whether a model can be used."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """A model's verdict."""

    ENABLED = "enabled", Outcome.PASS
    MALFORMED = "malformed"
    NOT_FOUND = "not_found"
    NO_ACCESS = "no_access"
    DISPUTED = "disputed", Outcome.UNKNOWN
    THIRD_PARTY_ONLY = "third_party_only"
    NOT_ENABLED = "not_enabled"
    RETIRED = "retired"
    """By a real call: it exists, and is no longer served."""
    UNVERIFIED = "unverified", Outcome.UNKNOWN

    _value_: str
    outcome: Outcome
    """Meaning of the verdict for the use of the model."""

    def __new__(cls, value: str, outcome: Outcome = Outcome.FAIL) -> Self:
        """A member; its outcome is an attribute, as a report asks so often for that of each."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.outcome = outcome
        return member


class Proof(StrEnum):
    """How well it is known that a model is enabled."""

    CALLED = "called"
    """A real call brought content, in this run or in one that was recorded."""
    CONFIRMED = "confirmed"
    """The provider look-up names ModelScope."""
    LISTED = "listed"
    """The catalogue alone, or an inferred look-up. Such a model was often seen not to answer."""

    def meets(self, required: Proof) -> bool:
        """Whether it is as good as `required`, or better."""
        order = list(Proof)
        return order.index(self) <= order.index(required)


class TokenStatus(StrEnum):
    """A token's verdict."""

    VALID = "valid"
    REJECTED = "rejected"
    NOT_BOUND = "not_bound"
    UNVERIFIED = "unverified"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact, its source and time."""

    source: str
    observed: str
    at: datetime
    origin: Origin = Origin.LIVE
    basis: str = ""
    """What a derived fact was inferred from."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A served id that may have been meant."""

    id: str
    reason: str
    """One of the sentences in `msconfig.checking.suggestions.reasons`."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Magicubes a call, estimated by ModelScope; None where that is not known."""

    magicubes: float | None
    is_derived: bool = False
    """Whether it was inferred, and not read from ModelScope."""

    @property
    def known(self) -> bool:
        """Whether it was read from ModelScope."""
        return self.magicubes is not None and not self.is_derived


@dataclass(frozen=True, slots=True)
class Probe:
    """The last real call of a model, in this run or in the report that is reused."""

    fingerprint: str
    """Of the token that made it."""
    latency_ms: int | None
    """Milliseconds to the first content; None where there was none."""
    at: datetime
    """When it was made (UTC)."""
    result: CallResult


@dataclass(frozen=True, slots=True)
class Ignored:
    """Why a model's outcome does not count."""

    reason: str
    until: date


class Change(StrEnum):
    """How an outcome stands to that in the baseline."""

    SAME = "same"
    WORSE = "worse"
    HEALED = "healed"
    NEW = "new"
    """The baseline does not hold the id."""


@dataclass(frozen=True, slots=True)
class Quota:
    """Magicubes of one token's account; None is unknown, never 0."""

    fingerprint: str
    total: float | None
    available: float | None
    frozen: float | None
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TokenResult:
    """The result for one token; `TokenStatus.ABSENT` where there was none."""

    status: TokenStatus
    source: str
    fingerprint: str | None = None
    reason: str | None = None
    counts: bool = True
    """Whether an unverified token makes the run inconclusive; offline it does not."""


@dataclass(frozen=True, slots=True)
class ModelResult:
    """The result for one model id."""

    id: str
    """A text without the form of an id as it was given."""
    status: Status
    kind: Kind
    reason: str
    """One sentence: what decided the verdict."""
    evidence: tuple[Evidence, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    cost: Cost | None = None
    location: Location | None = None
    """The first of `locations`."""
    probe: Probe | None = None
    ignored: Ignored | None = None
    change: Change | None = None
    """Against the baseline; None without one."""
    notes: tuple[str, ...] = ()
    """Remarks, a sentence each, such as why the model was not called."""
    tasks: tuple[str, ...] = ()
    """Tasks of the hub, empty where they are not known; not part of the document."""
    proof: Proof | None = None
    """Of an enabled model, or of one that is `unverified` because better proof is required."""
    given: str | None = None
    """The text that was given, where `id` is what it was taken for."""
    locations: tuple[Location, ...] = ()
    """All places of the id; empty for one from the command line."""
    since: datetime | None = None
    """When the status began, as far as earlier reports show; None without any."""
    is_listed: bool = False
    """Whether the catalogue lists it; not part of the document, as `is_absent`."""
    is_absent: bool = False
    """Whether the hub clearly says that there is no such model."""

    @property
    def outcome(self) -> Outcome:
        """Pass, fail or unknown."""
        return self.status.outcome

    @property
    def counts(self) -> bool:
        """Whether the outcome decides about the exit code.

        An ignored one does not, nor a failure that the baseline had. A baseline excuses no unknown:
        an outage that lasts would be green on its second night.
        """
        if self.ignored is not None:
            return False
        if self.change is None:
            return True
        is_excused = self.change in {Change.SAME, Change.HEALED}
        return self.outcome is Outcome.UNKNOWN or not is_excused


class FindingCode(StrEnum):
    """What a finding is about."""

    TOKEN_IN_FILE = "token_in_file"  # noqa: S105 - no password
    """A file that was scanned holds what looks like a ModelScope token."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a file that was scanned; its place, and never its text."""

    code: FindingCode
    location: Location


@dataclass(frozen=True, slots=True)
class Fallback:
    """Results for Bailian's key and ids, where the settings name it as the fallback."""

    region: Region
    token: TokenResult
    """The key. Where it does not count, Bailian was not asked, and the models do not count."""
    models: tuple[ModelResult, ...]
    """`enabled`: in Bailian's list; `not_found`: not in it; `unverified`: it could not be read."""
    dropped: tuple[str, ...] = ()
    """Ids that `generate --only-usable` left out."""


@dataclass(frozen=True, slots=True)
class Fixes:
    """What the run does about failing ids itself, after the report."""

    ids: frozenset[str]
    """Those that it replaces in every place."""
    is_dry_run: bool
    """Whether it only shows that."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that a check found."""

    site: Site
    checked_at: datetime
    tokens: tuple[TokenResult, ...]
    models: tuple[ModelResult, ...]
    snapshot_recorded: datetime | None = None
    """When the facts were recorded, offline; None when ModelScope itself was asked."""
    complete: bool = True
    """False when the check was interrupted."""
    strict: bool = False
    dropped: tuple[str, ...] = ()
    """Ids that `generate --only-usable` left out."""
    served: frozenset[str] = frozenset()
    """Ids that are known to be served, for suggestions; not part of the document."""
    known_kinds: Mapping[str, Kind] = field(default_factory=dict)
    """Kinds by id, those of models that were not checked among them; as `served`."""
    catalogue: Catalogue | NoAnswer | None = None
    """The catalogue as it was read, for another check of the same run; as `served`."""
    quota: tuple[Quota, ...] = ()
    """What was read of the tokens' balances; empty where it was not asked."""
    notes: tuple[str, ...] = ()
    """Remarks on the run, a sentence each, e.g. an ignore entry that has expired."""
    look_up_gone: str = ""
    """The note that says so, where the look-up seems to have been removed; also in `notes`."""
    obstacles: tuple[str, ...] = ()
    """Notes on what kept hosts from being reached and will not pass; also in `notes`."""
    fallback: Fallback | None = None
    findings: tuple[Finding, ...] = ()
    """What a scan found besides ids; they have an effect only where the report is strict."""
    files_scanned: int | None = None
    """Files that a scan read; None without one. Not part of the document."""
    fixes: Fixes | None = None
    """None without `--fix`. Not part of the document."""

    @property
    def offline(self) -> bool:
        """Whether recorded facts were asked in place of ModelScope."""
        return self.snapshot_recorded is not None

    def count(self, outcome: Outcome) -> int:
        """How many models have `outcome`; those of the fallback are not among them."""
        return sum(model.outcome is outcome for model in self.models)

    def to_json(self) -> str:
        """The report as JSON text (`schemas/report.schema.json`)."""
        return dumps(_document(self), indent=2) + "\n"

    def count_proof(self, proof: Proof) -> int:
        """How many models that pass rest on `proof`; those of the fallback are not among them."""
        passing = (model for model in self.models if model.outcome is Outcome.PASS)
        return sum(model.proof is proof for model in passing)

    @property
    def exit_code(self) -> ExitCode:
        """The first that applies of 130, 3, 1, 4 and 0; the fallback's key and ids count too.

        Dropped ids count only where nothing else is left; ignored ones, and failures that the
        baseline had, never.
        """
        tokens = {token.status for token in self.tokens if token.counts}
        outcomes = _counting(self.models, self.dropped)
        if self.fallback is not None and self.fallback.token.counts:
            tokens.add(self.fallback.token.status)
            outcomes |= _counting(self.fallback.models, self.fallback.dropped)
        if not self.complete:
            return ExitCode.INTERRUPTED
        if tokens & {TokenStatus.REJECTED, TokenStatus.NOT_BOUND}:
            return ExitCode.TOKEN_REFUSED
        is_worse_if_strict = Outcome.UNKNOWN in outcomes or bool(self.findings)
        if Outcome.FAIL in outcomes or (self.strict and is_worse_if_strict):
            return ExitCode.MODEL_FAILED
        if Outcome.UNKNOWN in outcomes or TokenStatus.UNVERIFIED in tokens:
            return ExitCode.INCONCLUSIVE
        return ExitCode.OK


def _counting(models: Sequence[ModelResult], dropped: Sequence[str]) -> set[Outcome]:
    left_out = frozenset(dropped)
    kept = [model for model in models if model.id not in left_out]
    return {model.outcome for model in kept or models if model.counts}


def _document(report: Report) -> dict[str, Any]:
    recorded = report.snapshot_recorded
    return {
        "schema_version": 1,
        "tool": {"name": "msconfig", "version": __version__},
        "site": report.site,
        "mode": "offline" if report.offline else "online",
        **({"snapshot_recorded": rfc3339(recorded)} if recorded else {}),
        "checked_at": rfc3339(report.checked_at),
        "complete": report.complete,
        "token": [_token(token) for token in report.tokens],
        "models": [_model(model) for model in report.models],
        **({"dropped": list(report.dropped)} if report.dropped else {}),
        **({"fallback": _fallback(report.fallback)} if report.fallback else {}),
        **({"quota": [_quota(quota) for quota in report.quota]} if report.quota else {}),
        **({"notes": list(report.notes)} if report.notes else {}),
        **({"findings": list(map(_finding, report.findings))} if report.findings else {}),
        "summary": {
            **{str(outcome): report.count(outcome) for outcome in Outcome},
            **{str(proof): report.count_proof(proof) for proof in Proof},
        },
        "exit_code": int(report.exit_code),
    }


def _token(token: TokenResult) -> dict[str, Any]:
    optional = {"fingerprint": token.fingerprint, "reason": token.reason}
    return {
        "status": token.status,
        "source": token.source,
        **{key: value for key, value in optional.items() if value is not None},
    }


def _fallback(fallback: Fallback) -> dict[str, Any]:
    return {
        "provider": PROVIDER,
        "region": fallback.region,
        "token": _token(fallback.token),
        "models": [_model(model) for model in fallback.models],
        **({"dropped": list(fallback.dropped)} if fallback.dropped else {}),
    }


def _model(model: ModelResult) -> dict[str, Any]:
    cost = model.cost
    return {
        "id": model.id,
        **({"given": model.given} if model.given is not None else {}),
        "status": model.status,
        "outcome": model.outcome,
        **({"proof": model.proof} if model.proof else {}),
        **({"since": rfc3339(model.since)} if model.since else {}),
        "kind": model.kind,
        "reason": model.reason,
        **({"notes": list(model.notes)} if model.notes else {}),
        "evidence": [_evidence(each) for each in model.evidence],
        "suggestions": [{"id": each.id, "reason": each.reason} for each in model.suggestions],
        **({"cost": {"magicubes": cost.magicubes, "known": cost.known}} if cost else {}),
        **({"location": _place(model.location)} if model.location else {}),
        **({"locations": [_place(each) for each in model.locations]} if model.locations else {}),
        **({"probe": _probe(model.probe)} if model.probe else {}),
        **({"ignored": _ignored(model.ignored)} if model.ignored else {}),
        **({"baseline": model.change} if model.change else {}),
    }


def _place(place: Location) -> dict[str, Any]:
    given = {} if place.given is None else {"given": place.given}
    return {"file": place.file, "line": place.line, "column": place.column, **given}


def _finding(finding: Finding) -> dict[str, Any]:
    return {"code": finding.code, **_place(finding.location)}


def _probe(probe: Probe) -> dict[str, Any]:
    return {**asdict(probe), "at": rfc3339(probe.at)}


def _ignored(ignored: Ignored) -> dict[str, str]:
    return {"reason": ignored.reason, "until": ignored.until.isoformat()}


def _quota(quota: Quota) -> dict[str, Any]:
    return {**asdict(quota), "at": rfc3339(quota.at)}


def _evidence(evidence: Evidence) -> dict[str, str]:
    return {
        "source": evidence.source,
        "observed": evidence.observed,
        "at": rfc3339(evidence.at),
        "origin": evidence.origin,
        **({"basis": evidence.basis} if evidence.basis else {}),
    }
