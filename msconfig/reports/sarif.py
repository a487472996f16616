"""The report as SARIF 2.1.0, for code scanning and editors.

The form is that of the OASIS standard (SARIF-v2.1.0); where it leaves a choice, what GitHub's code
scanning requires is written. GitHub refuses a whole log if one result has no location, so ids that
are in no file become notifications. It shows a result at its first location alone, so each place of
an id is a result. It does not read suppressions, so ignored models are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from msconfig._version import __version__
from msconfig.checking.report import (
    Finding,
    FindingCode,
    Location,
    ModelResult,
    Outcome,
    Proof,
    Report,
    Status,
    TokenStatus,
)
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.parsing import dumps, rfc3339
from msconfig.reports.verdicts import queried_models, queried_tokens, worst_first
from msconfig.reports.wording import (
    TOKEN_IN_FILE,
    excuse,
    finding_place,
    fingerprints,
    meant,
    places_of,
    sentences,
    shown_file,
    shown_id,
    token_line,
)
from msconfig.text import counted, visible

__all__ = ["render", "unplaced"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES = {
    Status.MALFORMED: (
        "The id is not of the form owner/name.",
        "Write owner/name, in letters, digits and _.-, without an address or quotes around it.",
    ),
    Status.NOT_FOUND: (
        "There is no model with this id.",
        "Correct the id; letter case matters. The message suggests available ids.",
    ),
    Status.NO_ACCESS: (
        "The model is private or gated.",
        "Ask its owner for access, or use a public model.",
    ),
    Status.THIRD_PARTY_ONLY: (
        "Only other providers serve the model, API-Inference does not.",
        "Use a model that API-Inference serves, or one of those providers with its own key.",
    ),
    Status.NOT_ENABLED: (
        "The model exists, but API-Inference does not serve it.",
        "Use a served model.",
    ),
    Status.RETIRED: (
        "API-Inference no longer serves the model.",
        "Replace it by a served model.",
    ),
    Status.DISPUTED: (
        "The sources contradict each other about the model.",
        "Run the check with --probe, which makes a real call.",
    ),
    Status.UNVERIFIED: (
        "The model could not be verified.",
        "The message says what was missing; --probe makes a real call.",
    ),
}
"""Meaning and advice of every status that does not pass."""
_MOST_RESULTS = 25_000
"""Results of a run; GitHub refuses a log with more."""
_RULE_INDEX = {status: index for index, status in enumerate(_RULES)}
_LINK = str.maketrans({each: f"\\{each}" for each in "\\[]"})
"""Characters that would make a link of a part of a message (section 3.11.6)."""


def render(report: Report) -> str:
    """`report` as a SARIF log with one run; a result for each place of a model that does not pass.

    Unknown models are warnings, errors where the report is strict. Ignored ones are left out. A
    model whose id is in no file is a notification.
    """
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return dumps(log, indent=2) + "\n"


def unplaced(report: Report) -> tuple[ModelResult, ...]:
    """Models that fail or are unknown and whose id is in no file, so that they are no results."""
    return tuple(model for model in _findings(report) if not places_of(model))


def _findings(report: Report) -> Iterator[ModelResult]:
    """What the baseline knows stays a finding until it is mended."""
    return (
        model
        for model in queried_models(report)
        if model.outcome is not Outcome.PASS and model.ignored is None
    )


def _results(report: Report) -> tuple[list[dict[str, Any]], int]:
    """The results that a consumer takes, and how many there are beyond that."""
    models = worst_first(model for model in _findings(report) if places_of(model))
    results = [
        _result(model, place, fingerprint, strict=report.strict)
        for model in models
        for place, fingerprint in fingerprints(model)
    ]
    results = [*(_token(each, strict=report.strict) for each in report.findings), *results]
    return results[:_MOST_RESULTS], max(0, len(results) - _MOST_RESULTS)


def _run(report: Report) -> dict[str, Any]:
    recorded = report.snapshot_recorded
    results, beyond = _results(report)
    driver = {
        "name": "msconfig",
        "version": __version__,
        "rules": [
            *(_rule(status, report.site) for status in _RULES),
            *([_token_rule(report.site)] if report.findings else []),
        ],
    }
    invocation = {
        "executionSuccessful": report.complete,
        "exitCode": int(report.exit_code),
        "endTimeUtc": rfc3339(report.checked_at),
        "toolExecutionNotifications": _notifications(report, beyond),
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"msconfig/{report.site}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": results,
        "properties": {
            "site": report.site,
            "mode": "offline" if report.offline else "online",
            **({"snapshot_recorded": rfc3339(recorded)} if recorded else {}),
            "proof": {str(proof): report.count_proof(proof) for proof in Proof},
        },
    }


def _rule(status: Status, site: Site) -> dict[str, Any]:
    meaning, advice = _RULES[status]
    return {
        "id": status,
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": f"{meaning} {advice}"},
        "help": {"text": advice, "markdown": advice},
        "helpUri": addresses_of(site).models_page,
        "defaultConfiguration": {"level": "error" if status.outcome is Outcome.FAIL else "warning"},
    }


def _token_rule(site: Site) -> dict[str, Any]:
    meaning = "A file holds what looks like a ModelScope token."
    advice = "Revoke it on the token page, and keep tokens in variables or secrets of CI."
    return {
        "id": FindingCode.TOKEN_IN_FILE,
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": f"{meaning} {advice}"},
        "help": {"text": advice, "markdown": advice},
        "helpUri": addresses_of(site).token_page,
        "defaultConfiguration": {"level": "warning"},
    }


def _token(finding: Finding, *, strict: bool) -> dict[str, Any]:
    """The result for a place."""
    place = finding.location
    what = f"{finding.code}\0{finding_place(finding)}"
    fingerprint = hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()
    region = {  # of its first characters: where it ends is not kept
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.line,
        "endColumn": place.column + len("ms-"),
    }
    where = {"artifactLocation": {"uri": _uri(shown_file(place))}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": len(_RULES),
        "kind": "fail",
        "level": "error" if strict else "warning",
        "message": {"text": _text(f"{shown_file(place)} {TOKEN_IN_FILE}")},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"tokenInFile/v1": fingerprint},
    }


def _level(model: ModelResult, *, strict: bool) -> str:
    return "error" if strict or model.outcome is Outcome.FAIL else "warning"


def _notifications(report: Report, beyond: int) -> list[dict[str, Any]]:
    """Tokens that do not pass, models whose id is in no file, and the notes of the run."""
    levels = {
        TokenStatus.REJECTED: "error",
        TokenStatus.NOT_BOUND: "error",
        TokenStatus.UNVERIFIED: "warning",
    }
    tokens = [
        _notification(levels[token.status], token_line(token, what=what))
        for what, token in queried_tokens(report)
        if token.counts and token.status in levels
    ]
    models = [
        {
            **_notification(_level(model, strict=report.strict), _message(model)),
            "associatedRule": {"id": model.status, "index": _RULE_INDEX[model.status]},
        }
        for model in unplaced(report)
    ]
    notes = [*report.notes]
    if beyond:
        notes.append(f"{counted(beyond, 'result')} more: a run holds at most {_MOST_RESULTS}")
    return [*tokens, *models, *(_notification("note", note) for note in notes)]


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _text(text)}}


def _message(model: ModelResult) -> str:
    why = excuse(model)
    reason = f"{model.reason} ({why})" if why else model.reason
    notes = (f"Note: {note}" for note in model.notes)
    return sentences(f"{shown_id(model.id)}: {reason}", *notes, meant(model))


def _result(
    model: ModelResult, place: Location, fingerprint: str, *, strict: bool
) -> dict[str, Any]:
    # a `kind` other than fail would have to be of level none (section 3.27.10), and not be shown
    return {
        "ruleId": model.status,
        "ruleIndex": _RULE_INDEX[model.status],
        "kind": "fail",
        "level": _level(model, strict=strict),
        "message": {"text": _text(_message(model))},
        "locations": [_location(model, place)],
        "partialFingerprints": {"modelInFile/v1": fingerprint},
    }


def _location(model: ModelResult, place: Location) -> dict[str, Any]:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.line,
        "endColumn": place.column + max(1, len(place.given or model.id)),
    }
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}


def _uri(file: str) -> str:
    """A relative reference for a relative path, else a ``file:`` URI."""
    absolute = file.startswith("/") or file[1:3] == ":/"
    return f"file:///{quote(file.lstrip('/'), safe='/:')}" if absolute else quote(file)


def _text(text: str) -> str:
    """`text` as the text of a message, on one line and without a link."""
    return visible(text).translate(_LINK)
