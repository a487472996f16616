"""Handler of a log that shows no secret; `msconfig.cli.log` imports it only where it is needed."""

from __future__ import annotations

import logging
import re
import traceback

from msconfig.cli.console import note
from msconfig.tokens import without_tokens

__all__ = ["RedactingHandler"]

_SHAPES = re.compile(
    r"(?P<before>Bearer\s+|data(?:=|%3D))[^\s&'\"]+"
    r"|(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)
"""What may be a token in a log though `without_tokens` leaves it: what follows ``Bearer``, the
payload of a deep link, and a bare UUID (older tokens)."""
_LONG_WORD = re.compile(r"[A-Za-z0-9_+=-]{20,}")


class RedactingHandler(logging.Handler):
    """Writes records to stderr, every secret and all that has the shape of one masked."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_Redacted("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; whatever breaks the writing is left out, as `note` does."""
        note(self.format(record))


class _Redacted(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if record.levelno <= logging.DEBUG:
            name = record.name.removeprefix("msconfig.")
            text = f"debug {record.relativeCreated / 1000:.3f} {name}: {text}"
        text = without_tokens(text)
        return _SHAPES.sub(lambda match: f"{match['before'] or ''}<token>", text)

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        error = ei[1] if isinstance(ei, tuple) else None
        if not isinstance(error, BaseException):
            return ""
        parts: list[str] = []
        told: traceback.TracebackException | None
        told = traceback.TracebackException.from_exception(error)
        while told is not None:
            # a message may hold anything, such as a piece of a backup with keys in it
            message = _LONG_WORD.sub(_hidden, "".join(told.format_exception_only()))
            parts.insert(0, "".join([*told.stack.format(), message]).rstrip("\n"))
            told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
        return "\nthen\n".join(parts)


def _hidden(word: re.Match[str]) -> str:
    return "<hidden>" if any(map(str.isdigit, word[0])) else word[0]
