"""What goes wrong between a plan and the finished copy: nothing is left, and the reason is told."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app_database import make_database
from backups import DATABASE, make_data_json, make_v7, row
from msconfig.cherry.backup import BackupRefused, copying, database, open_backup, patching
from msconfig.cherry.backup.database import open_database
from msconfig.cherry.backup.patching import refuse_target
from msconfig.cherry.backup.refusal import UnsupportedBackup
from msconfig.cherry.backup.v7_rows import RowWrite, Table, write_rows
from msconfig.errors import FileError, MsconfigError, UsageError
from patching import NEW_KEY, apply
from raw_zip import STORED, Member

Replace = Callable[[pytest.MonkeyPatch], None]


def fails(name: str, number: int) -> Replace:
    """The system call `name` fails."""

    def call(*_arguments: object, **_more: object) -> None:
        raise OSError(number, os.strerror(number))

    return lambda monkeypatch: monkeypatch.setattr(name, call, raising=False)


def spoils(edit: Callable[[bytes], bytes]) -> Replace:
    """The copy that was written is edited before it is proved."""

    def write(archive: Any, *arguments: Any, **more: Any) -> None:  # noqa: ANN401
        copying.copy_archive(archive, *arguments, **more)
        staged: Path = arguments[2]
        staged.write_bytes(edit(staged.read_bytes()))

    return lambda monkeypatch: monkeypatch.setattr(patching, "copy_archive", write)


def renamed(raw: bytes) -> bytes:
    """A file of another name, of which nothing else tells."""
    assert raw.count(b"kept.txt") == 2
    return raw.replace(b"kept.txt", b"lost.txt")


def without_a_patch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patching, "write_rows", lambda *_: None)


FAULTS: dict[str, tuple[Replace, type[MsconfigError], str]] = {
    "no space": (fails("os.copy_file_range", errno.ENOSPC), FileError, "No space left"),
    "another file came meanwhile": (fails("os.link", errno.EEXIST), UsageError, "exists already"),
    "a damaged copy": (spoils(lambda raw: raw[:-9]), BackupRefused, "the patched copy is damaged"),
    "a lost file": (spoils(renamed), BackupRefused, "the patched copy differs from the plan"),
    "no change": (without_a_patch, BackupRefused, "the patched copy differs from the plan"),
}


def with_a_file(members: list[Member]) -> list[Member]:
    return [*members, Member("Data/Files/kept.txt", b"a" * 40, method=STORED)]


@pytest.mark.skipif(sys.platform != "linux", reason="system calls of Linux")
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_leaves_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, error, reason = FAULTS[name]
    path = make_v7(tmp_path / "cherry.zip", messages=1, members=with_a_file)
    before = sorted(tmp_path.iterdir())
    replace(monkeypatch)
    with pytest.raises(error) as caught:
        apply(path)
    assert reason in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_system_without_links_gets_the_copy_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails("os.link", errno.EPERM)(monkeypatch)
    new = apply(make_v7(tmp_path / "cherry.zip", messages=1))
    assert [path.name for path in sorted(tmp_path.glob("*.zip"))] == ["cherry.zip", "new.zip"]
    assert open_backup(new).providers


def test_a_system_without_the_call_gets_the_copy_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "copy_file_range", raising=False)
    assert open_backup(apply(make_v7(tmp_path / "cherry.zip", messages=1))).providers


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_disk_too_small_to_unpack_is_an_error_of_its_folder(tmp_path: Path) -> None:
    path = make_v7(tmp_path / "cherry.zip", messages=1)
    with files_of_at_most(1000), pytest.raises(FileError, match="cannot unpack to"):
        open_backup(path)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    import resource  # noqa: PLC0415 - Windows has none

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_backup_that_is_gone_is_an_error_of_the_file(tmp_path: Path) -> None:
    new = tmp_path / "new.zip"
    new.touch()
    with pytest.raises(FileError, match="cannot write"):
        refuse_target(tmp_path / "gone.zip", new, force=True)


# --- more than 32 bits say: the limit is lowered, as a file of 4 GiB would take minutes


def behind(size: int) -> Callable[[list[Member]], list[Member]]:
    """data.json is the last member, and `size` bytes are before it."""
    return lambda members: [
        *members[1:],
        Member("Data/Files/large", bytes(size), method=STORED),
        members[0],
    ]


@pytest.mark.parametrize(
    ("size", "largest"),
    [
        (300_000, 200_000),  # where the directory begins
        (100, 5_000),  # the new member itself
    ],
)
def test_a_copy_that_its_records_cannot_express_is_refused(
    size: int, largest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_data_json(tmp_path / "cherry-studio.zip", members=behind(size))
    monkeypatch.setattr(copying, "_LARGEST", largest)
    with pytest.raises(BackupRefused, match="4 GiB"):
        apply(path)
    assert not (tmp_path / "new.zip").exists()


def test_an_offset_beyond_32_bits_is_written_in_64(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = Member("Data/Files/large", bytes(2_000_000), method=STORED)

    def database_last(members: list[Member]) -> list[Member]:
        return [*(each for each in members if each.name != DATABASE), large, *members[-1:]]

    path = make_v7(tmp_path / "cherry.zip", messages=1, zip64=True, members=database_last)
    monkeypatch.setattr(copying, "_LARGEST", 1_900_000)
    new = apply(path)
    assert NEW_KEY in row(new, "user_provider", "modelscope")["api_keys"]
    with zipfile.ZipFile(new) as archive:
        assert archive.testzip() is None
        assert archive.getinfo(DATABASE).header_offset > 2_000_000
    entry = new.read_bytes().rpartition(b"PK\1\2")[2]
    assert entry[38:42] == b"\xff" * 4  # the offset is in the field of 64 bits


# --- what SQLite cannot do


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"

STATEMENTS: dict[str, tuple[str, type[Exception], str]] = {
    "no more pages": (
        "PRAGMA max_page_count = 1; CREATE TABLE t AS SELECT zeroblob(1000000)",
        FileError,
        "cannot write to",
    ),
    "read only": ("DELETE FROM message", FileError, "cannot use"),
    "too long": (ENDLESS, UnsupportedBackup, "takes too long to read"),
    "too large": ("SELECT zeroblob(200000000)", UnsupportedBackup, "a value of more than"),
    "no such table": ("SELECT * FROM lost", UnsupportedBackup, "the database is damaged (no"),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_an_error_of_sqlite_says_what_to_do(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements, error, reason = STATEMENTS[name]
    path = tmp_path / "database"
    make_database(path, messages=1)
    monkeypatch.setattr(database, "_SECONDS", 0.05)
    with (
        pytest.raises(error) as caught,
        open_database(path, writable=name == "no more pages") as connection,
    ):
        connection.executescript(statements)
    assert reason in str(caught.value)


def test_a_reference_that_would_lead_nowhere_is_refused_without_the_help_of_sqlite(
    tmp_path: Path,
) -> None:
    path = tmp_path / "database"
    make_database(path, messages=1)
    columns = (
        *(("provider_id", "gone"), ("model_id", "a/B"), ("order_key", "a0")),
        *(("preset_model_id", "b"), ("created_at", 1), ("updated_at", 1)),
    )
    model = RowWrite(Table.MODEL, "gone::a/B", columns, is_new=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        write_rows(connection, [RowWrite(Table.PROVIDER, "modelscope", (("is_enabled", 1),))])
        with pytest.raises(UnsupportedBackup, match="references that lead nowhere"):
            write_rows(connection, [model])
