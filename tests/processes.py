"""Programs that tests start and that end with the test, however it ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PYTHON_SHEBANG = f"""#!/bin/sh
'''exec' "{sys.executable}" "$0" "$@"
' '''
"""
"""Begins a program in Python, wherever the interpreter is: `#!` takes no path with a space."""

_SECONDS = 30.0


@contextmanager
def running(
    command: Sequence[str | Path],
    **options: Any,  # noqa: ANN401 - as `Popen` takes them
) -> Iterator[subprocess.Popen[Any]]:
    """Start `command`; it has to end with the block, and is killed where that fails.

    `Popen` as a context manager waits without a limit, so a test that fails while its program runs
    would hang.

    Raises:
        subprocess.TimeoutExpired: it still ran after the block.
    """
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
            process.wait(_SECONDS)
        finally:
            process.kill()  # does nothing to a program that has ended
