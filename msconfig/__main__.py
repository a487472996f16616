"""The command `msconfig`, and ``python -m msconfig``."""

from __future__ import annotations

import gc
import signal
import sys
import time
from types import FrameType
from typing import NoReturn

__all__ = ["main"]

_AS_CTRL_C = [
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]
"""SIGBREAK is Ctrl-Break on Windows."""
_SECONDS_BETWEEN = 1.0
"""One Ctrl-C is two signals where a parent (`uv run`, npm) passes on what the terminal sent too."""


class _Interrupt:
    """Handler that raises `KeyboardInterrupt`, unless an earlier one is still being handled."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        error = sys.exception()
        while error is not None and not isinstance(error, KeyboardInterrupt):
            error = error.__context__
        now = time.monotonic()
        if error is None and now - self._last >= _SECONDS_BETWEEN:
            self._last = now
            raise KeyboardInterrupt


def _as_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)  # a question on the terminal has its own handler of that


def _handle_signals() -> None:
    interrupt = _Interrupt()
    is_ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # `msconfig … &` in a script
    if not is_ignored:
        signal.signal(signal.SIGINT, interrupt)
    for number in _AS_CTRL_C:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, interrupt if is_ignored else _as_ctrl_c)
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetConsoleCtrlHandler(_CONSOLE_EVENT, 1)


if sys.platform == "win32":
    import ctypes
    import threading

    def _console_event(event: int) -> int:
        """Closing the console counts as Ctrl-C; Windows ends the process when this returns."""
        if event in {2, 5, 6}:  # close, log off, shut down
            signal.raise_signal(signal.SIGINT)
            threading.Event().wait()  # for the main thread; Windows gives it 5 s
        return 0

    _CONSOLE_EVENT = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(_console_event)


def main() -> NoReturn:
    """Run the command line and exit with its code; 130 after Ctrl-C, SIGTERM or SIGHUP."""
    # lists of many ids are many objects that stay, and to look through them all again and again for
    # cycles takes a fifth of the time
    gc.set_threshold(50_000, 20, 20)
    try:
        _handle_signals()
        from msconfig.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    gc.freeze()  # the interpreter looks for cycles once more at its end, and all memory goes anyway
    for number in (signal.SIGINT, *_AS_CTRL_C):
        signal.signal(number, signal.SIG_IGN)  # nothing is left to interrupt, and the code is true
    sys.exit(code)


if __name__ == "__main__":
    main()
