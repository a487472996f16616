"""`metadata.json`, by which desktop v2 recognises its backups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from msconfig.cherry.backup.archive import Archive
from msconfig.cherry.backup.refusal import UnsupportedBackup
from msconfig.parsing import NotJson, loads
from msconfig.text import shortened

_CREATE = "create one in Cherry Studio (Settings → Data)"
_ANEW = "create the backup again in Cherry Studio"
_APP = "Cherry Studio"
_VERSION = 7
_LAST_OF_V1 = 6
_MOST_BYTES = 1024 * 1024
_NEW_LAYOUT = "Data/cherrystudio.sqlite"
_OLD_LAYOUT = "cherrystudio.sqlite"
_BROWSER_FOLDERS = ("IndexedDB/", "Local Storage/")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Facts about a backup of desktop v2, from its `metadata.json`."""

    has_old_layout: bool
    is_full: bool
    """Whether it has browser storage and files."""
    app_version: str | None
    platform: str | None
    """Node.js's name, such as ``win32``."""
    made_at: float | None
    """Milliseconds since 1970."""
    database: str
    """The member that is the database."""


def read_metadata(archive: Archive) -> Metadata:
    """The metadata, checked against the members of the archive.

    The app restores version 7 alone, with two sets of resources: those of today, and an older one
    that has the database at the top. Source: reading v2.0.8.

    Raises:
        UnsupportedBackup: it is of another app or version, or a member is missing.
    """
    value = _value(archive)
    app = value.get("appName")
    version = value.get("version")
    if app is not None and app != _APP:
        raise UnsupportedBackup(
            f"a backup of {shortened(str(app), 60)!r}, not of Cherry Studio; {_CREATE}"
        )
    if isinstance(version, bool) or not isinstance(version, int | float):
        raise UnsupportedBackup(f"metadata.json has no version, so this is not a backup; {_CREATE}")
    if version == _LAST_OF_V1:
        refuse_format_6()
    if version != _VERSION:
        _refuse_version(version)
    if app is None:
        raise UnsupportedBackup(f"metadata.json has no appName, so this is not a backup; {_CREATE}")
    has_old_layout, is_full = _layout(value.get("resources"))
    database = _OLD_LAYOUT if has_old_layout else _NEW_LAYOUT
    _refuse_incomplete(archive, [database, "cache.json"], _BROWSER_FOLDERS if is_full else ())
    app_version, platform = value.get("appVersion"), value.get("platform")
    made_at = value.get("timestamp")
    return Metadata(
        has_old_layout=has_old_layout,
        is_full=is_full,
        app_version=app_version if isinstance(app_version, str) else None,
        platform=platform if isinstance(platform, str) else None,
        made_at=made_at if isinstance(made_at, int | float) else None,
        database=database,
    )


def refuse_format_6() -> NoReturn:
    """Refuse the format of desktop v1.9: folders of a LevelDB.

    Raises:
        UnsupportedBackup: always.
    """
    raise UnsupportedBackup(
        "a backup of format 6, which Cherry Studio 1.9 writes and msconfig cannot patch; use"
        " “export to phone” in its settings, which writes format 5, or create one with Cherry"
        " Studio 2"
    )


def _value(archive: Archive) -> Mapping[str, Any]:
    try:
        value = loads(archive.read(archive.members["metadata.json"], _MOST_BYTES))
    except NotJson as error:
        raise UnsupportedBackup(f"metadata.json: {error}; {_ANEW}") from None
    if not isinstance(value, dict):
        raise UnsupportedBackup(
            f"metadata.json is not an object, so this is not a backup; {_CREATE}"
        )
    return value


def _layout(resources: object) -> tuple[bool, bool]:
    """Whether it is the older layout, and whether it has browser storage."""
    flags = resources if isinstance(resources, dict) else {}
    names = ("database", "appClaude", "indexedDB", "localStorage")
    database, claude, indexed_db, local_storage = (flags.get(name) for name in names)
    # the two sets that the app's own reader accepts; it compares with true and false exactly
    if database is True and claude is True and indexed_db is True and local_storage is True:
        return True, True
    if (
        database is False
        and claude is False
        and flags.get("cache") is True
        and flags.get("data") is True
        and isinstance(indexed_db, bool)
        and indexed_db is local_storage
    ):
        return False, bool(indexed_db)
    raise UnsupportedBackup(
        f"metadata.json lists resources that Cherry Studio does not restore; {_ANEW}"
    )


def _refuse_version(version: float) -> NoReturn:
    if version > _VERSION:
        raise UnsupportedBackup(
            f"a backup of format {shortened(str(version), 20)}, from a newer Cherry Studio than"
            f" this msconfig knows (format {_VERSION}); look for a newer msconfig"
        )
    raise UnsupportedBackup(
        f"a backup of format {shortened(str(version), 20)}, which no Cherry Studio restores; create"
        " one with Cherry Studio 2"
    )


def _refuse_incomplete(archive: Archive, names: Iterable[str], folders: Iterable[str]) -> None:
    for name in names:
        if name not in archive.members:
            raise UnsupportedBackup(f"the backup has no {name}; {_ANEW}")
    for folder in folders:
        if not archive.has_folder(folder):
            raise UnsupportedBackup(
                f"the full backup has no folder {folder}, without which Cherry Studio does not"
                f" restore it; {_ANEW}, or keep empty folders when you zip it again"
            )
