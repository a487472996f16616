"""Files of links, one a line, and how each version of the app reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from msconfig.cherry.link import links_in_lines
from msconfig.cherry.link_reading import Outcome, Reading, read_link
from msconfig.documents.recognise import DocumentKind, examine
from msconfig.errors import DocumentError
from msconfig.files import read_at_most, read_stdin
from msconfig.problems import Problem, format_problems
from msconfig.schemas import MAX_BYTES
from msconfig.text import as_utf8

_MOST = 1000
"""Links of a file: far more keys than a person has, and few enough to show."""
_PLACE = re.compile(r"\$\[(\d+)\]\.?")
"""The place of a problem as `examine` names it: the link's number, from 0, and a field."""


@dataclass(frozen=True, slots=True)
class DecodedLink:
    """A link, how each version reads it, and its problems as `validate` finds them."""

    line: int
    link: str
    readings: tuple[Reading, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def opens(self) -> bool:
        """Whether there is a version that opens it."""
        return any(reading.outcome is Outcome.OPENS for reading in self.readings)

    @property
    def is_good(self) -> bool:
        """Whether every version opens it and `validate` finds no error in it."""
        opens = all(reading.outcome is Outcome.OPENS for reading in self.readings)
        return opens and not self.errors


@dataclass(frozen=True, slots=True)
class LinksFile:
    """The links of a file."""

    name: str
    """Its path, or ``standard input``."""
    links: tuple[DecodedLink, ...]


def read_links(source: str) -> LinksFile:
    """The links in the file `source`, one a line; ``-`` is standard input.

    Raises:
        FileError: it cannot be read.
        DocumentError: it is not text, too large, or has no link.
    """
    if source == "-":
        return links_in(read_stdin(MAX_BYTES), "standard input")
    return links_in(read_at_most(Path(source), MAX_BYTES), source)


def links_in(raw: bytes, name: str) -> LinksFile:
    """The links in `raw`, one a line.

    Raises:
        DocumentError: it is not text, too large, or has no link.
    """
    if len(raw) <= MAX_BYTES:
        raw = as_utf8(raw)
    # before they are examined, which takes long for a million of them
    if len(raw) <= MAX_BYTES and sum(1 for line in raw.splitlines() if line.strip()) > _MOST:
        raise DocumentError(f"{name}: more than {_MOST} links; split the file")
    document = examine(raw, kind=DocumentKind.LINKS)
    if any(not _PLACE.match(problem.path) for problem in document.errors):
        raise DocumentError(format_problems(name, document.errors))
    errors, warnings = _by_link(document.errors), _by_link(document.warnings)
    return LinksFile(
        name,
        tuple(
            DecodedLink(
                pasted.line,
                pasted.text,
                read_link(pasted.text),
                tuple(errors.get(index, ())),
                tuple(warnings.get(index, ())),
            )
            for index, pasted in enumerate(links_in_lines(raw.decode("utf-8-sig")))
        ),
    )


def _by_link(problems: tuple[Problem, ...]) -> dict[int, list[str]]:
    """The messages about each link, by its number from 0."""
    found: dict[int, list[str]] = {}
    for problem in problems:
        place = _PLACE.match(problem.path)
        if place is not None:
            field = problem.path[place.end() :]
            message = f"{field}: {problem.message}" if field else problem.message
            found.setdefault(int(place[1]), []).append(message)
    return found
