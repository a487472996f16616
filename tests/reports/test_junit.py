"""The report as JUnit XML: read back by a parser that nobody here wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import junitparser
import pytest
from hypothesis import given
from junitparser import Failure, JUnitXml, Skipped

from msconfig.checking.report import (
    Change,
    Ignored,
    Location,
    ModelResult,
    Quota,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.reports import Format, render
from msconfig.text import visible
from support import HOSTILE_TEXT, MakeModel, MakeReport

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
FAIL, OPEN = Status.NOT_ENABLED, Status.UNVERIFIED
IGNORED = Ignored("waiting for the new one", date(2026, 12, 31))


def suite_of(report: Report) -> junitparser.TestSuite:
    """The one suite there is."""
    (suite,) = JUnitXml.fromstring(render(report, Format.JUNIT).encode())
    assert isinstance(suite, junitparser.TestSuite)
    return suite


def cases_of(report: Report) -> list[junitparser.TestCase]:
    return list(suite_of(report))


def properties_of(report: Report) -> dict[str, str]:
    properties = [
        (each.get("name"), each.get("value")) for each in suite_of(report)._elem.iter("property")
    ]
    assert len(properties) == len(dict(properties))
    return dict(properties)


def as_xml_holds_it(text: str) -> str:
    return visible(text).replace("\ufffe", r"\ufffe").replace("\uffff", r"\uffff")


@pytest.mark.parametrize(
    ("given_id", "classname"),
    [
        ("Qwen/Alive", "Qwen"),
        ("01.AI/Yi:DashScope", "01.AI"),
        ("no-id", "malformed"),
        ("https://modelscope.cn/models/Qwen/Alive", "malformed"),
    ],
)
def test_the_owner_is_the_class_and_the_id_the_name(
    given_id: str, classname: str, model: MakeModel, report: MakeReport
) -> None:
    (case,) = cases_of(report(model(given_id)))
    assert (case.classname, case.name) == (classname, given_id)


def test_an_empty_id_has_a_name_that_can_be_seen(model: MakeModel, report: MakeReport) -> None:
    (case,) = cases_of(report(model("", status=Status.MALFORMED)))
    assert (case.classname, case.name) == ("malformed", '""')


@pytest.mark.parametrize(
    ("more", "strict", "kind", "message"),
    [
        pytest.param({"status": Status.ENABLED}, False, None, "", id="passes"),
        pytest.param({"status": FAIL}, False, Failure, "because", id="fails"),
        pytest.param({"status": OPEN}, False, Skipped, "because", id="unknown"),
        pytest.param({"status": OPEN}, True, Failure, "because", id="unknown, strict"),
        pytest.param(
            {"status": FAIL, "ignored": IGNORED},
            True,
            Skipped,
            "ignored until 2026-12-31: waiting for the new one (not_enabled: because)",
            id="ignored",
        ),
        pytest.param(
            {"status": FAIL, "change": Change.SAME},
            False,
            Skipped,
            "known since the baseline (not_enabled: because)",
            id="known to fail",
        ),
        pytest.param(
            {"status": OPEN, "change": Change.SAME},
            True,
            Failure,
            "because",
            id="unknown as before, strict",
        ),
        pytest.param({"status": FAIL, "change": Change.WORSE}, False, Failure, "because", id="w"),
        pytest.param({"status": FAIL, "change": Change.NEW}, False, Failure, "because", id="new"),
        pytest.param({"status": OPEN, "change": Change.WORSE}, False, Skipped, "because", id="u"),
        pytest.param(
            {"status": Status.ENABLED, "change": Change.SAME}, True, None, "", id="passes as before"
        ),
        pytest.param(
            {"status": Status.ENABLED, "change": Change.HEALED}, True, None, "", id="healed"
        ),
    ],
)
def test_a_verdict_becomes_what_a_ci_server_shows(
    more: dict[str, Any],
    strict: bool,
    kind: type[Failure | Skipped] | None,
    message: str,
    model: MakeModel,
    report: MakeReport,
) -> None:
    (case,) = cases_of(report(model(reason="because", **more), strict=strict))
    assert [(type(each), each.message) for each in case.result] == (
        [(kind, message)] if kind else []
    )


def test_a_failure_names_status_reason_and_what_may_have_been_meant(
    model: MakeModel, report: MakeReport
) -> None:
    suggestions = (Suggestion("Qwen/Alive", "same letters"), Suggestion("a/b", "the closest"))
    wrong = model(
        "qwen/alive", status=Status.NOT_FOUND, reason="the case differs", suggestions=suggestions
    )
    ((failure,),) = (case.result for case in cases_of(report(wrong)))
    assert (failure.type, failure.message) == ("not_found", "the case differs")
    assert failure.text == (
        "the case differs\nDid you mean (available): Qwen/Alive (same letters), a/b (the closest)."
    )


def test_the_suite_counts_its_cases(model: MakeModel, report: MakeReport) -> None:
    statuses = [Status.ENABLED, FAIL, OPEN, Status.RETIRED, Status.MALFORMED]
    models = [model(f"a/{n}", status=status) for n, status in enumerate(statuses)]
    suite = suite_of(report(*models))
    assert [case.name for case in suite] == [each.id for each in models]
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (5, 3, 0, 1)
    assert suite.timestamp == "2026-10-07T10:15:00Z"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (TokenStatus.REJECTED, Failure),
        (TokenStatus.NOT_BOUND, Failure),
        (TokenStatus.UNVERIFIED, Skipped),
        (TokenStatus.VALID, None),
        (TokenStatus.ABSENT, None),
    ],
)
def test_a_token_that_does_not_pass_is_a_case(
    model: MakeModel, report: MakeReport, status: TokenStatus, outcome: type | None
) -> None:
    token = TokenResult(status, "MODELSCOPE_API_TOKEN", "0a1b2c3d", "a reason")
    first, *others = cases_of(replace(report(model("Qwen/Alive")), tokens=(token,)))
    if outcome is None:
        assert (first.classname, others) == ("Qwen", [])
        return
    assert (first.classname, first.name) == ("token", "MODELSCOPE_API_TOKEN")
    assert [type(each) for each in first.result] == [outcome]
    assert first.result[0].message.startswith("Token 0a1b2c3d (MODELSCOPE_API_TOKEN)")
    assert [case.name for case in others] == ["Qwen/Alive"]


def test_a_report_without_models_can_be_read(report: MakeReport) -> None:
    suite = suite_of(report())
    assert (list(suite), suite.tests) == ([], 0)


def test_the_properties_say_what_was_checked(model: MakeModel, report: MakeReport) -> None:
    tokens = (
        TokenResult(TokenStatus.VALID, "MODELSCOPE_API_TOKEN", "00c0ffee"),
        TokenResult(TokenStatus.REJECTED, "file a.txt", "deadbeef", "a reason"),
    )
    quota = (
        Quota("00c0ffee", 250.0, 12.5, 0.0, "GET /balance", AT),
        Quota("deadbeef", None, None, None, "GET /balance", AT),
    )
    told = properties_of(
        report(model(), site=Site.AI, tokens=tokens, quota=quota, snapshot_recorded=AT)
    )
    assert told == {
        "site": "ai",
        "mode": "offline",
        "snapshot": "2026-10-07",
        "complete": "yes",
        "token": "valid 00c0ffee, rejected deadbeef",
        "quota 00c0ffee": "12.5 available of 250 Magicubes, 0 frozen",
        "quota deadbeef": "unknown available of unknown Magicubes, unknown frozen",
        "exit_code": "3",
    }


def test_without_token_and_network_facts_the_properties_say_so(
    model: MakeModel, report: MakeReport
) -> None:
    absent = (TokenResult(TokenStatus.ABSENT, "none"),)
    told = properties_of(report(model(), tokens=absent, complete=False))
    assert told == {
        "site": "cn",
        "mode": "online",
        "complete": "no",
        "token": "absent",
        "exit_code": "130",
    }


@pytest.mark.parametrize(
    ("places", "lines"),
    [
        ((), []),
        ((Location("-", 3, 5),), []),
        ((Location("ids/models.txt", 3, 5),), ["ids/models.txt:3:5"]),
        ((Location("a.txt", 1, 1), Location("./b.txt", 2, 1)), ["a.txt:1:1", "b.txt:2:1"]),
    ],
)
@pytest.mark.parametrize("status", [FAIL, OPEN, Status.ENABLED])
def test_a_case_tells_every_place_of_its_id(
    status: Status,
    places: tuple[Location, ...],
    lines: list[str],
    model: MakeModel,
    report: MakeReport,
) -> None:
    first = places[0] if places else None
    it = model(status=status, reason="because", location=first, locations=places)
    (case,) = cases_of(report(it))
    output = [text for each in case._elem.iter() for text in (each.text or "").split("\n")]
    assert [line for line in output if ".txt:" in line] == lines


def test_verdict_notes_and_next_step_are_the_output_of_the_suite(
    model: MakeModel, report: MakeReport
) -> None:
    suite = suite_of(report(model(status=FAIL), notes=("an entry has expired",)))
    verdict, note, step = suite._elem.findtext("system-out").split("\n")
    assert verdict == "✗ The model is not served."
    assert note == "Note: an entry has expired"
    assert step.startswith("Next: replace")


def test_a_job_that_passes_has_no_next_step(model: MakeModel, report: MakeReport) -> None:
    assert suite_of(report(model()))._elem.findtext("system-out").split("\n") == [
        "✓ The model is served."
    ]


def test_only_the_time_of_the_check_tells_two_runs_apart(
    model: MakeModel, report: MakeReport
) -> None:
    first = report(model(), model("a/b", status=FAIL))
    later = replace(first, checked_at=datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC))
    there, then = (render(each, Format.JUNIT) for each in (first, later))
    assert then.replace("2027-01-02T03:04:05Z", "2026-10-07T10:15:00Z") == there


@given(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT)
def test_any_text_parses_back_as_what_can_be_seen_of_it(one: str, two: str, six: str) -> None:
    wrong = ModelResult(
        one,
        Status.MALFORMED,
        Kind.UNKNOWN,
        two,
        suggestions=(Suggestion(six, two),),
        location=Location(f"ids/{six}", 1, 1),
    )
    ignored = replace(wrong, id="a/b", ignored=Ignored(six, date(2026, 1, 1)))
    unknown = replace(wrong, id="a/c", status=OPEN)
    token = TokenResult(TokenStatus.REJECTED, one, "00c0ffee", two)
    report = Report(Site.CN, AT, (token,), (wrong, ignored, unknown), notes=(six,))
    of_token, *cases = cases_of(report)
    assert of_token.name == as_xml_holds_it(one)
    seen, reason = as_xml_holds_it(one) or '""', as_xml_holds_it(two)
    assert [case.name for case in cases] == [seen, "a/b", "a/c"]
    (failure,), (_,), (skipped,) = (case.result for case in cases)
    assert (failure.type, failure.message, skipped.message) == ("malformed", reason, reason)
    assert (failure.text or "").split("\n")[-1].startswith("Did you mean (available): ")
    assert properties_of(report)["token"] == "rejected 00c0ffee"
