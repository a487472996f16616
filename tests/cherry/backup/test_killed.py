"""A program that is killed while it patches a backup."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from backups import HEADERS, contents, document_of, make_data_json, make_v7
from msconfig.cherry.backup import open_backup, plan_changes
from patching import NEW_MODELS, apply, patch
from raw_zip import Member, records

PROGRAM = Path(__file__).with_name("apply_until_killed.py")
TESTS = Path(__file__).parents[2]
MOMENTS = 50

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork of POSIX"),
]


def _moment(folder: Path) -> int:
    return int(folder.name)


def v7(path: Path, journal: str) -> Path:
    more = [Member(f"Data/Files/{number}", b"%d" % number * 99_999) for number in range(20)]
    return make_v7(
        path, full=True, messages=500, journal=journal, members=lambda members: [*members, *more]
    )


MAKERS: dict[str, Callable[[Path], Path]] = {
    **{f"v7 in {journal} mode": partial(v7, journal=journal) for journal in HEADERS},
    "data.json": make_data_json,
}


@pytest.fixture(scope="module", params=MAKERS)
def killed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, bytes, list[Path]]:
    """The backup, its hash before, and the folders that were left; the first process ended well."""
    folder = tmp_path_factory.mktemp("killed")
    backup = MAKERS[request.param](folder / "cherry-studio.zip")
    before = hashlib.sha256(backup.read_bytes()).digest()
    subprocess.run(
        [sys.executable, PROGRAM, backup, folder, str(MOMENTS), "20261007"],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        check=True,
    )
    left = (each for each in folder.iterdir() if each.is_dir())
    folders = sorted(left, key=_moment)
    assert len(folders) > MOMENTS
    return backup, before, folders


def content(path: Path) -> object:
    """What a backup holds, but for the times at which it was patched."""
    if "data.json" in {each.name for each in records(path)}:
        return document_of(path)
    return contents(path, without=["user_provider", "user_model"])


def test_the_new_backup_is_whole_or_not_there(killed: tuple[Path, bytes, list[Path]]) -> None:
    backup, _, (whole, *folders) = killed
    there = [folder / "new.zip" for folder in folders if (folder / "new.zip").exists()]
    assert 0 < len(there) < len(folders), "no moment fell behind the renaming, or none before it"
    for path in there:
        assert plan_changes(open_backup(path), [patch(*NEW_MODELS)]).changes_nothing
        assert [each.name for each in records(path)] == [each.name for each in records(backup)]
        assert content(path) == content(whole / "new.zip")


def test_the_backup_itself_is_the_same(killed: tuple[Path, bytes, list[Path]]) -> None:
    backup, before, _ = killed
    assert hashlib.sha256(backup.read_bytes()).digest() == before


def test_nobody_else_may_read_what_was_left(killed: tuple[Path, bytes, list[Path]]) -> None:
    _, _, folders = killed
    left = [path for folder in folders for path in folder.rglob("*")]
    assert any(path.name != "new.zip" for path in left), "no moment fell into the writing"
    for path in left:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_afterwards_it_can_be_done_again(killed: tuple[Path, bytes, list[Path]]) -> None:
    backup, _, folders = killed
    for folder in folders[1::10]:
        assert apply(backup, to=f"{folder.name}/new.zip", force=True).exists()
