"""A report as a JSON document (`schemas/report.schema.json`)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from msconfig import __version__
from msconfig.checking.report import (
    Evidence,
    Fallback,
    Ignored,
    Location,
    ModelResult,
    Outcome,
    Probe,
    Proof,
    Quota,
    Report,
    TokenResult,
)
from msconfig.modelscope.fallback_regions import PROVIDER
from msconfig.parsing import dumps, rfc3339

__all__ = ["report_to_json"]


def report_to_json(report: Report) -> str:
    """`report` as JSON text."""
    return dumps(_report(report), indent=2) + "\n"


def _report(report: Report) -> dict[str, Any]:
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
    return {key: value for key, value in asdict(place).items() if value is not None}


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
