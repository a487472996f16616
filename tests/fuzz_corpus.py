"""Files that long fuzz runs made: the shortest for each way to a refusal.

They are in `tests/fuzz-corpus/`. Every run of the tests gives each to every reader, and the
property tests change them further. `nox -s fuzz` adds a file for a way that none of them takes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from msconfig.errors import MsconfigError
from support import KEY, TOKEN

FOLDER = Path(__file__).parent / "fuzz-corpus"
Readers: TypeAlias = Mapping[str, Callable[[Path], object]]
Outcome: TypeAlias = tuple[str, str]
"""Name of a reader, and its reason to refuse a file, without numbers and quoted texts."""

_VARYING = re.compile(r"(;? ?\(?did you mean .*\?|\"[^\"]*\"|`[^`]*`|“[^”]*”|'[^']*'|[^A-Za-z$.])+")
_LONGEST = 8_192
"""Bytes; longer files show nothing that shorter ones do not."""
_PLACEHOLDERS = {TOKEN: "@TOKEN@", KEY: "@KEY@"}
"""A file in git has nothing in it that looks like a secret."""


def _replaced(raw: bytes, pairs: Mapping[str, str]) -> bytes:
    for old, new in pairs.items():
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            raw = raw.replace(old.encode(encoding), new.encode(encoding))
    return raw


def corpus() -> dict[str, bytes]:
    """Name and content of each file, with the tests' own token and key in it."""
    pairs = {new: old for old, new in _PLACEHOLDERS.items()}
    return {path.name: _replaced(path.read_bytes(), pairs) for path in sorted(FOLDER.iterdir())}


def outcomes(path: Path, readers: Readers) -> Iterator[Outcome]:
    """One for each reader that refuses a file."""
    for name, read in readers.items():
        try:
            read(path)
        except MsconfigError as error:
            (message, *_) = str(error).replace(str(path), "").splitlines()
            yield name, _VARYING.sub(" ", message)[:60]


class Collector:
    """Remembers the shortest file for each outcome that the corpus does not reach."""

    def __init__(self, readers: Readers, scratch: Path) -> None:
        self._readers = readers
        self._scratch = scratch
        self._reached = {
            outcome for name, raw in corpus().items() for outcome in self._outcomes(raw, name)
        }
        self._found: dict[Outcome, tuple[bytes, str]] = {}

    def _outcomes(self, raw: bytes, name: str) -> set[Outcome]:
        path = self._scratch / f"x{Path(name).suffix}"  # all that a file of the corpus keeps
        path.write_bytes(raw)
        return set(outcomes(path, self._readers))

    def see(self, raw: bytes, name: str) -> None:
        """Look at the outcomes of a file, which may be a new one."""
        if len(raw) > _LONGEST:
            return
        for outcome in self._outcomes(raw, name) - self._reached:
            known = self._found.get(outcome)
            if known is None or len(raw) < len(known[0]):
                self._found[outcome] = raw, name

    def _shortened(self, raw: bytes, name: str, outcome: Outcome) -> bytes:
        """A part of a file with the same outcome, from which no block can be taken."""
        size = len(raw) // 2
        while size:
            place = 0
            while place < len(raw):
                shorter = raw[:place] + raw[place + size :]
                if outcome in self._outcomes(shorter, name):
                    raw = shorter
                else:
                    place += size
            size //= 2
        return raw

    def keep(self) -> None:
        """Write the new files, each shortened, with the suffix of the name it was read under."""
        for outcome, (raw, name) in sorted(self._found.items()):
            if outcome in self._reached:
                continue
            short = self._shortened(raw, name, outcome)
            self._reached |= self._outcomes(short, name)
            kept = _replaced(short, _PLACEHOLDERS)
            digest = hashlib.sha256(kept).hexdigest()[:12]
            (FOLDER / f"{digest}{Path(name).suffix}").write_bytes(kept)
