"""Opening of backups: the format recognised, the whole file checked, and its providers read."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from msconfig.cherry.backup.addresses import is_modelscope
from msconfig.cherry.backup.archive import Archive, open_archive
from msconfig.cherry.backup.data_json import DataJson, read_data_json
from msconfig.cherry.backup.database import open_database
from msconfig.cherry.backup.directory import Member
from msconfig.cherry.backup.metadata import read_metadata, refuse_format_6
from msconfig.cherry.backup.refusal import UnsupportedBackup, named
from msconfig.cherry.backup.sidecars import empty_sidecars
from msconfig.cherry.backup.v1_merging import StoredProvider
from msconfig.cherry.backup.v7_merging import base_urls, key_entries
from msconfig.cherry.backup.v7_rows import (
    ProviderRow,
    read_providers,
    refuse_broken,
    refuse_unknown_schema,
)
from msconfig.command_name import command
from msconfig.errors import FileError
from msconfig.files import create, private_folder
from msconfig.text import shortened
from msconfig.tokens import Secret

_log = logging.getLogger(__name__)

_LARGEST_DATABASE = 4 * 1024**3 - 2**20
"""A zip without zip64 records holds 4 GiB; a MiB is left for what a patch adds."""
_LARGEST_DATA_JSON = 512 * 1024**2
"""The longest text of JavaScript's engine in Cherry Studio 1, which parses the file at once."""
_MARKS = ("metadata.json", "data.json")


class BackupFormat(StrEnum):
    """A form of backup that can be patched."""

    V7 = "v7"
    """Of desktop v2."""
    V7_OLD_LAYOUT = "v7-old-layout"
    """Of an early desktop v2, with the database at the top."""
    DATA_JSON = "data.json"
    """Of desktop v1 up to format 5, and of the mobile app."""


@dataclass(frozen=True, slots=True)
class BackupProvider:
    """A provider in a backup."""

    id: str
    name: str
    is_enabled: bool
    api_keys: tuple[Secret, ...]
    """All keys, including those that are switched off."""
    model_ids: tuple[str, ...]
    """In the app's order, without those that are marked as deprecated."""
    is_modelscope: bool
    """Whether it is called `modelscope` or `modelscope-ai`, or calls a host of ModelScope."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Identity of a file, to notice that it was changed or replaced."""

    device: int
    inode: int
    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that Cherry Studio would restore, and that can be patched."""

    path: Path
    format: BackupFormat
    is_full: bool
    """Whether it has files and browser storage; False for a `data.json`."""
    app_version: str | None
    made_at: datetime | None
    providers: tuple[BackupProvider, ...]
    version: int
    """The format's number: 7, or 2 to 5."""
    fits_phone: bool
    """Whether the mobile app would restore it: a `data.json` with everything that it looks for."""
    content: tuple[ProviderRow, ...] | DataJson = field(repr=False)
    """The providers in their own form, for merging."""
    member: str
    """The one member of the zip that a patch changes."""
    platform: str | None
    """Node.js's name of the platform of a backup of desktop v2: ``win32``, ``darwin``, …"""
    stamp: Stamp = field(repr=False)


def open_backup(path: Path) -> Backup:
    """Read a backup and check all of it.

    Raises:
        FileError: it cannot be read, or the disk for temporary files is full.
        BackupRefused: it is not a backup, or one that cannot be patched; with what was found and
            what to do.
    """
    with named(path), open_archive(path) as archive, unpacked(archive) as (file, member):
        backup = _backup(path, archive, file, member)
    providers = len(backup.providers)
    _log.debug("opened %s: format %s, %d providers", path, backup.format, providers)
    return backup


@contextmanager
def unpacked(archive: Archive, beside: Path | None = None) -> Iterator[tuple[Path, Member]]:
    """The member that holds the providers, as a file of its own for as long as the context lasts.

    Raises:
        UnsupportedBackup: there is no such member, or it is broken.
        FileError: the disk is full.
    """
    member = _main_member(archive)
    limit = _largest(member)
    with private_folder(beside) as folder:
        file = folder / "content"
        chunks = archive.chunks(member, limit)
        try:
            with create(file) as stream:
                stream.writelines(chunks)
        except OSError as error:
            raise FileError.from_os("unpack to", folder, error) from None
        yield file, member


def _largest(member: Member) -> int:
    """The most bytes that `member` may have.

    Raises:
        UnsupportedBackup: it is larger.
    """
    if member.name != "data.json":
        if member.size > _LARGEST_DATABASE:
            raise UnsupportedBackup(
                f"the database has {member.size} bytes, more than the {_LARGEST_DATABASE} that"
                f" msconfig reads; add the key with a link ({command('generate')}), the models by"
                " hand"
            )
        return _LARGEST_DATABASE
    if member.size > _LARGEST_DATA_JSON:
        raise UnsupportedBackup(
            f"data.json has {member.size} bytes, more than the {_LARGEST_DATA_JSON} that msconfig"
            " reads and that Cherry Studio 1 itself restores; delete old chats and export again, or"
            " update to Cherry Studio 2 and use its backup"
        )
    return _LARGEST_DATA_JSON


def _main_member(archive: Archive) -> Member:
    if "metadata.json" in archive.members:
        database = archive.members[read_metadata(archive).database]
        empty_sidecars(archive, database)
        return database
    if "data.json" in archive.members:
        return archive.members["data.json"]
    if archive.has_folder("IndexedDB/") or archive.has_folder("Local Storage/"):
        refuse_format_6()
    _refuse_nested(archive)
    raise UnsupportedBackup(
        "not a backup of Cherry Studio: the zip has neither metadata.json nor data.json; create one"
        " in Cherry Studio (Settings → Data)"
    )


def _refuse_nested(archive: Archive) -> None:
    """Refuse a zip with a backup in a folder, as zipping the folder of an unpacked one gives."""
    # the outermost first, which is the one to name
    for name in sorted(archive.members, key=lambda each: (each.count("/"), each)):
        folder, _, file = name.rpartition("/")
        if file in _MARKS:
            raise UnsupportedBackup(
                f"{file} is in the folder {shortened(folder, 100)} of the zip; zip what is in that"
                " folder, not the folder itself"
            )
        if file.lower().endswith(".zip"):
            raise UnsupportedBackup(
                f"the zip contains another zip, {shortened(name, 100)}; unpack it and give that one"
            )


def _backup(path: Path, archive: Archive, file: Path, member: Member) -> Backup:
    if member.name == "data.json":
        read = read_data_json(file)
        return Backup(
            path=path,
            format=BackupFormat.DATA_JSON,
            is_full=False,
            app_version=None,
            made_at=_time(read.made_at),
            providers=tuple(map(_of_v1, read.providers)),
            version=read.version,
            fits_phone=read.fits_phone,
            content=read,
            member=member.name,
            platform=None,
            stamp=stamp_of(archive),
        )
    metadata = read_metadata(archive)
    with open_database(file) as connection:
        refuse_broken(connection)
        refuse_unknown_schema(connection)
        rows = read_providers(connection)
    return Backup(
        path=path,
        format=BackupFormat.V7_OLD_LAYOUT if metadata.has_old_layout else BackupFormat.V7,
        is_full=metadata.is_full,
        app_version=metadata.app_version,
        made_at=_time(metadata.made_at),
        providers=tuple(map(_of_v2, rows)),
        version=7,
        fits_phone=False,
        content=rows,
        member=member.name,
        platform=metadata.platform,
        stamp=stamp_of(archive),
    )


def stamp_of(archive: Archive) -> Stamp:
    """The stamp of the file that is open."""
    known = os.fstat(archive.stream.fileno())
    return Stamp(known.st_dev, known.st_ino, known.st_size, known.st_mtime_ns)


def _of_v1(stored: StoredProvider) -> BackupProvider:
    return BackupProvider(
        id=stored.id,
        name=stored.name,
        is_enabled=stored.is_enabled,
        api_keys=stored.keys,
        model_ids=stored.model_ids,
        is_modelscope=is_modelscope(stored.id, [stored.api_host]),
    )


def _of_v2(row: ProviderRow) -> BackupProvider:
    return BackupProvider(
        id=row.id,
        name=row.name,
        is_enabled=bool(row.is_enabled),
        api_keys=tuple(Secret(entry["key"]) for entry in key_entries(row)),
        model_ids=tuple(model.model_id for model in row.models if not model.is_deprecated),
        is_modelscope=is_modelscope(row.id, base_urls(row).values()),
    )


def _time(milliseconds: float | None) -> datetime | None:
    """When a backup was made, by itself; None for a time that no calendar has."""
    try:
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
