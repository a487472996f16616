"""Order keys (fractional indexing): strings that sort, with room for another between any two.

Desktop v2 sorts providers, and the models of a provider, by such keys. A key is a whole number and
an optional fraction, both in the digits 0-9A-Za-z. The first character of the number is its sign
and length (``a0`` has one digit, ``b00`` two; below zero ``Zz`` has one, ``Yzz`` two), so keys
compare as plain ASCII strings. A key that is not valid, or not unique, breaks later moves in the
app. The keys made here are those that the app would make. Source: reading v2.0.8 and running it;
the package for Python installs setuptools with it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Sequence

from msconfig.cherry.backup.refusal import UnsupportedBackup
from msconfig.text import shortened

_FIRST = "a0"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_MIDDLE = _DIGITS[len(_DIGITS) // 2]
_SIGNS = string.ascii_uppercase + string.ascii_lowercase
"""First characters, in ascending order: from the most digits below zero to the most above."""
_LONGEST = 26
"""Digits of a whole number."""
_LEAST = "A" + "0" * _LONGEST
"""The least number of all. It is a key only with a fraction, or no key could precede it."""


def keys_before(present: Iterable[str], count: int) -> Sequence[str]:
    """`count` new keys in ascending order, in front of all `present` ones.

    Raises:
        UnsupportedBackup: the first of `present` is no order key.
    """
    first = min(present, default=None)
    return keys_after((), count) if first is None else _keys(first, count, _before)[::-1]


def keys_after(present: Iterable[str], count: int) -> Sequence[str]:
    """`count` new keys in ascending order, behind all `present` ones.

    Raises:
        UnsupportedBackup: the last of `present` is no order key.
    """
    last = max(present, default=None)
    if last is None:
        return [_FIRST, *_keys(_FIRST, count - 1, _after)] if count else []
    return _keys(last, count, _after)


def _keys(key: str, count: int, following: Callable[[str], str]) -> list[str]:
    keys = []
    for _ in range(count):
        key = following(key)
        keys.append(key)
    return keys


def _after(key: str) -> str:
    number, fraction = _split(key)
    digits = number[1:].rstrip("z")
    if digits:
        return number[0] + _with_last(digits, 1) + "0" * (len(number) - 1 - len(digits))
    if number[0] != "z":
        sign = _SIGNS[_SIGNS.index(number[0]) + 1]
        return sign + "0" * _digits_behind(sign)
    # the greatest number of all has no next one: the middle between its fraction and one
    rest = fraction.lstrip("z")
    first = _DIGITS.index(rest[0]) if rest else 0
    middle = _DIGITS[(first + len(_DIGITS) + 1) // 2]
    return number + "z" * (len(fraction) - len(rest)) + middle


def _before(key: str) -> str:
    number, fraction = _split(key)
    if number == _LEAST:
        return number + _half(fraction)
    if fraction:
        return number
    digits = number[1:].rstrip("0")
    if digits:
        less = number[0] + _with_last(digits, -1) + "z" * (len(number) - 1 - len(digits))
        return less if less != _LEAST else less + _MIDDLE
    sign = _SIGNS[_SIGNS.index(number[0]) - 1]
    return sign + "z" * _digits_behind(sign)


def _half(fraction: str) -> str:
    """A fraction between zero and `fraction`."""
    rest = fraction.lstrip("0")
    zeros = "0" * (len(fraction) - len(rest))
    first = _DIGITS.index(rest[0])
    if first > 1:
        return zeros + _DIGITS[(first + 1) // 2]
    return zeros + ("1" if len(rest) > 1 else "0" + _MIDDLE)


def _with_last(digits: str, step: int) -> str:
    return digits[:-1] + _DIGITS[_DIGITS.index(digits[-1]) + step]


def _digits_behind(sign: str) -> int:
    position = _SIGNS.index(sign)
    return position - _LONGEST + 1 if position >= _LONGEST else _LONGEST - position


def _split(key: str) -> tuple[str, str]:
    """The whole number and the fraction of `key`."""
    if re.fullmatch(r"[A-Za-z][0-9A-Za-z]+", key) and key != _LEAST:
        length = 1 + _digits_behind(key[0])
        number, fraction = key[:length], key[length:]
        if len(number) == length and not fraction.endswith("0"):
            return number, fraction
    raise UnsupportedBackup(
        f"the order key {shortened(key, 40)!r} is not one that Cherry Studio makes; move a provider"
        " and a model by hand in the app, and create the backup again"
    )
