"""Ctrl-C while SQLite works: it ends the run, and is no fault of the database."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from backups import make_v7
from msconfig.cherry.backup import open_backup

pytestmark = pytest.mark.usefixtures("both_headers")


class _Interrupted:
    """A clock; whoever looks at it for the second time is interrupted, as by Ctrl-C."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        if self.looks > 1:
            raise KeyboardInterrupt
        return 0.0


def test_an_interrupt_within_sqlite_is_not_taken_for_a_slow_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE filling (number INTEGER PRIMARY KEY, text TEXT UNIQUE)")
        rows = ((f"{number:020}",) for number in range(30_000))
        connection.executemany("INSERT INTO filling (text) VALUES (?)", rows)

    backup = make_v7(tmp_path / "backup.zip", messages=1, prepare=fill)
    clock = _Interrupted()
    monkeypatch.setattr(time, "monotonic", clock)
    with pytest.raises(KeyboardInterrupt):
        open_backup(backup)
    assert clock.looks > 1, "the database is large enough for SQLite to look at the clock"
