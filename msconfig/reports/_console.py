"""The console that text for a terminal is rendered with."""

from __future__ import annotations

import io

from rich.console import Console

from msconfig.checking.report import Outcome

__all__ = ["STYLES", "open_console"]

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
