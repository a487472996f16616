"""The choices of `--unserved`."""

from __future__ import annotations

from enum import StrEnum


class Unserved(StrEnum):
    """What happens to models that fail."""

    LEAVE_OUT = "leave-out"
    REPLACE = "replace"
    KEEP = "keep"
