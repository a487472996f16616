"""A text in a file and what is around it: what every reader gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["DoesNotParse", "Reader", "Scope", "String", "offsets_of_characters"]


class DoesNotParse(Exception):
    """A file is not of the format that its name says; the message has the place where known."""


@dataclass(slots=True)
class Scope:
    """A mapping or table; whether the address in it is that of API-Inference."""

    parent: Scope | None = None
    is_api_inference: bool | None = None
    """None where it names no address."""
    name: str = ""
    """The key whose value it is, also through lists."""

    @property
    def served_by_api_inference(self) -> bool | None:
        """What the nearest mapping around it says that names an address; None if none does."""
        scope: Scope | None = self
        while scope is not None:
            if scope.is_api_inference is not None:
                return scope.is_api_inference
            scope = scope.parent
        return None


@dataclass(frozen=True, slots=True)
class String:
    """A text of a document."""

    value: str
    start: int
    """Where its spelling begins in the file's text, without quotation marks."""
    end: int
    name: str
    """The key or variable whose value it is, also through lists; of a key, that of its mapping."""
    scope: Scope | None = None
    is_block: bool = False
    """Whether it is written over several lines, as a text of its own."""
    is_key: bool = False
    skip: int = 0
    """Characters of `value` in front of what `name` names, such as ``NAME=``."""


Reader = Callable[[str], list[String]]
"""The texts of a document in their order; raises `DoesNotParse`."""

_ESCAPE = re.compile(
    r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|(?P<nothing>[ \t]*\r?\n\s*)|[\s\S])"
)


def offsets_of_characters(raw: str, value: str) -> list[int] | None:
    r"""Where each character of `value` is spelt in `raw`, and the end; None where that is unclear.

    >>> offsets_of_characters(r"a\u002fb", "a/b")
    [0, 1, 7, 8]
    """
    if raw == value:
        return list(range(len(raw) + 1))
    found: list[int] = []
    position = 0
    while position < len(raw):
        if raw[position] == "\\" and (escape := _ESCAPE.match(raw, position)):
            if escape["nothing"] is None:
                found.append(position)
            position = escape.end()
            continue
        found.append(position)
        position += 1
    found.append(len(raw))
    return found if len(found) == len(value) + 1 else None
