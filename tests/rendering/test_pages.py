"""The frame of every page: what it may load, and how text gets into it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from msconfig import resources
from msconfig.languages import Language, Tag, language
from msconfig.rendering import pages

TEMPLATE = """{% extends "page/base.html.j2" %}
{% import "page/parts.html.j2" as parts %}
{% block title %}Title{% endblock %}
{% block header %}<h1>Title</h1>{% endblock %}
{% block main %}MAIN{% endblock %}
{% block footer %}end{% endblock %}
"""
Page = Callable[..., str]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    """Renders a page with `main` as its content."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "page").symlink_to(resources.folder("templates") / "page")
    monkeypatch.setattr(resources, "folder", lambda _: folder)

    def render(main: str, spoken: Language | None = None, **context: object) -> str:
        (folder / "some.html.j2").write_text(TEMPLATE.replace("MAIN", main), "utf-8")
        return pages.page("some", context, spoken or language(Tag.EN))

    return render


class _Inline(HTMLParser):
    """What the policy has to allow, and the policy."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside = ""
        self.policy = ""
        self.texts: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        given = dict(attrs)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_data(self, data: str) -> None:
        if self.inside in {"style", "script"}:
            assert self.inside not in self.texts, "one style and one script"
            self.texts[self.inside] = data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        self.inside = ""


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(page: Page) -> None:
    read = _Inline(page(""))
    rules = dict(rule.split(" ", 1) for rule in read.policy.split("; "))
    for element in ("style", "script"):
        digest = hashlib.sha256(read.texts[element].encode()).digest()
        assert rules.pop(f"{element}-src") == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert rules == {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


@pytest.mark.parametrize("tag", Tag)
def test_a_page_says_its_language_and_direction(page: Page, tag: Tag) -> None:
    assert f'<html lang="{tag}" dir="ltr">' in page("", language(tag))


@pytest.mark.parametrize("part", ["data(text)", "code(text)", "copy_button(text, text)"])
def test_text_from_outside_stays_text(page: Page, part: str) -> None:
    hostile = '<script>pwned()</script>" onmouseover="pwned()\u202e\x07'
    text = page("{{ parts." + part + " }}", text=hostile)
    assert "<script>pwned" not in text
    assert '" onmouseover' not in text
    assert "\\u202e\\x07" in text


def test_a_translation_is_text_and_what_is_put_into_it_keeps_its_markup(page: Page) -> None:
    told = replace(language(Tag.EN), gettext=lambda text: text.replace("see", "<b>"))
    text = page("<main>{% trans what=parts.code('x') %}see {{ what }}{% endtrans %}</main>", told)
    assert "<main>&lt;b&gt; <code><bdi>x</bdi></code></main>" in text
