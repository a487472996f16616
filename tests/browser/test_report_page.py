"""The report as a page in a real browser: read, filtered, sorted, copied from, in any language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from browsing import HOSTILE, LOOKS, WIDTHS, Look, OpenedPage
from msconfig.checking.report import (
    Change,
    Cost,
    Evidence,
    Fallback,
    Ignored,
    Location,
    ModelResult,
    Probe,
    Quota,
    Report,
    Status,
    Suggestion,
    TokenResult,
    TokenStatus,
)
from msconfig.checking.suggestions.reasons import Reason
from msconfig.languages import Tag
from msconfig.modelscope.facts import CallResult
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.reports import Format, render
from msconfig.text import visible

Open = Callable[..., OpenedPage]
OpenReport = Callable[..., OpenedPage]

AT = datetime(2026, 10, 7, 10, 15, tzinfo=UTC)
EVIDENCE = (
    Evidence("GET /v1/models", "listed among 35", AT),
    Evidence("GET /api/v1/inference/list_model_providers", "providers: ModelScope", AT),
)
LATER = (Change.SAME, Change.WORSE, Change.NEW, Change.HEALED)


def one_of_each() -> Report:
    """Every status, kind and change, with all that a model, a token and a report can have."""
    kinds, reasons = list(Kind), list(Reason)
    models = [
        ModelResult(
            f"owner-{number}/Model-{number}-of-a-longer-name-35B-A3B",
            status,
            kinds[number % len(kinds)],
            f"why it is {status}",
            EVIDENCE,
            tuple(Suggestion("Qwen/Qwen3.5-27B", reasons[each]) for each in (number, -1 - number)),
            Cost(0.5),
            Location("models.txt", 3, 1),
            Probe("00c0ffee", 1832, AT, CallResult.ANSWERED),
            Ignored("waiting", date(2026, 12, 31)) if number % 3 else None,
            LATER[number % len(LATER)],
        )
        for number, status in enumerate(Status)
    ]
    tokens = [
        TokenResult(status, f"MODELSCOPE_API_TOKEN_{number}", f"00c0ffe{number}", "a reason")
        for number, status in enumerate(TokenStatus)
    ]
    return Report(
        Site.CN,
        AT,
        tuple(tokens),
        tuple(models),
        complete=False,
        dropped=("a/b",),
        quota=(
            Quota("00c0ffee", 250.0, 12.5, 0.0, "GET /openapi/v1/magicubes/balance", AT),
            Quota("deadbeef", None, None, None, "GET /openapi/v1/magicubes/balance", AT),
        ),
        notes=("an ignore entry has expired",),
        fallback=Fallback(
            Region.INTL,
            TokenResult(TokenStatus.REJECTED, "DASHSCOPE_API_KEY", "0a1b2c3d", "a reason"),
            tuple(models),
            dropped=("c",),
        ),
    )


def a_few() -> Report:
    """Five models, of which some pass."""

    def model(name: str, status: Status, kind: Kind, change: Change) -> ModelResult:
        meant = (Suggestion("Qwen/Qwen3.5-27B", "same letters, other case"),)
        return ModelResult(
            name,
            status,
            kind,
            "a reason",
            EVIDENCE,
            meant if status is Status.NOT_FOUND else (),
            change=change,
        )

    return Report(
        Site.CN,
        AT,
        (TokenResult(TokenStatus.VALID, "MODELSCOPE_API_TOKEN", "00c0ffee"),),
        (
            model("b/chat-10", Status.ENABLED, Kind.CHAT, Change.SAME),
            model("a/chat-9", Status.ENABLED, Kind.CHAT, Change.NEW),
            model("c/vision", Status.NOT_FOUND, Kind.VISION, Change.WORSE),
            model("b/chat-9", Status.UNVERIFIED, Kind.CHAT, Change.SAME),
            model("d/embedding", Status.ENABLED, Kind.EMBEDDING, Change.SAME),
        ),
    )


def hostile() -> Report:
    """A report in which every text from outside wants to be more than text."""
    texts = tuple(HOSTILE.values())
    models = [
        ModelResult(
            text,
            Status.NOT_FOUND,
            Kind.UNKNOWN,
            text,
            (Evidence(text, text, AT),),
            (Suggestion(text, text),),
            location=Location(text, 1, 1),
            probe=Probe(text, None, AT, CallResult.REFUSED),
            ignored=Ignored(text, date(2026, 12, 31)),
            change=Change.WORSE,
        )
        for text in texts
    ]
    return Report(
        Site.CN,
        AT,
        tuple(TokenResult(TokenStatus.REJECTED, text, "00c0ffee", text) for text in texts),
        tuple(models),
        dropped=texts,
        quota=tuple(Quota(text, 1.0, 1.0, 1.0, text, AT) for text in texts),
        notes=texts,
        fallback=Fallback(
            Region.CN, TokenResult(TokenStatus.REJECTED, "it", "00c0ffee", texts[0]), tuple(models)
        ),
    )


@pytest.fixture
def open_report(open_page: Open, tmp_path: Path) -> OpenReport:
    """Open a report's page in a language."""

    def open_it(report: Report, tag: Tag = Tag.EN, *given: object, **more: object) -> OpenedPage:
        file = tmp_path / "report.html"
        file.write_text(render(report, Format.HTML, tag=tag), "utf-8")
        return open_page(file, *given, **more)

    return open_it


def shown(it: OpenedPage) -> list[str]:
    """The ids in the rows that can be seen, from top to bottom."""
    return it.page.locator("tbody:visible th").all_inner_texts()


@pytest.mark.parametrize("tag", Tag)
def test_nothing_overflows_in_any_language(open_report: OpenReport, tag: Tag) -> None:
    it = open_report(one_of_each(), tag)
    for width in WIDTHS:
        it.look(Look(width))
        assert it.overflowing == []
    it.show_all()
    for width in WIDTHS:
        it.look(Look(width))
        assert it.overflowing == []
    assert it.page.locator("html").get_attribute("lang") == tag
    assert [it.complaints, it.requests, it.trapped] == [[], [], []]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_axe_finds_nothing_in_light_and_dark(open_report: OpenReport, look: Look) -> None:
    it = open_report(one_of_each(), Tag.EN, look)
    it.check_for_everybody()
    it.show_all()
    it.check_for_everybody()


@pytest.mark.parametrize("tag", [tag for tag in Tag if tag is not Tag.EN])
def test_axe_finds_nothing_in_any_language(open_report: OpenReport, tag: Tag) -> None:
    it = open_report(one_of_each(), tag)
    it.show_all()
    it.check_for_everybody()


def test_filters_leave_what_fits_them_all(open_report: OpenReport) -> None:
    it = open_report(a_few())
    told = it.page.locator("#shown")
    assert told.inner_text() == "Shown: 5 of 5"
    it.page.get_by_label("Status").select_option("enabled")
    assert shown(it) == ["b/chat-10", "a/chat-9", "d/embedding"]
    it.page.get_by_label("Kind").select_option("chat")
    assert shown(it) == ["b/chat-10", "a/chat-9"]
    it.page.get_by_label("Find an ID").fill(" B/CHAT ")
    assert shown(it) == ["b/chat-10"]
    assert told.inner_text() == "Shown: 1 of 5"
    it.page.get_by_role("button", name="Show all").click()
    told.filter(has_text="Shown: 5 of 5").wait_for()  # the page filters once the form is reset
    assert len(shown(it)) == 5
    it.page.get_by_label("Change").select_option("worse")
    assert shown(it) == ["c/vision"]


def test_filters_offer_what_there_is_and_count_it(open_report: OpenReport) -> None:
    it = open_report(a_few())
    options = it.page.get_by_label("Status").locator("option").all_inner_texts()
    assert options == ["All (5)", "served (3)", "not found (1)", "unverified (1)"]


def test_where_nothing_fits_the_page_says_so(open_report: OpenReport) -> None:
    it = open_report(a_few())
    assert not it.page.get_by_text("No model fits").is_visible()
    it.page.get_by_label("Find an ID").fill("nobody")
    assert shown(it) == []
    assert it.page.get_by_text("No model fits").is_visible()
    it.page.get_by_label("Find an ID").press("Enter")  # sends nothing anywhere
    assert it.page.get_by_text("No model fits").is_visible()
    assert it.requests == []


def test_columns_sort_both_ways_by_mouse_and_keyboard(open_report: OpenReport) -> None:
    it = open_report(a_few())
    by_id = it.page.get_by_role("columnheader", name="Model")
    by_id.get_by_role("button").click()
    assert shown(it) == ["a/chat-9", "b/chat-9", "b/chat-10", "c/vision", "d/embedding"]
    assert by_id.get_attribute("aria-sort") == "ascending"
    by_id.get_by_role("button").press("Enter")
    assert shown(it) == ["d/embedding", "c/vision", "b/chat-10", "b/chat-9", "a/chat-9"]
    assert by_id.get_attribute("aria-sort") == "descending"
    it.page.get_by_role("columnheader", name="Status").get_by_role("button").click()
    assert shown(it)[:2] == ["c/vision", "b/chat-9"]  # what needs somebody comes first
    assert by_id.get_attribute("aria-sort") is None


@pytest.mark.parametrize("look", [Look(360), Look(1280)], ids=str)
def test_sorting_and_filters_go_together(open_report: OpenReport, look: Look) -> None:
    it = open_report(a_few(), Tag.EN, look)
    it.page.get_by_label("Kind").select_option("chat")
    it.page.get_by_role("button", name="Model").click()
    assert shown(it) == ["a/chat-9", "b/chat-9", "b/chat-10"]


def test_evidence_is_folded_under_its_row(open_report: OpenReport) -> None:
    it = open_report(a_few())
    body = it.page.locator("tbody").first
    assert not body.get_by_text("listed among 35").is_visible()
    body.locator("summary").press("Enter")
    assert body.get_by_text("listed among 35").is_visible()
    assert not it.page.locator("tbody").last.get_by_text("listed among 35").is_visible()


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_a_suggestion_is_copied(open_report: OpenReport, *, has_clipboard: bool) -> None:
    it = open_report(a_few(), has_clipboard=has_clipboard)
    button = it.page.get_by_role("button", name="Copy Qwen/Qwen3.5-27B")
    button.click()
    it.page.get_by_role("status").get_by_text("Copied").wait_for(state="attached")
    assert it.clipboard == "Qwen/Qwen3.5-27B"


def test_a_link_to_a_model_shows_it_whatever_is_filtered(open_report: OpenReport) -> None:
    it = open_report(a_few())
    it.page.get_by_label("Find an ID").fill("embedding")
    it.page.get_by_role("link", name="c/vision").click()
    row = it.page.locator("tbody", has_text="c/vision")
    assert row.is_visible()
    assert row.evaluate("it => it.matches(':target')")


def test_without_script_all_is_there_and_nothing_that_does_nothing(
    open_report: OpenReport,
) -> None:
    it = open_report(a_few(), has_script=False)
    assert len(shown(it)) == 5
    assert it.page.locator("button:visible, input:visible, select:visible").count() == 0
    it.page.locator("summary").first.click()
    assert it.page.get_by_text("listed among 35").first.is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_hostile_text_stays_text(open_report: OpenReport, width: int) -> None:
    it = open_report(hostile(), Tag.EN, Look(width))
    it.show_all()
    it.touch_all()
    it.page.get_by_role("button", name="Model").click()
    for button in it.page.locator("button.copy").all():
        button.click()
    it.page.wait_for_load_state()
    assert it.overflowing == []
    assert [it.complaints, it.requests, it.trapped] == [[], [], []]
    seen = it.page.locator("body").inner_text()
    for text in HOSTILE.values():
        assert seen.count(" ".join(visible(text).split())) >= 8
    assert it.page.locator("script, style, title").count() == 3
    assert it.page.locator("[onmouseover], [onerror], img, iframe").count() == 0


def test_a_long_page_filters_and_sorts_like_a_short_one(open_report: OpenReport) -> None:
    models = [
        ModelResult(
            f"a/model-{number}",
            Status.NOT_ENABLED if number % 10 == 0 else Status.ENABLED,
            Kind.CHAT,
            "a reason",
            EVIDENCE,
        )
        for number in range(300)
    ]
    it = open_report(Report(Site.CN, AT, (), tuple(models)))
    it.page.get_by_label("Status").select_option("not_enabled")
    assert it.page.locator("#shown").inner_text() == "Shown: 30 of 300"
    it.page.get_by_role("button", name="Model").click()
    it.page.get_by_role("button", name="Model").click()
    first = it.page.locator("tbody:not([hidden])").first
    assert first.get_attribute("data-id") == "a/model-290"
    for width in WIDTHS:
        it.look(Look(width))
        assert it.overflowing == []
