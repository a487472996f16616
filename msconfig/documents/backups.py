"""Backups of Cherry Studio: their summary for `validate`, and their ids for `--from`."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import assert_never

from msconfig.cherry.backup import Backup, BackupFormat, BackupProvider, open_backup
from msconfig.model_ids import GivenId
from msconfig.text import counted, shortened, visible
from msconfig.tokens import is_masked, without_tokens

_MARKS = frozenset({"metadata.json", "data.json"})
"""Names of which a backup has one."""


def summary_of(path: Path) -> tuple[str, ...]:
    """A summary, a line each: the format, the apps that restore it, its providers; never a key.

    Raises:
        FileError: it cannot be read.
        BackupRefused: Cherry Studio would not restore it, or msconfig cannot patch it.
    """
    backup = open_backup(path)
    used = [each for each in backup.providers if _is_used(each)]
    rest = len(backup.providers) - len(used)
    lines = [_format(backup), _restored_by(backup), *map(_provider, used)]
    if rest:
        lines.append(f"{counted(rest, 'other provider')}, off, without keys and models")
    return tuple(lines)


def is_backup(path: Path) -> bool:
    """Whether a zip has what makes it a backup of Cherry Studio, even one that is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.rpartition("/")[2] in _MARKS for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def providers_with_keys(path: Path) -> tuple[str, ...]:
    """The ids of the providers in a backup that have an API key.

    Raises:
        FileError: it cannot be read.
        BackupRefused: as `summary_of`.
    """
    return tuple(
        visible(shortened(without_tokens(each.id), 60))
        for each in open_backup(path).providers
        if any(key.reveal().strip() and not is_masked(key.reveal()) for key in each.api_keys)
    )


def ids_in_backup(path: Path) -> list[GivenId]:
    """The ids of ModelScope's models in a backup, without those that are marked as deprecated.

    A provider is ModelScope's if it is called `modelscope` or `modelscope-ai`, or if one of its
    addresses is on an inference host of ModelScope, even if the user added it; whether it is
    switched on does not matter. Models of others are left out, as ModelScope does not know them.

    Raises:
        FileError: it cannot be read.
        BackupRefused: Cherry Studio would not restore it, or msconfig cannot patch it.
    """
    return [
        GivenId(model_id)
        for provider in open_backup(path).providers
        if provider.is_modelscope
        for model_id in provider.model_ids
    ]


def _format(backup: Backup) -> str:
    match backup.format:
        case BackupFormat.V7:
            form = "full" if backup.is_full else "without files"
        case BackupFormat.V7_OLD_LAYOUT:
            form = "full, in the older layout"
        case BackupFormat.DATA_JSON:
            form = "data.json"
        case _:
            assert_never(backup.format)
    parts = [f"Cherry Studio backup, format {backup.version} ({form})"]
    if backup.app_version is not None:
        parts.append(f"of version {visible(shortened(backup.app_version, 40))}")
    if backup.made_at is not None:
        parts.append(f"made {backup.made_at:%Y-%m-%d %H:%M} UTC")
    return ", ".join(parts)


def _restored_by(backup: Backup) -> str:
    if backup.format is not BackupFormat.DATA_JSON:
        return "restored by desktop v2; not by desktop v1, and not by a phone"
    if not backup.fits_phone:
        return "restored by desktop v1; not by a phone (a part is missing), and not by desktop v2"
    if "cherry-studio" in backup.path.name:  # the mobile app looks at the name alone
        return "restored by desktop v1 and by a phone; not by desktop v2"
    return (
        "restored by desktop v1, and by a phone once its name contains cherry-studio; not by"
        " desktop v2"
    )


def _is_used(provider: BackupProvider) -> bool:
    return bool(provider.is_enabled or provider.api_keys or provider.model_ids)


def _provider(provider: BackupProvider) -> str:
    # some people keep keys in names
    provider_id, name = (
        visible(shortened(without_tokens(text), 60)) for text in (provider.id, provider.name)
    )
    on = "on" if provider.is_enabled else "off"
    keys, models = len(provider.api_keys), len(provider.model_ids)
    return f"{provider_id} ({name}): {on}, {counted(keys, 'key')}, {counted(models, 'model')}"
