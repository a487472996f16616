"""Every step of the guide, in every language and both forms, and the labels that it shows.

``python tests/rendering/test_guide_steps.py DIR`` writes all guides to `DIR`, with ``steps.md``:
one table links each step of each page, another shows the labels and their locale files.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from msconfig.checking.report import ModelResult, Report, Status, TokenResult, TokenStatus
from msconfig.languages import Tag
from msconfig.languages.labels import APPS, labels_of, site_words
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.rendering.guides import guides
from msconfig.tokens import Secret

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import TOKEN, configuration

STEPS = {
    "what": "what ModelScope is",
    "cost": "what it costs",
    "sign-in": "sign in",
    "token": "create a token",
    "account": "bind and verify the account",
    "key": "add the key",
    "switch": "turn the provider on",
    "find": "find models",
    "model-id": "copy the Model ID",
    "add": "add the model",
    "type": "choose its type",
    "chat": "send a message",
    "check": "check the answer",
    "quota": "the quota",
    "reset": "when it is renewed",
    "left": "what is left",
    "too-many": "error 429",
    "alternatives": "alternatives",
    "at-once": "many models at once",
    "checklist": "delete copies of the key",
    "sources": "sources",
}
"""Ids of the parts of a guide, and what each is about."""
DRAWN = ("sign-in", "token", "account", "key", "switch", "find", "model-id", "add", "type", "chat")


@cache
def guides_in(tag: Tag) -> Mapping[str, str]:
    """The guides of `tag`, by the name of the file."""
    served = ModelResult("Qwen/Alive", Status.ENABLED, Kind.CHAT, "served by ModelScope")
    token = TokenResult(TokenStatus.VALID, "MODELSCOPE_API_TOKEN", Secret(TOKEN).fingerprint)
    report = Report(Site.CN, datetime(2026, 11, 20, tzinfo=UTC), (token,), (served,))
    return guides([configuration(TOKEN)], report, [tag])


class Parts(HTMLParser):
    """The text that follows each id, until the next id of `STEPS`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.drawings: dict[str, int] = {}
        self.now = ""
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        given = dict(attrs).get("id") or ""
        if given in STEPS:
            assert given not in self.found, f"two parts have the id {given}"
            self.now = given
            self.found[given] = ""
        if tag == "svg" and dict(attrs).get("role") == "img" and self.now:
            self.drawings[self.now] = self.drawings.get(self.now, 0) + 1

    def handle_data(self, data: str) -> None:
        if self.now and self.inside not in {"title", "desc", "text", "style", "script"}:
            self.found[self.now] += data


def parts_of(tag: Tag, form: str) -> Parts:
    text = guides_in(tag)[f"guide.{tag}.{form}"]
    return Parts(text if form == "html" else MarkdownIt().enable("table").render(text))


@pytest.mark.parametrize("form", ["html", "md"])
@pytest.mark.parametrize("tag", Tag)
def test_every_step_is_in_every_guide(tag: Tag, form: str) -> None:
    found = parts_of(tag, form).found
    assert found.keys() == STEPS.keys()
    for step, text in found.items():
        assert re.search(r"\w", text), f"nothing is said at {step}"


@pytest.mark.parametrize("tag", Tag)
def test_every_step_on_a_screen_has_a_drawing(tag: Tag) -> None:
    drawn = parts_of(tag, "html").drawings
    assert {step: drawn.get(step) for step in DRAWN} == dict.fromkeys(DRAWN, 1)


@pytest.mark.parametrize("form", ["html", "md"])
@pytest.mark.parametrize("tag", Tag)
def test_a_link_within_a_guide_leads_to_a_part_of_it(tag: Tag, form: str) -> None:
    text = guides_in(tag)[f"guide.{tag}.{form}"]
    links = set(re.findall(r'href="#([\w-]+)"|\]\(#([\w-]+)\)', text))
    ids = set(re.findall(r'id="([\w-]+)"', text))
    assert {a or b for a, b in links} <= ids


def test_languages_have_a_step_of_their_own_words() -> None:
    """A step in another language is not the English one again, once it is translated."""
    english = parts_of(Tag.EN, "md").found
    for tag in set(Tag) - {Tag.EN}:
        assert parts_of(tag, "md").found["quota"] != english["quota"]


# --- labels


@pytest.mark.parametrize("tag", Tag)
def test_every_label_has_a_text_and_a_locale_file(tag: Tag) -> None:
    for app in APPS:
        for name, label in labels_of(app, tag).items():
            assert label.text == label.text.strip() != "", name
            assert re.fullmatch(r"src/[\w/]*i18n/(locales|translate)/\w\w-\w\w\.json", label.file)
            assert label.key.count(".") >= 1


@pytest.mark.parametrize("tag", Tag)
def test_a_guide_shows_the_labels_of_its_own_language(tag: Tag) -> None:
    text = guides_in(tag)[f"guide.{tag}.md"]
    shown = {name: label.text for name, label in labels_of("v2", tag).items()}
    for name in ("api_key", "fetch_models", "add_model", "more_settings", "select_model", "send"):
        assert f"{shown[name]}" in text
    path = " → ".join(shown[name] for name in ("settings", "model_provider", "modelscope"))
    assert f"**{path}**" in text
    assert labels_of("v1", tag)["export_to_phone"].text in text
    assert labels_of("phone", tag)["api_service"].text in text


def test_a_label_of_version_1_is_shown_only_where_it_differs() -> None:
    text = guides_in(Tag.EN)["guide.en.md"]
    assert "**Get model list** (version 1: **Fetch model list**)" in text
    assert "**Send**." in text


@pytest.mark.parametrize("form", ["html", "md"])
@pytest.mark.parametrize("tag", [Tag.ZH_CN, Tag.ZH_TW, Tag.JA])
def test_no_blank_is_before_a_full_width_bracket(tag: Tag, form: str) -> None:
    text = guides_in(tag)[f"guide.{tag}.{form}"]
    assert "（" in text
    assert " （" not in text


def test_both_kinds_of_portuguese_show_the_app_in_its_only_one() -> None:
    texts = {labels_of("v2", tag)["api_key"].text for tag in Tag if tag.startswith("pt")}
    assert texts == {"Chave API"}


def test_the_phone_shows_english_where_it_has_no_other() -> None:
    assert labels_of("phone", Tag.FR)["api_key"].text == "API Key"
    assert labels_of("phone", Tag.JA)["api_key"].text == "APIキー"


@pytest.mark.parametrize("tag", Tag)
def test_words_of_the_site_are_shown_as_it_has_them(tag: Tag) -> None:
    text = guides_in(tag)[f"guide.{tag}.md"]
    for word in site_words(Site.CN).values():
        assert f"**{word}**" in text
    if tag is Tag.EN:
        assert "**访问令牌** (Access tokens)" in text
        assert "**魔粒** (Magicubes)" in text


# --- tables for people


def table_of_steps() -> str:
    tags = list(Tag)
    rows = ["| Step | " + " | ".join(tags) + " |", "|---" * (len(tags) + 1) + "|"]
    for step, about in STEPS.items():
        cells = []
        for tag in tags:
            words = " ".join(parts_of(tag, "html").found[step].split())[:24].replace("|", "")
            assert words
            cells.append(f"[{words}…](guide.{tag}.html#{step})")
        rows.append(f"| {about} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def table_of_labels() -> str:
    rows = ["| App | Key | Language | Label | Locale file |", "|---|---|---|---|---|"]
    rows += [
        f"| {label.app} | `{label.key}` | {tag} | {label.text} | `{label.repository}/{label.file}`|"
        for app in APPS
        for tag in Tag
        for label in labels_of(app, tag).values()
    ]
    return "\n".join(rows)


def test_the_table_of_steps_has_a_link_in_every_cell() -> None:
    rows = table_of_steps().splitlines()[2:]
    assert len(rows) == len(STEPS)
    for row in rows:
        cells = row.strip("| ").split(" | ")[1:]
        assert len(cells) == len(Tag)
        for cell in cells:
            link = re.fullmatch(r"\[.+…\]\((guide\.([\w-]+)\.html)#([\w-]+)\)", cell)
            assert link, cell
            assert f'id="{link[3]}"' in guides_in(Tag(link[2]))[link[1]]


def test_the_table_of_labels_names_a_file_in_every_row() -> None:
    rows = table_of_labels().splitlines()[2:]
    assert len(rows) == sum(len(labels_of(app, tag)) for app in APPS for tag in Tag)
    assert all(row.count("|") == 6 and ".json`" in row for row in rows)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for each in Tag:
        for file_name, content in guides_in(each).items():
            (folder / file_name).write_text(content, "utf-8")
    (folder / "steps.md").write_text(f"{table_of_steps()}\n\n{table_of_labels()}\n", "utf-8")
