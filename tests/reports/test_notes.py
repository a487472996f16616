"""The notes of a model: in every format, apart from the reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import junitparser
import pytest
from markdown_it import MarkdownIt

from msconfig.checking.report import Change, Ignored, Proof, Report, Status
from msconfig.reports import Format, render
from support import MakeModel, MakeReport

FIRST, SECOND = "not probed: it would cost 2 Magicubes", "its kind is unknown"


@pytest.fixture
def noted(model: MakeModel, report: MakeReport) -> Report:
    """One model that could not be verified, with two notes."""
    return report(model("a/b", status=Status.UNVERIFIED, reason="no answer", notes=(FIRST, SECOND)))


def test_in_text_they_are_indented_below_the_reason(noted: Report) -> None:
    lines = render(noted, Format.TEXT, width=160).splitlines()
    row = next(n for n, line in enumerate(lines) if "a/b" in line)
    column = lines[row].index("no answer")
    assert lines[row].endswith("no answer")
    assert [line[:column].strip() for line in lines[row + 1 : row + 3]] == ["", ""]
    assert [line[column:] for line in lines[row + 1 : row + 3]] == [f"  {FIRST}", f"  {SECOND}"]


def test_in_narrow_text_reason_and_notes_are_below_the_row(noted: Report) -> None:
    lines = render(noted, Format.TEXT, width=34).splitlines()
    row = lines.index("?  a/b    unverified  chat")
    assert lines[row - 1 : row + 6] == [
        "   MODEL  STATUS      KIND",
        "?  a/b    unverified  chat",
        "     no answer",
        "       not probed: it would cost 2",
        "       Magicubes",
        "       its kind is unknown",
        "",
    ]


def test_in_very_narrow_text_id_and_status_are_lines_of_their_own(noted: Report) -> None:
    lines = render(noted, Format.TEXT, width=22).splitlines()
    row = lines.index("? a/b")
    assert lines[row : row + 7] == [
        "? a/b",
        "  unverified · chat",
        "  no answer",
        "    not probed: it",
        "    would cost 2",
        "    Magicubes",
        "    its kind is",
    ]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (
            {"ignored": Ignored("waiting", date(2026, 12, 31))},
            "ignored until 2026-12-31: waiting",
        ),
        ({"change": Change.SAME}, "known since the baseline"),
    ],
)
def test_in_text_why_a_failure_has_no_effect_is_the_first_of_them(
    more: dict[str, object], line: str, model: MakeModel, report: MakeReport
) -> None:
    it = report(model(status=Status.RETIRED, reason="retired", notes=(FIRST,), **more))
    lines = [each.strip() for each in render(it, Format.TEXT, width=30).splitlines()]
    row = lines.index("retired")
    folded = " ".join(lines[row + 1 :])
    assert folded.startswith(f"{line} {FIRST}")


def test_in_markdown_each_is_a_line_of_the_cell(noted: Report) -> None:
    text = render(noted, Format.MARKDOWN)
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert f"<td>no answer<br>{FIRST}<br>{SECOND}</td>" in page


def test_in_an_annotation_they_follow_the_reason(noted: Report) -> None:
    line, *_ = render(noted, Format.GITHUB).splitlines()
    assert line.endswith(f"::a/b: no answer. Note: {FIRST}. Note: {SECOND}")


@pytest.mark.parametrize(
    ("strict", "status"),
    [
        (False, Status.UNVERIFIED),
        (True, Status.UNVERIFIED),
        (False, Status.NOT_ENABLED),
        (False, Status.ENABLED),
    ],
)
def test_in_junit_the_message_is_the_reason_alone_and_they_are_in_the_text(
    strict: bool, status: Status, noted: Report
) -> None:
    (model,) = noted.models
    it = replace(noted, models=(replace(model, status=status),), strict=strict)
    (suite,) = junitparser.JUnitXml.fromstring(render(it, Format.JUNIT).encode())
    (case,) = suite
    assert all(each.message == "no answer" for each in case.result)
    texts = [case.system_out, *(each.text for each in case.result)]
    assert [text.split("\n")[-2:] for text in texts if text] == [[FIRST, SECOND]]


def test_in_json_they_are_a_list(noted: Report) -> None:
    (model,) = json.loads(render(noted, Format.JSON))["models"]
    assert (model["reason"], model["notes"]) == ("no answer", [FIRST, SECOND])


def test_on_the_page_they_follow_the_reason_in_the_evidence(noted: Report) -> None:
    page = " ".join(render(noted, Format.HTML).split())
    reason, first, second = (page.index(f">{each}<") for each in ("no answer", FIRST, SECOND))
    assert reason < first < second


@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN, Format.HTML])
def test_failing_models_come_first_and_each_group_keeps_its_order(
    form: Format, model: MakeModel, report: MakeReport
) -> None:
    fail, unknown = {"status": Status.NOT_ENABLED}, {"status": Status.UNVERIFIED}
    it = report(
        model("a/pass-1", proof=Proof.CALLED),
        model("a/known-1", change=Change.SAME, **fail),
        model("a/unknown-1", **unknown),
        model("a/fail-1", **fail),
        model("a/pass-2", proof=Proof.LISTED),
        model("a/fail-2", **fail),
        model("a/unknown-2", **unknown),
    )
    text = render(it, form, width=120).replace("data-id=", "")
    names = ["fail-1", "fail-2", "unknown-1", "unknown-2", "known-1", "pass-1", "pass-2"]
    places = [text.index(f"a/{name}") for name in names]
    assert places == sorted(places)
