"""What tests put into backups, and how."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from msconfig.cherry.backup import Patch, open_backup, write_copy
from msconfig.cherry.provider import ModelChoice, ProviderChoice, configure
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.tokens import Secret

NEW_KEY = "ms-00000000-0000-4000-8000-0000000000aa"
OTHER_KEY = "ms-00000000-0000-4000-8000-0000000000bb"
_TESTS = Path(__file__).parent
NEW_MODELS = ("Qwen/New-Chat", "Qwen/New.Other_1")


def patch(
    *ids: str,
    keys: tuple[str, ...] = (NEW_KEY,),
    choice: ProviderChoice | None = None,
    site: Site = Site.CN,
    kind: Kind = Kind.CHAT,
    update_models: bool = False,
    dead: Iterable[str] = (),
) -> Patch:
    """Chat models and a key for the provider of site cn, unless given."""
    choice = choice or ProviderChoice()
    models = tuple(ModelChoice(each, kind) for each in ids)
    wanted = configure(site, choice, models, [Secret(key) for key in keys])
    return Patch(
        configuration=wanted, choice=choice, update_models=update_models, dead=frozenset(dead)
    )


def apply(backup: Path, *patches: Patch, to: str = "new.zip", force: bool = False) -> Path:
    """Patch `backup`, by default with `NEW_MODELS`; gives the new backup, beside the old one."""
    new = backup.parent / to
    write_copy(open_backup(backup), patches or (patch(*NEW_MODELS),), new, force=force)
    return new


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program of its own told that applied with limits."""

    ended: str
    """``applied``, or the exit code and the error."""
    seconds: float
    megabytes: float
    """At the worst moment, beyond those of the interpreter and the modules."""


def outcome(backup: Path, file_size: int | None = None) -> Outcome:
    """Apply to `backup` in a process of its own, where no file grows beyond `file_size` bytes."""
    limits = [] if file_size is None else [str(file_size)]
    ran = subprocess.run(
        [sys.executable, _TESTS / "cherry/backup/apply_with_limits.py", backup, *limits],
        env={**os.environ, "PYTHONPATH": str(_TESTS)},
        capture_output=True,
        check=False,
        timeout=110,
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    return Outcome(**json.loads(ran.stdout))
