"""Suggestions for a text that is no id: first of all the served id that is in it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msconfig.checking.report import Suggestion
from msconfig.checking.suggestions.reasons import Reason
from msconfig.checking.suggestions.suggest import suggest
from msconfig.modelscope.kinds import Kind
from msconfig.pasted_ids import explain

__all__ = ["suggest_for_malformed"]

_MOST = 3
_THE_SAME = frozenset({Reason.CASE, Reason.SPELT, Reason.OWNER})
"""Reasons by which a suggestion is the very model that was meant."""


def suggest_for_malformed(
    text: str, served: frozenset[str], *, kinds: Mapping[str, Kind] = MappingProxyType({})
) -> tuple[Suggestion, ...]:
    """At most three served ids for `text`: those in it, else what replaces the likeliest one."""
    explained = explain(text)
    hidden = [each for each in explained.hidden if each in served]
    if hidden:
        return tuple(Suggestion(each, Reason.SPELT) for each in hidden[:_MOST])
    candidates = (*explained.hidden, *explained.names)
    found = {each: suggest(each, served, kinds=kinds) for each in candidates}
    same: dict[str, Suggestion] = {}
    for suggestions in found.values():
        for suggestion in suggestions:
            if suggestion.reason in _THE_SAME:
                same.setdefault(suggestion.id, suggestion)
    if same:
        return tuple(same.values())[:_MOST]
    first = next((found[each] for each in explained.hidden if found[each]), ())
    return first or suggest(text, served, kinds=kinds)
