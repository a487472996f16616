"""A file of links, one a line: each with what the versions of the app make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from msconfig.cherry.link_reading import Outcome, Reading, read_link
from msconfig.documents.recognise import DocumentKind, examine
from msconfig.errors import DocumentError, FileError
from msconfig.files import read_stdin
from msconfig.schemas import MAX_BYTES, Problem, format_problems

__all__ = ["DecodedLink", "LinksFile", "links_in", "read_links"]

_MOST = 1000
"""Links of a file; each is one key, and nobody has more."""
_PLACE = re.compile(r"\$\[(\d+)\]\.?")


@dataclass(frozen=True, slots=True)
class DecodedLink:
    """A link, what each version makes of it, and what `validate` has to say about it."""

    line: int
    link: str
    readings: tuple[Reading, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def opens(self) -> bool:
        """Whether there is a version that opens it."""
        return any(reading.outcome is Outcome.OPENS for reading in self.readings)


@dataclass(frozen=True, slots=True)
class LinksFile:
    """The links of a file, and the words by which it is called."""

    name: str
    links: tuple[DecodedLink, ...]


def read_links(source: str) -> LinksFile:
    """The links in the file `source`, one a line; ``-`` is standard input.

    Raises:
        FileError: it cannot be read.
        DocumentError: it is no text, too large, or holds no link.
    """
    if source == "-":
        return links_in(read_stdin(MAX_BYTES), "standard input")
    try:
        with Path(source).open("rb") as stream:
            return links_in(stream.read(MAX_BYTES + 1), source)
    except OSError as error:
        raise FileError.from_os("read", source, error) from None


def links_in(raw: bytes, name: str) -> LinksFile:
    """The links in `raw`, one a line.

    Raises:
        DocumentError: it is no text, too large, or holds no link.
    """
    if len(raw) <= MAX_BYTES and len(raw.split(maxsplit=_MOST)) > _MOST:
        raise DocumentError(f"{name}: more than {_MOST} links; each is a key, and nobody has more")
    document = examine(raw, kind=DocumentKind.LINKS)
    if any(not _PLACE.match(problem.path) for problem in document.errors):
        raise DocumentError(format_problems(name, document.errors))
    lines = enumerate(raw.decode("utf-8-sig").splitlines(), start=1)
    links = [(number, line.strip()) for number, line in lines if line.strip()]
    errors, warnings = _by_link(document.errors), _by_link(document.warnings)
    return LinksFile(
        name,
        tuple(
            DecodedLink(
                line,
                link,
                read_link(link),
                tuple(errors.get(index, ())),
                tuple(warnings.get(index, ())),
            )
            for index, (line, link) in enumerate(links)
        ),
    )


def _by_link(problems: tuple[Problem, ...]) -> dict[int, list[str]]:
    """What is said about each link, by its number from 0."""
    found: dict[int, list[str]] = {}
    for problem in problems:
        place = _PLACE.match(problem.path)
        if place is not None:
            field = problem.path[place.end() :]
            words = f"{field}: {problem.message}" if field else problem.message
            found.setdefault(int(place[1]), []).append(words)
    return found
