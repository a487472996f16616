"""Backups of Cherry Studio in every format, made from the facts as real files.

`make_v7` is what desktop v2 writes, `make_data_json` what desktop v1 wrote up to format 5 and what
the mobile app writes. Both take a function that breaks or changes one thing, and both are full of
neighbours: what msconfig has to leave as it is.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from app_database import (
    MADE_AT,
    ODD,
    OLD_KEY,
    OLD_MODEL,
    OWN_PROVIDER,
    Prepare,
    make_database,
)
from raw_zip import STORED, Member, write_zip

DATABASE = "Data/cherrystudio.sqlite"
OLD_DATABASE = "cherrystudio.sqlite"
"""Where the older layout has it."""
SIDECARS = ("-wal", "-shm", "-journal")
"""What SQLite puts behind a database's name for files of its own."""
PERSISTED = "persist:cherry-studio"
APP_VERSION = "2.1.4"
_LAYOUT_FLAGS = ("indexedDB", "localStorage")

HEADERS = {"WAL": b"\2\2", "rollback": b"\1\1"}
"""Journal modes of a backup's database: the app's, and the one that msconfig leaves."""

Members = Callable[[list[Member]], list[Member]]
"""Changes the members before they are written."""
Damage = Callable[[bytes], bytes]
"""Changes the bytes of the database before they are packed."""
Row = dict[str, Any]
"""A row: a column's name and its value."""


class _Default:
    journal = "WAL"
    """Where `make_v7` is not given one; the fixture `both_headers` changes it."""


@contextmanager
def journal_of_backups(journal: str) -> Iterator[None]:
    """Backups have their database in that mode for as long as the context lasts."""
    before, _Default.journal = _Default.journal, journal
    try:
        yield
    finally:
        _Default.journal = before


def make_v7(
    path: Path,
    *,
    full: bool = False,
    old_layout: bool = False,
    messages: int = 10_000,
    encoding: str = "UTF-8",
    journal: str | None = None,
    prepare: Prepare | None = None,
    damage: Damage | None = None,
    metadata: dict[str, Any] | None = None,
    members: Members | None = None,
    comment: bytes = b"",
    prefix: bytes = b"",
    zip64: bool = False,
) -> Path:
    """A backup of desktop v2 at `path`.

    `journal` is a key of `HEADERS`. `prepare` changes the database while it is open, `damage` its
    bytes afterwards; `metadata` goes over that of the app (a None takes a key away); `members`
    changes the list of members.
    """
    made_of = (messages, encoding, journal or _Default.journal)
    database = _made(*made_of, prepare) if prepare else _plain_database(*made_of)
    told = {**_metadata(full=full, old_layout=old_layout), **(metadata or {})}
    told = {name: value for name, value in told.items() if value is not None}
    made = _v7_members(
        json.dumps(told, indent=2).encode(),
        damage(database) if damage else database,
        full=full or old_layout,
        database_name=OLD_DATABASE if old_layout else DATABASE,
    )
    made = members(made) if members else made
    return write_zip(path, made, comment=comment, prefix=prefix, zip64=zip64)


def make_data_json(
    path: Path,
    *,
    version: int = 5,
    phone: bool = False,
    providers: Sequence[Row] | None = None,
    edit: Callable[[Row], None] | None = None,
    edit_llm: Callable[[Row], None] | None = None,
    text: Callable[[str], str] | None = None,
    members: Members | None = None,
) -> Path:
    """A backup of desktop v1 or of the phone at `path`.

    `edit` changes the outermost object, `edit_llm` the object with the providers, and `text` the
    finished text of data.json.
    """
    llm: Row = {
        "providers": list(v1_providers() if providers is None else providers),
        "defaultModel": {"id": OLD_MODEL, "provider": "modelscope", "name": ODD, "group": "Q"},
        "settings": {"ollama": {"keepAliveTime": 0}},
        "unknownKey": [None, {"deep": ODD}],
    }
    if edit_llm:
        edit_llm(llm)
    slices = {
        "assistants": {"assistants": [{"id": "a", "name": ODD, "topics": []}], "tagsOrder": []},
        "websearch": {"providers": [], "defaultProvider": "x"},
        "settings": {"theme": "dark", "fontSize": 14.5, "big": 2**70, "name": "lone \ud800"},
        "llm": llm,
        **({} if phone else {"mcp": {"servers": []}, "shortcuts": {"shortcuts": []}}),
    }
    persisted = {name: as_json(value) for name, value in slices.items()}
    persisted["_persist"] = '{"version":187,"rehydrated":true}'
    document: Row = {
        "time": MADE_AT,
        "version": version,
        "localStorage": {PERSISTED: as_json(persisted), "language": "zh-CN", "lone": "\udfff"},
        "indexedDB": {
            "topics": [{"id": str(number), "messages": [ODD, 1e22, -0.0]} for number in range(200)],
            "message_blocks": [],
            "files": [{"id": "f", "count": 2**64, "size": 1.50}],
            "": {},
        },
    }
    if phone:
        document["app_initialization_version"] = 1
    if edit:
        edit(document)
    written = as_json(document)
    made = [
        Member("data.json", (text(written) if text else written).encode(), modified=(1, 0x21)),
        Member("Data/", method=STORED, mode=0o040755),
        Member("Data/Files/b.txt", ODD.encode(), comment=b"kept", mode=0o100600),
    ]
    return write_zip(path, members(made) if members else made)


def v1_providers() -> list[Row]:
    """ModelScope with a key and a model, switched off, between two others."""

    def provider(provider_id: str, **more: Any) -> Row:  # noqa: ANN401 - a value of JSON
        empty: Row = {"type": "openai", "name": provider_id, "apiKey": "", "models": []}
        return {"id": provider_id, **empty, **more}

    model = {"id": OLD_MODEL, "provider": "modelscope", "name": ODD, "group": "Mine"}
    return [
        provider("silicon", apiHost="https://api.siliconflow.cn", isSystem=True, enabled=True),
        provider(
            "modelscope",
            name="ModelScope",
            apiKey=OLD_KEY,
            apiHost="https://api-inference.modelscope.cn/v1/",
            models=[{**model, "capabilities": [{"type": "vision", "isUserSelected": False}]}],
            isSystem=True,
            enabled=False,
            notes=ODD,
            unknown={"kept": 1.10},
        ),
        provider(OWN_PROVIDER, apiHost="https://proxy.example", models=[{**model, "provider": 1}]),
    ]


def as_json(value: object) -> str:
    """JSON as JavaScript writes it: no spaces, lone surrogates escaped, the rest as it is."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def rows(path: Path, table: str) -> list[Row]:
    """All rows of a table of the backup's database, in the order of their first column."""
    with _opened(path) as database:
        found = database.execute(f'SELECT * FROM "{table}" ORDER BY 1')
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]


def row(path: Path, table: str, key: str) -> Row:
    """The row of that primary key."""
    return next(each for each in rows(path, table) if next(iter(each.values())) == key)


def contents(path: Path, *, without: Sequence[str] = ()) -> dict[str, list[str]]:
    """Every table's rows, types and bytes told apart, and the schema under the name ``""``."""
    with _opened(path) as database:
        database.text_factory = bytes
        names = [
            name.decode()
            for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        told = {
            name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"')))
            for name in names
            if name not in without
        }
        schema = database.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
        return {**told, "": [repr(each) for each in schema]}


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """What `sql` finds in the backup's database."""
    with _opened(path) as database:
        return list(database.execute(sql))


def database_of(path: Path) -> bytes:
    """The backup's database as a file."""
    with zipfile.ZipFile(path) as archive:
        # bsdtar begins every name with ./
        names = {name.removeprefix("./"): name for name in archive.namelist()}
        return archive.read(names.get(DATABASE) or names[OLD_DATABASE])


def document_of(path: Path) -> Any:  # noqa: ANN401 - a value of JSON
    """data.json with all three layers unpacked; numbers are their own text."""
    with zipfile.ZipFile(path) as archive:
        document = _exactly(archive.read("data.json").decode())
    slices = _exactly(document["localStorage"][PERSISTED])
    document["localStorage"][PERSISTED] = {name: _exactly(value) for name, value in slices.items()}
    return document


def llm_of(path: Path) -> Row:
    """The object with the providers in data.json; numbers as Python has them."""
    with zipfile.ZipFile(path) as archive:
        document = json.loads(archive.read("data.json"))
    llm: Row = json.loads(json.loads(document["localStorage"][PERSISTED])["llm"])
    return llm


def v1_provider(path: Path, provider_id: str = "modelscope") -> Row:
    """A provider in data.json."""
    providers: list[Row] = llm_of(path)["providers"]
    return next(each for each in providers if each["id"] == provider_id)


def _exactly(text: str) -> Any:  # noqa: ANN401 - a value of JSON
    def number(digits: str) -> tuple[str, str]:
        return ("number", digits)

    return json.loads(text, parse_float=number, parse_int=number)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "database"
        file.write_bytes(database_of(path))
        with closing(sqlite3.connect(file)) as database:
            yield database


def _metadata(*, full: bool, old_layout: bool) -> Row:
    resources = {"database": old_layout, "cache": True, "appClaude": old_layout, "data": True}
    resources.update(dict.fromkeys(_LAYOUT_FLAGS, full or old_layout))
    return {
        "version": 7,
        "appName": "Cherry Studio",
        "timestamp": MADE_AT,
        "appVersion": APP_VERSION,
        "platform": "win32",
        "arch": "x64",
        "resources": resources,
    }


@cache
def _plain_database(messages: int, encoding: str, journal: str) -> bytes:
    return _made(messages, encoding, journal, None)


def _made(messages: int, encoding: str, journal: str, prepare: Prepare | None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "database"
        make_database(
            file,
            messages=messages,
            encoding=encoding,
            in_wal_mode=journal == "WAL",
            prepare=prepare,
        )
        return file.read_bytes()


def _v7_members(
    metadata: bytes, database: bytes, *, full: bool, database_name: str
) -> list[Member]:
    """As a streaming program writes them, and some as others would."""
    made = [
        Member("metadata.json", metadata, streamed=True),
        Member("cache.json", b'{"cached": 1}', streamed=True, modified=(0, 0x21)),
        Member("Data/", method=STORED, mode=0o040755),
        Member(database_name, database, streamed=True, mode=0o100600, comment=b"the database"),
    ]
    if not full:
        return made
    time = b"UT\x05\x00\x01" + (1_790_000_000).to_bytes(4, "little")
    return [
        *made[:1],
        Member("IndexedDB/", method=STORED, mode=0o040755),
        Member("IndexedDB/file__0.indexeddb.leveldb/000003.log", bytes(range(256)) * 400),
        Member("Local Storage/", method=STORED, mode=0o040700, made_by=0),
        *made[1:],
        Member("Data/Files/", method=STORED, mode=0o040755, modified=(0, 0)),
        Member("Data/Files/stored.bin", ODD.encode() * 50, method=STORED, mode=0o100755),
        Member(
            "Data/Files/\u5b57 e\u0301 \U0001f469\u200d\U0001f467.png",
            b"\x89PNG" * 30,
            local_extra=time,
            central_extra=time[:9],
        ),
        Member("Data/Files/wide.bin", b"64 bits " * 90, zip64=True, streamed=True),
        Member("Data/Files/empty", method=STORED, mode=0, made_by=0, comment=ODD.encode()),
        Member("Data/KnowledgeBase/k/odd.db-wal", b"not that of the database", mode=0o100400),
    ]
