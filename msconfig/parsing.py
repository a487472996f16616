"""JSON, TOML and times as msconfig reads and writes them: strict in, safe to print out."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, NoReturn

from msconfig.text import shortened, visible
from msconfig.tokens import without_tokens

__all__ = ["NotJson", "NotToml", "dumps", "loads", "loads_toml", "parse_time", "rfc3339"]

_MAX_DEPTH = 100
_MAX_TOML_BYTES = 1024 * 1024
_MAX_KEY_DEPTH = 100
_DOTTED_KEY = re.compile(rb"""^[\w\s."'\[-]*""", re.MULTILINE)
"""What is before the first sign that no key has; a parser takes quadratic time for its dots."""


class NotJson(ValueError):
    """Why a text is not JSON, with line and column where they are known."""


def loads(raw: bytes | str, *, unique_keys: bool = False) -> object:
    """The value that `raw` spells.

    Stricter than the standard library: UTF-8 alone (a byte order mark is let pass), no NaN or
    Infinity, no nesting or number that Python refuses.

    Args:
        raw: the text.
        unique_keys: refuse an object that has a key twice; parsers silently take the last one.

    Raises:
        NotJson: it is not JSON.
    """
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 (byte {error.start})") from None
    try:
        value = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_finite,
            object_pairs_hook=_unique if unique_keys else None,
        )
    except NotJson:
        raise
    except json.JSONDecodeError as error:
        if not text.strip():
            raise NotJson("empty") from None
        cut = " (the text ends too early)" if error.pos >= len(text.rstrip()) else ""
        raise NotJson(
            f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}{cut}"
        ) from None
    except RecursionError:
        raise NotJson("not JSON that anybody reads: nested too deep") from None
    except ValueError:
        raise NotJson("not JSON that anybody reads: a number has too many digits") from None
    if _is_too_deep(value):
        raise NotJson("not JSON that anybody reads: nested too deep")
    return value


def _is_too_deep(value: object) -> bool:
    """Whether `value` is nested deeper than any document here, and than recursion bears."""
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
    """`value` as JSON, with control and format characters escaped and everything else readable."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, default=default)
    text = text.replace("##[", "##\\u005b")  # GitHub's runner reads a command there
    if text.isprintable():
        return text
    return "".join(
        character if character == "\n" or visible(character) == character else _escaped(character)
        for character in text
    )


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"not JSON: {name} is no JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotJson("not JSON that anybody reads: a number is too large")
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


# --- TOML: bounded, and with days as text


class NotToml(ValueError):
    """Why a text is no TOML that is read here, in one line."""


def loads_toml(raw: bytes) -> dict[str, Any]:
    """The tables of `raw`; days and times are text in them, as ``2026-12-31``.

    Raises:
        NotToml: it is larger than 1 MiB, nested too deep, not UTF-8, or not TOML.
    """
    if len(raw) > _MAX_TOML_BYTES:
        raise NotToml("larger than 1 MiB, which no TOML of msconfig is")
    if any(match[0].count(b".") > _MAX_KEY_DEPTH for match in _DOTTED_KEY.finditer(raw)):
        raise NotToml("not TOML that anybody reads: nested too deep")
    try:
        value = tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotToml(f"not UTF-8 (byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise NotToml(f"not TOML: {error}") from None
    except RecursionError:
        raise NotToml("not TOML that anybody reads: nested too deep") from None
    except ValueError:
        raise NotToml("not TOML that anybody reads: a number has too many digits") from None
    if _is_too_deep(value):
        raise NotToml("not TOML that anybody reads: nested too deep")
    return {key: _with_days_as_text(each) for key, each in value.items()}


def _with_days_as_text(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """TOML has days, times and NaN, for which JSON Schema has no type but text."""
    if isinstance(value, dict):
        return {key: _with_days_as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_days_as_text(each) for each in value]
    if isinstance(value, float) and math.isnan(value):
        return str(value)
    return value.isoformat() if isinstance(value, date | time) else value


# --- times, RFC 3339


def parse_time(text: str) -> datetime:
    """The time that `text` spells, in UTC; one without a zone is taken for UTC.

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
