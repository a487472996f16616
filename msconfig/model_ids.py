"""Model ids: their form, and the lists that they are read from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

__all__ = [
    "GivenId",
    "Location",
    "ModelId",
    "distinct",
    "ids_in_lines",
    "is_model_id",
    "located",
    "located_texts",
]

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


def is_model_id(text: str) -> bool:
    """Whether `text` is ``owner/name`` and nothing else, as the hub and the catalogue write ids."""
    model_id = ModelId.parse(text)
    return model_id is not None and model_id.provider is None


@dataclass(frozen=True, slots=True)
class Location:
    """Where an id stands: file as it was given, line and column from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class GivenId:
    """An id as it was given, and where it stands; None for one from the command line."""

    text: str
    location: Location | None = None


def ids_in_lines(text: str, file: str) -> list[GivenId]:
    """The ids in a text that has one on each line, with their places; nothing is checked here.

    From a ``#`` that begins the line or follows white space the rest is a comment. Windows line
    ends and a byte order mark do no harm.
    """
    found = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        model_id = _COMMENT.sub("", line).strip()
        if model_id:
            found.append(GivenId(model_id, Location(file, number, line.index(model_id) + 1)))
    return found


def located(ids: Iterable[str], text: str, file: str) -> list[GivenId]:
    """The ids of a parsed document, each where its `text` (TOML or JSON) names it as a model."""
    return [GivenId(model_id, _place(model_id, text, file)) for model_id in ids]


def _place(model_id: str, text: str, file: str) -> Location | None:
    models = max(0, text.find("[[models]]"))  # other tables of settings name models too
    named = re.compile(rf"""\b(?:id|modelId)["']?\s*[=:]\s*(["'])({re.escape(model_id)})\1""")
    return _where(named.search(text, models), text, file)


def located_texts(texts: Iterable[str], text: str, file: str, *, after: str) -> Iterator[GivenId]:
    """The ids of a list in a parsed document, each where `text` quotes it first behind `after`."""
    begin = max(0, text.find(after))
    for each in texts:
        quoted = re.compile(rf"""(["'])({re.escape(each)})\1""")
        yield GivenId(each, _where(quoted.search(text, begin), text, file))


def _where(match: re.Match[str] | None, text: str, file: str) -> Location | None:
    """Line and column of the id; None where it is spelt in another way, e.g. with escapes."""
    if match is None:
        return None
    start = match.start(2)
    line_start = text.rfind("\n", 0, start) + 1
    return Location(file, text.count("\n", 0, start) + 1, start - line_start + 1)


def distinct(ids: Iterable[GivenId]) -> tuple[GivenId, ...]:
    """The ids in their order, each once, where it came first."""
    first: dict[str, GivenId] = {}
    for given in ids:
        first.setdefault(given.text, given)
    return tuple(first.values())
