"""The catalogues: whole, current, and true to what the source says.

``python tests/languages/test_catalogues.py`` takes what is new in the source into every catalogue,
compiles it, and says how much of each is to be translated; with tags, such as ``es``, into these
alone, and then what it is.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from types import ModuleType

import jinja2
import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from msconfig import languages
from msconfig.languages import Tag, language

ROOT = Path(__file__).resolve().parent.parent.parent
TRANSLATED = [tag for tag in Tag if tag is not Tag.EN]
_KEYWORDS = {**DEFAULT_KEYWORDS, "marked": None}
_NOTE = "L10n:"
"""Begins a comment in the source that is for translators."""
_CHANGES_WITHOUT_CAUSE = (
    *(b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator', b'"Language-Team'),
    *(b'"Generated-By', b'"Report-Msgid', b'"Project-Id'),
)


@cache
def in_source() -> Catalog:
    """Every text of templates and code that wants a translation."""
    catalogue = Catalog(fuzzy=False)
    for folder, method, pattern, options in (
        ("templates", "jinja2.ext:babel_extract", "**.j2", {"trimmed": "1", "silent": "0"}),
        ("msconfig", "python", "**.py", {}),
    ):
        found = extract_from_dir(
            ROOT / folder,
            [(pattern, method)],
            {pattern: options},
            keywords=_KEYWORDS,
            comment_tags=(_NOTE,),
            strip_comment_tags=True,
        )
        for file, line, text, comments, context in sorted(found, key=lambda each: each[:2]):
            place = [(f"{folder}/{file}", line)]
            catalogue.add(text, locations=place, auto_comments=comments, context=context)
    return catalogue


def path_of(tag: Tag) -> Path:
    return languages.FOLDER / f"{tag}.po"


@cache
def committed(tag: Tag) -> Catalog:
    with path_of(tag).open("rb") as stream:
        return read_po(stream, locale=tag.replace("-", "_"))


def updated(tag: Tag) -> bytes:
    """The catalogue of `tag` with all that is in the source, and nothing else."""
    catalogue = (
        committed(tag) if path_of(tag).exists() else Catalog(tag.replace("-", "_"), fuzzy=False)
    )
    catalogue.update(in_source(), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.header_comment = ""
    written = BytesIO()
    write_po(written, catalogue, width=100, ignore_obsolete=True, include_lineno=False)
    lines = written.getvalue().lstrip().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_CHANGES_WITHOUT_CAUSE))


def _build_hook() -> ModuleType:
    """`hatch_build.py`, which is in no package."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def untranslated(catalogue: Catalog) -> list[str]:
    """The first lines of entries without a translation, or with one that is to be looked at."""
    return [
        str(message.id)[:70]
        for message in catalogue
        if message.id and (message.fuzzy or not all(_strings(message)))
    ]


def _strings(message: Message) -> list[str]:
    strings = message.string
    return [strings or ""] if isinstance(strings, str | None) else list(strings)


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_holds_what_is_in_the_source_and_nothing_else(tag: Tag) -> None:
    told = f"run: python {Path(__file__).relative_to(ROOT)}"
    assert path_of(tag).read_bytes() == updated(tag), told


@pytest.mark.parametrize("tag", TRANSLATED)
def test_the_compiled_catalogue_is_not_older_than_its_source(tag: Tag) -> None:
    """In a clone; a wheel is compiled when it is built."""
    path = path_of(tag)
    told = f"{path.name} has changed since it was compiled; run: python hatch_build.py"
    assert path.with_suffix(".mo").read_bytes() == _build_hook().compiled(path), told


@pytest.mark.parametrize("tag", TRANSLATED)
def test_nothing_is_left_to_translate(tag: Tag) -> None:
    assert untranslated(committed(tag)) == []


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_source(tag: Tag) -> None:
    """Of a plural, those of one of its two English forms."""
    for message in committed(tag):
        sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
        for text in filter(None, _strings(message)):
            if message.id:
                assert _placeholders(text) in map(_placeholders, sources), text


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_plural_has_as_many_forms_as_the_language(tag: Tag) -> None:
    catalogue = committed(tag)
    for message in catalogue:
        if message.pluralizable and any(_strings(message)):
            assert len(_strings(message)) == catalogue.num_plurals, message.id


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_is_plain_text_without_blanks_around_it(tag: Tag) -> None:
    for message in committed(tag):
        for text in filter(None, _strings(message)):
            if message.id:
                assert text == text.strip(), text
                assert not re.search(r"[<>&`*]|\n", text), text


@pytest.mark.parametrize("tag", Tag)
def test_the_texts_of_a_language_are_those_of_its_catalogue(tag: Tag) -> None:
    said = language(tag)
    assert said.gettext("no text of ours") == "no text of ours"
    for message in committed(tag) if tag is not Tag.EN else ():
        if message.id and isinstance(message.id, str) and message.string:
            assert said.gettext(message.id) == message.string
        elif isinstance(message.id, tuple) and all(_strings(message)):
            one, many = message.id
            forms = {said.ngettext(one, many, number) for number in range(25)}
            assert forms == set(_strings(message))


def _placeholders(text: str) -> Counter[str]:
    return Counter(re.findall(r"%(?:\(\w+\)\w|.)", text))


# --- no words outside


PAGES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.j2"))
    if path.parent.name == "page" or path.name.startswith(("guide", "report"))
]
_SPOKEN = {
    *("alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext"),
    *("placeholder", "summary", "title", "data-copied", "data-not-copied", "data-head"),
}
"""Attributes that somebody reads or hears."""


@dataclass
class _Words(HTMLParser):
    """The words that a template holds outside of expressions and translations."""

    source: str
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(_without_expressions(self.source))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.found += [text or "" for name, text in attrs if name in _SPOKEN and _has_word(text)]

    def handle_data(self, data: str) -> None:
        self.found += [data.strip()] if _has_word(data) else []


def _has_word(text: str | None) -> bool:
    return re.search(r"[^\W\d_]", (text or "").replace("msconfig", "")) is not None


def _without_expressions(source: str) -> str:
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - only lexed
    kept: list[str] = []
    is_translated = False
    for _, kind, text in environment.lex(source):
        if kind == "name" and text in {"trans", "endtrans"}:
            is_translated = text == "trans"
        elif kind == "data" and not is_translated:
            kept.append(text)
        elif kind == "variable_begin" and not is_translated:
            kept.append("0")
    return "".join(kept)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_word_of_a_template_stands_outside_the_catalogues(path: Path) -> None:
    assert _Words(path.read_text("utf-8")).found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>{% trans %}in{% endtrans %}</p>", []),
        ("<p>out {{ x }}</p>{% trans %}in{% endtrans %}", ["out 0"]),
        ("{% trans %}in{% endtrans %} after", ["after"]),
        ('<p title="out">{{ _("in") }}</p>', ["out"]),
        ('<p class="any" title="{{ x }}">1 → 2</p>', []),
        ("<p>字</p>", ["字"]),
    ],
)
def test_a_word_outside_is_found(source: str, found: list[str]) -> None:
    assert _Words(source).found == found


if __name__ == "__main__":
    hook = _build_hook()
    for each in map(Tag, sys.argv[1:] or TRANSLATED):
        content = updated(each)
        path_of(each).write_bytes(content)
        path_of(each).with_suffix(".mo").write_bytes(hook.compiled(path_of(each)))
        missing = untranslated(read_po(BytesIO(content)))
        print(f"{path_of(each).name}: {len(missing)} to translate")  # noqa: T201 - a script
        if sys.argv[1:]:
            print("\n".join(f"  {text}" for text in missing))  # noqa: T201 - the same
