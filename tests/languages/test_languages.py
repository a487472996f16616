"""Dates, numbers, lists and quotation marks, as each language writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from msconfig.languages import Tag, language

MOMENT = datetime(2026, 10, 7, 15, 5, tzinfo=UTC)

WRITTEN = {
    Tag.EN: ("October 7, 2026", "2,000.5", "“a”", "a, b, and c"),
    Tag.ZH_CN: ("2026年10月7日", "2,000.5", "“a”", "a、b和c"),
    Tag.ZH_TW: ("2026年10月7日", "2,000.5", "「a」", "a、b和c"),
    Tag.ES: ("7 de octubre de 2026", "2.000,5", "«a»", "a, b y c"),
    Tag.FR: ("7 octobre 2026", "2 000,5", "« a »", "a, b et c"),
    Tag.PT: ("7 de outubro de 2026", "2 000,5", "“a”", "a, b e c"),
    Tag.RU: ("7 октября 2026 г.", "2 000,5", "«a»", "a, b и c"),
    Tag.JA: ("2026年10月7日", "2,000.5", "「a」", "a、b、c"),
}


@pytest.mark.parametrize("tag", Tag)
def test_a_language_writes_dates_numbers_quotes_and_lists_its_own_way(tag: Tag) -> None:
    said = language(tag)
    written = (
        said.date(MOMENT),
        said.number(2000.5),
        said.quoted("a"),
        said.listing(["a", "b", "c"]),
    )
    # versions of CLDR differ in how narrow a blank is
    assert tuple(re.sub("[\u202f\xa0]", " ", each) for each in written) == WRITTEN[tag]


@pytest.mark.parametrize("tag", Tag)
def test_a_moment_is_told_in_utc_wherever_it_was_measured(tag: Tag) -> None:
    said = language(tag)
    there = MOMENT.astimezone(timezone(timedelta(hours=8)))
    assert said.moment(there) == said.moment(MOMENT)
    assert said.moment(MOMENT).endswith(" UTC")
    assert said.date(MOMENT) in said.moment(MOMENT)
    assert ":05" in said.moment(MOMENT)


def test_every_language_has_a_name_of_its_own() -> None:
    assert len({tag.own_name for tag in Tag}) == len(Tag)
