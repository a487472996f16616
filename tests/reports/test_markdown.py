"""The report as Markdown: read by a real parser, with and without HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from msconfig.checking.report import (
    Change,
    Ignored,
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
from msconfig.text import shortened, visible
from support import HOSTILE_TEXT, MakeModel, MakeReport

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
PASS, FAIL, OPEN = Status.ENABLED, Status.NOT_ENABLED, Status.UNVERIFIED
IGNORED = Ignored("waiting", date(2026, 12, 31))
SAME = Change.SAME
LIMIT = 65_536
"""Characters that a comment on GitHub holds."""

REFERENCE = re.compile(r"@\w|#\d|\bGH-\d|://|\bwww\.|:bomb:", re.IGNORECASE)
"""What GitHub and GitLab make a link, a mention or a picture of in the text of a finished page."""


def parse(text: str, *, html: bool = True) -> list[Token]:
    parser = MarkdownIt("commonmark", {"html": html}).enable(["table", "strikethrough"])
    return parser.parse(text)


def inline_of(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or []]


def seen(node: SyntaxTreeNode) -> str:
    """What a reader sees of a part of the page."""
    texts = (each.content for each in node.walk() if each.type in {"text", "code_inline"})
    return "".join(texts).replace("\u200b", "")


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader of a report sees."""

    heading: str
    rows: list[list[str]]
    """The table without its head."""
    sections: dict[str, list[str]]
    """The entries of each list, by its title."""
    paragraphs: list[str]


def page_of(report: Report) -> Page:
    page = Page("", [], {}, [])
    headings = []
    for block in SyntaxTreeNode(parse(render(report, Format.MARKDOWN))).children:
        if block.type == "heading":
            headings.append(seen(block))
        elif block.type == "table":
            rows = [
                [seen(cell) for cell in row.children]
                for part in block.children
                for row in part.children
            ]
            assert rows[0] == ["", "Model", "Status", "Kind", "Why"]
            page.rows.extend(rows[1:])
        elif block.type == "bullet_list":
            page.sections[headings[-1]] = [seen(item) for item in block.children]
        else:
            assert block.type == "paragraph"
            page.paragraphs.append(seen(block))
    return replace(page, heading=headings[0])


def test_the_verdict_is_the_heading_and_the_next_step_the_end(
    model: MakeModel, report: MakeReport
) -> None:
    text = render(report(model("a/b", status=FAIL), model()), Format.MARKDOWN)
    assert text.startswith("## ✗ 1 of 2 models is not served.\n")
    assert text.endswith("\n\nNext: replace or remove the failing IDs and run again.\n")


def test_the_table_has_a_row_for_each_model_with_its_id_as_code_failing_ones_first(
    model: MakeModel, report: MakeReport
) -> None:
    it = report(
        model(),
        model("a/b", status=FAIL, kind=Kind.UNKNOWN, reason="no provider serves it"),
        model("a/c", status=OPEN, reason="no answer"),
    )
    assert page_of(it).rows == [
        ["✗", "a/b", "not_enabled", "–", "no provider serves it"],
        ["?", "a/c", "unverified", "chat", "no answer"],
        ["✓", "Qwen/Alive", "enabled", "chat", "served by ModelScope"],
    ]
    code = [token.content for token in inline_of(parse(render(it, Format.MARKDOWN)))]
    for each in it.models:
        assert each.id in code


def test_below_the_table_stands_what_else_there_is_to_know(
    model: MakeModel, report: MakeReport
) -> None:
    quota = (
        Quota("00c0ffee", 250.0, 12.5, 0.0, "GET /balance", AT),
        Quota("deadbeef", None, None, None, "GET /balance", AT),
    )
    it = report(
        model("qwen/alive", status=FAIL, suggestions=(Suggestion("Qwen/Alive", "same letters"),)),
        model("a/h", change=Change.HEALED),
        model("a/s", change=SAME),
        quota=quota,
        notes=("an entry has expired",),
        snapshot_recorded=AT,
    )
    page = page_of(it)
    assert page.sections == {
        "Did you mean (available)": ["qwen/alive → Qwen/Alive (same letters)"],
        "Recovered since the baseline": ["a/h"],
        "Notes": ["an entry has expired"],
        "Quota": [
            "Token 00c0ffee: 12.5 available of 250 Magicubes, 0 frozen",
            "Token deadbeef: unknown available of unknown Magicubes, unknown frozen",
        ],
    }
    assert page.paragraphs[0] == (
        "Site cn, offline: facts recorded on 2026-10-07."
        " Token 00c0ffee (MODELSCOPE_API_TOKEN) valid."
    )


def test_where_there_is_nothing_to_know_there_is_no_section(
    model: MakeModel, report: MakeReport
) -> None:
    page = page_of(report(model()))
    assert (page.sections, len(page.paragraphs)) == ({}, 1)


def test_a_report_without_models_has_no_table(report: MakeReport) -> None:
    assert page_of(report()).rows == []


@pytest.mark.parametrize(
    ("models", "verdict", "step"),
    [
        pytest.param(
            [{"status": FAIL, "ignored": IGNORED}],
            "✓ Nothing new: the model is ignored.",
            "nothing for now",
            id="one is ignored",
        ),
        pytest.param(
            [{"status": FAIL, "change": SAME}, {"change": SAME}],
            "✓ Nothing new: 1 of 2 models is known since the baseline.",
            "nothing for now",
            id="one is known",
        ),
        pytest.param(
            [{"status": FAIL, "change": SAME}, {"status": OPEN, "ignored": IGNORED}, {}],
            "✓ Nothing new: 2 of 3 models are ignored or known since the baseline.",
            "nothing for now",
            id="one of each",
        ),
        pytest.param(
            [{"status": FAIL, "change": SAME}, {"status": FAIL, "change": Change.NEW}],
            "✗ 1 of 2 models is not served. 1 more is known since the baseline.",
            "replace or remove",
            id="a new one beside a known one",
        ),
        pytest.param(
            [{"status": OPEN, "change": Change.WORSE}, {"status": FAIL, "ignored": IGNORED}],
            "? 1 of 2 models could not be verified. 1 more is ignored.",
            "again later",
            id="a worse one beside an ignored one",
        ),
        pytest.param(
            [{"change": Change.HEALED}, {"change": SAME}],
            "✓ Both models are served.",
            "",
            id="all pass",
        ),
    ],
)
def test_the_verdict_is_about_what_counts(
    models: list[dict[str, Any]], verdict: str, step: str, model: MakeModel, report: MakeReport
) -> None:
    page = page_of(report(*(model(f"a/{n}", **more) for n, more in enumerate(models))))
    assert page.heading == verdict
    assert [each for each in page.paragraphs if each.startswith("Next: ")] == page.paragraphs[-1:][
        : bool(step)
    ]
    assert step in page.paragraphs[-1]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"ignored": IGNORED}, "because (ignored until 2026-12-31: waiting)"),
        ({"change": SAME}, "because (known since the baseline)"),
        ({"change": Change.WORSE}, "because"),
    ],
)
def test_a_row_says_why_its_model_does_not_count(
    more: dict[str, Any], why: str, model: MakeModel, report: MakeReport
) -> None:
    (row,) = page_of(report(model("a/b", status=FAIL, reason="because", **more))).rows
    assert row[-1] == why


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", "a&#124;b"),
        ("a\\|b", r"a\\&#124;b"),
        ("`a`", r"\`a\`"),
        ("<b>a</b> &amp;", "&lt;b&gt;a&lt;/b&gt; &amp;&#8203;amp;"),
        ("a\nb", r"a\\nb"),
        ("ask @me", "ask @&#8203;me"),
        ("see #12", "see #&#8203;12"),
        ("[pay](http://e.com)", r"\[pay\](http:&#8203;//e.com)"),
        ("www.e.com", "www&#8203;.e.com"),
        ("*a* _b_ ~~c~~", r"\*a\* \_b\_ \~\~&#8203;c\~\~"),
        ("$a$", "&#36;&#8203;a&#36;"),
        ("HTTP 503: 100% full, 10:15", "HTTP 503: 100% full, 10:15"),
    ],
)
def test_a_reason_stays_text(text: str, written: str, model: MakeModel, report: MakeReport) -> None:
    it = report(model("a/b", status=FAIL, reason=text))
    assert f"| ✗ | `a/b` | not_enabled | chat | {written} |\n" in render(it, Format.MARKDOWN)
    assert page_of(it).rows[0][-1] == visible(text)


@pytest.mark.parametrize("start", ["# a", "- a", "+ a", "* a", "1. a", "1) a", "> a", "---", "==="])
def test_a_note_begins_no_block_of_its_own(
    start: str, model: MakeModel, report: MakeReport
) -> None:
    assert page_of(report(model(), notes=(start,))).sections["Notes"] == [start]


@pytest.mark.parametrize("text", ["a`b", "a|b", "``", "|"])
def test_an_id_that_would_end_its_code_is_text(
    text: str, model: MakeModel, report: MakeReport
) -> None:
    (row,) = page_of(report(model(text, status=Status.MALFORMED))).rows
    assert row[1] == text


@pytest.mark.parametrize("count", [10, 3000])
def test_it_fits_into_a_comment_and_says_what_is_left_out(
    count: int, model: MakeModel, report: MakeReport
) -> None:
    reason = "no provider serves it " * 5
    dead = model(
        "z/dead", status=FAIL, reason=reason, suggestions=(Suggestion("a/b", "the closest"),)
    )
    passing = [model(f"Qwen/Alive-{n}", reason=reason) for n in range(count)]
    page = page_of(report(*passing, dead))
    fits = count == 10
    assert len(render(report(*passing, dead), Format.MARKDOWN)) < LIMIT
    assert page.rows[0][1] == "z/dead"
    assert (len(page.rows) == count + 1) is fits
    left_out = f"… and {count + 1 - len(page.rows)} more, not shown here."
    assert (left_out in page.paragraphs) is not fits


@pytest.mark.parametrize("worst", ["$a" * 5000, "@a" * 5000, "&a" * 5000, "x" * 10000])
def test_it_fits_into_a_comment_whatever_is_in_it(
    worst: str, model: MakeModel, report: MakeReport
) -> None:
    each = model(
        worst, status=FAIL, reason=worst, suggestions=(Suggestion(worst, worst),), change=SAME
    )
    healed = model(f"`{worst}", change=Change.HEALED)
    tokens = (TokenResult(TokenStatus.REJECTED, worst, "00c0ffee", worst),) * 50
    quota = (Quota("00c0ffee", None, None, None, worst, AT),) * 500
    it = report(
        *[each] * 50, *[healed] * 50, tokens=tokens, notes=(worst,) * 50, quota=quota, site=Site.AI
    )
    assert len(render(it, Format.MARKDOWN)) < LIMIT


def report_on(one: str, two: str, six: str) -> Report:
    wrong = ModelResult(
        one, Status.MALFORMED, Kind.UNKNOWN, two, suggestions=(Suggestion(six, two),)
    )
    ignored = replace(wrong, ignored=Ignored(six, date(2026, 1, 1)))
    healed = replace(wrong, status=PASS, change=Change.HEALED)
    tokens = (TokenResult(TokenStatus.REJECTED, six, "00c0ffee", two),)
    notes = tuple(note if note.split() else "nothing" for note in (one, two))
    return Report(Site.CN, AT, tokens, (wrong, ignored, healed), notes=notes)


TAME = [token.type for token in parse(render(report_on("a", "b", "c"), Format.MARKDOWN))]
"""The blocks of a page with nothing hostile in it."""


@given(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT)
def test_any_text_stays_text_and_is_shown_whole(one: str, two: str, six: str) -> None:
    report = report_on(one, two, six)
    text = render(report, Format.MARKDOWN)
    for html in (True, False):
        tokens = parse(text, html=html)
        assert [token.type for token in tokens] == TAME
        inline = inline_of(tokens)
        assert {token.type for token in inline} <= {"text", "code_inline"}
        *plain, _next_step = (token.content for token in inline if token.type == "text")
        assert [each for each in plain if REFERENCE.search(each)] == []
    page = page_of(report)
    shown, reason = (shortened(visible(each), 400) for each in (one, two))
    assert [row[1] for row in page.rows] == [shown or '""'] * 3
    assert (page.rows[0][-1], page.rows[2][-1]) == (reason, reason)
    assert page.sections["Notes"] == [shortened(visible(note), 400) for note in report.notes]
    text.encode()
