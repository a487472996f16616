"""A file as text in which every place is known."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from msconfig.text import decoded

__all__ = ["SourceText", "is_binary"]

_SEEN = 8192
"""Bytes in which a binary file is recognised, as git does."""


def is_binary(raw: bytes) -> bool:
    """Whether `raw` is no text: it holds NUL bytes and is not UTF-16 with a byte order mark."""
    return b"\0" in raw[:_SEEN] and not raw.startswith((b"\xff\xfe", b"\xfe\xff"))


@dataclass(slots=True)
class SourceText:
    """The text of a file, without a byte order mark."""

    file: str
    text: str
    is_decoded: bool
    """Whether it is UTF-8 or UTF-16; other bytes are lone surrogates in `text`."""
    _starts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, file: str, raw: bytes) -> SourceText:
        """The text of `raw`, the content of `file`."""
        try:
            return cls(file, decoded(raw), is_decoded=True)
        except UnicodeDecodeError:
            return cls(file, raw.decode("utf-8", "surrogateescape"), is_decoded=False)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, from 1; only a line feed ends a line."""
        if not self._starts:
            self._starts = [0]
            position = self.text.find("\n")
            while position >= 0:
                self._starts.append(position + 1)
                position = self.text.find("\n", position + 1)
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
