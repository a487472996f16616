"""The report as GitLab Code Quality, which merge requests show at the lines of ids.

GitLab reads a list of objects with description, check name, fingerprint, severity, path and line.
It keeps one object of each fingerprint, and compares fingerprints to see what a merge request adds.
"""

from __future__ import annotations

import hashlib
from itertools import repeat
from typing import Any

from msconfig.checking.report import Finding, Location, ModelResult, Outcome, Report
from msconfig.parsing import dumps
from msconfig.reports.verdicts import counting_models
from msconfig.reports.wording import (
    TOKEN_IN_FILE,
    finding_place,
    fingerprints,
    meant,
    places_of,
    sentences,
    shown_file,
    shown_id,
)
from msconfig.text import visible

__all__ = ["render", "unplaced"]


def render(report: Report) -> str:
    """`report` as a list with an object for each place of a model that does not pass and counts.

    A model that fails is `major`, an unknown one `minor`, or `major` where the report is strict. A
    model whose id is in no file has no object.
    """
    found = [
        _of_model(model, place, fingerprint, strict=report.strict)
        for model in counting_models(report)
        for place, fingerprint in fingerprints(model)
    ]
    found += map(_token, report.findings, repeat(report.strict))
    return dumps(found, indent=2) + "\n"


def unplaced(report: Report) -> tuple[ModelResult, ...]:
    """Models that count and whose id is in no file, so that they have no object."""
    return tuple(model for model in counting_models(report) if not places_of(model))


def _of_model(
    model: ModelResult, place: Location, fingerprint: str, *, strict: bool
) -> dict[str, Any]:
    notes = (f"Note: {note}" for note in model.notes)
    text = sentences(f"{shown_id(model.id)}: {model.reason}", *notes, meant(model))
    return {
        "description": visible(text),
        "check_name": model.status,
        "fingerprint": fingerprint,
        "severity": "major" if strict or model.outcome is Outcome.FAIL else "minor",
        "location": {"path": place.file, "lines": {"begin": place.line}},
    }


def _token(finding: Finding, strict: bool) -> dict[str, Any]:  # noqa: FBT001 - for `map`
    place = finding.location
    what = f"{finding.code}\0{finding_place(finding)}"
    return {
        "description": f"{shown_file(place)} {TOKEN_IN_FILE}",
        "check_name": finding.code,
        "fingerprint": hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": "major" if strict else "minor",
        "location": {"path": shown_file(place), "lines": {"begin": place.line}},
    }
