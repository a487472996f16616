"""The watch itself: what a page must not do is noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from browsing import Look, OpenedPage

_PAGE = "<!doctype html><html lang=en><title>t</title><main><h1>Heading</h1>{}</main></html>"

Open = Callable[..., OpenedPage]
OpenText = Callable[..., OpenedPage]


@pytest.fixture
def open_text(open_page: Open, tmp_path: Path) -> OpenText:
    """Open a page with this in its body."""

    def open_it(text: str, *given: object, **more: object) -> OpenedPage:
        file = tmp_path / "page.html"
        file.write_text(_PAGE.format(text), "utf-8")
        return open_page(file, *given, **more)

    return open_it


def test_a_calm_page_gives_no_cause(open_text: OpenText) -> None:
    it = open_text("<p>calm</p>")
    it.check_for_everybody()
    assert [it.requests, it.complaints, it.trapped, it.overflowing] == [[], [], [], []]


@pytest.mark.parametrize(
    "text",
    [
        "<p style='white-space: nowrap'>" + "wide " * 100,
        "<p style='width: 100px; overflow: hidden; white-space: nowrap'>" + "cut off " * 20,
        "<p style='height: 10px; overflow: hidden; font-size: 30px'>cut off below",
        "<p style='position: relative; left: -50px'>outside",
        "<div style='overflow: auto'><p style='width: 500px'>to be scrolled</div>",
    ],
)
def test_what_overflows_is_noticed(open_text: OpenText, text: str) -> None:
    assert open_text(text, Look(360)).overflowing


def test_what_is_folded_is_looked_at_when_shown(open_text: OpenText) -> None:
    it = open_text("<details><summary>more</summary><p style='width: 500px'>wide</details>", Look())
    assert not it.overflowing
    narrow = open_text(
        "<details><summary>m</summary><p style='width: 500px'>w</details>", Look(360)
    )
    assert not narrow.overflowing
    narrow.show_all()
    assert narrow.overflowing


def test_a_request_is_noticed_and_not_let_through(open_text: OpenText) -> None:
    it = open_text("<p>text</p><img alt='' src='http://127.0.0.1:9/x.png'>")
    it.page.wait_for_load_state()
    assert it.requests == ["http://127.0.0.1:9/x.png"]


def test_a_complaint_of_the_console_is_noticed(open_text: OpenText) -> None:
    it = open_text("<script>console.error('oh'); throw new Error('no')</script>")
    assert [text for text in it.complaints if "oh" in text]
    assert [text for text in it.complaints if "no" in text]


def test_what_hostile_text_calls_is_noticed(open_text: OpenText) -> None:
    it = open_text("<script>alert(1); pwned()</script><img alt='' src='x' onerror='confirm(1)'>")
    it.page.wait_for_load_state()
    assert it.trapped == ["alert", "pwned", "confirm"]


def test_axe_finds_what_keeps_people_out(open_text: OpenText) -> None:
    it = open_text("<button></button><p style='color: #ccc; background: #fff'>pale</p>")
    with pytest.raises(AssertionError, match=r"(?s)button-name.*color-contrast|color-contrast"):
        it.check_for_everybody()


def test_without_the_newer_clipboard_it_can_still_be_read(open_text: OpenText) -> None:
    script = "<script>navigator.clipboard.writeText('first')</script>"
    copies = """<button onclick="getSelection().selectAllChildren(document.querySelector('h1'));
        document.execCommand('copy')">copy</button>"""
    assert open_text(f"<p>t</p>{script}").clipboard == "first"
    it = open_text(copies, has_clipboard=False)
    assert it.page.evaluate("navigator.clipboard === undefined")
    it.page.get_by_role("button").click()
    assert it.clipboard == "Heading"
