"""The console that text for a terminal is rendered with."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

from rich.console import Console
from rich.text import Text

from msconfig.checking.report import Outcome

__all__ = ["STYLES", "open_console", "styled_by"]

STYLES = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.UNKNOWN: "yellow"}
"""Of marks, statuses and verdicts."""


def open_console(out: io.StringIO, *, width: int, color: bool) -> Console:
    """A console that writes to `out` and interprets nothing in a text (no markup, emoji or links).

    Args:
        out: receives the text.
        width: columns.
        color: whether there may be colour codes.
    """
    return Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def styled_by(console: Console) -> Callable[[str, str], str]:
    """A function that writes a text in a style as `console` does, for texts of many pieces.

    rich takes some 10 µs for a piece, which is seconds for a report of thousands of models. The
    text has to be one line without control characters, as of `visible`.
    """

    @cache
    def codes(style: str) -> tuple[str, str]:
        with console.capture() as captured:
            console.print(Text("x", style), end="")
        before, _, behind = captured.get().partition("x")
        return before, behind

    def styled(text: str, style: str) -> str:
        if not text:
            return ""
        before, behind = codes(style)
        return f"{before}{text}{behind}"

    return styled
