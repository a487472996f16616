"""The languages of guide and report page: texts from gettext catalogues, numbers and dates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["FOLDER", "Language", "Tag", "language", "marked"]

FOLDER = Path(__file__).parent
"""Where the catalogues lie: ``<tag>.po`` for every language but English, which is in the source."""


class Tag(StrEnum):
    """A language, by its tag of BCP 47."""

    EN = "en"
    ZH_CN = "zh-CN"
    ZH_TW = "zh-TW"
    ES = "es"
    FR = "fr"
    PT = "pt"
    RU = "ru"
    JA = "ja"

    @property
    def own_name(self) -> str:
        """What it calls itself."""
        return {
            Tag.EN: "English",
            Tag.ZH_CN: "简体中文",
            Tag.ZH_TW: "繁體中文",
            Tag.ES: "Español",
            Tag.FR: "Français",
            Tag.PT: "Português",
            Tag.RU: "Русский",
            Tag.JA: "日本語",
        }[self]


_QUOTES = {
    Tag.EN: "“”",
    Tag.ZH_CN: "“”",
    Tag.ZH_TW: "「」",
    Tag.ES: "«»",
    Tag.FR: ("«\u202f", "\u202f»"),
    Tag.PT: "“”",
    Tag.RU: "«»",
    Tag.JA: "「」",
}
"""As CLDR has them; Babel ships all of a locale but these."""


def marked(text: str) -> str:
    """`text` as it is: a mark by which it gets into the catalogues."""
    return text


@dataclass(frozen=True, slots=True)
class Language:
    """A language to write in. Times are said in UTC, because a page travels."""

    tag: Tag
    locale: Locale
    gettext: Callable[[str], str]
    """The translation of an English text; the text itself where there is none."""
    ngettext: Callable[[str, str, int], str]
    """The same, by number."""

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return self.locale.text_direction

    def date(self, moment: datetime) -> str:
        """A day in full, e.g. ``October 7, 2026``."""
        from babel.dates import format_date  # noqa: PLC0415 - not for the light commands

        day = format_date(moment.astimezone(UTC), "long", self.locale)
        return day.replace(" ", "\u00a0")  # no line begins with a month

    def moment(self, moment: datetime) -> str:
        """A day and a time to the minute, e.g. ``October 7, 2026, 11:00 UTC``."""
        from babel.dates import format_time, get_datetime_format  # noqa: PLC0415 - the same

        utc = moment.astimezone(UTC)
        time = format_time(utc, "short", locale=self.locale)
        both = str(get_datetime_format("medium", self.locale)).replace("'", "")
        return f"{both.format(time, self.date(utc))} UTC"

    def number(self, value: float) -> str:
        """A number, e.g. ``2,000`` or ``0.5``."""
        from babel.numbers import format_decimal  # noqa: PLC0415 - the same

        return format_decimal(value, locale=self.locale)

    def quoted(self, text: str) -> str:
        """`text` between quotation marks."""
        before, after = _QUOTES[self.tag]
        return f"{before}{text}{after}"

    def listing(self, texts: Sequence[str]) -> str:
        """Texts as a list in a sentence, e.g. ``a, b, and c``."""
        from babel.lists import format_list  # noqa: PLC0415 - the same

        return format_list(list(texts), locale=self.locale)


@cache
def language(tag: Tag) -> Language:
    """The language `tag`, from its catalogue, which is compiled when it is loaded."""
    from babel import Locale  # noqa: PLC0415 - the same
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - the same
    from babel.messages.pofile import read_po  # noqa: PLC0415 - the same
    from babel.support import NullTranslations, Translations  # noqa: PLC0415 - the same

    # the texts are European Portuguese, and Babel takes the bare tag for Brazilian
    locale = Locale.parse("pt-PT" if tag is Tag.PT else tag, sep="-")
    path = FOLDER / f"{tag}.po"
    texts = NullTranslations()
    if tag is not Tag.EN:
        with path.open("rb") as source:
            catalogue = read_po(source, locale=str(locale))
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        texts = Translations(compiled)
    return Language(tag, locale, texts.gettext, texts.ngettext)
