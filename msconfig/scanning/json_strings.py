"""Strings of JSON, with comments and trailing commas too, and their places."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msconfig.scanning.strings import DoesNotParse, Scope, String
from msconfig.scanning.syntax_tree import ByteOffsets, first_error, parse

if TYPE_CHECKING:
    from tree_sitter import TreeCursor

__all__ = ["strings_in_json"]


def strings_in_json(text: str) -> list[String]:
    """All strings of `text`, keys too.

    Raises:
        DoesNotParse: it is not JSON; comments and trailing commas are.
    """
    tree = parse("json", text)
    if tree.root_node.has_error and not _only_trailing_commas(tree.walk()):
        raise DoesNotParse(first_error(tree, text))
    return _Walk(text).strings(tree.walk())


def _only_trailing_commas(cursor: TreeCursor) -> bool:
    """Whether every error is a comma before a closing bracket."""
    while True:
        node = cursor.node
        if node is not None and (node.is_missing or node.type == "ERROR"):
            behind = node.next_sibling
            while behind is not None and behind.type == "comment":
                behind = behind.next_sibling
            is_last = behind is not None and behind.type in {"]", "}"}
            if node.is_missing or node.text != b"," or not is_last:
                return False
        elif node is not None and node.has_error and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return True


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._offsets = ByteOffsets(text)
        self._found: list[String] = []

    def strings(self, cursor: TreeCursor) -> list[String]:
        """Without recursion: documents may be nested deeper than Python bears."""
        around: list[tuple[str, Scope, str]] = [("", Scope(), "")]
        name, scope, inside = around[0]
        while True:
            node = cursor.node
            kind = node.type if node is not None else ""
            if node is not None and kind == "string":
                is_key = cursor.field_name == "key"
                named = around[-1][0] if is_key else name
                value, start, end = self._string(node.start_byte, node.end_byte)
                self._found.append(String(value, start, end, named, scope, is_key=is_key))
                if is_key:
                    name = value
            elif kind in {"object", "array", "pair", "document", "ERROR"} and (
                cursor.goto_first_child()
            ):
                around.append((name, scope, inside))
                if kind == "object":
                    scope = Scope(scope, name=name, in_list=inside == "array")
                inside = kind
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return self._found
                name, scope, inside = around.pop()

    def _string(self, start: int, end: int) -> tuple[str, int, int]:
        """The value of a string, and where it is between its quotation marks."""
        first, last = self._offsets.at(start) + 1, self._offsets.at(end) - 1
        raw = self._text[first:last]
        try:
            value = raw if "\\" not in raw else json.loads(f'"{raw}"', strict=False)
        except ValueError:
            value = raw
        return value, first, last
