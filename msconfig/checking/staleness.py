"""Age of recorded facts."""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["MAX_AGE", "note_on_age"]

MAX_AGE = timedelta(days=30)
"""A third of the catalogue was seen to change in two months."""


def note_on_age(recorded: datetime, now: datetime) -> tuple[str, ...]:
    """A note on facts that are older than `MAX_AGE`; none on newer ones.

    It names the limit and not the age, so that the same facts give the same text every day.
    """
    if now - recorded <= MAX_AGE:
        return ()
    age = f"the facts of {recorded:%Y-%m-%d} are more than {MAX_AGE.days} days old"
    how = "record new ones with: msconfig snapshot -o FILE, use them with --snapshot FILE"
    return (f"{age}; {how}",)
