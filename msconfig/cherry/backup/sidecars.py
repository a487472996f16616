"""SQLite's files beside a database, as members of a backup."""

from __future__ import annotations

from msconfig.cherry.backup.archive import Archive
from msconfig.cherry.backup.directory import Member
from msconfig.cherry.backup.refusal import UnsupportedBackup

_HOLD_CHANGES = ("-wal", "-journal")
_SHARED_MEMORY = "-shm"
"""SQLite makes it anew when it opens the database."""


def empty_sidecars(archive: Archive, database: Member) -> tuple[Member, ...]:
    """Sidecars of `database` that can be left out of a copy. The app's backups have none.

    Raises:
        UnsupportedBackup: one holds changes that are not in the database.
    """
    names = [f"{database.name}{ending}" for ending in (*_HOLD_CHANGES, _SHARED_MEMORY)]
    found = tuple(archive.members[name] for name in names if name in archive.members)
    for member in found:
        if member.size and member.name.endswith(_HOLD_CHANGES):
            raise UnsupportedBackup(
                f"the zip contains {member.name}, with changes that are missing from the database;"
                " create the backup in Cherry Studio (Settings → Data), not by zipping its folder"
            )
    return found
