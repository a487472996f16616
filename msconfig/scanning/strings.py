"""A text in a file and what is around it: what every reader gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from msconfig.scanning.services import Service, is_another_service

__all__ = ["DoesNotParse", "Reader", "Scope", "String", "offsets_of_characters"]


class DoesNotParse(Exception):
    """A file is not of the format that its name says; the message has the place where known."""


@dataclass(slots=True)
class Scope:
    """A mapping or table, and the service whose address is in it."""

    parent: Scope | None = None
    service: Service | None = None
    """None where it names no address."""
    own_service: Service | None = None
    """The service whose address is a value of its own, and not only in a mapping in it."""
    is_mixed: bool = False
    """Whether it names several services."""
    by_word: dict[str, Service | None] | None = None
    """The service by the first word of the name of its address; None for a word of several."""
    provider: str = ""
    """The service that it names, as in ``provider: ollama``."""
    name: str = ""
    """The key whose value it is, also through lists."""
    in_list: bool = False

    def note(self, service: Service, name: str, *, is_own: bool = True) -> None:
        """Note that the address of `service` is the value of `name` in it.

        Args:
            service: the service.
            name: what the address is called.
            is_own: whether `name` is in it, and not in a mapping in it.
        """
        if is_own:
            self.own_service = service
        self.is_mixed |= self.service not in {None, service}
        self.service = service
        self.by_word = {} if self.by_word is None else self.by_word
        word = _first_word(name)
        self.by_word[word] = service if self.by_word.get(word, service) is service else None

    def service_for(self, name: str) -> Service | None:
        """The service that the value of `name` is for; None if that is not clear.

        It is that of the nearest mapping that names an address, or is itself called like another
        service (``openrouter: …``). Of several addresses in one mapping it is the one whose name
        begins with the same word: `OPENAI_MODEL` belongs to `OPENAI_BASE_URL`.
        """
        scope: Scope | None = self
        while scope is not None:
            if scope.service is not None:
                words = scope.by_word or {}
                return words.get(_first_word(name)) if scope.is_mixed else scope.service
            if is_another_service(scope.provider or scope.name):
                return Service.ANOTHER
            scope = scope.parent
        return None


_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+", re.ASCII)


def _first_word(name: str) -> str:
    word = _WORD.search(name)
    return word[0].lower() if word is not None else name


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

    @property
    def service(self) -> Service | None:
        """The service that the value is for; None if that is not clear."""
        return self.scope.service_for(self.name) if self.scope is not None else None


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
