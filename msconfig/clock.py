"""The time of day. Code reads it as `clock.utc_now()`, so that tests can replace it."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
