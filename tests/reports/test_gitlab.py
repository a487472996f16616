"""The report as GitLab Code Quality; its rules are in `tests/consumers/`."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from msconfig.checking.report import Change, Ignored, Location, Report, Status, Suggestion
from msconfig.reports import Format, left_out, render
from support import MakeModel, MakeReport

FAIL, OPEN = Status.NOT_ENABLED, Status.UNVERIFIED
PLACE = Location("ids/models.txt", 3, 5)


def findings_of(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(report, Format.GITLAB))
    return found


def test_a_failing_model_is_a_finding_at_its_line(model: MakeModel, report: MakeReport) -> None:
    wrong = model(
        "a/b",
        status=FAIL,
        reason="no provider serves it",
        notes=("not called: the budget",),
        suggestions=(Suggestion("a/c", "the closest"),),
        location=PLACE,
    )
    (found,) = findings_of(report(wrong, model(location=PLACE)))
    assert found.pop("fingerprint").isalnum()
    assert found == {
        "description": "a/b: no provider serves it. Note: not called: the budget."
        " Did you mean (available): a/c (the closest).",
        "check_name": "not_enabled",
        "severity": "major",
        "location": {"path": "ids/models.txt", "lines": {"begin": 3}},
    }


@pytest.mark.parametrize(
    ("more", "strict", "severities"),
    [
        ({"status": Status.ENABLED}, True, []),
        ({"status": FAIL}, False, ["major"]),
        ({"status": OPEN}, False, ["minor"]),
        ({"status": OPEN}, True, ["major"]),
        ({"status": FAIL, "ignored": Ignored("waiting", date(2026, 12, 31))}, True, []),
        ({"status": FAIL, "change": Change.SAME}, False, []),
        ({"status": FAIL, "change": Change.WORSE}, False, ["major"]),
        ({"status": OPEN, "change": Change.SAME}, False, ["minor"]),
    ],
)
def test_what_counts_is_a_finding(
    more: dict[str, Any], strict: bool, severities: list[str], model: MakeModel, report: MakeReport
) -> None:
    found = findings_of(report(model(location=PLACE, **more), strict=strict))
    assert [each["severity"] for each in found] == severities


def test_every_place_is_a_finding_with_a_fingerprint_of_its_own(
    model: MakeModel, report: MakeReport
) -> None:
    places = (Location("a.txt", 1, 1), Location("a.txt", 9, 1), Location("b.txt", 1, 1))
    models = [
        model(name, status=FAIL, location=places[0], locations=places) for name in ("a/b", "a/c")
    ]
    found = findings_of(report(*models))
    assert [(each["location"]["path"], each["location"]["lines"]["begin"]) for each in found] == [
        *(("a.txt", 1), ("a.txt", 9), ("b.txt", 1)) * 2,
    ]
    assert len({each["fingerprint"] for each in found}) == 6


def test_neither_an_edit_above_it_nor_an_outage_makes_it_another_finding(
    model: MakeModel, report: MakeReport
) -> None:
    then = findings_of(report(model(status=FAIL, location=PLACE)))
    now = findings_of(
        report(model(status=OPEN, reason="no answer", location=Location(PLACE.file, 30, 1)))
    )
    assert [each["fingerprint"] for each in then] == [each["fingerprint"] for each in now]


@pytest.mark.parametrize("location", [None, Location("-", 3, 5)])
def test_one_line_says_what_is_left_out_as_it_has_no_place(
    location: Location | None, model: MakeModel, report: MakeReport
) -> None:
    it = report(model(status=FAIL, location=location))
    assert findings_of(it) == []
    assert left_out(it, {Format.GITLAB, Format.JSON}) == (
        (
            "gitlab: 1 model is left out: its id is in no file of the repository (use --models"
            " FILE or msconfig.toml)"
        ),
    )
    assert left_out(report(model(status=FAIL, location=PLACE)), {Format.GITLAB}) == ()
