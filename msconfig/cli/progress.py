"""How far a long check has come, on stderr."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msconfig.cli.output import note

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["ProgressDisplay"]

_SECONDS_BETWEEN_LINES = 10.0


class ProgressDisplay:
    """A bar on a terminal that goes away when it is done; elsewhere a line every ten seconds."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._on_terminal = (
            sys.stderr is not None and sys.stderr.isatty() and not os.environ.get("CI")
        )
        self._last_line = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int, /) -> None:
        """`done` of `total` models have their facts; 0 of 0 while they are still looked for."""
        if self._quiet:
            return
        if self._on_terminal:
            self._show_bar(done, total)
        elif time.monotonic() - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            note(f"checked {done} of {total} models" if total else "looking for models")

    def _show_bar(self, done: int, total: int) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("Checking", total=total or None)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total or None)
