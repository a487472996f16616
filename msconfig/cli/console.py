"""The console: results on stdout, notes and progress on stderr, and whether it is a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from msconfig.errors import FileError
from msconfig.text import harmless, no_command, no_log_command, visible
from msconfig.tokens import without_tokens

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = [
    "ProbeProgressDisplay",
    "ProgressDisplay",
    "QuestionProgressDisplay",
    "can_ask",
    "can_draw",
    "columns",
    "is_terminal",
    "note",
    "stdout_in_color",
    "write_result",
    "write_text",
]

_SECONDS_BETWEEN_LINES = 10.0


def write_result(text: str) -> None:
    """Write a command's result to stdout, always as UTF-8.

    A reader that closed the pipe changes nothing.

    Raises:
        FileError: stdout cannot be written for another reason, e.g. a full disk.
    """
    stream = sys.stdout
    if stream is None:  # closed by the caller
        return
    try:
        stream.flush()
        stream.buffer.write(text.encode("utf-8", "backslashreplace"))
        stream.buffer.flush()
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        raise FileError.from_os("write to", "standard output", error) from None


def write_text(text: str) -> None:
    """Write a result for people, as `write_result`, in which no runner finds a command.

    Other forms (JSON, JUnit, commands for GitHub) have their own way to write one.
    """
    write_result(harmless(text))


def note(text: str) -> None:
    """Write lines to stderr, with control characters made visible and secrets left out."""
    stream = sys.stderr
    if stream is None:
        return
    try:
        for line in text.split("\n"):
            plain = no_log_command(visible(without_tokens(line)))
            if plain.lstrip().startswith("::"):  # a path may hold a line end
                plain = no_command(plain)
            safe = plain.encode("utf-8", "backslashreplace")
            stream.buffer.write(safe + b"\n")
        stream.buffer.flush()
    except OSError:
        _silence(stream)


def columns() -> int:
    """The width of the terminal, 80 where there is none."""
    import shutil

    return shutil.get_terminal_size((80, 24)).columns


def is_terminal(stream: TextIO | None) -> bool:
    """Whether `stream` is open and a terminal; None is a stream that was closed at the start."""
    return stream is not None and not stream.closed and stream.isatty()


def can_ask() -> bool:
    """Whether a question in plain text can be shown on stderr and answered on stdin."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def can_draw(stream: TextIO | None) -> bool:
    """Whether `stream` is a terminal that can move its cursor and show colours."""
    # the names that Prompt Toolkit takes for one that cannot
    return is_terminal(stream) and os.environ.get("TERM", "").lower() not in {"dumb", "unknown"}


def stdout_in_color() -> bool:
    """Whether stdout is a terminal that wants colour."""
    return can_draw(sys.stdout) and not os.environ.get("NO_COLOR")


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that nothing is printed about it at exit."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class ProgressDisplay:
    """A progress bar on a terminal, removed when it is done; elsewhere a line every ten seconds."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._has_bar = can_draw(sys.stderr) and not os.environ.get("CI")
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
        self.hide()

    def hide(self) -> None:
        """Take the bar away, before something else is shown; further progress shows another."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __call__(self, done: int, total: int, /) -> None:
        """`done` of `total` models have their facts; 0 of 0 while they are still looked for."""
        line = f"checked {done} of {total} models" if total else "looking for models"
        self._show("Checking", done, total, line)

    def _show(self, title: str, done: int, total: int, line: str) -> None:
        """Show a bar with `title` on a terminal, and `line` elsewhere."""
        if self._quiet:
            return
        if self._has_bar:
            self._show_bar(title, done, total)
        elif time.monotonic() - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            note(line)

    def _show_bar(self, title: str, done: int, total: int) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(title, total=total or None)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, description=title, completed=done, total=total or None)


class ProbeProgressDisplay(ProgressDisplay):
    """Progress of real calls, with the time that is left."""

    def __call__(self, done: int, total: int, seconds_left: float = 0.0, /) -> None:
        """`done` of `total` models have been called; the rest takes about `seconds_left`."""
        from msconfig.reports.probe import time_in_words

        left = time_in_words(seconds_left)
        line = f"called {done} of {total} models, about {left} left"
        self._show(f"Calling ({left} left)", done, total, line)


class QuestionProgressDisplay(ProgressDisplay):
    """Progress of questions to the service."""

    def __call__(self, done: int, total: int, /) -> None:
        """`done` of `total` questions have been asked."""
        self._show("Asking", done, total, f"asked {done} of {total} questions")
