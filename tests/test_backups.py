"""The backups that tests are made with: sound before anybody breaks them."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from app_database import OLD_MODEL, script
from backups import (
    DATABASE,
    HEADERS,
    contents,
    database_of,
    llm_of,
    make_data_json,
    make_v7,
    query,
    rows,
    v1_provider,
)
from raw_zip import Member, comment, records, write_zip

SHAPES = [(False, False), (True, False), (False, True), (True, True)]


@pytest.mark.parametrize("journal", HEADERS)
@pytest.mark.parametrize(("full", "old_layout"), SHAPES)
def test_a_v7_backup_is_a_sound_zip_with_a_sound_database(
    full: bool, old_layout: bool, journal: str, tmp_path: Path
) -> None:
    made = make_v7(tmp_path / "a.zip", full=full, old_layout=old_layout, journal=journal)
    with zipfile.ZipFile(made) as archive:
        assert archive.testzip() is None
        browser = json.loads(archive.read("metadata.json"))["resources"]["indexedDB"]
        assert browser == ("IndexedDB/" in archive.namelist())
        assert (DATABASE in archive.namelist()) != old_layout
    assert query(made, "PRAGMA integrity_check") == [("ok",)]
    assert query(made, "PRAGMA foreign_key_check") == []
    assert database_of(made)[18:20] == HEADERS[journal]
    assert len(rows(made, "message")) == 10_000


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_a_data_json_backup_is_three_layers_of_json(
    phone: bool, version: int, tmp_path: Path
) -> None:
    made = make_data_json(tmp_path / "a.zip", phone=phone, version=version)
    with zipfile.ZipFile(made) as archive:
        assert archive.testzip() is None
    assert v1_provider(made)["models"][0]["id"] == OLD_MODEL
    assert llm_of(made)["unknownKey"][0] is None


def test_the_bytes_of_a_record_can_be_told(tmp_path: Path) -> None:
    odd = Member(
        "b/字", b"x" * 99, zip64=True, streamed=True, comment=b"c", local_extra=b"\1\0\0\0"
    )
    made = write_zip(
        tmp_path / "a.zip", [Member("a"), odd], comment=b"end", prefix=b"#!", zip64=True
    )
    found = records(made)
    assert [each.name for each in found] == ["a", "b/字"]
    assert sum(len(each.local) for each in found) == made.read_bytes().index(b"PK\1\2") - 2
    assert comment(made) == b"end"
    with zipfile.ZipFile(made) as archive:
        assert archive.read("b/字") == odd.data
    moved = write_zip(tmp_path / "b.zip", [Member("longer"), odd], zip64=True)
    assert records(moved)[1] == found[1], "the offset is not part of a record"


def test_contents_tell_what_looks_alike_apart(tmp_path: Path) -> None:
    whole = make_v7(tmp_path / "a.zip", messages=1)
    float_now = make_v7(
        tmp_path / "b.zip", messages=1, prepare=script("UPDATE message SET created_at = 1.5")
    )
    assert contents(whole) != contents(float_now)
    assert contents(whole, without=["message"]) == contents(float_now, without=["message"])


def test_the_rule_of_custom_models_holds(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        make_v7(tmp_path / "a.zip", prepare=script("UPDATE user_model SET name = NULL"))
