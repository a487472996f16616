"""Syntax trees of JSON and TOML by tree-sitter, whose places are bytes of UTF-8."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msconfig.scanning.strings import DoesNotParse

if TYPE_CHECKING:
    from tree_sitter import Language, Tree

__all__ = ["ByteOffsets", "first_error", "parse"]

_DEEPEST = 500
"""Brackets in one another; with many thousands the time is no longer linear."""


@cache
def _language(name: str) -> Language:
    from tree_sitter import Language  # noqa: PLC0415 - only a scan needs it

    if name == "json":
        import tree_sitter_json  # noqa: PLC0415 - the same

        return Language(tree_sitter_json.language())
    import tree_sitter_toml  # noqa: PLC0415 - the same

    return Language(tree_sitter_toml.language())


def parse(language: str, text: str) -> Tree:
    """The tree of `text`; a text with errors has one too.

    Raises:
        DoesNotParse: it is nested far too deeply.
    """
    from tree_sitter import Parser  # noqa: PLC0415 - only a scan needs it

    if _is_too_deep(text):
        raise DoesNotParse(f"more than {_DEEPEST} brackets in one another")
    return Parser(_language(language)).parse(text.encode("utf-8", "surrogateescape"))


def _is_too_deep(text: str) -> bool:
    """Whether brackets, those in strings too, are nested too deeply."""
    if text.count("[") + text.count("{") <= _DEEPEST:
        return False
    depth = 0
    for character in filter("[]{}".__contains__, text):
        depth += 1 if character in "[{" else -1
        if depth > _DEEPEST:
            return True
        depth = max(depth, 0)
    return False


def first_error(tree: Tree, text: str) -> str:
    """Where the first error is, as ``line 3, column 7``."""
    cursor = tree.walk()
    while True:
        node = cursor.node
        if node is None or node.is_missing or node.type == "ERROR":
            break
        if not (node.has_error and cursor.goto_first_child()) and not cursor.goto_next_sibling():
            break
    at = ByteOffsets(text).at(cursor.node.start_byte) if cursor.node is not None else 0
    line_start = text.rfind("\n", 0, at) + 1
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - line_start + 1}"


class ByteOffsets:
    """Characters of a text by their bytes in UTF-8; to be asked from front to back."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._is_ascii = text.isascii()
        self._raw = b"" if self._is_ascii else text.encode("utf-8", "surrogateescape")
        self._byte = 0
        self._character = 0

    def at(self, byte: int) -> int:
        """The character that begins with `byte`."""
        if self._is_ascii:
            return byte
        if byte < self._byte:
            self._byte = self._character = 0
        between = self._raw[self._byte : byte]
        self._character += len(between.decode("utf-8", "surrogateescape"))
        self._byte = byte
        return self._character
