"""What is no backup that msconfig can patch: refused with one line, and nothing written."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app_database import OLD_KEY, Prepare, script
from backups import (
    DATABASE,
    PERSISTED,
    Members,
    Row,
    contents,
    make_data_json,
    make_v7,
    row,
    v1_providers,
)
from msconfig.cherry.backup import BackupRefused, open_backup
from msconfig.errors import DocumentError, FileError
from patching import NEW_KEY, NEW_MODELS, apply, patch
from raw_zip import STORED, Member, write_zip

pytestmark = pytest.mark.usefixtures("both_headers")

OUTSIDE = (
    "../evil",
    "Data/../../evil",
    "/etc/evil",
    "..\\evil",
    "C:\\evil",
    "C:/evil",
    "\\\\h\\evil",
)


def refusal(path: Path) -> str:
    """Why `path` is refused, after it was seen that the reason is one line and nothing is there."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(DocumentError) as caught:
        apply(path)
    assert isinstance(caught.value, BackupRefused)
    assert sorted(path.parent.iterdir()) == before
    text = str(caught.value)
    assert text.splitlines() == [text]
    assert path.name in text
    for key in (OLD_KEY, NEW_KEY):
        assert key not in text
    return text


def change(name: str, **fields: Any) -> Members:  # noqa: ANN401 - fields of `Member`
    """Change a member."""
    return lambda members: [
        replace(each, **fields) if each.name == name else each for each in members
    ]


def add(*more: Member) -> Members:
    """Add members at the end."""
    return lambda members: [*members, *more]


def without(*names: str) -> Members:
    """Leave members out."""
    return lambda members: [each for each in members if each.name not in names]


ZIPS: dict[str, Members] = {
    **{f"outside: {name}": add(Member(name)) for name in OUTSIDE},
    "no name": add(Member("")),
    "a NUL in a name": add(Member("Data/a\0b")),
    "a link in place of the database": change(DATABASE, mode=0o120777),
    "a device in place of the metadata": change("metadata.json", mode=0o020666),
    "a member twice": add(Member("Data/Files/a", b"1"), Member("Data/Files/a", b"2")),
    "the database twice": add(Member(DATABASE, b"second")),
    "metadata twice": add(Member("metadata.json", b"{}")),
    "an encrypted database": change(DATABASE, encrypted=True),
    "encrypted metadata": change("metadata.json", encrypted=True),
    "an encrypted file": add(Member("Data/Files/a", b"x" * 20, encrypted=True)),
    "wrong CRC of the database": change(DATABASE, crc=1),
    "wrong CRC of the metadata": change("metadata.json", crc=1),
    "less than declared": change(DATABASE, size=2**30),
    "more than declared": change(DATABASE, size=4096),
    "more metadata than declared": change("metadata.json", size=10, streamed=False),
    "a database that is not deflated": change(DATABASE, packed=b"\xff" * 500),
    "a database packed in a way nobody knows": change(DATABASE, method=99, packed=b"x" * 99),
    "a header that names another": change(DATABASE, local_name="Data/other"),
    "no metadata": without("metadata.json"),
    "changes in a log": add(Member(f"{DATABASE}-wal", b"wal")),
    "changes in a hot journal": add(Member(f"{DATABASE}-journal", b"journal")),
    "no cache.json": without("cache.json"),
    "no database": without(DATABASE),
    "a folder in place of the database": lambda members: add(Member(f"{DATABASE}/", mode=0o040755))(
        without(DATABASE)(members)
    ),
    "metadata that is not JSON": change("metadata.json", data=b"{"),
    "metadata in Latin-1": change("metadata.json", data='{"é": 1}'.encode("latin-1")),
    "metadata that is a list": change("metadata.json", data=b"[7]"),
    "metadata of many depths": change("metadata.json", data=b"[" * 200_000),
    "an endless number": change("metadata.json", data=b'{"version": ' + b"7" * 10_000 + b"}"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_that_is_not_what_the_app_writes_is_refused(name: str, tmp_path: Path) -> None:
    refusal(make_v7(tmp_path / "cherry.zip", messages=1, members=ZIPS[name]))


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"version": 8}, "8"),
        ({"version": 10**400}, "newer msconfig"),
        ({"version": 6}, "6"),
        ({"version": "7"}, "version"),
        ({"version": True}, "version"),
        ({"version": None}, "version"),
        ({"appName": "Apple Studio"}, "Apple Studio"),
        ({"appName": None}, "app"),
        ({"resources": None}, "resources"),
        ({"resources": []}, "resources"),
        ({"resources": {"database": False}}, "resources"),
    ],
)
def test_metadata_that_the_app_would_refuse_is_refused(
    metadata: Row, said: str, tmp_path: Path
) -> None:
    assert said in refusal(make_v7(tmp_path / "cherry.zip", messages=1, metadata=metadata))


def test_browser_storage_that_is_promised_and_missing_is_refused(tmp_path: Path) -> None:
    gone = without("IndexedDB/", "IndexedDB/file__0.indexeddb.leveldb/000003.log")
    assert "IndexedDB" in refusal(make_v7(tmp_path / "c.zip", full=True, messages=1, members=gone))


def test_format_6_is_refused_with_the_way_out(tmp_path: Path) -> None:
    told = {"version": 6, "appName": "Cherry Studio", "appVersion": "1.9.12", "timestamp": 1}
    made = write_zip(
        tmp_path / "cherry.zip",
        [
            Member("metadata.json", json.dumps(told).encode()),
            Member("IndexedDB/a.leveldb/1.log", b"x"),
            Member("Local Storage/leveldb/1.log", b"x"),
            Member("Data/", method=STORED, mode=0o040755),
        ],
    )
    said = refusal(made)
    assert "6" in said
    assert "phone" in said


FOREIGN: dict[str, bytes] = {
    "nothing": b"",
    "text": b"hello\n",
    "plain JSON": b'{"version": 5, "localStorage": {}}',
    "a bare database": b"SQLite format 3\0" + bytes(4096),
    "gzip": gzip.compress(b"data.json"),
    "only the beginning of a zip": b"PK\3\4" + bytes(100),
    "an empty zip": b"PK\5\6" + bytes(18),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_backup_at_all_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "given"
    path.write_bytes(FOREIGN[name])
    refusal(path)


def test_a_zip_of_another_app_is_refused(tmp_path: Path) -> None:
    refusal(write_zip(tmp_path / "a.docx", [Member("word/document.xml", b"<w/>")]))


@pytest.mark.parametrize("full", [False, True])
def test_a_backup_that_is_cut_off_is_refused(full: bool, tmp_path: Path) -> None:
    whole = make_v7(tmp_path / "whole.zip", full=full, messages=1, zip64=full).read_bytes()
    path = tmp_path / "cut.zip"
    for end in (*range(0, len(whole), len(whole) // 9), len(whole) - 1, len(whole) - 22):
        path.write_bytes(whole[:end])
        refusal(path)


def test_every_byte_of_the_directory_may_be_wrong(tmp_path: Path) -> None:
    """Each is refused, or it did not matter: never anything else."""
    whole = make_v7(tmp_path / "whole.zip", messages=1, full=True).read_bytes()
    path, start = tmp_path / "broken.zip", whole.index(b"PK\1\2")
    for at in range(start, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(BackupRefused):
            apply(path, force=True)


def test_members_that_lie_over_each_other_are_refused(tmp_path: Path) -> None:
    """The directory names the same bytes twice."""
    first, second = Member("Data/Files/a", b"x" * 40), Member("Data/Files/b", b"x" * 40)
    path = make_v7(tmp_path / "c.zip", messages=1, members=add(first, second))
    raw = bytearray(path.read_bytes())
    a, b = (raw.rindex(each.name.encode()) - 46 for each in (first, second))
    raw[b + 42 : b + 46] = raw[a + 42 : a + 46]
    path.write_bytes(raw)
    refusal(path)


@pytest.mark.parametrize("count", [0, 1, 3, 5, 1_000_000, 2**40])
def test_a_number_of_members_that_is_not_true_is_refused(count: int, tmp_path: Path) -> None:
    path = tmp_path / "c.zip"
    members: list[Member] = []

    def keep(found: list[Member]) -> list[Member]:
        members.extend(found)
        return found

    make_v7(path, messages=1, members=keep)
    refusal(write_zip(path, members, count=count))


@pytest.mark.skipif(os.name != "posix", reason="files of POSIX")
@pytest.mark.parametrize("name", ["folder", "missing", "pipe", "unreadable"])
def test_what_cannot_be_opened_is_an_error_of_the_file(name: str, tmp_path: Path) -> None:
    if name == "unreadable" and os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    make_v7(tmp_path / "unreadable", messages=1).chmod(0)
    with pytest.raises(FileError, match=name):
        open_backup(tmp_path / name)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a device of Linux")
@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null"])
def test_a_device_is_not_read_to_its_end(name: str) -> None:
    with pytest.raises((FileError, BackupRefused)):
        open_backup(Path(name))


SAME_IN = "CREATE TABLE {0}_copy AS SELECT * FROM {0}; DROP TABLE {0};"
TRIGGER = "CREATE TRIGGER t AFTER UPDATE ON {} BEGIN DELETE FROM message; END"
NEEDED = (
    "ALTER TABLE {} ADD x TEXT NOT NULL DEFAULT 'x'; UPDATE sqlite_schema"
    " SET sql = replace(sql, 'x TEXT NOT NULL DEFAULT ''x''', 'x TEXT NOT NULL')"
)
SQL: dict[str, str] = {
    "no providers": "DROP TABLE user_provider",
    "no models": "DROP TABLE user_model",
    "no migrations": "DROP TABLE __drizzle_migrations",
    "an empty migration table": "DELETE FROM __drizzle_migrations",
    "a view of providers": SAME_IN.format("user_provider")
    + "CREATE VIEW user_provider AS SELECT * FROM user_provider_copy",
    "a view of models": SAME_IN.format("user_model")
    + "CREATE VIEW user_model AS SELECT * FROM user_model_copy",
    "a virtual table of models": "DROP TABLE user_model;"
    "CREATE VIRTUAL TABLE user_model USING fts5(id, provider_id, model_id)",
    "a trigger on providers": TRIGGER.format("user_provider"),
    "a trigger on models": TRIGGER.format("user_model").replace("UPDATE", "INSERT"),
    "a trigger in other letters": TRIGGER.format("USER_MODEL"),
    "an unknown column of providers": NEEDED.format("user_provider"),
    "an unknown column of models": NEEDED.format("user_model"),
    "a neighbour against its own rules": "UPDATE sqlite_schema SET sql ="
    " replace(sql, 'model_id TEXT REFERENCES', 'model_id TEXT NOT NULL REFERENCES')",
    "a neighbour against its own check": "UPDATE sqlite_schema SET sql = replace(sql,"
    " 'name TEXT NOT NULL', 'name TEXT NOT NULL CHECK (length(name) > 99)')"
    " WHERE name = 'assistant'",
    "a schema that is none": "UPDATE sqlite_schema SET sql = 'CREATE TABLE'"
    " WHERE name = 'assistant'",
}
_COLUMNS = {
    "user_provider": (
        *("preset_provider_id", "name", "endpoint_configs", "default_chat_endpoint", "api_keys"),
        *("provider_settings", "is_enabled", "created_at", "updated_at"),
    ),
    "user_model": (
        *("group", "input_modalities", "output_modalities", "is_enabled", "is_hidden"),
        *("is_deprecated", "created_at", "updated_at", "input_modalities_explicit"),
    ),
}
_UNUSED_COLUMNS = {
    "user_provider": ("logo_key", "auth_config"),
    "user_model": (
        *("description", "endpoint_types", "context_window", "max_input_tokens"),
        *("max_output_tokens", "reasoning", "parameters", "pricing", "notes"),
    ),
}
SQL |= {
    f"no {table}.{column}": f'ALTER TABLE {table} DROP COLUMN "{column}"'
    for table, columns in _COLUMNS.items()
    for column in columns
}


@pytest.mark.parametrize("name", SQL)
def test_a_database_of_another_make_is_refused(name: str, tmp_path: Path) -> None:
    refusal(make_v7(tmp_path / "cherry.zip", messages=5, prepare=script(SQL[name])))


FITTING: dict[str, str] = {
    "an unknown column that may be empty": "ALTER TABLE user_model ADD x TEXT",
    "an unknown column with a default": "ALTER TABLE user_provider ADD x TEXT NOT NULL DEFAULT 'x'",
    "a trigger elsewhere": TRIGGER.format("assistant"),
    "a reference that leads nowhere": "INSERT INTO assistant VALUES ('x', 'x', 'no::where')",
    "a reference to a model that is added": "INSERT INTO assistant"
    f" VALUES ('x', 'x', 'modelscope::{NEW_MODELS[0]}')",
    "a new table": "CREATE TABLE later (id TEXT PRIMARY KEY, x TEXT NOT NULL)",
    "a table of an extension": "INSERT INTO sqlite_schema VALUES ('table', 'vectors', 'vectors', 0,"
    " 'CREATE VIRTUAL TABLE vectors USING not_here(x)')",
}


FITTING |= {
    f"no {table}.{column}": f"ALTER TABLE {table} DROP COLUMN {column}"
    for table, columns in _UNUSED_COLUMNS.items()
    for column in columns
}


@pytest.mark.parametrize("name", FITTING)
def test_what_a_newer_app_may_have_beside_is_no_hindrance(name: str, tmp_path: Path) -> None:
    old = make_v7(tmp_path / "cherry.zip", messages=5, prepare=script(FITTING[name]))
    assert row(apply(old), "user_provider", "modelscope")["is_enabled"] == 1


KEYS: dict[str, object] = {
    "encrypted by the system": [{"id": "a", "key": "v1:ss:AAAA", "isEnabled": True}],
    "encrypted by the app": [{"id": "a", "key": "v1:aes:AAAA", "isEnabled": True}],
    "one of several encrypted": [
        {"id": "a", "key": OLD_KEY, "isEnabled": True},
        {"id": "b", "key": "v1:ss:AAAA", "isEnabled": False},
    ],
    "encrypted as a whole": "v1:ss:AAAA",
    "an object": {"id": "a", "key": OLD_KEY},
    "texts": [OLD_KEY],
    "an entry without a key": [{"id": "a", "isEnabled": True}],
    "a key that is a number": [{"id": "a", "key": 5, "isEnabled": True}],
    "a switch that is a text": [{"id": "a", "key": OLD_KEY, "isEnabled": "yes"}],
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_that_are_not_plain_entries_are_refused(name: str, tmp_path: Path) -> None:
    def put(database: sqlite3.Connection) -> None:
        database.execute(
            "UPDATE user_provider SET api_keys = ? WHERE provider_id = 'modelscope'",
            (json.dumps(KEYS[name]),),
        )

    said = refusal(make_v7(tmp_path / "cherry.zip", messages=1, prepare=put))
    assert "modelscope" in said
    assert "AAAA" not in said


def test_an_encrypted_key_of_another_provider_is_refused_too(tmp_path: Path) -> None:
    """An app that encrypts would not take a plain key among its own for granted."""
    column = '[{"id": "a", "key": "v1:ss:AAAA", "isEnabled": true}]'
    other = script(f"UPDATE user_provider SET api_keys = '{column}' WHERE provider_id = 'openai'")
    assert "openai" in refusal(make_v7(tmp_path / "cherry.zip", messages=1, prepare=other))


@pytest.mark.parametrize("text", ["v1:ss:AAAA", "not JSON", "[", "{}"])
def test_a_column_of_keys_that_is_no_list_is_refused(text: str, tmp_path: Path) -> None:
    column = script(f"UPDATE user_provider SET api_keys = '{text}'")
    refusal(make_v7(tmp_path / "cherry.zip", messages=1, prepare=column))


def _cut(database: bytes) -> bytes:
    return database[: len(database) // 2 + 100]


def _corrupt(database: bytes) -> bytes:
    at = database.index(b"My favourite") // 4096 * 4096
    return database[:at] + b"\xa5" * 4096 + database[at + 4096 :]


def _header(at: int, value: bytes) -> Callable[[bytes], bytes]:
    return lambda database: database[:at] + value + database[at + len(value) :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "text": lambda _: b"not a database " * 1000,
    "a header and nothing": lambda database: database[:100],
    "a header and noise": lambda database: database[:100] + b"\xde\xad" * 4096,
    "half of it": _cut,
    "a page overwritten": _corrupt,
    "a format nobody knows": _header(18, b"\3\3"),
    "a page size nobody knows": _header(16, b"\0\7"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_database_that_is_damaged_is_refused(name: str, tmp_path: Path) -> None:
    refusal(make_v7(tmp_path / "cherry.zip", messages=200, damage=DAMAGE[name]))


def test_whatever_page_is_damaged_nothing_but_a_refusal_comes_of_it(tmp_path: Path) -> None:
    path = tmp_path / "cherry.zip"
    plain = make_v7(path, messages=20)
    before = contents(plain, without=["user_provider", "user_model"])
    for at in range(0, 40 * 4096, 1777):
        make_v7(path, messages=20, damage=_header(at, b"\xff\x00\xff\x7f"))
        with suppress(BackupRefused):
            new = apply(path, force=True)
            assert contents(new, without=["user_provider", "user_model"]).keys() == before.keys()


def _set(*path: str, to: object) -> Callable[[Row], None]:
    def edit(document: Row) -> None:
        for name in path[:-1]:
            document = document[name]
        if to is _GONE:
            del document[path[-1]]
        else:
            document[path[-1]] = to

    return edit


_GONE = object()

DOCUMENTS: dict[str, Callable[[Row], None]] = {
    "version 1": _set("version", to=1),
    "version 6": _set("version", to=6),
    "a newer version": _set("version", to=7),
    "version as text": _set("version", to="5"),
    "no version": _set("version", to=_GONE),
    "no localStorage": _set("localStorage", to=_GONE),
    "localStorage as a list": _set("localStorage", to=[]),
    "nothing persisted": _set("localStorage", PERSISTED, to=_GONE),
    "an object in place of its text": _set("localStorage", PERSISTED, to={"llm": "{}"}),
    "persisted text that is not JSON": _set("localStorage", PERSISTED, to="{"),
    "persisted list": _set("localStorage", PERSISTED, to="[]"),
    "no llm": _set("localStorage", PERSISTED, to='{"settings":"{}"}'),
    "an object in place of llm's text": _set("localStorage", PERSISTED, to='{"llm":{}}'),
    "llm that is not JSON": _set("localStorage", PERSISTED, to='{"llm":"{"}'),
    "llm of many depths": _set("localStorage", PERSISTED, to=json.dumps({"llm": "[" * 100_000})),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_data_json_of_another_make_is_refused(name: str, tmp_path: Path) -> None:
    refusal(make_data_json(tmp_path / "cherry-studio.zip", edit=DOCUMENTS[name]))


PROVIDERS: dict[str, object] = {
    "no list": {"modelscope": {}},
    "nothing": None,
    "a text": ["modelscope"],
    "the provider twice": [*v1_providers(), v1_providers()[1]],
    "models that are no list": [{**v1_providers()[1], "models": {}}],
    "a key that is a list": [{**v1_providers()[1], "apiKey": [OLD_KEY]}],
    "an encrypted key": [{**v1_providers()[1], "apiKey": "v1:ss:AAAA"}],
}


@pytest.mark.parametrize("name", PROVIDERS)
def test_providers_of_another_make_are_refused(name: str, tmp_path: Path) -> None:
    edit = _set("providers", to=PROVIDERS[name])
    refusal(make_data_json(tmp_path / "cherry-studio.zip", edit_llm=edit))


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{", "[]", "null", "", '{"version":5}', "\ufeffx", '{"version":5,"version":4}'],
)
def test_a_data_json_that_is_not_json_is_refused(text: str, tmp_path: Path) -> None:
    refusal(make_data_json(tmp_path / "cherry-studio.zip", text=lambda _: text))


DATA_ZIPS: dict[str, Members] = {
    "outside": add(Member("../evil")),
    "twice": add(Member("data.json", b"{}")),
    "encrypted": change("data.json", encrypted=True),
    "wrong CRC": change("data.json", crc=7),
    "a link": change("data.json", mode=0o120777),
}


@pytest.mark.parametrize("name", DATA_ZIPS)
def test_a_zip_around_data_json_has_the_same_rules(name: str, tmp_path: Path) -> None:
    refusal(make_data_json(tmp_path / "cherry-studio.zip", members=DATA_ZIPS[name]))


def test_a_file_that_the_phone_would_not_find_is_told(tmp_path: Path) -> None:
    """The phone takes only a file whose name contains cherry-studio."""
    asked = patch(*NEW_MODELS)
    old = make_data_json(tmp_path / "cherry-studio.zip", phone=True)
    assert apply(old, asked, to="cherry-studio.new.zip").exists()


def test_a_sound_backup_is_none_of_these(tmp_path: Path) -> None:
    prepare: Prepare = script("SELECT 1")
    assert apply(make_v7(tmp_path / "cherry.zip", messages=1, prepare=prepare)).exists()
    assert apply(make_data_json(tmp_path / "cherry-studio.zip"), to="cherry-studio.2.zip").exists()
