"""The name of the command in texts: on Windows, msconfig is a program of the system."""

from __future__ import annotations

import os

__all__ = ["EVERYWHERE", "command", "command_name"]

EVERYWHERE = "msconfig-modelscope"
"""Starts msconfig on every system; for pages, which may be read on another one."""
_IS_WINDOWS = os.name == "nt"


def command_name() -> str:
    """What starts msconfig on this system."""
    return EVERYWHERE if _IS_WINDOWS else "msconfig"


def command(words: str) -> str:
    """A command as it is typed on this system, such as ``msconfig check`` for ``check``."""
    return f"{command_name()} {words}"
