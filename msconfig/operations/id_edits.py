"""Ids replaced in the bytes of a file, at their places; everything else stays."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msconfig.model_ids import Location
from msconfig.scanning.id_rules import shown_name_behind

__all__ = ["Edit", "EditableText", "without_overlaps"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A text in a line, and what replaces it."""

    line: int
    """From 1."""
    start: int
    """Characters of the line in front of it."""
    older: str
    newer: str

    @property
    def end(self) -> int:
        """Characters of the line up to its end."""
        return self.start + len(self.older)


@dataclass(frozen=True, slots=True)
class EditableText:
    """The text of a file, with what it takes to get its very bytes back."""

    mark: bytes
    """The byte order mark; empty without one."""
    codec: str
    lines: tuple[str, ...]
    """Without the line feeds between them; a carriage return is part of its line."""

    @classmethod
    def of(cls, raw: bytes) -> EditableText | None:
        """The text of a file; bytes that are not UTF-8 are kept. None for UTF-16 that is broken."""
        mark, codec = next((each for each in _MARKS if raw.startswith(each[0])), (b"", "utf-8"))
        try:
            text = raw[len(mark) :].decode(codec, _errors(codec))
        except UnicodeDecodeError:
            return None
        return cls(mark, codec, tuple(text.split("\n")))

    def edit_at(self, place: Location, text: str, older: str, newer: str) -> Edit | None:
        """The edit of an id at its place; None if the id is not there, or is spelt another way.

        Args:
            place: where `text` is; its `given` may begin in front of it and end behind it.
            text: the id, as the check took it.
            older: the part of `text` to replace.
            newer: what replaces it. The model's own name behind `text`, which is shown for it,
                is replaced by that of the new one: it would be a provider of another model.
        """
        if not 0 < place.line <= len(self.lines):
            return None
        line, start = self.lines[place.line - 1], place.column - 1
        given = place.given or ""
        if not line.startswith(text, start):
            if not line.startswith(given, start):
                return None
            if given.count(text) == 1:
                start += given.index(text)
            elif _unescaped(given) == text:
                slash = "\\/" if "\\/" in given else "/"
                suffix = text[text.index(older) + len(older) :]
                shown, new_shown = _shown_names(line[start + len(given) :], text, newer)
                newer = f"{newer}{suffix}{new_shown}".replace("/", slash)
                return Edit(place.line, start, given + shown, newer)
            else:
                return None
        shown, new_shown = _shown_names(line[start + len(text) :], text, newer)
        return Edit(place.line, start + text.index(older), older + shown, newer + new_shown)

    def after(self, edits: Iterable[Edit]) -> str:
        """The text after `edits`, of which none overlaps another."""
        lines = list(self.lines)
        for edit in sorted(edits, reverse=True):
            line = lines[edit.line - 1]
            lines[edit.line - 1] = line[: edit.start] + edit.newer + line[edit.end :]
        return "\n".join(lines)

    def edited(self, edits: Iterable[Edit]) -> bytes:
        """The bytes of the file after `edits`, of which none overlaps another."""
        return self.mark + self.after(edits).encode(self.codec, _errors(self.codec))


def _shown_names(behind: str, text: str, newer: str) -> tuple[str, str]:
    """The name that is shown for an id, with its colon, and that of the new one; "" without."""
    shown = shown_name_behind(text, behind)
    if not shown:
        return "", ""
    return f":{shown}", "" if ":" in newer else f":{newer.rpartition('/')[2]}"


_ESCAPE = re.compile(r"\\(?:/|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2}))")


def _unescaped(given: str) -> str:
    r"""`given` without the escapes of JSON, YAML and TOML that an id can be spelt with."""

    def character(match: re.Match[str]) -> str:
        digits = match[1] or match[2] or match[3]
        code = int(digits, 16) if digits else ord("/")
        return chr(code) if code < 128 else match[0]  # noqa: PLR2004 - ids are ASCII

    return _ESCAPE.sub(character, given)


def _errors(codec: str) -> str:
    """How bytes that are not text are read and written: in UTF-8, as they are."""
    return "surrogateescape" if codec == "utf-8" else "strict"


def without_overlaps(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """`edits` in the order of their places, each once; of two that overlap, the first."""
    kept: list[Edit] = []
    for edit in sorted(dict.fromkeys(edits)):
        last = kept[-1] if kept else None
        if last is None or last.line != edit.line or last.end <= edit.start:
            kept.append(edit)
    return tuple(kept)
