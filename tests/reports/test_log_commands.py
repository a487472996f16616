"""No format holds what a runner of GitHub or Azure reads as a command anywhere in a line."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given

from msconfig.checking.report import (
    Evidence,
    ModelResult,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.model_ids import Location
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.reports import Format, render
from support import HOSTILE_TEXT

AT = datetime(2026, 10, 7, tzinfo=UTC)
COMMAND = re.compile(r"##(vso)?\[", re.IGNORECASE)


def report_on(*texts: str) -> Report:
    """A report with each text wherever a text from outside may be."""
    models = tuple(
        ModelResult(
            text,
            status,
            Kind.UNKNOWN,
            text,
            (Evidence(text, text, AT),),
            (Suggestion(text, text),),
            location=Location(text or "x", 1, 1),
            notes=(text,),
        )
        for text in texts
        for status in (Status.MALFORMED, Status.UNVERIFIED, Status.ENABLED)
    )
    tokens = tuple(TokenResult(TokenStatus.REJECTED, text, "00c0ffee", text) for text in texts)
    return Report(Site.CN, AT, tokens, models, notes=texts)


@pytest.mark.parametrize("form", Format)
@given(text=HOSTILE_TEXT)
@example(text="\ud800")
def test_no_text_from_outside_becomes_one(form: Format, text: str) -> None:
    it = report_on(text, f"##[error]{text}", f"##vso[task.setvariable]{text}##VSO[")
    assert COMMAND.search(render(it, form)) is None


def test_formats_for_programs_lose_nothing_by_it() -> None:
    hostile = "##[error]x ##vso[task.complete]y"
    it = report_on(hostile)
    assert json.loads(render(it, Format.JSON))["models"][0]["reason"] == hostile
    junit = ET.fromstring(render(it, Format.JUNIT))  # noqa: S314 - our own
    failure = junit.find("testsuite/testcase/failure[@type='malformed']")
    assert failure is not None
    assert failure.get("message") == hostile
