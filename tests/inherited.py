"""What the process that started the tests passed on to them, undone.

A shell without job control starts a command with ``&`` so that it ignores SIGINT, ``nohup`` makes
it ignore SIGHUP, and every child inherits that, also one whose reaction to a signal is tested. The
umask and the locale are inherited too.
"""

from __future__ import annotations

import locale
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


def _still_ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing; unlike SIG_IGN, a handler is not passed on to a program that is started."""


@contextmanager
def undone() -> Iterator[None]:
    """Children find no signal ignored or blocked, files get their usual modes, and text is UTF-8.

    This process goes on to ignore what it ignored.
    """
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    ignored = [each for each in numbers if signal.getsignal(each) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, _still_ignore)
    blocked = set[int]()
    if hasattr(signal, "pthread_sigmask"):
        blocked = set(signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers))
    umask = os.umask(0o022)
    encoding = locale.setlocale(locale.LC_CTYPE)
    with suppress(locale.Error):  # Windows has no such locale
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    try:
        yield
    finally:
        locale.setlocale(locale.LC_CTYPE, encoding)
        os.umask(umask)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)
