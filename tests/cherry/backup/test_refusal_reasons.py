"""The reason for a refusal is the fault that the file has, and not one that follows from it."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app_database import script
from backups import DATABASE, Row, make_data_json, make_v7, v1_providers
from msconfig.cherry.backup import BackupRefused, data_json, open_backup, v7_rows
from msconfig.cherry.backup.archive import open_archive
from msconfig.cherry.backup.refusal import UnsupportedBackup, named
from msconfig.cherry.provider import ProviderChoice
from patching import NEW_MODELS, apply, patch
from raw_zip import STORED, Member, write_zip

Make = Callable[[Path], Path]
Bytes = Callable[[bytes], bytes]

TAIL = struct.Struct("<4s4H2LH")
"""The end record of a zip without a comment."""


def v7(**more: Any) -> Make:  # noqa: ANN401 - arguments of `make_v7`
    return lambda path: make_v7(path, messages=1, **more)


def v7_with(*members: Member) -> Make:
    return v7(members=lambda made: [*made, *members])


def v7_sql(sql: str) -> Make:
    return v7(prepare=script(sql))


def v7_database(at: int, value: bytes) -> Make:
    return v7(damage=lambda raw: raw[:at] + value + raw[at + len(value) :])


def v7_edited(edit: Bytes, **more: Any) -> Make:  # noqa: ANN401 - arguments of `make_v7`
    def make(path: Path) -> Path:
        raw = make_v7(path, messages=1, **more).read_bytes()
        path.write_bytes(edit(raw))
        return path

    return make


def document(**more: Any) -> Make:  # noqa: ANN401 - arguments of `make_data_json`
    return lambda path: make_data_json(path, **more)


def instead(old: bytes, new: bytes) -> Bytes:
    """Replace the last `old`."""

    def edit(raw: bytes) -> bytes:
        before, found, behind = raw.rpartition(old)
        assert found
        return before + new + behind

    return edit


def longer_directory(raw: bytes) -> bytes:
    """Ten bytes behind the last entry, which the end record counts as part of the directory."""
    signature, *counts, length, start, comment = TAIL.unpack(raw[-TAIL.size :])
    end = TAIL.pack(signature, *counts, length + 10, start, comment)
    return raw[: -TAIL.size] + bytes(10) + end


def smaller_count(raw: bytes) -> bytes:
    """The end record counts two members, the one of 64 bits more."""
    signature, disk, first, _, _, *places = TAIL.unpack(raw[-TAIL.size :])
    return raw[: -TAIL.size] + TAIL.pack(signature, disk, first, 2, 2, *places)


def in_latin_1(members: list[Member]) -> list[Member]:
    """The settings of a data.json with a letter that is not UTF-8."""
    text, *rest = members
    return [replace(text, data=text.data.replace(b"ModelScope", b"Model\xe9cope")), *rest]


def many_providers(count: int) -> list[Row]:
    return [{**v1_providers()[0], "id": f"p{number}"} for number in range(count)]


def deflated(behind: bytes) -> bytes:
    """A whole deflate stream of no bytes, and something that does not belong to it."""
    return b"\x03\x00" + behind


NUMBERS = tuple(map(str, range(10_001)))
DEEP = (f'["{"a" * 33_000}",' * 150, "1", "]" * 150)

FILLED = (
    "ALTER TABLE {0} ADD x TEXT NOT NULL DEFAULT 'x'; UPDATE {0} SET x = 'y';"
    " UPDATE sqlite_schema"
    " SET sql = replace(sql, 'x TEXT NOT NULL DEFAULT ''x''', 'x TEXT NOT NULL')"
)

REASONS: dict[str, tuple[Make, str]] = {
    # the zip
    "metadata of 2 MB": (
        v7(
            members=lambda made: [
                Member("metadata.json", b"{" + b" " * 2_000_000 + b"}"),
                *made[1:],
            ]
        ),
        "metadata.json has 2000002 bytes, more than the",
    ),
    **{
        f"{len(behind)} bytes behind a deflated member": (
            v7(
                members=lambda made, behind=behind: [
                    Member(made[0].name, packed=deflated(behind)),
                    *made[1:],
                ]
            ),
            "metadata.json is damaged (wrong length)",
        )
        for behind in (b"?" * 9, b"?" * 600_000)
    },
    "bytes behind the end": (v7_edited(lambda raw: raw + b"?"), "extra bytes at its end"),
    "bytes behind the directory": (v7_edited(longer_directory), "the zip's directory is damaged"),
    "a size of 64 bits that is nowhere": (
        v7_with(Member("Data/Files/a", b"a", size=0xFFFF_FFFF)),
        "the zip's directory is damaged",
    ),
    "a size of 64 bits that has 32": (
        v7_with(
            Member(
                "Data/Files/a",
                b"a",
                size=0xFFFF_FFFF,
                central_extra=struct.pack("<2HL", 1, 4, 1),
            )
        ),
        "the zip's directory is damaged",
    ),
    "no end record of 64 bits where the locator says": (
        v7_edited(instead(b"PK\6\6", b"PK\6\0"), zip64=True),
        "the end of the zip is damaged",
    ),
    "an end record of 64 bits that is too long": (
        v7_edited(instead(b"PK\6\6\x2c", b"PK\6\6\x2d"), zip64=True),
        "the end of the zip is damaged",
    ),
    "end records that count differently": (
        v7_edited(smaller_count, zip64=True),
        "the end of the zip is damaged",
    ),
    "the folders of format 6 alone": (
        lambda path: write_zip(path, [Member("IndexedDB/", method=STORED, mode=0o040755)]),
        "a backup of format 6",
    ),
    "metadata of format 3": (
        v7(metadata={"version": 3}),
        "a backup of format 3, which no Cherry Studio restores",
    ),
    # the database
    "an encoding that is none": (
        v7_database(56, b"\0\0\0\x09"),
        "the database is damaged; create the backup again",
    ),
    "more free pages than pages": (
        v7_database(36, b"\x7f\xff\xff\xff"),
        "the database is damaged; create the backup again",
    ),
    **{
        f"an unknown column of {table}, filled": (
            v7_sql(FILLED.format(table)),
            f"{table} has a column that is unknown and has to be filled, x",
        )
        for table in ("user_provider", "user_model")
    },
    "a column that is computed": (
        v7_sql(
            'ALTER TABLE user_model DROP COLUMN "group";'
            "ALTER TABLE user_model ADD \"group\" TEXT AS ('Mine')"
        ),
        "the column group of user_model is computed",
    ),
    "a name that is a blob": (
        v7_sql("UPDATE user_provider SET name = x'41'"),
        "user_provider has a value of another type in its column name",
    ),
    # data.json
    "two documents": (document(text=lambda made: made + "{}"), "data.json has trailing data"),
    "5,001 providers": (
        document(providers=many_providers(5_001)),
        "data.json has more than 5000 providers",
    ),
    "10,001 texts": (
        document(edit=lambda made: made["localStorage"].update(dict.fromkeys(NUMBERS, ""))),
        "data.json has an object with more than 10000 members",
    ),
    "150 lists in one another, each too long to be parsed at once": (
        document(text=lambda made: made.replace('"":{}', f'"":{"".join(DEEP)}')),
        "data.json is damaged: not JSON near character",
    ),
    "a number that Python refuses to convert": (
        document(text=lambda made: made.replace("1.1}", f"{'7' * 5_000}}}")),
        "a provider in data.json",
    ),
    "settings in Latin-1": (document(members=in_latin_1), "data.json is not UTF-8 text"),
}


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_is_the_fault(name: str, tmp_path: Path) -> None:
    make, reason = REASONS[name]
    path = make(tmp_path / "cherry.zip")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(BackupRefused) as caught:
        apply(path)
    assert reason in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


LIMITS: dict[str, tuple[Any, str, Make, str]] = {
    "models": (v7_rows, "_MOST_MODELS", v7(), "user_model has more rows or text"),
    "providers": (v7_rows, "_MOST_PROVIDERS", v7(), "user_provider has more rows or text"),
    "characters": (v7_rows, "_MOST_CHARACTERS", v7(), "user_model has more rows or text"),
    "storage": (data_json, "_LARGEST_STORAGE", document(), "the settings in data.json have more"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_is_beyond_a_limit_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, limit, make, reason = LIMITS[name]
    path = make(tmp_path / "cherry.zip")
    open_backup(path)
    monkeypatch.setattr(module, limit, 1)
    with pytest.raises(BackupRefused) as caught:
        open_backup(path)
    assert reason in str(caught.value)


def test_an_id_with_the_apps_separator_is_refused(tmp_path: Path) -> None:
    wanted = patch(*NEW_MODELS, choice=ProviderChoice(id="a::b"))
    path = make_v7(tmp_path / "cherry.zip", messages=1)
    with pytest.raises(BackupRefused) as caught:
        apply(path, wanted)
    assert "Cherry Studio refuses :: in a provider ID (a::b)" in str(caught.value)


def test_what_needs_too_much_memory_is_refused() -> None:
    with (
        pytest.raises(BackupRefused, match=r"a\.zip: too large for the memory"),
        named(Path("a.zip")),
    ):
        bytearray(sys.maxsize)


def test_a_file_that_is_cut_while_it_is_read_is_refused(tmp_path: Path) -> None:
    stored = Member("Data/Files/a", b"a" * 2_000_000, method=STORED)
    path = v7_with(stored)(tmp_path / "cherry.zip")
    with open_archive(path) as archive:
        member = archive.members[stored.name]
        with path.open("r+b") as file:
            file.truncate(member.offset + 1_000_000)
        with pytest.raises(UnsupportedBackup, match="the zip is cut off"):
            archive.read(member, 2_000_000)
    assert DATABASE in archive.members
