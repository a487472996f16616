"""JSON as msconfig reads and writes it: strict in, safe to print out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import NoReturn

from msconfig.text import shortened, visible
from msconfig.tokens import without_tokens

__all__ = ["NotJson", "dumps", "is_too_deep", "loads"]

_MAX_DEPTH = 100


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
    if is_too_deep(value):
        raise NotJson("not JSON that anybody reads: nested too deep")
    return value


def is_too_deep(value: object) -> bool:
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
