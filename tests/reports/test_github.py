"""The report as workflow commands: read as GitHub's runner reads a line of a log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given

from msconfig.checking.report import (
    Change,
    Ignored,
    Location,
    ModelResult,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.reports import Format, render
from msconfig.text import no_log_command, visible
from support import HOSTILE_TEXT, MakeModel, MakeReport

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
FAIL, OPEN = Status.NOT_ENABLED, Status.UNVERIFIED
IGNORED = Ignored("waiting", date(2026, 12, 31))


@dataclass(frozen=True, slots=True)
class Command:
    """What the runner makes of a line."""

    name: str
    properties: dict[str, str]
    message: str


def command_of(line: str) -> Command | None:
    """As `ActionCommand.TryParseV2` of actions/runner does it; None for a line of plain text."""
    start = line.lstrip()
    if not start.startswith("::"):
        return None
    head, separator, data = start[2:].partition("::")
    assert separator
    name, _, told = head.partition(" ")
    pairs = (pair.partition("=") for pair in told.split(",") if pair)
    return Command(name, {key: _unescaped(value) for key, _, value in pairs}, _unescaped(data))


def _unescaped(text: str) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text


def commands_of(report: Report) -> list[Command]:
    """All but the summary and the plain line behind it."""
    *lines, summary, plain = render(report, Format.GITHUB).splitlines()
    assert command_of(plain) is None
    last = command_of(summary)
    assert last is not None
    assert (last.name, last.properties) == ("notice", {"title": "msconfig"})
    commands = [command_of(line) for line in lines]
    return [command for command in commands if command is not None]


def test_a_failing_model_is_an_error_beside_its_line(model: MakeModel, report: MakeReport) -> None:
    wrong = model(
        "qwen/alive",
        status=Status.NOT_FOUND,
        reason="the letter case differs",
        suggestions=(Suggestion("Qwen/Alive", "same letters"),),
        location=Location("ids/models.txt", 3, 5),
    )
    error, notice, plain = render(report(wrong, model()), Format.GITHUB).splitlines()
    assert error == (
        "::error file=ids/models.txt,line=3,col=5,title=not_found%3A qwen/alive"
        "::qwen/alive: the letter case differs."
        " Did you mean (available): Qwen/Alive (same letters)."
    )
    assert notice == (
        "::notice title=msconfig::1 of 2 models is not served."
        " Next: replace or remove the failing IDs and run again."
    )
    assert plain == "✗ 1 of 2 models is not served."


def test_a_failing_model_is_an_error_beside_each_of_its_lines(
    model: MakeModel, report: MakeReport
) -> None:
    places = (Location("a.txt", 3, 5), Location("-", 1, 1), Location("b.txt", 7, 1, '"a/b"'))
    wrong = model("a/b", status=FAIL, location=places[0], locations=places)
    commands = commands_of(report(wrong))
    assert [(each.properties["file"], each.properties["line"]) for each in commands] == [
        ("a.txt", "3"),
        ("b.txt", "7"),
    ]


def test_every_model_is_annotated_before_the_second_place_of_one(
    model: MakeModel, report: MakeReport
) -> None:
    """GitHub shows ten annotations of a level a step; an id in many places must not take all."""
    places = tuple(Location("a.txt", line, 1) for line in range(1, 13))
    many = model("a/many", status=FAIL, location=places[0], locations=places)
    one = model("a/one", status=FAIL, location=Location("b.txt", 1, 1))
    none = model("a/none", status=FAIL)
    commands = commands_of(report(many, one, none))
    first = [each.properties.get("file") for each in commands[:4]]
    assert first == ["a.txt", "b.txt", None, "a.txt"]
    assert len(commands) == 14


@pytest.mark.parametrize(
    ("more", "strict", "levels"),
    [
        pytest.param({"status": Status.ENABLED}, True, [], id="passes"),
        pytest.param({"status": FAIL}, False, ["error"], id="fails"),
        pytest.param({"status": OPEN}, False, ["warning"], id="unknown"),
        pytest.param({"status": OPEN}, True, ["error"], id="unknown, strict"),
        pytest.param({"status": FAIL, "ignored": IGNORED}, True, [], id="ignored"),
        pytest.param({"status": FAIL, "change": Change.SAME}, False, [], id="known"),
        pytest.param(
            {"status": OPEN, "change": Change.SAME}, False, ["warning"], id="unknown still"
        ),
        pytest.param({"status": FAIL, "change": Change.WORSE}, False, ["error"], id="worse"),
        pytest.param({"status": OPEN, "change": Change.NEW}, False, ["warning"], id="new"),
    ],
)
def test_what_counts_is_annotated(
    more: dict[str, Any], strict: bool, levels: list[str], model: MakeModel, report: MakeReport
) -> None:
    commands = commands_of(report(model(**more), strict=strict))
    assert [command.name for command in commands] == levels


@pytest.mark.parametrize(
    ("status", "counts", "levels"),
    [
        (TokenStatus.VALID, True, []),
        (TokenStatus.ABSENT, True, []),
        (TokenStatus.REJECTED, True, ["error"]),
        (TokenStatus.NOT_BOUND, True, ["error"]),
        (TokenStatus.UNVERIFIED, True, ["warning"]),
        (TokenStatus.UNVERIFIED, False, []),
    ],
)
def test_a_token_with_a_trouble_is_told_by_its_fingerprint(
    status: TokenStatus, counts: bool, levels: list[str], model: MakeModel, report: MakeReport
) -> None:
    token = TokenResult(status, "file a.txt", "00c0ffee", "a reason", counts)
    commands = commands_of(report(model(), tokens=(token,)))
    assert [command.name for command in commands] == levels
    for command in commands:
        assert command.message == f"Token 00c0ffee (file a.txt) {status}: a reason"


@pytest.mark.parametrize("location", [None, Location("-", 3, 5)])
def test_an_id_that_is_in_no_file_has_no_place(
    location: Location | None, model: MakeModel, report: MakeReport
) -> None:
    (command,) = commands_of(report(model("a/b", status=FAIL, location=location)))
    assert command.properties == {"title": "not_enabled: a/b"}


def test_a_job_that_passes_has_no_next_step(model: MakeModel, report: MakeReport) -> None:
    notice, plain = render(report(model()), Format.GITHUB).splitlines()
    assert notice == "::notice title=msconfig::The model is served."
    assert plain == "✓ The model is served."


def test_notes_come_before_the_summary(model: MakeModel, report: MakeReport) -> None:
    (note,) = commands_of(report(model(), notes=("an entry has expired",)))
    assert note == Command("notice", {"title": "msconfig"}, "an entry has expired")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("100%", "::error title=malformed%3A 100%25::100%25: r"),
        ("a%0Ab", "::error title=malformed%3A a%250Ab::a%250Ab: r"),
        ("a\n::error::b", r"::error title=malformed%3A a\n%3A%3Aerror%3A%3Ab::a\n::error::b: r"),
        ("a\r\nb", r"::error title=malformed%3A a\r\nb::a\r\nb: r"),
        ("a,line=9:b", "::error title=malformed%3A a%2Cline=9%3Ab::a,line=9:b: r"),
        ("##[error]a", "::error title=malformed%3A ## [error]a::## [error]a: r"),
        ("\x1b[31m", r"::error title=malformed%3A \x1b[31m::\x1b[31m: r"),
        ("]]>", "::error title=malformed%3A ]]>::]]>: r"),
        ("", '::error title=malformed%3A ""::"": r'),
    ],
)
def test_an_id_stays_within_its_line(
    text: str, line: str, model: MakeModel, report: MakeReport
) -> None:
    wrong = model(text, status=Status.MALFORMED, reason="r")
    assert render(report(wrong), Format.GITHUB).splitlines()[0] == line


def test_a_title_is_short_whatever_the_id(model: MakeModel, report: MakeReport) -> None:
    (command,) = commands_of(report(model("x" * 5000, status=Status.MALFORMED)))
    assert len(command.properties["title"]) <= 255
    assert "x" * 5000 in command.message


@given(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT)
def test_no_text_starts_a_command_of_its_own(one: str, two: str, six: str) -> None:
    wrong = ModelResult(
        one,
        Status.MALFORMED,
        Kind.UNKNOWN,
        two,
        suggestions=(Suggestion(six, two),),
        location=Location(f"{six}/ids", 2, 1),
    )
    unknown = replace(wrong, status=OPEN, location=None)
    tokens = (TokenResult(TokenStatus.REJECTED, six, "00c0ffee", two),)
    report = Report(Site.CN, AT, tokens, (wrong, unknown), notes=(one, two))
    text = render(report, Format.GITHUB)
    lines = text.removesuffix("\n").split("\n")
    assert lines == text.splitlines()
    commands = [command for line in lines if (command := command_of(line))]
    assert [command.name for command in commands] == (
        ["error", "error", "warning", "notice", "notice", "notice"]
    )
    assert [list(command.properties) for command in commands] == (
        [["title"], ["file", "line", "col", "title"], *[["title"]] * 4]
    )
    assert commands[1].properties["line"] == "2"
    assert no_log_command(visible(one)) in commands[1].message
    assert commands[3].message == no_log_command(visible(one))
    assert len(lines) == len(commands) + 1
    assert "##[" not in text
    text.encode()
