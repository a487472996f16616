"""Keys that a mapping of a document has more than once, which readers refuse or drop unseen."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from msconfig.scanning.strings import DoesNotParse

if TYPE_CHECKING:
    from tree_sitter import TreeCursor

__all__ = ["repeated_keys"]


def repeated_keys(file: str, text: str) -> int:
    """How many keys of JSON, YAML or TOML are there already in their mapping.

    TOML has none: with one it does not parse, which counts as one. 0 for other formats, and for
    JSON and YAML that do not parse.
    """
    count = _COUNTS.get(PurePath(file).suffix.lower())
    return count(text) if count is not None else 0


def _in_json(text: str) -> int:
    from msconfig.scanning.syntax_tree import parse  # noqa: PLC0415 - loads a library

    try:
        tree = parse("json", text)
    except DoesNotParse:
        return 0
    return sum(_repeats(list(keys)) for keys in _keys_of_objects(tree.walk()))


def _keys_of_objects(cursor: TreeCursor) -> Iterator[list[str]]:
    """The keys of each object. Without recursion, as documents may be nested deeply."""
    around: list[list[str]] = []
    while True:
        node = cursor.node
        kind = node.type if node is not None else ""
        if node is not None and kind == "string" and cursor.field_name == "key" and around:
            raw = (node.text or b"").decode("utf-8", "replace")
            try:
                around[-1].append(json.loads(raw, strict=False))
            except ValueError:
                around[-1].append(raw)
        elif kind != "string" and cursor.goto_first_child():
            if kind == "object":
                around.append([])
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            if cursor.node is not None and cursor.node.type == "object":
                yield around.pop()


def _in_yaml(text: str) -> int:
    import yaml  # noqa: PLC0415 - only where ids are replaced in YAML

    loader: Any = getattr(yaml, "CLoader", yaml.Loader)  # parses only: nothing is constructed
    levels: list[_Level] = []
    count = 0
    event: Any
    try:
        for event in yaml.parse(text, Loader=loader):
            kind = type(event).__name__
            if kind in {"MappingEndEvent", "SequenceEndEvent"}:
                count += _repeats(levels.pop().keys)
                continue
            if levels and kind in _NODES:
                levels[-1].take(event.value if kind == "ScalarEvent" else None)
            if kind in {"MappingStartEvent", "SequenceStartEvent"}:
                levels.append(_Level(is_mapping=kind == "MappingStartEvent"))
    except (yaml.YAMLError, UnicodeError):
        return 0
    return count


_NODES = {"ScalarEvent", "AliasEvent", "MappingStartEvent", "SequenceStartEvent"}


class _Level:
    """A collection, and of a mapping the keys so far."""

    def __init__(self, *, is_mapping: bool) -> None:
        self.keys: list[str] = []
        self._is_mapping = is_mapping
        self._is_key = is_mapping

    def take(self, value: str | None) -> None:
        """Take what comes next in it; None for what is no text."""
        if self._is_key and value is not None:
            self.keys.append(value)
        self._is_key = self._is_mapping and not self._is_key


def _in_toml(text: str) -> int:
    try:
        tomllib.loads(text)
    except ValueError:
        return 1
    return 0


def _repeats(keys: list[str]) -> int:
    return len(keys) - len(set(keys))


_COUNTS: dict[str, Callable[[str], int]] = {
    **dict.fromkeys((".json", ".jsonc", ".code-workspace"), _in_json),
    **dict.fromkeys((".yaml", ".yml"), _in_yaml),
    ".toml": _in_toml,
}
