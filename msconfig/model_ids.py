"""Model ids: their form, and the lists that they are read from."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

__all__ = [
    "GivenId",
    "Location",
    "ModelId",
    "distinct",
    "is_model_id",
    "located",
    "located_texts",
    "texts_in_lines",
]

_PART = r"[A-Za-z0-9_.-]{1,128}"
_FORM = re.compile(rf"({_PART})/({_PART})(?::({_PART}))?", re.ASCII)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_BLANKS = " \t\r\v\f"
"""White space that may be around an id in a list; other white space is pasted."""
_NOTHING_TO_SEE = f"{_BLANKS}\xa0\u3000\u200b\u2060\ufeff"
"""Blanks, and the characters without width that editors and pages leave in an empty line."""
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
    """The place of an id: file as it was given, line and column from 1."""

    file: str
    line: int
    column: int
    given: str | None = None
    """The text at this place, where it is not the id itself."""


@dataclass(frozen=True, slots=True)
class GivenId:
    """An id with its places."""

    text: str
    """The id; a text without the form of an id as it was given."""
    location: Location | None = None
    """The first place; None for an id that is in no file."""
    given: str | None = None
    """The text that was given, where `text` is what it was taken for."""
    locations: tuple[Location, ...] = ()
    """All places, in their order; filled by `distinct`."""
    sites: frozenset[str] = frozenset()
    """The sites of the page addresses that the id was taken from."""


def texts_in_lines(text: str, file: str) -> list[GivenId]:
    """The texts of a list, one a line, with their places; nothing is checked here.

    From a ``#`` that begins the line or follows white space the rest is a comment. Windows line
    ends and a byte order mark do no harm.
    """
    found = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        bare = _COMMENT.sub("", line) if "#" in line else line
        model_id = bare.strip(_BLANKS)
        if model_id.strip(_NOTHING_TO_SEE):
            found.append(GivenId(model_id, Location(file, number, line.index(model_id) + 1)))
    return found


_NAMED = re.compile(r"""\b(?:id|modelId)["']?\s*[=:]\s*(["'])([^"'\n]*)\1""")
_QUOTED = re.compile(r"""(["'])([^"'\n]*)(?=\1)""")


def located(ids: Iterable[str], text: str, file: str) -> list[GivenId]:
    """The ids of a parsed document, each where its `text` (TOML or JSON) names it as a model.

    An id that comes again has its next place. None where it is spelt in another way, e.g. with
    escapes.
    """
    models = max(0, text.find("[[models]]"))  # other tables of settings name models too
    places = _places(_NAMED.finditer(text, models), text, file)
    return [GivenId(each, _next_place(places, each)) for each in ids]


def located_texts(texts: Iterable[str], text: str, file: str, *, after: str) -> Iterator[GivenId]:
    """The ids of a list in a parsed document, each where `text` quotes it first behind `after`."""
    places = _places(_QUOTED.finditer(text, max(0, text.find(after))), text, file)
    for each in texts:
        yield GivenId(each, _next_place(places, each))


def _places(
    found: Iterable[re.Match[str]], text: str, file: str
) -> dict[str, collections.deque[Location]]:
    """The places of each quoted text, in their order."""
    places: dict[str, collections.deque[Location]] = {}
    line, line_start, seen = 1, 0, 0
    for match in found:
        start = match.start(2)
        line += text.count("\n", seen, start)
        line_start = max(line_start, text.rfind("\n", seen, start) + 1)
        seen = start
        if text[line_start:start].lstrip().startswith("#"):  # a comment of TOML
            continue
        place = Location(file, line, start - line_start + 1)
        places.setdefault(match[2], collections.deque()).append(place)
    return places


def _next_place(places: dict[str, collections.deque[Location]], model_id: str) -> Location | None:
    left = places.get(model_id)
    return left.popleft() if left else None


def distinct(ids: Iterable[GivenId]) -> tuple[GivenId, ...]:
    """The ids in their order, each once, with all places in which it was found."""
    groups: dict[str, list[GivenId]] = {}
    for given in ids:
        groups.setdefault(given.text, []).append(given)
    return tuple(map(_merged, groups.values()))


def _merged(ids: list[GivenId]) -> GivenId:
    if len(ids) == 1 and _is_merged(ids[0]):
        return ids[0]
    places: dict[Location, None] = {}
    for each in ids:
        if each.location is not None:
            place = each.location
            places.setdefault(
                place if place.given == each.given else replace(place, given=each.given)
            )
        for more in each.locations:
            places.setdefault(more)
    return replace(
        ids[0],
        location=replace(next(iter(places)), given=None) if places else None,
        locations=tuple(places),
        sites=frozenset().union(*(each.sites for each in ids)),
    )


def _is_merged(given: GivenId) -> bool:
    """Whether it is as `distinct` leaves it; a list of many places takes long."""
    if given.location is None:
        return not given.locations
    first = replace(given.location, given=given.given)
    return given.location.given is None and given.locations[:1] == (first,)
