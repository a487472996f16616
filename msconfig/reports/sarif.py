"""The report as SARIF 2.1.0, for code scanning and editors.

The form is that of the OASIS standard (SARIF-v2.1.0); where it leaves a choice, what GitHub's code
scanning asks for is done. It takes no result without a place in a file, so ids that are to be
shown there come from a file.
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from msconfig import __version__
from msconfig.checking.report import (
    Location,
    ModelResult,
    Outcome,
    Proof,
    Report,
    Status,
    TokenStatus,
)
from msconfig.parsing import dumps, rfc3339
from msconfig.reports.verdicts import asked_models, asked_tokens
from msconfig.reports.wording import excuse, explained, meant, places_of, shown_id, token_line
from msconfig.text import visible

__all__ = ["render"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES = {
    Status.MALFORMED: (
        "The id is not of the form owner/name.",
        "Write owner/name, in letters, digits and _.-, without an address or quotes around it.",
    ),
    Status.NOT_FOUND: (
        "There is no model with this id.",
        "Correct the id; capital letters count. The message names ids that may have been meant.",
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
        "The model exists, and API-Inference does not serve it.",
        "Use a model that is served.",
    ),
    Status.RETIRED: (
        "API-Inference no longer serves the model.",
        "Replace it by a model that is served.",
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
"""Every status that does not pass: what it means, and what to do."""
_RULE_INDEX = {status: index for index, status in enumerate(_RULES)}
_LINK = str.maketrans({each: f"\\{each}" for each in "\\[]"})
"""What would make a link of a message's text (section 3.11.6)."""


def render(report: Report) -> str:
    """`report` as a SARIF log with one run; a result for each model that fails or is unknown.

    Unknown models are warnings, errors where the report is strict. Ignored ones are suppressed.
    """
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return dumps(log, indent=2) + "\n"


def _run(report: Report) -> dict[str, Any]:
    recorded = report.snapshot_recorded
    driver = {
        "name": "msconfig",
        "version": __version__,
        "rules": [_rule(status) for status in _RULES],
    }
    invocation = {
        "executionSuccessful": report.complete,
        "exitCode": int(report.exit_code),
        "endTimeUtc": rfc3339(report.checked_at),
        "toolExecutionNotifications": _notifications(report),
    }
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [
            _result(model, strict=report.strict)
            for model in asked_models(report)
            if model.outcome is not Outcome.PASS
        ],
        "properties": {
            "site": report.site,
            "mode": "offline" if report.offline else "online",
            **({"snapshot_recorded": rfc3339(recorded)} if recorded else {}),
            "proof": {str(proof): report.count_proof(proof) for proof in Proof},
        },
    }


def _rule(status: Status) -> dict[str, Any]:
    meaning, advice = _RULES[status]
    return {
        "id": status,
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": f"{meaning} {advice}"},
        "help": {"text": advice},
        "defaultConfiguration": {"level": _level(status)},
    }


def _level(status: Status, *, strict: bool = False) -> str:
    return "error" if strict or status.outcome is Outcome.FAIL else "warning"


def _notifications(report: Report) -> list[dict[str, Any]]:
    """What is to be said of the tokens and the run, besides the models."""
    levels = {
        TokenStatus.REJECTED: "error",
        TokenStatus.NOT_BOUND: "error",
        TokenStatus.UNVERIFIED: "warning",
    }
    told = [
        (levels[token.status], token_line(token, what=what))
        for what, token in asked_tokens(report)
        if token.counts and token.status in levels
    ]
    told += [("note", note) for note in report.notes]
    return [{"level": level, "message": {"text": _text(text)}} for level, text in told]


def _result(model: ModelResult, *, strict: bool) -> dict[str, Any]:
    # a `kind` other than fail would have to be of level none (section 3.27.10), and not be shown
    why, suggested = excuse(model), meant(model)
    message = f"{shown_id(model.id)}: {explained(model)}{f' ({why})' if why else ''}"
    fingerprint = hashlib.sha256(model.id.encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "ruleId": model.status,
        "ruleIndex": _RULE_INDEX[model.status],
        "kind": "fail",
        "level": _level(model.status, strict=strict),
        "message": {"text": _text(f"{message}. {suggested}" if suggested else message)},
        "locations": [_location(place) for place in places_of(model)],
        "partialFingerprints": {"modelId/v1": fingerprint},
        "suppressions": _suppressions(model),
    }


def _location(place: Location) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(place.file)},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }


def _uri(file: str) -> str:
    """A relative reference for a relative path, else a ``file:`` URI."""
    absolute = file.startswith("/") or file[1:3] == ":/"
    return f"file:///{quote(file.lstrip('/'), safe='/:')}" if absolute else quote(file)


def _suppressions(model: ModelResult) -> list[dict[str, Any]]:
    """One for an ignored model. What the baseline knows stays a finding until it is mended."""
    why = excuse(model)
    if model.ignored is None or why is None:
        return []
    return [{"kind": "external", "status": "accepted", "justification": why}]


def _text(text: str) -> str:
    """`text` as the text of a message, on one line and without a link."""
    return visible(text).translate(_LINK)
