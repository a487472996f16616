"""Values of .env files and their places."""

from __future__ import annotations

import io
import re

from msconfig.scanning.strings import DoesNotParse, Scope, String

__all__ = ["strings_in_env"]


_UNQUOTED = re.compile(r"\S+(?:[^\S\r\n]+(?!#)\S+)*")
"""Up to white space and ``#``."""
_LONG_GAP = re.compile(r"[^\S\r\n]{200}")
"""For a comment behind white space the reader takes quadratic time."""


def strings_in_env(text: str) -> list[String]:
    """The values of all variables.

    Raises:
        DoesNotParse: a line is none of a .env file.
    """
    from dotenv.parser import parse_stream  # noqa: PLC0415 - only a scan needs it

    if _LONG_GAP.search(text):
        raise DoesNotParse("far too much white space in a line")
    found: list[String] = []
    scope = Scope()
    position = 0
    for binding in parse_stream(io.StringIO(text, newline="")):
        raw = binding.original.string
        if binding.error:
            raise DoesNotParse(f"line {binding.original.line}")
        if binding.key is not None and binding.value:
            start, end = _value(raw, raw.index(binding.key) + len(binding.key))
            found.append(
                String(binding.value, position + start, position + end, binding.key, scope)
            )
        position += len(raw)
    return found


def _value(raw: str, behind_key: int) -> tuple[int, int]:
    """Where the value of a line begins and ends, without quotation marks and comment."""
    start = raw.index("=", behind_key) + 1
    while raw[start : start + 1].isspace():
        start += 1
    quote = raw[start : start + 1]
    if quote in {'"', "'"}:
        end = start + 1
        while raw[end] != quote:
            end += 2 if raw[end] == "\\" else 1
        return start + 1, end
    found = _UNQUOTED.match(raw, start)
    return start, found.end() if found else len(raw)
