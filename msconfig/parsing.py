"""JSON, TOML and times as msconfig reads and writes them: strict in, safe to print out."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, NoReturn

from msconfig.text import as_utf8, decoded, no_log_command, shortened, visible
from msconfig.tokens import without_tokens

_MAX_DEPTH = 100
"""Deep enough for every document here, and far below what recursion bears."""
_MAX_TOML_BYTES = 1024 * 1024
"""Bounds the time that Python's own parser takes for hostile TOML."""
_DOTTED_KEY = re.compile(rb"""^[\w\s."'\[-]*""", re.MULTILINE)
"""A line up to the first sign that no key has; the parser takes quadratic time for a key's dots."""
_TOO_DEEP = f"nested too deeply (limit {_MAX_DEPTH})"


class NotJson(ValueError):
    """A text is not JSON; the message has line and column where they are known."""


def loads(raw: bytes | str, *, unique_keys: bool = False) -> object:
    """The value that `raw` spells.

    Stricter than the standard library: only UTF-8 (with or without a byte order mark) or UTF-16
    with one, no NaN or Infinity, no nesting or number that Python refuses.

    Args:
        raw: the text.
        unique_keys: refuse an object that has a key twice; parsers silently use the last one.

    Raises:
        NotJson: it is not JSON.
    """
    try:
        text = decoded(raw) if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise NotJson(_undecodable(error)) from None
    try:
        value = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_finite,
            object_pairs_hook=_unique if unique_keys else None,
        )
    except NotJson:  # from one of the hooks; it is a ValueError too
        raise
    except json.JSONDecodeError as error:
        if not text.strip():
            raise NotJson("empty") from None
        cut = " (the text ends too early)" if error.pos >= len(text.rstrip()) else ""
        raise NotJson(
            f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}{cut}"
        ) from None
    except RecursionError:
        raise NotJson(f"JSON {_TOO_DEEP}") from None
    except ValueError:  # Python's limit of digits, against conversions of quadratic time
        raise NotJson("JSON with a number that has too many digits") from None
    if _is_too_deep(value):
        raise NotJson(f"JSON {_TOO_DEEP}")
    return value


def _undecodable(error: UnicodeDecodeError) -> str:
    name = "UTF-16" if error.encoding.lower().startswith("utf-16") else "UTF-8"
    return f"not {name} (byte {error.start})"


def _is_too_deep(value: object) -> bool:
    """Whether `value` is nested deeper than `_MAX_DEPTH`; level by level, without recursion."""
    level: list[object] = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def dumps(
    value: object, *, indent: int | None = None, default: Callable[[object], str] | None = None
) -> str:
    """`value` as JSON, with control and format characters escaped and all others as they are."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, default=default)
    text = no_log_command(text, "\\u005b")
    if text.replace("\n", "").isprintable():
        return text
    # line by line: almost all are printable, and to look at each character takes long
    return "\n".join(
        line if line.isprintable() else "".join(map(_visible, line)) for line in text.split("\n")
    )


def _visible(character: str) -> str:
    return character if visible(character) == character else _escaped(character)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"not JSON: {name} is not a JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):  # 1e999 is infinity in Python, which would be written as such
        raise NotJson("JSON with a number that is too large")
    return number


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise NotJson(
                f"an object has the key {visible(shortened(without_tokens(key), 60))!r} twice"
            )
        found[key] = value
    return found


# --- TOML: bounded, and with dates as text


class NotToml(ValueError):
    """A text is not TOML, or beyond the limits; the message is one line."""


def loads_toml(raw: bytes) -> dict[str, Any]:
    """The tables of `raw`; dates and times are text in them, such as ``2026-12-31``.

    Raises:
        NotToml: it is larger than 1 MiB, nested too deep, not UTF-8, or not TOML.
    """
    if len(raw) > _MAX_TOML_BYTES:
        raise NotToml("larger than 1 MiB, the most TOML that msconfig reads")
    raw = as_utf8(raw)
    if any(match[0].count(b".") > _MAX_DEPTH for match in _DOTTED_KEY.finditer(raw)):
        raise NotToml(f"TOML {_TOO_DEEP}")
    try:
        value = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotToml(_undecodable(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise NotToml(f"not TOML: {error}") from None
    except RecursionError:
        raise NotToml(f"TOML {_TOO_DEEP}") from None
    except ValueError:
        raise NotToml("TOML with a number that has too many digits") from None
    if _is_too_deep(value):
        raise NotToml(f"TOML {_TOO_DEEP}")
    return {key: _with_dates_as_text(each) for key, each in value.items()}


def _with_dates_as_text(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """TOML has dates, times and NaN, for which JSON Schema has no type but text."""
    if isinstance(value, dict):
        return {key: _with_dates_as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_dates_as_text(each) for each in value]
    if isinstance(value, float) and math.isnan(value):
        return str(value)
    return value.isoformat() if isinstance(value, date | time) else value


# --- times, RFC 3339


def parse_time(text: str) -> datetime:
    """The time that `text` spells, in UTC; UTC is assumed where it has no zone.

    Raises:
        ValueError: it is not a time, or one that the calendar does not have.
    """
    moment = datetime.fromisoformat(text)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:  # the first or last day of the calendar, in another zone
        raise ValueError(str(error)) from None


def rfc3339(moment: datetime) -> str:
    """`moment`, which has a zone, in UTC and to the second.

    >>> rfc3339(datetime(2026, 10, 7, 11, tzinfo=UTC))
    '2026-10-07T11:00:00Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
