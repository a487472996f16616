"""Text in drawings, in lines: SVG does not wrap it, so they are found by an estimate of widths."""

from __future__ import annotations

import re
import unicodedata

_NARROW = frozenset("ijlftrI.,:;'’|!()[]/- ")
_WIDE = frozenset("mwMW@%")
_EM = {"wide": 1.0, "narrow": 0.4, "broad": 0.95, "capital": 0.74, "other": 0.63}
"""Widths in em. They are those of DejaVu Sans, the widest of the fonts that pages use."""
_NOT_FIRST = frozenset("、。，．：；！？）」』】》”’ー")
"""Characters that begin no line."""
_PIECES = re.compile(r"[^\s/_-]*[/_-]|\S+?(?=\s|$|[/_-])|\s+")


def width_of(text: str, size: float) -> float:
    """The most that `text` takes in a font of `size`, in the same unit."""
    return size * sum(_EM[_kind(character)] for character in text)


def lines_of(text: str, width: float, size: float = 13) -> list[str]:
    """`text` in lines that are at most `width` wide in a font of `size`.

    Lines end at a blank or after ``/``, ``-`` or ``_``, between two Chinese or Japanese characters,
    and inside a word only if that alone is too long.
    """
    lines = [""]
    for piece in _pieces(text):
        if width_of((lines[-1] + piece).strip(), size) <= width or not lines[-1].strip():
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
        while width_of(lines[-1].strip(), size) > width and len(lines[-1]) > 1:
            lines[-1:] = _split(lines[-1], width, size)
    return [line.strip() for line in lines if line.strip()]


def _kind(character: str) -> str:
    if unicodedata.east_asian_width(character) in "WF":
        return "wide"
    if character in _NARROW:
        return "narrow"
    if character in _WIDE or character.lower() in "жшщюыфм":
        return "broad"
    return "capital" if character.isupper() else "other"


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        part = ""
        for character in piece:
            is_wide = _kind(character) == "wide"
            if part and is_wide and character not in _NOT_FIRST:
                pieces.append(part)
                part = ""
            part += character
        pieces.append(part)
    return pieces


def _split(line: str, width: float, size: float) -> list[str]:
    end = max(
        (place for place in range(1, len(line)) if width_of(line[:place], size) <= width), default=1
    )
    return [line[:end], line[end:]]
