"""How many slips of the fingers one text is from each of many others.

A slip is a character too many, missing or replaced, or two neighbours swapped (the distance of
"optimal string alignment"). Plain Python takes some 100 µs for one pair of ids, too long for
thousands of failing ids and hundreds of served ones. So this is the bit-parallel algorithm of
Hyyrö (2003), in which a column of the table of distances is a few integers with a bit a row, and
the columns of all texts stand side by side in one long integer: a step for a character costs
a dozen operations, however many texts there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

__all__ = ["Distances"]


class Distances:
    """Texts, ready to be compared with others."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
        # whole bytes, to cut the result; a spare bit at least, for the carry of an addition
        self._bytes = max(map(len, texts), default=0) // 8 + 1
        self._rows = self._firsts = 0
        places: defaultdict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(texts):
            start = number * self._bytes * 8
            self._firsts |= 1 << start
            self._rows |= ((1 << len(text)) - 1) << start
            for place, character in enumerate(text, start):
                places[character].append(place)
        self._places = {character: _bits(those) for character, those in places.items()}

    def to(self, text: str) -> list[int]:
        """The distance of `text` to each of the texts, in their order."""
        rows = self._rows
        up, down = rows, 0  # where a row is one more, or one less, than the row above it
        same = before = 0
        for character in text:
            here = self._places.get(character, 0)
            swapped = ((rows ^ same) & here) << 1 & before
            same = (((here & up) + up ^ up) | here | down | swapped) & rows
            right = ((down | (rows ^ (same | up))) << 1 | self._firsts) & rows
            left = (same & up) << 1 & rows
            up, down = left | (rows ^ (same | right)), right & same
            before = here
        size = self._bytes
        ups, downs = (each.to_bytes(size * len(self.texts), "little") for each in (up, down))
        return [
            len(text) + _count(ups[start : start + size]) - _count(downs[start : start + size])
            for start in range(0, len(ups), size)
        ]


def _bits(places: Sequence[int]) -> int:
    bits = bytearray(places[-1] // 8 + 1)
    for place in places:
        bits[place // 8] |= 1 << place % 8
    return int.from_bytes(bits, "little")


def _count(piece: bytes) -> int:
    return int.from_bytes(piece, "little").bit_count()
