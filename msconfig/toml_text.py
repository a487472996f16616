"""TOML as it is read here: bounded, and with days as text."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import date, time
from typing import Any

from msconfig.parsing import is_too_deep

__all__ = ["NotToml", "loads"]

_MAX_BYTES = 1024 * 1024
_MAX_KEY_DEPTH = 100
_DOTTED_KEY = re.compile(rb"""^[\w\s."'\[-]*""", re.MULTILINE)
"""What stands before the first sign that no key has; a parser takes quadratic time for its dots."""


class NotToml(ValueError):
    """Why a text is no TOML that is read here, in one line."""


def loads(raw: bytes) -> dict[str, Any]:
    """The tables of `raw`; days and times are text in them, as ``2026-12-31``.

    Raises:
        NotToml: it is larger than 1 MiB, nested too deep, not UTF-8, or not TOML.
    """
    if len(raw) > _MAX_BYTES:
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
    if is_too_deep(value):
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
