"""Text for people: made safe to print, shortened, counted and wrapped."""

from __future__ import annotations

import codecs
import re
import textwrap
import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that change what a terminal or a log shows: control and format characters,
lone surrogates, line and paragraph separators."""


_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(raw: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 with a byte order mark, which is left out.

    UTF-16 is what PowerShell 5.1 and Notepad write.

    Raises:
        UnicodeDecodeError: it is neither.
    """
    return raw.decode("utf-16" if _is_utf_16(raw) else "utf-8-sig")


def _is_utf_16(raw: bytes) -> bool:
    return raw.startswith(_UTF_16_MARKS) and not raw.startswith(codecs.BOM_UTF32_LE)


def as_utf8(raw: bytes) -> bytes:
    """`raw` in UTF-8 where it is UTF-16 with a byte order mark; else, or if broken, as it is."""
    if not _is_utf_16(raw):
        return raw
    try:
        return decoded(raw).encode()
    except UnicodeDecodeError:
        return raw


def visible(text: str) -> str:
    r"""`text` on one line, every control or format character written as ``\xNN`` or ``\uNNNN``.

    >>> visible("a\x1b[31mb\nc\u202e")
    'a\\x1b[31mb\\nc\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(
        repr(character)[1:-1] if unicodedata.category(character) in _UNSEEN else character
        for character in text
    )


_LOG_COMMAND = re.compile(r"##(vso)?\[", re.IGNORECASE)
"""Begins a command anywhere in a line: ``##[`` for GitHub's runner, ``##vso[`` for Azure's."""


def no_log_command(text: str, bracket: str | None = None) -> str:
    """`text` without the ``##[`` and ``##vso[`` that runners read as commands.

    Args:
        text: in any form.
        bracket: how that form can write ``[`` otherwise; without, ``##`` gets a blank behind it.
    """
    if bracket is None:
        return _LOG_COMMAND.sub(lambda found: f"## {found[0][2:]}", text)
    return _LOG_COMMAND.sub(lambda found: f"{found[0][:-1]}{bracket}", text)


def no_command(text: str) -> str:
    """`text` in which no runner finds a command, wherever its lines are broken.

    GitHub's runner also takes ``::`` for one, at the start of a line or after white space.
    """
    return no_log_command(text.replace("::", ": :"))


_COMMAND = re.compile(r"##|(?:^[-+]?|\s)::")


def harmless(text: str) -> str:
    """`text`, in no line of which a runner finds a command; other lines are as they were."""
    return "\n".join(
        no_command(line) if _COMMAND.search(line) else line for line in text.split("\n")
    )


def shortened(text: str, limit: int = 200) -> str:
    """`text` with its white space folded, cut with ``…`` after `limit` characters."""
    folded = " ".join(text.split())
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


def counted(number: int, noun: str) -> str:
    """`number` and `noun`, which takes an s.

    >>> counted(1, "model"), counted(2, "model")
    ('1 model', '2 models')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def wrapped(text: str, width: int, *, first: str = "", later: str = "") -> list[str]:
    """`text` in lines of at most `width` columns (at least 20); longer words are not broken.

    Args:
        text: one paragraph; without words there are no lines.
        width: columns of the terminal.
        first: beginning of the first line.
        later: beginning of the others.
    """
    # ids are copied from the terminal, so neither a hyphen nor the width may break one
    return textwrap.wrap(
        text,
        max(20, width),
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
