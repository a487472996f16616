"""What may have been meant in place of an id that fails."""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz import fuzz, process

from msconfig.checking.report import Suggestion

__all__ = ["suggest"]

_MOST = 3
_CLOSE_ENOUGH = 75
"""Per cent of letters in common and in order; with fewer they are models of other families."""


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
    choices = {each: each.casefold() for each in sorted(served) if each not in {asked, right_id}}
    close = process.extract(
        asked.casefold()[:300],
        choices,
        scorer=fuzz.ratio,
        limit=_MOST,
        score_cutoff=_CLOSE_ENOUGH,
    )
    found += [Suggestion(model_id, "the closest served id") for _, _, model_id in close]
    return tuple(found[:_MOST])
