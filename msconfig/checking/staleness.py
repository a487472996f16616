"""Age of recorded facts."""

from __future__ import annotations

from datetime import datetime, timedelta

from msconfig.command_name import command

__all__ = ["MAX_AGE", "note_on_age"]

MAX_AGE = timedelta(days=30)
"""A third of the catalogue was seen to change in two months."""
_CLOCKS_DIFFER = timedelta(days=1)
"""Facts may seem to come from the future by as much; by more, the clock of one machine is wrong."""


def note_on_age(recorded: datetime, now: datetime) -> tuple[str, ...]:
    """A note on facts that are older than `MAX_AGE`, or whose age a wrong clock hides; else none.

    It names the limit and not the age, so that the same facts give the same text every day.
    """
    if recorded - now > _CLOCKS_DIFFER:
        ahead = f"the facts of {recorded:%Y-%m-%d} are of the future by the clock of this machine"
        return (f"{ahead}, so their age is unknown; set the clock",)
    if now - recorded <= MAX_AGE:
        return ()
    age = f"the facts of {recorded:%Y-%m-%d} are more than {MAX_AGE.days} days old"
    record = command("snapshot -o FILE")
    how = f"record new ones with: {record}, use them with --snapshot FILE"
    return (f"{age}; {how}",)
