"""What was made to take all memory or all time takes little of both."""

from __future__ import annotations

import sqlite3
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app_database import insert, model_row, script
from backups import DATABASE, Members, make_data_json, make_v7
from patching import outcome
from raw_zip import Member, write_zip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits and measures of Linux"),
]

MEGABYTE, GIGABYTE = 2**20, 2**30


def zeros(size: int) -> bytes:
    """So many zeros, deflated; made without having them."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflate.compress(bytes(16 * MEGABYTE)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return block * (size // (16 * MEGABYTE)) + b"\3\0"


def bomb(name: str, *, told: int) -> Members:
    """`name` unpacks to 10 GB, and is declared to be of `told` bytes."""
    packed = zeros(10 * GIGABYTE)

    def swap(members: list[Member]) -> list[Member]:
        return [
            replace(each, packed=packed, size=told, zip64=True, streamed=False)
            if each.name == name
            else each
            for each in members
        ]

    return swap


def more(name: str) -> Members:
    return lambda members: bomb(name, told=10 * GIGABYTE)([*members, Member(name)])


def v7(members: Members) -> Callable[[Path], Path]:
    return lambda path: make_v7(path, messages=1, members=members)


def data_json(members: Members) -> Callable[[Path], Path]:
    return lambda path: make_data_json(path, members=members)


def with_sql(sql: str) -> Callable[[Path], Path]:
    return lambda path: make_v7(path, prepare=script(sql))


def many_members(path: Path) -> Path:
    """A million empty files; the records of one, again and again."""
    with zipfile.ZipFile(empty_files(path, 100)) as archive:
        assert archive.testzip() is None
    return empty_files(path, 1_000_000)


def empty_files(path: Path, count: int) -> Path:
    one = write_zip(path, [Member("0000000", method=0)]).read_bytes()
    start, end = one.index(b"PK\1\2"), one.index(b"PK\5\6")
    head, entry, rest = one[: start - 7], one[start : start + 42], one[start + 46 : end - 7]
    names = [b"%07d" % number for number in range(count)]
    body = b"".join(head + name for name in names)
    central = b"".join(
        b"".join((entry, (number * start).to_bytes(4, "little"), rest, name))
        for number, name in enumerate(names)
    )
    wide = write_zip(path, [], count=count, zip64=True).read_bytes()
    numbers = [len(central), len(body), len(body) + len(central)]
    size, at, behind = (number.to_bytes(8, "little") for number in numbers)
    path.write_bytes(body + central + wide[:40] + size + at + wide[56:64] + behind + wide[72:])
    return path


def many_tables(path: Path) -> Path:
    tables = "; ".join(f"CREATE TABLE t{number} (x)" for number in range(3_000))
    return with_sql(f"BEGIN; {tables}; COMMIT")(path)


REFUSED: dict[str, Callable[[Path], Path]] = {
    "a database of 10 GB": v7(bomb(DATABASE, told=10 * GIGABYTE)),
    "a database of 10 GB that tells 8 KB": v7(bomb(DATABASE, told=8192)),
    "metadata of 10 GB": v7(bomb("metadata.json", told=10 * GIGABYTE)),
    "metadata of 10 GB that tells 99 bytes": v7(bomb("metadata.json", told=99)),
    "data.json of 10 GB": data_json(bomb("data.json", told=10 * GIGABYTE)),
    "data.json of 10 GB that tells 99 bytes": data_json(bomb("data.json", told=99)),
    "a million members": many_members,
    "a rule that wants 2 GB": with_sql(
        "CREATE TABLE wide (x); INSERT INTO wide VALUES (1); UPDATE sqlite_schema SET sql ="
        " 'CREATE TABLE wide (x CHECK (length(hex(zeroblob(900000000))) > x))' WHERE name = 'wide'"
    ),
    "an index over 900 MB": with_sql(
        "CREATE TABLE wide (x); INSERT INTO wide VALUES (1); CREATE INDEX w ON wide (x);"
        "UPDATE sqlite_schema SET sql = 'CREATE INDEX w ON wide (replace(hex(zeroblob(90000000)),"
        " x, 1234567890))' WHERE name = 'w'"
    ),
}


@pytest.mark.usefixtures("both_headers")
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_little_memory_in_little_time(name: str, tmp_path: Path) -> None:
    backup = REFUSED[name](tmp_path / "cherry-studio.zip")
    ended = outcome(backup)
    assert ended.ended.startswith("5 "), ended
    assert ended.megabytes < 100, ended
    assert ended.seconds < 20, ended
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"cherry-studio.zip", "work"}


APPLIED: dict[str, Callable[[Path], Path]] = {
    "a file of 10 GB of zeros that nobody reads": v7(more("Data/Files/zeros")),
    "3,000 tables": many_tables,
    "a database of empty pages": with_sql(
        "CREATE TABLE wide (x); INSERT INTO wide VALUES (zeroblob(50000000)); DELETE FROM wide"
    ),
}


@pytest.mark.usefixtures("both_headers")
@pytest.mark.parametrize("name", APPLIED)
def test_what_is_only_large_is_applied_with_little_memory(name: str, tmp_path: Path) -> None:
    ended = outcome(APPLIED[name](tmp_path / "cherry-studio.zip"))
    assert ended.ended == "applied"
    assert ended.megabytes < 100, ended
    assert ended.seconds < 20, ended


def test_a_rule_that_takes_for_ever_is_not_waited_for(tmp_path: Path) -> None:
    slow = (
        "CREATE TABLE slow (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 500000) INSERT INTO slow SELECT i FROM n; UPDATE sqlite_schema SET sql ="
        " 'CREATE TABLE slow (x CHECK (length(hex(zeroblob(500000 + x % 2))) > x))'"
        " WHERE name = 'slow'"
    )
    ended = outcome(make_v7(tmp_path / "cherry-studio.zip", prepare=script(slow)))
    assert ended.ended.startswith("5 "), ended


@pytest.mark.usefixtures("both_headers")
def test_many_models_take_little_time(tmp_path: Path) -> None:
    """40,000 models of others: nothing is done for each of them."""

    def fill(database: sqlite3.Connection) -> None:
        for number in range(40_000):
            row = model_row("openai", f"model-{number}", order_key=f"a{number:06}")
            insert(database, "user_model", row)

    ended = outcome(make_v7(tmp_path / "cherry-studio.zip", messages=1, prepare=fill))
    assert ended.ended == "applied"
    assert ended.megabytes < 150, ended
    assert ended.seconds < 20, ended
