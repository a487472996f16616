"""Whether a suggestion is the very model that was meant, so that it can be written unseen."""

from __future__ import annotations

import re

from msconfig.checking.report import Suggestion
from msconfig.checking.suggestions.model_names import Date, name_of
from msconfig.checking.suggestions.reasons import Reason
from msconfig.model_ids import ModelId
from msconfig.pasted_ids import explain

__all__ = ["is_at_another_provider", "is_same_model"]

_SAME = frozenset({Reason.CASE, Reason.CASE_UNLISTED, Reason.OWNER})
_ELSEWHERE = frozenset({Reason.AT_FALLBACK, Reason.AT_FALLBACK_BUT_FOR_SUFFIX})


def is_same_model(failing_id: str, suggestion: Suggestion) -> bool:
    """Whether only letter case, spelling or owner differ, or the date of the release is newer.

    Args:
        failing_id: the id that fails, well-formed or not.
        suggestion: one of its suggestions.
    """
    if suggestion.reason in _SAME:
        return True
    if suggestion.reason == Reason.SPELT:
        # signs between digits are part of a version: Qwen33-2B is not Qwen3-32B
        numbers = _numbers(suggestion.id)
        return any(_numbers(each) == numbers for each in _meant(failing_id))
    if suggestion.reason == Reason.RERELEASE:
        return _is_newer(_date(failing_id), _date(suggestion.id))
    if suggestion.reason == Reason.SPELT_AT_FALLBACK:
        return _words(failing_id) == _words(suggestion.id)
    return False


def is_at_another_provider(suggestion: Suggestion) -> bool:
    """Whether the suggestion is an id of the fallback, in place of one of ModelScope."""
    return suggestion.reason in _ELSEWHERE


def _meant(text: str) -> tuple[str, ...]:
    """The id without a provider; for a text that is none, the ids and names in it."""
    model_id = ModelId.parse(text)
    if model_id is not None:
        return (model_id.path,)
    explained = explain(text)
    return (*explained.hidden, *explained.names)


def _numbers(model_id: str) -> list[str]:
    return re.findall(r"\d+", _name(model_id))


def _words(model_id: str) -> list[str]:
    return [word for word in re.split(r"[-_]+", _name(model_id).casefold()) if word]


def _date(model_id: str) -> Date | None:
    return name_of(_name(model_id)).date


def _name(model_id: str) -> str:
    return model_id.rpartition("/")[2].partition(":")[0]


def _is_newer(old: Date | None, new: Date | None) -> bool:
    """Whether `new` is later for sure; the first release of a line has no date in its name."""
    if new is None or old is None:
        return old is None and new is not None
    is_comparable = bool(old[0]) == bool(new[0])  # 0528 may be of any year
    return is_comparable and new > old
