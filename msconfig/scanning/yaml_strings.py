"""Strings of YAML and their places."""

from __future__ import annotations

import re
from typing import Any

from msconfig.scanning.strings import DoesNotParse, Scope, String

__all__ = ["strings_in_yaml"]

_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+(?:#[^\n]*\n\s*)?|$))+")
_DEEPEST = 200
"""Collections in one another; the reader that is written in Python takes quadratic time."""


def strings_in_yaml(text: str) -> list[String]:
    """All strings of `text`, keys too; anchors are not followed.

    Raises:
        DoesNotParse: it is not YAML.
    """
    import yaml  # noqa: PLC0415 - only a scan needs it

    loader: Any = getattr(yaml, "CLoader", yaml.Loader)  # parses only: nothing is constructed
    walk = _Walk(text)
    try:
        for event in yaml.parse(text, Loader=loader):
            walk.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "not YAML"
        raise DoesNotParse(where) from None
    except UnicodeError:
        raise DoesNotParse("it is not UTF-8") from None
    return walk.found


class _Walk:
    """Turns events into strings; each level is its name, scope, and the key that waits."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.found: list[String] = []
        self._levels: list[tuple[str, Scope, bool]] = []
        self._key: list[str | None] = []

    def take(self, event: Any) -> None:  # noqa: ANN401 - PyYAML has no types for events
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self._scalar(event)
        elif kind in {"MappingStartEvent", "SequenceStartEvent"}:
            name, scope = self._around()
            self._fill_key("")
            is_mapping = kind == "MappingStartEvent"
            in_list = bool(self._levels) and not self._levels[-1][2]
            inner = Scope(scope, name=name, in_list=in_list) if is_mapping else scope
            self._levels.append((name, inner, is_mapping))
            self._key.append(None)
            if len(self._levels) > _DEEPEST:
                raise DoesNotParse(f"more than {_DEEPEST} collections in one another")
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._levels.pop()
            self._key.pop()
        elif kind == "AliasEvent":
            self._fill_key("")

    def _around(self) -> tuple[str, Scope]:
        """Name and scope of a value that comes now."""
        if not self._levels:
            return "", Scope()
        name, scope, is_mapping = self._levels[-1]
        return (self._key[-1] or "" if is_mapping else name), scope

    def _fill_key(self, value: str) -> bool:
        """Whether what comes now is a key; of the two in a mapping, every first one is."""
        if not self._levels or not self._levels[-1][2]:
            return False
        if self._key[-1] is None:
            self._key[-1] = value
            return True
        self._key[-1] = None
        return False

    def _scalar(self, event: Any) -> None:  # noqa: ANN401 - as above
        name, scope = self._around()
        of_mapping = self._levels[-1][0] if self._levels else ""
        is_key = self._fill_key(event.value)
        start, end = event.start_mark.index, event.end_mark.index
        if self._text[start : start + 1] in {"&", "!"}:  # the event begins with anchor and tag
            properties = _PROPERTIES.match(self._text, start, end)
            start = properties.end() if properties else start
        is_block = event.style in {"|", ">"}
        if event.style in {'"', "'"}:
            start, end = start + 1, end - 1
        if is_block:  # the indicators are in the first line
            start = min(end, self._text.find("\n", start, end) + 1 or end)
        given = of_mapping if is_key else name
        self.found.append(String(event.value, start, end, given, scope, is_block, is_key))
