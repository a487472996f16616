"""What may have been meant in place of an id that fails."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from msconfig.checking.report import Suggestion

__all__ = ["suggest"]

_MOST = 3
_CLOSE_ENOUGH = 0.75
"""Ratio of `difflib`; lower ones suggest models of other families."""


def suggest(
    asked: str, served: Collection[str], right_id: str | None = None
) -> tuple[Suggestion, ...]:
    """At most three ids for `asked`: the same letters in the right case, then the closest served.

    Args:
        asked: the id that fails, well-formed or not.
        served: the ids that are known to be served; nothing else is suggested but `right_id`.
        right_id: the id whose letters differ only in case, where there is one.
    """
    found = [Suggestion(right_id, "same letters, other case")] if right_id else []
    by_folded = {each.casefold(): each for each in sorted(served) if each not in {asked, right_id}}
    close = difflib.get_close_matches(asked.casefold()[:300], by_folded, _MOST, _CLOSE_ENOUGH)
    found += [Suggestion(by_folded[folded], "the closest served id") for folded in close]
    return tuple(found[:_MOST])
