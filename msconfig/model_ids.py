"""Model ids: their form, and the lists that they are read from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

__all__ = ["ModelId", "distinct", "ids_in_lines"]

_PART = r"[A-Za-z0-9_.-]{1,128}"
_FORM = re.compile(rf"({_PART})/({_PART})(?::({_PART}))?", re.ASCII)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_DOTS = frozenset({".", ".."})


@dataclass(frozen=True, slots=True)
class ModelId:
    """A well-formed model id: ``owner/name``, perhaps with ``:Provider`` behind it.

    The suffix chooses a third-party provider that the user pays for; the hub does not know it.
    """

    owner: str
    name: str
    provider: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The id that `text` spells, or None when it has not the form ``owner/name``."""
        match = _FORM.fullmatch(text)
        if match is None or _DOTS.intersection(match.groups()):
            return None
        return cls(match[1], match[2], match[3])

    @property
    def path(self) -> str:
        """``owner/name``, as the hub and the catalogue spell it."""
        return f"{self.owner}/{self.name}"


def ids_in_lines(text: str) -> list[str]:
    """The ids in a list, one a line; ``#`` at a line's start or after white space is a comment.

    A byte order mark and CRLF line ends are accepted. Nothing is checked here.
    """
    lines = (_COMMENT.sub("", line).strip() for line in text.removeprefix("\ufeff").split("\n"))
    return [line for line in lines if line]


def distinct(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids in their order, each once."""
    return tuple(dict.fromkeys(ids))
