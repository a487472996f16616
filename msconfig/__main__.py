"""The command `msconfig`, and ``python -m msconfig``."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

__all__ = ["main"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _ignore_more() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    _ignore_more()  # the first one ends the program; a second must not break what is put back
    raise KeyboardInterrupt


def main() -> NoReturn:
    """Run the command line and exit with its code. SIGTERM counts as Ctrl-C."""
    try:
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # a shell may have asked for that
                signal.signal(number, _interrupt)
        from msconfig.cli.app import run

        code = run(sys.argv[1:])
        _ignore_more()  # the work is done, and its code is true
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
