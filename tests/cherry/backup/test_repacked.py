"""Backups that went through other hands: accepted, or refused with what to do about it."""

from __future__ import annotations

import gzip
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app_database import OLD_KEY
from backups import (
    DATABASE,
    Row,
    contents,
    database_of,
    make_data_json,
    make_v7,
    row,
    v1_provider,
    v1_providers,
)
from msconfig.cherry.backup import BackupRefused, open_backup, opening
from patching import NEW_MODELS, apply
from raw_zip import Member, write_zip

pytestmark = pytest.mark.usefixtures("both_headers")


def unpacked(backup: Path) -> Path:
    """The backup's members as files, in a folder beside it."""
    folder = backup.with_suffix("")
    with zipfile.ZipFile(backup) as archive:
        archive.extractall(folder)
    return folder


def by_python(folder: Path, target: Path) -> None:
    shutil.make_archive(str(target.with_suffix("")), "zip", folder)


def by_command(*command: str) -> Callable[[Path, Path], None]:
    def run(folder: Path, target: Path) -> None:
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        subprocess.run([*command, target, "."], cwd=folder, check=True, capture_output=True)

    return run


ARCHIVERS: dict[str, Callable[[Path, Path], None]] = {
    "Python": by_python,
    "Info-ZIP": by_command("zip", "-r"),
    "Info-ZIP with links": by_command("zip", "-ry"),
    "7-Zip": by_command("7z", "a", "-tzip"),
    "bsdtar": by_command("bsdtar", "-a", "-cf"),
}


@pytest.mark.parametrize("name", ARCHIVERS)
def test_a_backup_that_was_unpacked_and_zipped_again_is_accepted(name: str, tmp_path: Path) -> None:
    old = make_v7(tmp_path / "old.zip", full=True, messages=5)
    folder = unpacked(old)
    again = tmp_path / "again.zip"
    ARCHIVERS[name](folder, again)
    new = apply(again)
    assert contents(new, without=["user_provider", "user_model"]) == contents(
        old, without=["user_provider", "user_model"]
    )


def flagged(path: Path, local: int, central: int) -> None:
    """Flip flags of the database's local header, and of its entry in the directory."""
    raw = bytearray(path.read_bytes())
    name = DATABASE.encode()
    for at, flags in ((raw.index(name) - 30 + 6, local), (raw.rindex(name) - 46 + 8, central)):
        struct.pack_into("<H", raw, at, struct.unpack_from("<H", raw, at)[0] ^ flags)
    path.write_bytes(raw)


@pytest.mark.parametrize(("local", "central"), [(0x800, 0), (0, 0x800), (0, 8), (6, 0)])
def test_flags_may_differ_where_nothing_depends_on_them(
    local: int, central: int, tmp_path: Path
) -> None:
    backup = make_v7(tmp_path / "old.zip", messages=5)
    flagged(backup, local, central)
    assert row(apply(backup), "user_provider", "modelscope")["is_enabled"] == 1


def dotted(members: list[Member]) -> list[Member]:
    return [
        Member("./", mode=0o040755),
        *(replace(each, name=f"./{each.name}") for each in members),
    ]


KEPT: dict[str, Callable[[list[Member]], list[Member]]] = {
    "names that begin with ./": dotted,
    "folders of macOS": lambda members: [*members, Member("__MACOSX/Data/._cherrystudio.sqlite")],
    "no entry for the folder Data": lambda members: [
        each for each in members if each.name != "Data/"
    ],
    "another order": lambda members: members[::-1],
    "a link": lambda members: [*members, Member("Data/Agents/bin", b"../x", mode=0o120777)],
    "a folder with the mode of a file": lambda members: [*members, Member("Data/Notes/")],
    "an extra field of Windows": lambda members: [
        replace(each, central_extra=b"\x0a\0\x04\0\0\0\0\0") for each in members
    ],
}


@pytest.mark.parametrize("name", KEPT)
def test_what_archivers_add_is_kept(name: str, tmp_path: Path) -> None:
    old = make_v7(tmp_path / "old.zip", messages=5, members=KEPT[name])
    new = apply(old)
    with zipfile.ZipFile(old) as before, zipfile.ZipFile(new) as after:
        assert after.testzip() is None
        assert after.namelist() == before.namelist()


def test_a_name_that_is_not_utf_8_is_kept(tmp_path: Path) -> None:
    name, in_no_encoding = "Data/不是文字", b"Data/\xd7\xd6\xff\xfe-not-text"
    old = make_v7(tmp_path / "old.zip", messages=5, members=lambda made: [*made, Member(name)])
    in_no_encoding = in_no_encoding[: len(name.encode())]
    old.write_bytes(old.read_bytes().replace(name.encode(), in_no_encoding))
    assert apply(old).read_bytes().count(in_no_encoding) == 2, "in its header, and in the directory"


def in_folder(members: list[Member]) -> list[Member]:
    return [replace(each, name=f"cherry-studio.2026/{each.name}") for each in members]


def test_a_backup_in_a_folder_of_the_zip_is_named(tmp_path: Path) -> None:
    for make, file in ((make_v7, "metadata.json"), (make_data_json, "data.json")):
        made = make(tmp_path / "old.zip", members=in_folder)
        said = refusal(made)
        assert f"{file} is in the folder cherry-studio.2026" in said
        assert "zip what is in that folder" in said


def test_a_backup_in_another_zip_is_named(tmp_path: Path) -> None:
    inner = make_v7(tmp_path / "inner.zip", messages=1)
    outer = write_zip(tmp_path / "o.zip", [Member("mails/cherry-studio.zip", inner.read_bytes())])
    assert "another zip, mails/cherry-studio.zip; unpack it" in refusal(outer)


def test_what_is_another_kind_of_file_is_named(tmp_path: Path) -> None:
    backup = make_v7(tmp_path / "old.zip", messages=1)
    given = tmp_path / "given"
    for content, said in (
        (b"7z\xbc\xaf\x27\x1c" + bytes(99), "7-Zip archive"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(99), "RAR archive"),
        (gzip.compress(b"x"), "gzip archive"),
        (database_of(backup), "Settings → Data"),
        (b'{"version": 5}', "plain JSON"),
    ):
        given.write_bytes(content)
        assert said in refusal(given)


def _with(name: str, **fields: object) -> Callable[[list[Member]], list[Member]]:
    return lambda members: [
        replace(each, **fields) if each.name == name else each  # type: ignore[arg-type]
        for each in members
    ]


ADVISED: dict[str, tuple[Callable[[list[Member]], list[Member]], str]] = {
    "by Compress-Archive": (
        lambda members: [replace(each, name=each.name.replace("/", "\\")) for each in members],
        "not with Compress-Archive",
    ),
    "with a password": (_with(DATABASE, encrypted=True), "without a password"),
    "with Deflate64": (_with(DATABASE, method=9), "Deflate64"),
    "with LZMA": (_with(DATABASE, method=14), "LZMA"),
    "another file with LZMA": (
        lambda members: [*members, Member("Data/Files/a", b"x", method=14)],
        "Data/Files/a is compressed with LZMA",
    ),
    "from the app's folder": (
        lambda members: [*members, Member(f"{DATABASE}-wal", bytes(4152))],
        "not by zipping its folder",
    ),
}


@pytest.mark.parametrize("name", ADVISED)
def test_what_the_app_could_not_restore_is_refused_with_advice(name: str, tmp_path: Path) -> None:
    members, said = ADVISED[name]
    assert said in refusal(make_v7(tmp_path / "old.zip", messages=1, members=members))


def test_a_full_backup_without_its_empty_folders_is_refused_with_advice(tmp_path: Path) -> None:
    def gone(members: list[Member]) -> list[Member]:
        return [each for each in members if each.name != "Local Storage/"]

    said = refusal(make_v7(tmp_path / "old.zip", full=True, messages=1, members=gone))
    assert "keep empty folders" in said


@pytest.mark.parametrize("version", [8, 9, 70])
def test_a_newer_format_is_refused_with_a_clear_sentence(version: int, tmp_path: Path) -> None:
    said = refusal(make_v7(tmp_path / "old.zip", messages=1, metadata={"version": version}))
    assert said.endswith(
        f"a backup of format {version}, from a newer Cherry Studio than this msconfig knows"
        " (format 7); look for a newer msconfig"
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "null"), ({}, "an object"), (OLD_KEY, "a text"), (7, "no list")],
)
def test_providers_that_are_no_list_are_named_without_their_value(
    value: object, said: str, tmp_path: Path
) -> None:
    def put(llm: Row) -> None:
        llm["providers"] = value

    refused = refusal(make_data_json(tmp_path / "cherry-studio.zip", edit_llm=put))
    assert f"llm.providers is {said}" in refused
    assert OLD_KEY[:12] not in refused


def test_values_that_are_null_in_providers_are_no_hindrance(tmp_path: Path) -> None:
    ours = {**v1_providers()[1], "apiKey": None, "name": None, "models": [None, {"name": "x"}]}
    other = {"id": "other", "apiKey": None, "apiHost": None, "models": None}
    old = make_data_json(tmp_path / "cherry-studio.zip", providers=[ours, other])
    new = apply(old)
    models = v1_provider(new)["models"]
    assert models[:2] == [None, {"name": "x"}]
    assert [each["id"] for each in models[2:]] == list(NEW_MODELS)
    assert v1_provider(new, "other") == other


@pytest.mark.parametrize(
    ("limit", "make"),
    [
        ("_LARGEST_DATA_JSON", make_data_json),
        ("_LARGEST_DATABASE", make_v7),
    ],
)
def test_what_is_too_large_is_refused_with_the_alternative(
    limit: str, make: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, limit, 1000)
    said = refusal(make(tmp_path / "cherry-studio.zip"))
    assert "more than the 1000 that msconfig reads" in said
    assert "Cherry Studio 2" in said or "msconfig generate" in said


def test_format_1_and_format_6_as_json_are_refused_with_the_alternative(tmp_path: Path) -> None:
    for version, said in ((1, "create the backup again"), (6, "export to phone")):
        assert said in refusal(make_data_json(tmp_path / "cherry-studio.zip", version=version))


def refusal(path: Path) -> str:
    """Why `path` is refused, in one line."""
    with pytest.raises(BackupRefused) as caught:
        open_backup(path)
    text = str(caught.value)
    assert text.splitlines() == [text]
    return text
