"""Strings of TOML and their places."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

from msconfig.scanning.strings import DoesNotParse, Scope, String
from msconfig.scanning.syntax_tree import ByteOffsets, first_error, parse

if TYPE_CHECKING:
    from tree_sitter import Node, TreeCursor

__all__ = ["strings_in_toml"]

_KEYS = {"bare_key", "quoted_key", "dotted_key"}
_TABLES = {"table", "table_array_element", "inline_table"}
_INNER = {"document", "pair", "array", *_TABLES}


def strings_in_toml(text: str) -> list[String]:
    """All strings of `text`, and its quoted keys.

    Raises:
        DoesNotParse: it is not TOML.
    """
    tree = parse("toml", text)
    if tree.root_node.has_error:
        raise DoesNotParse(first_error(tree, text))
    return _Walk(text).strings(tree.walk())


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._offsets = ByteOffsets(text)
        self._found: list[String] = []

    def strings(self, cursor: TreeCursor) -> list[String]:
        """Without recursion: documents may be nested deeper than Python bears."""
        around: list[tuple[str, Scope, str]] = []
        name, scope, inside = "", Scope(), ""
        while True:
            node = cursor.node
            kind = node.type if node is not None else ""
            if node is not None and kind in _KEYS:
                name = self._keys(node, name, scope)
                if inside in _TABLES:
                    scope.name = name
            elif node is not None and kind == "string":
                self._found.append(self._string(node, name, scope))
            elif kind in _INNER and cursor.goto_first_child():
                around.append((name, scope, inside))
                if kind in _TABLES:
                    in_list = inside == "array" or kind == "table_array_element"
                    scope = Scope(scope, name=name, in_list=in_list)
                    name = "" if kind != "inline_table" else name
                inside = kind
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return self._found
                name, scope, inside = around.pop()

    def _keys(self, node: Node, name: str, scope: Scope) -> str:
        """The last part of a key; quoted parts are strings, named by the part in front of them."""
        parts = [node]
        while parts:
            part = parts.pop()
            if part.type == "dotted_key":
                parts += reversed(part.named_children)
                continue
            string = self._string(part, name, scope)
            if part.type == "quoted_key":
                self._found.append(replace(string, is_key=True))
            name = string.value
        return name

    def _string(self, node: Node, name: str, scope: Scope) -> String:
        first, last = self._offsets.at(node.start_byte), self._offsets.at(node.end_byte)
        raw = self._text[first:last]
        if raw[:1] not in {'"', "'"}:
            return String(raw, first, last, name, scope)
        quotes = 3 if raw[:3] in {'"""', "'''"} and len(raw) >= 6 else 1  # noqa: PLR2004
        inner = raw[quotes:-quotes]
        is_literal = raw[0] == "'"
        value = inner
        if "\\" in inner and not is_literal:
            try:
                value = str(tomllib.loads(f"a = {raw}")["a"])
            except ValueError:
                value = inner
        elif quotes == 3:  # noqa: PLR2004
            value = inner.removeprefix("\r").removeprefix("\n")
            first += len(inner) - len(value)
        return String(value, first + quotes, last - quotes, name, scope, is_block=quotes == 3)  # noqa: PLR2004
