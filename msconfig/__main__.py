"""The command `msconfig`, and ``python -m msconfig``."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

__all__ = ["main"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SECONDS_BETWEEN = 1.0
"""A key that is held, or a shell and its terminal, send several signals that mean one."""
_SECONDS_UNTIL_AGAIN = 0.05


class _Interrupts:
    """Turns signals into `KeyboardInterrupt`, and none of them while an older one is at work."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._number: int = signal.SIGINT

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        is_new = self._last is None or now - self._last >= _SECONDS_BETWEEN
        if is_new and not _is_unwinding():
            self._last, self._number = now, number
            raise KeyboardInterrupt

    def unraisable(self, unraisable: UnraisableHookArgs, /) -> None:
        """Let a signal come again that Python dropped, as it does in a callback of an import."""
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            sys.__unraisablehook__(unraisable)
            return
        from threading import Timer

        self._last = None
        again = Timer(_SECONDS_UNTIL_AGAIN, _signal_again, [self._number])
        again.daemon = True
        again.start()


def _signal_again(number: int) -> None:
    if sys.platform == "win32":
        from _thread import interrupt_main

        interrupt_main(number)
    else:  # a real one, which also wakes the main thread
        from threading import main_thread

        signal.pthread_kill(main_thread().ident or 0, number)


def _is_unwinding() -> bool:
    """Whether something is put back because of an interrupt; a second one must not break that."""
    error = sys.exception()
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _ignore_more() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def main() -> NoReturn:
    """Run the command line and exit with its code. SIGTERM counts as Ctrl-C."""
    interrupts = _Interrupts()
    try:
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # a shell may have asked for that
                signal.signal(number, interrupts)
        sys.unraisablehook = interrupts.unraisable
        from msconfig.cli.app import run

        code = run(sys.argv[1:])
        _ignore_more()  # the work is done, and its code is true
    except KeyboardInterrupt:
        _ignore_more()
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
