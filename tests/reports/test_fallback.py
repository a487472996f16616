"""The fallback in every format: its key, its ids, and what they come to."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from msconfig.checking.report import Fallback, Report, Status, TokenResult, TokenStatus
from msconfig.documents.recognise import DocumentKind, examine
from msconfig.modelscope.fallback_regions import Region
from msconfig.reports import Format, render
from support import HOSTILE_TEXT, MakeModel, MakeReport

VALID, REJECTED = TokenStatus.VALID, TokenStatus.REJECTED
PEOPLE = (Format.TEXT, Format.MARKDOWN, Format.JUNIT, Format.GITHUB)


@pytest.fixture
def with_fallback(model: MakeModel, report: MakeReport) -> Any:  # noqa: ANN401 - a maker
    """A report whose ModelScope part passes, with this fallback."""

    def make(
        status: Status = Status.ENABLED,
        token: TokenStatus = VALID,
        *,
        counts: bool = True,
        reason: str = "a reason",
        **more: Any,  # noqa: ANN401
    ) -> Report:
        key = TokenResult(token, "DASHSCOPE_API_KEY", "0a1b2c3d", reason, counts)
        row = model("qwen3-32b", status=status, reason=reason)
        return report(model(), fallback=Fallback(Region.INTL, key, (row,)), **more)

    return make


@pytest.mark.parametrize("form", PEOPLE)
@pytest.mark.parametrize(
    ("status", "token", "counts", "said"),
    [
        (Status.ENABLED, VALID, True, "All 1"),
        (Status.NOT_FOUND, VALID, True, "1 of 1 fallback models is not in Bailian's list."),
        (Status.UNVERIFIED, REJECTED, True, "Bailian rejects its key."),
        (Status.UNVERIFIED, TokenStatus.UNVERIFIED, True, "Bailian's list could not be read."),
        (Status.UNVERIFIED, TokenStatus.UNVERIFIED, False, "Bailian was not queried."),
    ],
)
def test_the_verdict_tells_what_came_out(
    with_fallback: Any,  # noqa: ANN401
    form: Format,
    status: Status,
    token: TokenStatus,
    counts: bool,
    said: str,
) -> None:
    text = render(with_fallback(status, token, counts=counts), form, width=120)
    expected = "The fallback is in Bailian's list." if said == "All 1" else said
    assert expected in text.replace("\\", "").replace("&#39;", "'")


@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN])
def test_a_person_sees_region_key_and_ids(with_fallback: Any, form: Format) -> None:  # noqa: ANN401
    text = render(with_fallback(), form, width=120).replace("\\", "")
    assert "Bailian, region intl. Key 0a1b2c3d (DASHSCOPE_API_KEY) valid" in text
    assert "qwen3-32b" in text


def test_json_adds_the_fallback_and_keeps_its_schema(with_fallback: Any) -> None:  # noqa: ANN401
    text = render(with_fallback(Status.NOT_FOUND), Format.JSON)
    assert examine(text.encode(), kind=DocumentKind.REPORT).errors == ()
    body = json.loads(text)
    fallback = body["fallback"]
    assert (fallback["provider"], fallback["region"]) == ("dashscope", "intl")
    assert fallback["token"]["status"] == "valid"
    (row,) = fallback["models"]
    assert (row["id"], row["status"], row["outcome"]) == ("qwen3-32b", "not_found", "fail")
    counts = {"pass": 1, "fail": 0, "unknown": 0, "called": 0, "confirmed": 0, "listed": 0}
    assert body["summary"] == counts
    assert body["exit_code"] == 1


def test_without_a_fallback_json_is_as_it_was(model: MakeModel, report: MakeReport) -> None:
    assert "fallback" not in json.loads(render(report(model()), Format.JSON))


@pytest.mark.parametrize(
    ("status", "counts", "strict", "found"),
    [
        (Status.ENABLED, True, False, ["system-out"]),
        (Status.NOT_FOUND, True, False, ["failure"]),
        (Status.UNVERIFIED, True, False, ["skipped"]),
        (Status.UNVERIFIED, True, True, ["failure"]),
        (Status.UNVERIFIED, False, True, ["skipped"]),
    ],
)
def test_junit_has_a_test_case_for_each_id(
    with_fallback: Any,  # noqa: ANN401
    status: Status,
    counts: bool,
    strict: bool,
    found: list[str],
) -> None:
    suites = ET.fromstring(  # noqa: S314 - our own
        render(with_fallback(status, counts=counts, strict=strict), Format.JUNIT)
    )
    assert suites.get("tests") == "2"
    (case,) = suites.findall("testsuite/testcase[@classname='dashscope']")
    assert case.get("name") == "qwen3-32b"
    assert [child.tag for child in case] == found


@pytest.mark.parametrize(
    ("status", "token", "counts", "commands"),
    [
        (Status.ENABLED, VALID, True, []),
        (Status.NOT_FOUND, VALID, True, ["::error title=not_found%3A qwen3-32b::"]),
        (
            *(Status.UNVERIFIED, REJECTED, True),
            ["::error title=Bailian key rejected::", "::warning title=unverified%3A qwen3-32b::"],
        ),
        (Status.UNVERIFIED, TokenStatus.UNVERIFIED, False, []),
    ],
)
def test_github_and_sarif_tell_what_counts(
    with_fallback: Any,  # noqa: ANN401
    status: Status,
    token: TokenStatus,
    counts: bool,
    commands: list[str],
) -> None:
    report = with_fallback(status, token, counts=counts)
    lines = render(report, Format.GITHUB).splitlines()
    told = [line for line in lines if line.startswith(("::error", "::warning"))]
    assert len(told) == len(commands)
    assert all(line.startswith(command) for line, command in zip(told, commands, strict=True))
    (run,) = json.loads(render(report, Format.SARIF))["runs"]
    notified = run["invocations"][0]["toolExecutionNotifications"]
    assert len(run["results"]) + len(notified) == len(commands)


@given(HOSTILE_TEXT)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_what_bailian_says_does_no_harm(with_fallback: Any, said: str) -> None:  # noqa: ANN401
    report = with_fallback(Status.NOT_FOUND, REJECTED, reason=said)
    for form in Format:
        text = render(report, form)
        assert not any(character in text for character in "\x00\x1b\x07\u202e\u2028")
        assert len(text) < 65_536
    ET.fromstring(render(report, Format.JUNIT))  # noqa: S314 - our own
    lines = render(report, Format.TEXT).splitlines()
    assert not any(line.lstrip().startswith("::") for line in lines)


def test_a_rejected_key_leads_to_the_page_of_its_region(with_fallback: Any) -> None:  # noqa: ANN401
    text = render(with_fallback(Status.UNVERIFIED, REJECTED), Format.TEXT)
    assert "https://modelstudio.console.alibabacloud.com/" in text
    assert text.startswith("✗")
