"""The languages of guide and report page: texts from gettext catalogues."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from msconfig.errors import FileError

__all__ = ["FOLDER", "Language", "Tag", "language", "marked"]

FOLDER = Path(__file__).parent
"""Folder of the catalogues: ``<tag>.po`` for every language but English, which is in the source.

``<tag>.mo`` is compiled from it when msconfig is installed.
"""


_FORM = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")


class Tag(StrEnum):
    """A language, by its tag of BCP 47.

    ``Tag("pt-BR")`` and other forms of a tag are understood, whatever their letter case: Chinese
    goes by script, else by region; of other languages the part before the first hyphen counts, and
    ``pt-PT``. With any other text it raises ValueError.
    """

    EN = "en"
    ZH_CN = "zh-CN"
    ZH_TW = "zh-TW"
    ES = "es"
    FR = "fr"
    PT = "pt"
    """Portuguese as in Brazil. Cherry Studio has one Portuguese interface, pt-PT: labels of the app
    are those of its pt-PT texts here too, for they are what a Brazilian reader sees on the screen.
    """
    PT_PT = "pt-PT"
    RU = "ru"
    JA = "ja"

    @classmethod
    def _missing_(cls, value: object) -> Tag | None:
        if not isinstance(value, str) or not _FORM.fullmatch(value):
            return None
        language, *subtags = re.split("[-_]", value.lower())
        if language == "zh":
            return cls.ZH_TW if _is_traditional(subtags) else cls.ZH_CN
        if language == "pt" and "pt" in subtags:
            return cls.PT_PT
        return next((tag for tag in cls if tag == language), None)


def _is_traditional(subtags: Collection[str]) -> bool:
    """Whether Chinese with these subtags, in lower case, is written in traditional characters."""
    if "hans" in subtags:
        return False
    return not {"hant", "tw", "hk", "mo"}.isdisjoint(subtags)


_QUOTES = {
    Tag.EN: "“”",
    Tag.ZH_CN: "“”",
    Tag.ZH_TW: "「」",
    Tag.ES: "«»",
    Tag.FR: ("«\u202f", "\u202f»"),
    Tag.PT: "“”",
    Tag.PT_PT: "«»",
    Tag.RU: "«»",
    Tag.JA: "「」",
}
"""Quotation marks before and after, from CLDR."""


_WITHOUT_BLANKS = frozenset({Tag.ZH_CN, Tag.ZH_TW, Tag.JA})
"""Languages with full-width punctuation."""
_WITH_DECIMAL_COMMA = frozenset({Tag.ES, Tag.FR, Tag.PT, Tag.PT_PT, Tag.RU})


def marked(text: str) -> str:
    """`text` unchanged; the call marks it for the catalogues (gettext's ``N_``)."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """A language for pages."""

    tag: Tag
    gettext: Callable[[str], str]
    """The translation of an English text; the text itself where there is none."""
    ngettext: Callable[[str, str, int], str]
    """The translation of a singular and a plural, by number."""

    @property
    def decimal_mark(self) -> str:
        """Between a number's whole part and its decimal places."""
        return "," if self.tag in _WITH_DECIMAL_COMMA else "."

    @property
    def comma(self) -> str:
        """Between the entries of a list, with its blank."""
        return "、" if self.tag in _WITHOUT_BLANKS else ", "

    @property
    def colon(self) -> str:
        """Between a name and what it is, with its blanks."""
        if self.tag in _WITHOUT_BLANKS:
            return "："
        return "\u202f: " if self.tag is Tag.FR else ": "

    @property
    def full_stop(self) -> str:
        """The end of a sentence, without a blank."""
        return "。" if self.tag in _WITHOUT_BLANKS else "."

    def quoted(self, text: str) -> str:
        """`text` between quotation marks."""
        before, after = _QUOTES[self.tag]
        return f"{before}{text}{after}"


@cache
def language(tag: Tag) -> Language:
    """The language `tag`, from its compiled catalogue.

    Raises:
        FileError: there is none, as in a clone that is not installed.
    """
    texts = NullTranslations()
    if tag is not Tag.EN:
        path = FOLDER / f"{tag}.mo"
        try:
            with path.open("rb") as catalogue:
                texts = GNUTranslations(catalogue)
        except OSError as error:
            raise FileError(
                f"cannot read the texts of {tag}, {path}: {error.strerror}; install msconfig again"
                " (in a clone: pip install -e '.[test]')"
            ) from None
    return Language(tag, texts.gettext, texts.ngettext)
