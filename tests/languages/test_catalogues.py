"""The catalogues: whole, current, and true to what the source says.

``python tests/languages/test_catalogues.py`` takes what is new in the source into every catalogue,
and lists what is still to be translated.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from msconfig import languages
from msconfig.languages import Tag

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


if __name__ == "__main__":
    for each in TRANSLATED:
        text = updated(each)
        path_of(each).write_bytes(text)
        missing = untranslated(read_po(BytesIO(text)))
        print(  # noqa: T201 - a script
            f"{path_of(each).name}: {len(missing)} to translate"
        )
