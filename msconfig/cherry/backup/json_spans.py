"""Places of values in a JSON text, to replace one value and keep every other byte."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from typing import NoReturn, TypeAlias

from msconfig.cherry.backup.refusal import UnsupportedBackup

Span: TypeAlias = tuple[int, int]
"""Begin and end of a value, in characters."""
_AGAIN = "create the backup again"
_BLANK = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WINDOWS = (512, 32 * 1024)
"""Characters in which a value is parsed at once: most values fit, and few are parsed twice."""
_DEEPEST = 100
_MOST_MEMBERS = 10_000


def _no_number(_text: str) -> None:
    """Numbers are only checked by the grammar: Python refuses to convert very long ones."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_READER = json.JSONDecoder(
    parse_int=_no_number, parse_float=_no_number, parse_constant=_no_constant
)


def spans(text: str, at: int = 0) -> tuple[dict[str, Span], int]:
    """The values of the object that begins at `at`, by key, and where the object ends.

    Of a key that is there twice the last one counts, as in JavaScript.

    Raises:
        UnsupportedBackup: the text is not JSON, or has no object there, or too large a one.
    """
    at = _after(text, at)
    found: dict[str, Span] = {}
    if text[at : at + 1] != "{":
        raise UnsupportedBackup(
            f"data.json has no object at character {at}, where Cherry Studio writes one; {_AGAIN}"
        )
    walk = members(text, at)
    while True:
        try:
            key, start, end = next(walk)
        except StopIteration as done:
            return found, done.value
        found[key] = start, end
        if len(found) > _MOST_MEMBERS:
            raise UnsupportedBackup(
                f"data.json has an object with more than {_MOST_MEMBERS} members, which Cherry"
                " Studio does not write; create the backup again"
            )


def members(text: str, at: int, level: int = 0) -> Generator[tuple[str, int, int], None, int]:
    """The members of the object or list that begins at `at`: key, start and end of each value.

    A list's keys are empty. Returns where the object or list ends. All of it is checked, in memory
    that is bounded by the longest text in it.

    Raises:
        UnsupportedBackup: the text is not JSON, or there is no object or list at `at`.
    """
    closing = {"{": "}", "[": "]"}.get(text[at : at + 1])
    if closing is None or level > _DEEPEST:
        _refuse(at)
    at = _after(text, at + 1)
    if text[at : at + 1] == closing:
        return at + 1
    while True:
        key = ""
        if closing == "}":
            if text[at : at + 1] != '"':
                _refuse(at)
            key_end = _end_of(text, at, level)
            key = json.loads(text[at:key_end])
            at = _after(text, key_end)
            if text[at : at + 1] != ":":
                _refuse(at)
            at = _after(text, at + 1)
        end = _end_of(text, at, level)
        yield key, at, end
        at = _after(text, end)
        if text[at : at + 1] == closing:
            return at + 1
        if text[at : at + 1] != ",":
            _refuse(at)
        at = _after(text, at + 1)


def _end_of(text: str, at: int, level: int) -> int:
    """Where the value that begins at `at` ends.

    A small one is parsed at once, and member by member what does not fit into a window.
    """
    if text[at : at + 1] not in {"{", "["}:
        return _parsed_end(text, at)
    for size in _WINDOWS:
        window = text[at : at + size]
        try:
            return at + _READER.raw_decode(window)[1]
        except RecursionError:
            _refuse(at)
        except ValueError:  # wrong JSON, or a window that is too small: the next one will show
            if len(window) < size:
                _refuse(at)
    walk = members(text, at, level + 1)
    while True:  # a `for` would drop the generator's result
        try:
            next(walk)
        except StopIteration as done:
            end: int = done.value
            return end


def _parsed_end(text: str, at: int) -> int:
    try:
        return _READER.raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        _refuse(at)


def replaced(text: str, span: Span, value: str) -> str:
    """`text` with `value` in place of what is at `span`."""
    start, end = span
    return f"{text[:start]}{value}{text[end:]}"


def as_javascript_writes(value: object) -> str:
    """JSON as `JSON.stringify` writes it: no spaces, and only lone surrogates are escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _after(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _refuse(at: int) -> NoReturn:
    raise UnsupportedBackup(
        f"data.json is damaged: not JSON near character {at}; copy or create the backup again"
    )
