"""`metadata.json`, by which desktop v2 knows its backups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msconfig.cherry.backup.archive import Archive
from msconfig.cherry.backup.refusal import NotTaken
from msconfig.parsing import NotJson, loads
from msconfig.text import shortened

__all__ = ["Metadata", "read_metadata"]

_APP = "Cherry Studio"
_VERSION = 7
_LAST_OF_V1 = 6
_MOST_BYTES = 1024 * 1024
_NEW_LAYOUT = "Data/cherrystudio.sqlite"
_OLD_LAYOUT = "cherrystudio.sqlite"
_BROWSER_FOLDERS = ("IndexedDB/", "Local Storage/")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a backup of desktop v2 says of itself."""

    has_old_layout: bool
    is_full: bool
    """Whether browser storage is in it, and files."""
    app_version: str | None
    made_at: float | None
    """Milliseconds since 1970."""
    database: str
    """The member that is the database."""


def read_metadata(archive: Archive) -> Metadata:
    """What `metadata.json` says, compared with the members that are there.

    The app restores version 7 alone, with two sets of resources: those of today, and an older one
    that has the database at the top. Source: reading v2.0.8.

    Raises:
        NotTaken: it is of another app or version, or a member is missing.
    """
    value = _value(archive)
    app = value.get("appName")
    version = value.get("version")
    if app is not None and app != _APP:
        raise NotTaken(f"a backup of {shortened(str(app), 60)!r}, and not of Cherry Studio")
    if isinstance(version, bool) or not isinstance(version, int | float):
        raise NotTaken("metadata.json says no version; no backup of Cherry Studio")
    if version == _LAST_OF_V1:
        refuse_format_6()
    if version != _VERSION:
        way_out = (
            "look for a newer msconfig"
            if version > _VERSION
            else "make a new backup with Cherry Studio 2"
        )
        raise NotTaken(
            f"a backup of format {shortened(str(version), 20)}, and msconfig patches {_VERSION};"
            f" {way_out}"
        )
    if app is None:
        raise NotTaken("metadata.json has no appName; no backup of Cherry Studio")
    has_old_layout, is_full = _layout(value.get("resources"))
    database = _OLD_LAYOUT if has_old_layout else _NEW_LAYOUT
    _refuse_incomplete(archive, [database, *(() if has_old_layout else ("cache.json",))])
    for folder in _BROWSER_FOLDERS if is_full else ():
        if not archive.has_folder(folder):
            raise NotTaken(f"the backup says that it holds {folder}, and does not; {_ANEW}")
    told = value.get("appVersion")
    made_at = value.get("timestamp")
    return Metadata(
        has_old_layout=has_old_layout,
        is_full=is_full,
        app_version=told if isinstance(told, str) else None,
        made_at=made_at if isinstance(made_at, int | float) else None,
        database=database,
    )


_ANEW = "make a new backup in Cherry Studio"


def refuse_format_6() -> None:
    """Refuse what desktop v1.9 writes: folders of a LevelDB.

    Raises:
        NotTaken: always.
    """
    raise NotTaken(
        "a backup of format 6, which Cherry Studio 1.9 writes and nobody can patch; in its"
        " settings, “export to phone” writes the older format, and Cherry Studio 2 writes format 7"
    )


def _value(archive: Archive) -> Mapping[str, Any]:
    try:
        value = loads(archive.read(archive.members["metadata.json"], _MOST_BYTES))
    except NotJson as error:
        raise NotTaken(f"metadata.json: {error}") from None
    if not isinstance(value, dict):
        raise NotTaken("metadata.json is no object; no backup of Cherry Studio")
    return value


def _layout(resources: object) -> tuple[bool, bool]:
    """Whether it is the older layout, and whether browser storage is in it."""
    told = resources if isinstance(resources, dict) else {}
    names = ("database", "appClaude", "indexedDB", "localStorage")
    database, claude, indexed_db, local_storage = (told.get(name) for name in names)
    if database is True and claude is True and indexed_db is True and local_storage is True:
        return True, True
    if (
        database is False
        and claude is False
        and told.get("cache") is True
        and told.get("data") is True
        and isinstance(indexed_db, bool)
        and indexed_db is local_storage
    ):
        return False, bool(indexed_db)
    raise NotTaken(f"metadata.json names resources that Cherry Studio does not restore; {_ANEW}")


def _refuse_incomplete(archive: Archive, names: list[str]) -> None:
    for name in names:
        if name not in archive.members:
            raise NotTaken(f"the backup has no {name}; {_ANEW}")
