"""Repositories of git for tests, and the files in which a scan finds ids."""

from __future__ import annotations

import subprocess
from pathlib import Path

from msconfig.scanning.scan_request import Scanned

ID = "Qwen/Qwen3.5-27B"


def git(folder: Path, *arguments: str) -> None:
    """Run git in `folder`, as an author, and with submodules from folders."""
    settings = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always")
    subprocess.run(
        ["git", *settings, "-C", str(folder), *arguments], check=True, capture_output=True
    )


def files_of(scanned: Scanned) -> list[str]:
    """Names of the files with ids."""
    return [Path(place.file).name for each in scanned.ids for place in each.locations]
