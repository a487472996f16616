"""Planning of the changes that patches make, and writing of the patched copy."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import stat
import time
from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

from msconfig.cherry.backup.archive import open_archive
from msconfig.cherry.backup.changes import ChangePlan, Patch
from msconfig.cherry.backup.copying import copy_archive, copy_file
from msconfig.cherry.backup.data_json import DataJson, with_providers
from msconfig.cherry.backup.database import open_database
from msconfig.cherry.backup.directory import Member
from msconfig.cherry.backup.opening import Backup, open_backup, stamp_of, unpacked
from msconfig.cherry.backup.refusal import BackupRefused, UnsupportedBackup, named
from msconfig.cherry.backup.sidecars import empty_sidecars
from msconfig.cherry.backup.v1_merging import merge_providers
from msconfig.cherry.backup.v7_merging import MergedRows, merge_rows
from msconfig.cherry.backup.v7_rows import write_rows
from msconfig.errors import FileError, UsageError
from msconfig.files import flush_folder, private_folder, refuse_unusable_name

_log = logging.getLogger(__name__)


def plan_changes(backup: Backup, patches: Sequence[Patch]) -> ChangePlan:
    """The changes that `write_copy` would make; no file is read or written.

    Args:
        backup: what the patches go into.
        patches: each for another provider, in the order in which new ones come to the front.

    Raises:
        BackupRefused: a provider in the backup is of a form that Cherry Studio does not write.
    """
    _refuse_doubles(patches)
    with named(backup.path):
        if isinstance(backup.content, DataJson):
            merged = merge_providers(backup.content.providers, patches)
            return ChangePlan(merged.changes, (*_of_phones(backup), *merged.warnings))
        rows = merge_rows(backup.content, patches, _now())
        return ChangePlan(rows.changes, (*_of_windows(backup), *rows.warnings))


def _of_windows(backup: Backup) -> tuple[str, ...]:
    if not (backup.is_full and backup.platform == "win32"):
        return ()
    return (
        (
            "on Windows, some versions of Cherry Studio fail to restore a full backup of an older"
            " version; a slim one is safer"
        ),
    )


def _of_phones(backup: Backup) -> tuple[str, ...]:
    if not backup.fits_phone:
        return ("a phone would not restore this backup: something that it looks for is missing",)
    return (
        (
            "restoring on a phone erases everything on it first: take a fresh, complete backup of"
            " that same phone"
        ),
        "a phone restores only a file whose name contains cherry-studio",
    )


def write_copy(backup: Backup, patches: Sequence[Patch], new: Path, *, force: bool = False) -> None:
    """Write the backup with `patches` in it to `new`; the file at `backup.path` is not changed.

    The copy is staged beside its place with mode 0600 (POSIX), opened again and compared before it
    is renamed, so `new` is absent, old or whole, whatever kills the program. A patch that changes
    nothing gives an exact copy.

    Args:
        backup: as it was opened.
        patches: as for `plan_changes`.
        new: the file to be written.
        force: whether an older file may be replaced.

    Raises:
        UsageError: `new` exists already, or is the backup itself, or not a regular file.
        FileError: the disk did not do it, or the backup was changed after it was opened.
        BackupRefused: the result would differ from the plan.
    """
    changes = plan_changes(backup, patches)
    refuse_target(backup.path, new, force=force)
    with named(backup.path), open_archive(backup.path) as archive:
        if stamp_of(archive) != backup.stamp:
            raise FileError(f"{backup.path} was changed while it was read; run msconfig again")
        with private_folder(beside=new) as folder:
            staged = folder / "new"
            dropped = empty_sidecars(archive, archive.members[backup.member])
            try:
                # a database that is opened comes out in other bytes, even without a change
                if changes.changes_nothing and not dropped:
                    copy_file(archive, staged)
                else:
                    with unpacked(archive, beside=staged) as (content, member):
                        changed = _patched(backup, patches, content)
                        copy_archive(archive, member, changed, staged, dropped=dropped)
                staged.chmod(0o600)
                kept = [each for each in archive.members.values() if each not in dropped]
                _prove(backup, kept, patches, staged)
                _put(staged, new, force=force)
            except OSError as error:
                raise FileError.from_os("write", new, error) from None


def _patched(backup: Backup, patches: Sequence[Patch], content: Path) -> Path:
    """The file with the new content of the changed member."""
    match backup.content:
        case DataJson() as read:
            changed = content.with_name("changed")
            listed = merge_providers(read.providers, patches).providers
            with_providers(content, read, listed, changed)
            return changed
        case tuple() as rows:
            merged: MergedRows = merge_rows(rows, patches, _now())
            with open_database(content, writable=True) as connection:
                write_rows(connection, merged.writes)
            return content
        case _:
            assert_never(backup.content)


def _prove(
    backup: Backup, members: Sequence[Member], patches: Sequence[Patch], staged: Path
) -> None:
    """Open the copy like any backup, and compare it with the plan.

    Args:
        backup: the old one.
        members: those of the old one that the copy is to have.
        patches: what the copy is to hold.
        staged: the copy.
    """
    try:
        again = open_backup(staged)
        # merging is idempotent: a copy that lacks any of the patches would change again
        proved = plan_changes(again, patches).changes_nothing
    except BackupRefused as error:
        raise UnsupportedBackup(
            f"the patched copy is damaged, so it is not written ({error}); please report it"
        ) from None
    with open_archive(staged) as new:
        same = [*map(_identity, members)] == [*map(_identity, new.members.values())]
        kept = same and all(
            _numbers(member) == _numbers(new.members[member.name])
            for member in members
            if member.name != backup.member
        )
    if not (proved and kept):
        raise UnsupportedBackup(
            "the patched copy differs from the plan, so it is not written; please report it"
        )


def _identity(member: Member) -> tuple[str, int]:
    return member.name, member.method


def _numbers(member: Member) -> tuple[int, int, int, int]:
    return member.crc, member.packed, member.size, member.flags


def refuse_target(old: Path, new: Path, *, force: bool) -> None:
    """Refuse a place where the copy may not go.

    Raises:
        UsageError: `new` is the backup itself, or exists without `force`, or is not a file, or has
            a name that Windows cannot use.
        FileError: the folder does not exist, or cannot be read or written.
    """
    refuse_unusable_name(new)
    folder = new.absolute().parent
    try:
        if not stat.S_ISDIR(folder.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise FileError.from_os("write to", new.parent, error) from None
    try:
        if not os.path.lexists(new):
            return
        if new.exists() and old.samefile(new):
            raise UsageError(
                f"{new} is the backup itself ({old}), which stays as it is; give another name"
            )
        if not force:
            raise _exists(new)
        if new.exists() and not stat.S_ISREG(new.stat().st_mode):
            raise UsageError(f"{new} exists and is not a regular file")
    except OSError as error:
        raise FileError.from_os("write", new, error) from None


def _exists(new: Path) -> UsageError:
    return UsageError(
        f"{new} exists already; give another name, or force=True to replace it",
        with_options=f"{new} exists already; give another name, or --force to replace it",
    )


def _put(staged: Path, new: Path, *, force: bool) -> None:
    """Give the staged file its name; without `force` never over a file that came meanwhile."""
    _log.debug("the copy is proved; it becomes %s", new)
    if force:
        staged.replace(new)
    else:
        try:
            os.link(staged, new)  # unlike a rename, it fails where there is a file by now
        except FileExistsError:
            raise _exists(new) from None
        except (OSError, NotImplementedError):  # a file system or platform without links
            staged.replace(new)
    with contextlib.suppress(OSError):  # the file is whole, and some folders cannot be flushed
        flush_folder(new.parent)


def _refuse_doubles(patches: Sequence[Patch]) -> None:
    ids = [patch.configuration.provider.id for patch in patches]
    if len(set(ids)) < len(ids):
        raise ValueError("two patches for one provider")


def _now() -> int:
    return time.time_ns() // 1_000_000
