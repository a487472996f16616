"""`data.json`, the backup of older desktops (v1, formats 2 to 5) and of phones.

The outer object names one entry of browser storage whose value is JSON in a text; its values are
JSON in texts again, and the one called ``llm`` holds the providers. Only the list of providers is
rewritten; everything else keeps its spelling, byte for byte.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NoReturn

from msconfig.cherry.backup.archive import CHUNK
from msconfig.cherry.backup.json_spans import (
    Span,
    as_javascript_writes,
    members,
    replaced,
    spans,
)
from msconfig.cherry.backup.refusal import UnsupportedBackup
from msconfig.cherry.backup.v1_merging import StoredProvider, stored_provider
from msconfig.files import create
from msconfig.tokens import Secret

_PERSISTED = "persist:cherry-studio"
_KEPT_FOR_PHONE = ("assistants", "websearch", "settings", "llm")
"""In the one text; beside it, indexedDB."""
_NEWEST = 5
_OLDEST = 2
_LARGEST_STORAGE = 128 * 1024 * 1024
"""Bytes of the one text that is unpacked; messages are not in it."""
_MOST_PROVIDERS = 5_000


@dataclass(frozen=True, slots=True)
class DataJson:
    """A `data.json` that was read, and the places of its nested texts."""

    version: int
    made_at: float | None
    """Milliseconds since 1970."""
    fits_phone: bool
    """Whether it has everything that the mobile app looks for."""
    providers: tuple[StoredProvider, ...]
    persisted: Span = field(repr=False)
    """In the file, in bytes."""
    llm: Span = field(repr=False)
    """In that text."""
    listed: Span = field(repr=False)
    """The list of providers in that text again."""


def read_data_json(path: Path) -> DataJson:
    """Read a `data.json` and check all of it.

    Raises:
        UnsupportedBackup: it is not JSON, of another version, or without providers.
        OSError: it cannot be read.
    """
    text = _bytes_as_text(path)
    top, end = spans(text)
    if re.compile(r"[^ \t\r\n]").search(text, end):
        raise UnsupportedBackup("data.json has trailing data; copy or create the backup again")
    version = _number(text, top.get("version"))
    if version is None or not _OLDEST <= version <= _NEWEST:
        _refuse_version(version)
    _found(top, "indexedDB")
    # three levels: a text in the file, JSON in that text, and JSON in one of its texts
    storage, _ = spans(text, _found(top, "localStorage")[0])
    persisted = _found(storage, _PERSISTED)
    inner = _outer_text(text, persisted)
    slices, _ = spans(inner)
    llm = _found(slices, "llm")
    llm_text = _text(inner, llm)
    listed = _found(spans(llm_text)[0], "providers")
    if llm_text[listed[0]] != "[":
        raise UnsupportedBackup(
            f"data.json has no list of providers (llm.providers is {_kind(llm_text[listed[0]])});"
            " start Cherry Studio, check that its providers are there, and create the backup again"
        )
    stored: list[StoredProvider] = []
    for _, start, end in members(llm_text, listed[0]):
        if len(stored) >= _MOST_PROVIDERS:
            raise UnsupportedBackup(
                f"data.json has more than {_MOST_PROVIDERS} providers; delete some"
            )
        stored.append(stored_provider(llm_text[start:end]))
    return DataJson(
        version=int(version),
        made_at=_number(text, top.get("time")),
        fits_phone=all(each in slices for each in _KEPT_FOR_PHONE),
        providers=tuple(stored),
        persisted=persisted,
        llm=llm,
        listed=listed,
    )


def with_providers(path: Path, read: DataJson, listed: Secret, target: Path) -> None:
    """Write `path`, which was `read`, to `target` with another list of providers.

    Raises:
        OSError: the disk did not do it.
    """
    text = _bytes_as_text(path)
    inner = _outer_text(text, read.persisted)
    llm_text = replaced(_text(inner, read.llm), read.listed, listed.reveal())
    inner = replaced(inner, read.llm, as_javascript_writes(llm_text))
    start, end = read.persisted
    with create(target) as stream:
        _write_bytes(stream, text, 0, start)
        stream.write(as_javascript_writes(inner).encode())
        _write_bytes(stream, text, end, len(text))


def _bytes_as_text(path: Path) -> str:
    """The file, a character for each byte.

    The signs of JSON's grammar are ASCII, and the rest is only passed on. Decoded as UTF-8, one
    emoji would make Python use four bytes for each character of the whole file.
    """
    with path.open("rb") as stream:
        if not path.stat().st_size:
            raise UnsupportedBackup("data.json is empty; create the backup again")
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as raw:
            return str(raw, "latin-1")


def _write_bytes(stream: BinaryIO, text: str, start: int, end: int) -> None:
    stream.writelines(
        text[at : min(at + CHUNK, end)].encode("latin-1") for at in range(start, end, CHUNK)
    )


def _outer_text(text: str, span: Span) -> str:
    """The text that the file itself spells at `span`."""
    start, end = span
    if end - start > _LARGEST_STORAGE:
        raise UnsupportedBackup(
            f"the settings in data.json have more than the {_LARGEST_STORAGE} bytes that msconfig"
            " reads; remove large images from assistants, and create the backup again"
        )
    try:
        spelt = text[start:end].encode("latin-1").decode()
    except UnicodeDecodeError:
        raise UnsupportedBackup(
            "data.json is not UTF-8 text; copy or create the backup again"
        ) from None
    return _text(spelt, (0, len(spelt)))


def _text(text: str, span: Span) -> str:
    """The text that `text` spells at `span`."""
    value = json.loads(text[span[0] : span[1]])
    if not isinstance(value, str):
        raise UnsupportedBackup(
            "data.json has an object or a number where Cherry Studio writes JSON in a text; create"
            " the backup again"
        )
    return value


def _number(text: str, span: Span | None) -> float | None:
    spelt = "" if span is None else text[span[0] : span[1]]
    # 5.0 is 5 in JavaScript; at most 15 digits, so that a float holds the number exactly
    return float(spelt) if re.fullmatch(r"\d{1,15}(?:\.0+)?", spelt, re.ASCII) else None


def _kind(first: str) -> str:
    """The JSON type that begins with `first`; never the value, which may hold keys."""
    return {"n": "null", "{": "an object", '"': "a text"}.get(first, "no list")


def _found(where: Mapping[str, Span], key: str) -> Span:
    if key not in where:
        raise UnsupportedBackup(
            f"data.json has no {key}, so it is not a complete backup of Cherry Studio; create it"
            " again"
        )
    return where[key]


def _refuse_version(version: float | None) -> NoReturn:
    if version is not None and version > _NEWEST:
        raise UnsupportedBackup(
            f"a data.json of format {version:g}, newer than {_NEWEST}; use “export to phone” in"
            " Cherry Studio 1.9, which writes that, or look for a newer msconfig"
        )
    raise UnsupportedBackup(
        f"a data.json without a format from {_OLDEST} to {_NEWEST}, so no Cherry Studio restores"
        " it; create the backup again"
    )
