"""Age of recorded facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from msconfig.checking.staleness import note_on_age

RECORDED = datetime(2026, 10, 7, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "age", [timedelta(0), timedelta(days=30), timedelta(days=-1)], ids=["new", "30", "zones"]
)
def test_nothing_is_said_of_facts_of_the_last_30_days(age: timedelta) -> None:
    assert note_on_age(RECORDED, RECORDED + age) == ()


def test_older_facts_give_the_same_note_on_every_day() -> None:
    first = note_on_age(RECORDED, RECORDED + timedelta(days=30, seconds=1))
    assert first == note_on_age(RECORDED, RECORDED + timedelta(days=3000))
    (note,) = first
    for words in (
        "2026-10-07",
        "more than 30 days",
        "msconfig snapshot -o FILE",
        "--snapshot FILE",
    ):
        assert words in note


@pytest.mark.parametrize(
    "now", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 10, 6, tzinfo=UTC)]
)
def test_a_clock_that_is_behind_is_named_and_never_makes_facts_fresh(now: datetime) -> None:
    (note,) = note_on_age(RECORDED, now)
    assert note.startswith("the facts of 2026-10-07 are of the future")
