"""A command on a real pseudo-terminal, and somebody who answers its questions."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping

from processes import running

CTRL_C = "\x03"


def on_a_terminal(
    *arguments: str, answers: Mapping[str, str] | None = None, columns: int = 80
) -> tuple[int, str]:
    """Exit code of msconfig, and everything that its terminal was sent.

    Args:
        arguments: the command line.
        answers: what is typed as soon as a text was seen, each once; `CTRL_C` is typed until it
            counts.
        columns: how wide the terminal is.
    """
    waiting = dict(answers or {})
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-m", "msconfig", *arguments]
    with running(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        seen = b""
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            for question in [each for each in waiting if each.encode() in seen]:
                if waiting[question] == CTRL_C:
                    # the terminal controls no session that would turn the sign into a signal; and
                    # one that comes just before the reading begins is noticed only after it
                    process.send_signal(signal.SIGINT)
                else:
                    os.write(ours, waiting.pop(question).encode())
            if not select.select([ours], [], [], 0.2)[0]:
                continue
            try:
                piece = os.read(ours, 4096)
            except OSError:  # how Linux says that the other side is gone
                break
            if not piece:
                break
            seen += piece
        os.close(ours)
        return process.wait(timeout=10), seen.decode()
