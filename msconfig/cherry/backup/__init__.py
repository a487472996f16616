"""Backups of Cherry Studio: opened, and a copy patched with a provider and its models.

The only part of this room that touches files. Source of formats and rules: reading desktop v1.9.12
and v2.0.8 and mobile 0.1.7, and running them.
"""

from __future__ import annotations

from msconfig.cherry.backup.changes import (
    ChangePlan,
    KeyAction,
    KeyChange,
    ModelAction,
    ModelChange,
    Patch,
    ProviderChange,
    SettingChange,
)
from msconfig.cherry.backup.opening import (
    Backup,
    BackupFormat,
    BackupProvider,
    open_backup,
)
from msconfig.cherry.backup.patching import plan_changes, refuse_target, write_copy
from msconfig.cherry.backup.refusal import BackupRefused

__all__ = [
    "Backup",
    "BackupFormat",
    "BackupProvider",
    "BackupRefused",
    "ChangePlan",
    "KeyAction",
    "KeyChange",
    "ModelAction",
    "ModelChange",
    "Patch",
    "ProviderChange",
    "SettingChange",
    "open_backup",
    "plan_changes",
    "refuse_target",
    "write_copy",
]
