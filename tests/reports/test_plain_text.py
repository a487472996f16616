"""The report for a person: order, width, and text that does no harm."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from msconfig.checking.report import (
    Fallback,
    ModelResult,
    Probe,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.model_ids import Location
from msconfig.modelscope.facts import CallResult
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.reports import Format, plain_text, render
from msconfig.reports._console import open_console, styled_by
from support import MakeModel, MakeReport

AT = datetime(2026, 10, 7, tzinfo=UTC)
LONGEST = f"{'o' * 128}/{'n' * 128}"


def text_of(report: Report, width: int = 80, *, color: bool = False) -> str:
    return render(report, Format.TEXT, width=width, color=color)


def token(status: TokenStatus, *, counts: bool = True) -> tuple[TokenResult, ...]:
    return (TokenResult(status, "MODELSCOPE_API_TOKEN", "00c0ffee", "a reason", counts),)


def test_a_long_pasted_text_is_shortened_wherever_it_is_shown(
    report: MakeReport, model: MakeModel
) -> None:
    pasted = f"Error code: 400 - Invalid model id: acme/Chat-9B {'and further words ' * 20}"
    bad = model(
        pasted,
        status=Status.MALFORMED,
        reason="it is a line of an error message",
        suggestions=(Suggestion("acme/Chat-9B", "the same"),),
        locations=(Location("ids.txt", 3, 1),),
    )
    lines = text_of(report(bad, model(LONGEST[:40]))).splitlines()
    assert max(map(cell_len, lines)) <= 80
    cut = "Error code: 400 - Invalid model id: acm…"
    assert sum(cut in line for line in lines) == 3
    assert f"ids.txt:3:1: error: {cut} malformed" in lines


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("HTTP 401: Please bind.", "Please bind."),
        ("HTTP 401: Bind first", "Bind first."),
        ("Bound?", "Bound?"),
        ("请绑定。", "请绑定。"),
        ("x" * 400, "…"),
        ("", "rejected."),
    ],
)
def test_a_reason_that_ends_with_a_full_stop_gets_no_second(
    report: MakeReport, model: MakeModel, reason: str, end: str
) -> None:
    tokens = [TokenResult(TokenStatus.REJECTED, "X", "00c0ffee", reason)] * 2
    fallback = Fallback(Region.CN, tokens[0], (model("m"),))
    whole = text_of(report(model(), tokens=tuple(tokens), fallback=fallback), 2000)
    assert whole.count(end) >= 3
    assert f"{end} Token" in whole
    assert f"{end}\n" in whole
    assert ".." not in whole


PASS, FAIL, OPEN = Status.ENABLED, Status.NOT_ENABLED, Status.UNVERIFIED


@pytest.mark.parametrize(
    ("statuses", "more", "first", "last"),
    [
        pytest.param([PASS], {}, "✓ The model is served.", "generate", id="one passes"),
        pytest.param([PASS] * 2, {}, "✓ Both models are served.", "generate", id="both pass"),
        pytest.param([PASS] * 3, {}, "✓ All 3 models are served.", "generate", id="all pass"),
        pytest.param([FAIL], {}, "✗ The model is not served.", "replace", id="one fails"),
        pytest.param(
            [FAIL, PASS], {}, "✗ 1 of 2 models is not served.", "replace", id="one of two fails"
        ),
        pytest.param(
            [FAIL, FAIL, PASS], {}, "✗ 2 of 3 models are not served.", "replace", id="two of three"
        ),
        pytest.param([FAIL] * 2, {}, "✗ None of the 2 models is served.", "replace", id="all fail"),
        pytest.param(
            [OPEN], {}, "? The model could not be verified.", "again later", id="one unknown"
        ),
        pytest.param(
            [OPEN, PASS], {}, "? 1 of 2 models could not be verified.", "again later", id="of two"
        ),
        pytest.param(
            [OPEN] * 2, {}, "? None of the 2 models could be verified.", "again later", id="none"
        ),
        pytest.param([FAIL, OPEN, PASS], {}, "✗ 1 of 3 models", "replace", id="one of each"),
        pytest.param(
            [PASS],
            {"tokens": token(TokenStatus.REJECTED)},
            "✗ A token is rejected.",
            "new token at https://modelscope.cn/my/myaccesstoken",
            id="a token rejected",
        ),
        pytest.param(
            [PASS],
            {"tokens": token(TokenStatus.REJECTED), "site": Site.AI},
            "✗ A token is rejected.",
            "https://www.modelscope.ai/my/myaccesstoken",
            id="a token rejected by the other site",
        ),
        pytest.param(
            [PASS],
            {"tokens": token(TokenStatus.NOT_BOUND)},
            "✗ A token's account is not bound.",
            "bind",
            id="an account not bound",
        ),
        pytest.param(
            [PASS],
            {"tokens": token(TokenStatus.UNVERIFIED)},
            "? A token could not be verified.",
            "again later",
            id="a token unverified",
        ),
        pytest.param(
            [PASS],
            {"tokens": token(TokenStatus.UNVERIFIED, counts=False), "snapshot_recorded": AT},
            "✓ The model is served.",
            "generate",
            id="offline, where tokens do not count",
        ),
        pytest.param(
            [PASS, OPEN], {"complete": False}, "? Interrupted.", "run it again", id="interrupted"
        ),
    ],
)
def test_the_verdict_stands_first_and_the_next_step_last(
    statuses: list[Status],
    more: dict[str, Any],
    first: str,
    last: str,
    model: MakeModel,
    report: MakeReport,
) -> None:
    models = [model(f"a/{n}", status=status) for n, status in enumerate(statuses)]
    lines = text_of(report(*models, **more)).splitlines()
    assert lines[0].startswith(first)
    assert lines[-1].startswith("Next: ")
    assert last in lines[-1]
    assert lines[-2] == ""


def test_a_look_up_that_has_gone_is_told_once_at_the_top_and_not_to_be_waited_for(
    model: MakeModel, report: MakeReport
) -> None:
    gone = "The look-up has gone: --probe"
    it = report(model(status=OPEN), look_up_gone=gone, notes=(gone, "Another note"))
    text = text_of(it)
    assert text.splitlines()[2].strip() == gone
    assert text.count(gone) == 1
    assert "Another note" in text
    assert "again later" not in text
    assert "--probe" in text.splitlines()[-1]


def test_after_a_probe_the_look_up_that_has_gone_is_no_next_step(
    model: MakeModel, report: MakeReport
) -> None:
    called = model(status=OPEN, probe=Probe("00c0ffee", None, AT, CallResult.INCONCLUSIVE))
    it = report(called, look_up_gone="It has gone.", notes=("It has gone.",))
    assert "again later" in text_of(it).splitlines()[-1]


def test_an_interrupted_check_that_saw_nothing_bad_does_not_look_like_a_pass(
    model: MakeModel, report: MakeReport
) -> None:
    assert not text_of(report(model(), complete=False)).startswith("✓")


def test_site_token_and_recording_are_told_below_the_verdict(
    model: MakeModel, report: MakeReport
) -> None:
    recorded = datetime(2026, 10, 7, tzinfo=UTC)
    it = report(model(), tokens=token(TokenStatus.VALID), snapshot_recorded=recorded)
    below = text_of(it, width=160).splitlines()[1]
    for word in ("cn", "2026-10-07", "00c0ffee", "MODELSCOPE_API_TOKEN", "valid", "a reason"):
        assert word in below


def many(model: MakeModel, report: MakeReport, *ids: str) -> Report:
    suggestions = (
        Suggestion("Qwen/Qwen3-Coder-480B-A35B-Instruct", "the closest served id"),
        Suggestion("a/b", "same letters, other case"),
    )
    return report(
        *(model(each) for each in ids),
        model("dead/model", status=FAIL, reason="no provider serves it", suggestions=suggestions),
        model("x/y", status=Status.THIRD_PARTY_ONLY, reason="served by " + "DashScope, " * 20),
        model("z" * 50, status=Status.MALFORMED, kind=Kind.UNKNOWN, reason="word" * 60),
        tokens=(*token(TokenStatus.VALID), TokenResult(TokenStatus.ABSENT, "none")),
    )


@pytest.mark.parametrize("width", [160, 80, 60, 40, 20])
@pytest.mark.parametrize(
    "ids", [["Qwen/Alive"], ["Qwen/Qwen3-235B-A22B-Instruct-2507", "a/b"], [LONGEST]]
)
def test_no_line_is_wider_than_the_terminal_but_for_an_id(
    width: int, ids: list[str], model: MakeModel, report: MakeReport
) -> None:
    it = many(model, report, *ids)
    known = {each.id for each in it.models} | {
        suggestion.id for each in it.models for suggestion in each.suggestions
    }
    too_wide = [line for line in text_of(it, width).splitlines() if cell_len(line) > width]
    assert [line for line in too_wide if not any(each in line for each in known)] == []
    assert [line for line in too_wide if max(map(len, line.split())) < width - 6] == []


@pytest.mark.parametrize("width", [160, 80, 40, 20, 1])
def test_every_id_stands_whole_on_one_line(
    width: int, model: MakeModel, report: MakeReport
) -> None:
    it = many(model, report, "Qwen/Qwen3-235B-A22B-Instruct-2507", LONGEST)
    lines = text_of(it, width).splitlines()
    for each in it.models:
        assert any(each.id in line for line in lines), each.id
        for suggestion in each.suggestions:
            assert any(suggestion.id in line for line in lines), suggestion.id


def test_the_longest_id_there_can_be_is_not_cut(model: MakeModel, report: MakeReport) -> None:
    longest = f"{LONGEST}:{'p' * 128}"
    assert longest in text_of(report(model(longest)))


@pytest.mark.parametrize("length", range(20, 40))
def test_an_id_of_wide_letters_is_not_cut_either(
    length: int, model: MakeModel, report: MakeReport
) -> None:
    wide = "通" * length
    malformed = model(wide, status=Status.MALFORMED, kind=Kind.UNKNOWN, reason="not an id")
    text = text_of(report(malformed))
    assert wide in text
    assert "not an id" in " ".join(text.split())


@pytest.mark.parametrize("width", [80, 40, 20])
def test_no_reason_loses_a_word(width: int, model: MakeModel, report: MakeReport) -> None:
    reason = "one source: the catalogue (look-up: HTTP 503: Service unavailable)"
    folded = "".join(text_of(report(model(reason=reason)), width).split())
    for word in reason.split():
        assert word in folded


HARMFUL = [
    pytest.param("\x1b[2J\x1b[31mred", r"\x1b[2J\x1b[31mred", id="colours"),
    pytest.param("a\nNext: pay", r"a\nNext: pay", id="a line of its own"),
    pytest.param("a\r✓", r"a\r✓", id="over the line before"),
    pytest.param("abc\u202efed", r"abc\u202efed", id="right to left"),
    pytest.param("a\u200bb", r"a\u200bb", id="a space that is not seen"),
    pytest.param("a\u2028b", r"a\u2028b", id="a line separator"),
    pytest.param("a\x85b\x9bc", r"a\x85b\x9bc", id="controls of eight bits"),
    pytest.param("a\x00b", r"a\x00b", id="nothing"),
    pytest.param("\ud800", r"\ud800", id="half a character"),
    pytest.param("[red]a[/red]", "[red]a[/red]", id="markup"),
    pytest.param(":bomb:", ":bomb:", id="a picture by name"),
    pytest.param("a\tb", r"a\tb", id="a tab"),
]


@pytest.mark.parametrize(("text", "shown"), HARMFUL)
@pytest.mark.parametrize("width", [160, 40])
@pytest.mark.parametrize("place", ["id", "reason", "suggestion", "source", "token reason"])
def test_what_is_not_seen_is_shown_and_does_nothing(
    text: str, shown: str, width: int, place: str, model: MakeModel, report: MakeReport
) -> None:
    put = {place: text}
    it = report(
        model(
            put.get("id", "a/b"),
            status=FAIL,
            reason=put.get("reason", "because"),
            suggestions=(Suggestion(put.get("suggestion", "c/d"), "the closest"),),
        ),
        tokens=(
            TokenResult(
                TokenStatus.REJECTED,
                put.get("source", "FROM"),
                "00c0ffee",
                put.get("token reason", "no"),
            ),
        ),
    )
    printed = text_of(it, width)
    assert shown in printed
    assert not {each for each in printed if unicodedata.category(each) in {"Cc", "Cf"}} - {"\n"}
    assert printed.splitlines()[-1].startswith(("Next: ", "https://"))


@given(st.text(), st.text(), st.sampled_from([80, 40, 20]))
def test_no_text_breaks_it_and_nothing_unseen_stands_raw(one: str, two: str, width: int) -> None:
    model = ModelResult(one, FAIL, Kind.UNKNOWN, two, (), (Suggestion(two or "x", "the closest"),))
    report = Report(Site.CN, AT, (TokenResult(TokenStatus.VALID, one, "00c0ffee", two),), (model,))
    printed = text_of(report, width)
    assert not {each for each in printed if unicodedata.category(each) in {"Cc", "Cf"}} - {"\n"}


def test_without_colour_there_is_no_code_whatever_the_environment_wants(
    model: MakeModel, report: MakeReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("FORCE_COLOR", "TTY_COMPATIBLE", "CLICOLOR_FORCE"):
        monkeypatch.setenv(variable, "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b" not in text_of(many(model, report, "a/b"), color=False)


@pytest.mark.parametrize("width", [80, 40])
def test_colour_changes_nothing_but_colour(
    width: int, model: MakeModel, report: MakeReport
) -> None:
    it = many(model, report, "Qwen/Alive")
    colored = text_of(it, width, color=True)
    assert "\x1b[" in colored
    lines = re.sub(r"\x1b\[[0-9;]*m", "", colored).splitlines()
    assert [line.rstrip() for line in lines] == text_of(it, width).splitlines()


def test_no_line_ends_in_blanks(model: MakeModel, report: MakeReport) -> None:
    for width in (160, 80, 40):
        for line in text_of(many(model, report, "a/b"), width).splitlines():
            assert line == line.rstrip()


def fits(lines: list[str], width: int) -> bool:
    return all(cell_len(line) <= width for line in lines)


@given(
    st.lists(st.sampled_from(["a", "word", "owner/name", "x" * 30, "字字字", "é", ""]), min_size=1),
    st.integers(5, 40),
)
def test_a_reason_is_folded_as_rich_folds_it(words: list[str], width: int) -> None:
    """Written without rich, which is slow; what has to be the same is where the lines end."""
    text = " ".join(words)
    folded = plain_text._folded(text, width)
    by_rich = Text(text).wrap(Console(), width, overflow="fold")
    if cell_len(text) > width:
        assert folded == [line.plain.rstrip() for line in by_rich]
    assert fits([line.rstrip() for line in folded], width)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
@pytest.mark.parametrize("style", ["dim", "red", "green", ""])
def test_a_style_is_written_as_rich_writes_it(style: str, text: str) -> None:
    out = io.StringIO()
    console = open_console(out, width=80, color=True)
    console.print(Text(text, style), soft_wrap=True, end="")
    assert styled_by(console)(text, style) == out.getvalue()
