"""msconfig on a real pseudo-terminal, and its screen as a person sees it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte

ENTER, CTRL_C, CTRL_D, DOWN, UP, TAB, PAGE_DOWN = (
    "\r",
    "\x03",
    "\x04",
    "\x1b[B",
    "\x1b[A",
    "\t",
    "\x1b[6~",
)
_OTHER_SCREEN = {b"\x1b[?1049h", b"\x1b[?1049l"}
_BEGUN = tuple(b"\x1b[?1049"[:size] for size in range(7, 0, -1))
_SECONDS = 20.0
_WITH_TERMINAL = (
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'msconfig', *sys.argv[1:]])\n"
)
"""The terminal controls the session, so that Ctrl-C there is a signal where nobody reads keys."""


class Screen:
    """A command on a terminal of that size, as a context manager that ends what still runs."""

    def __init__(self, *arguments: str, columns: int = 80, lines: int = 24) -> None:
        self.raw = b""
        """Everything that the terminal was sent."""
        self._held = b""
        self._screens = [pyte.HistoryScreen(columns, lines, history=10_000) for _ in range(2)]
        self.screen = self._screens[0]
        self._stream = pyte.ByteStream(self.screen)
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.before = self.modes
        command = [sys.executable, "-c", _WITH_TERMINAL, *arguments]
        ends: Any = self._theirs
        # readline sets COLUMNS behind Python's back, and a child would inherit that
        self.process = subprocess.Popen(
            command,
            stdin=ends,
            stdout=ends,
            stderr=ends,
            start_new_session=True,
            env=dict(os.environ),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    @property
    def modes(self) -> list[Any]:
        """How the terminal is set: echo, lines, signals."""
        return termios.tcgetattr(self._theirs)

    @property
    def text(self) -> str:
        """What is on the screen now."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    @property
    def all_text(self) -> str:
        """What can be scrolled back to, and what is on the screen."""
        history = [
            "".join(line[column].data for column in range(self.screen.columns)).rstrip()
            for line in self.screen.history.top
        ]
        return "\n".join([*history, self.text])

    def type(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._ours, keys.encode())

    def wait_for(self, *texts: str) -> None:
        """Until each text is on the screen, lines that the terminal's width broke put together."""
        ends = time.monotonic() + _SECONDS
        while not all(text in " ".join(self.text.split()) for text in texts):
            assert time.monotonic() < ends, f"{texts} never came:\n{self.text}"
            if not self._read(0.1) and self.process.poll() is not None and not self._read(0.1):
                raise AssertionError(f"ended before {texts} came:\n{self.all_text}")

    def answer(self, question: str, keys: str) -> None:
        """Press these keys when the question is there and is read."""
        self.wait_for(question)
        self._wait_for_keys(are_raw=True)
        self.type(keys)

    def settle(self) -> None:
        """Show what is drawn in the next moments, such as progress."""
        ends = time.monotonic() + 0.3
        while time.monotonic() < ends:
            self._read(0.05)

    def end(self) -> int:
        """The exit code, once the command has ended."""
        ends = time.monotonic() + _SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < ends, f"it does not end:\n{self.text}"
            self._read(0.1)
        while self._read(0.05):
            pass
        return self.process.returncode

    def hang_up(self) -> int:
        """Close the terminal, and the exit code of the command."""
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), self._ours)
        return self.process.wait(timeout=_SECONDS)

    def wait_for_cooked_keys(self) -> None:
        """Until nobody reads keys, as between two questions."""
        self._wait_for_keys(are_raw=False)

    def _wait_for_keys(self, *, are_raw: bool) -> None:
        ends = time.monotonic() + _SECONDS
        while bool(self.modes[3] & termios.ICANON) is are_raw:
            assert time.monotonic() < ends, "nobody reads keys" if are_raw else "keys are read"
            self._read(0.02)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        piece = os.read(self._ours, 65536)
        self.raw += piece
        piece = self._held + piece
        # a sequence may come in two pieces
        self._held = next((part for part in _BEGUN if piece.endswith(part)), b"")
        piece = piece.removesuffix(self._held)
        for part in re.split(rb"(\x1b\[\?1049[hl])", piece):
            if part in _OTHER_SCREEN:  # which pyte does not know
                self.screen = self._screens[part == b"\x1b[?1049h"]
                self._stream = pyte.ByteStream(self.screen)
            else:
                self._stream.feed(part)
        return True
