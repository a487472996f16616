"""Where the new backup goes, and a disk that does not play along."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from backups import database_of, make_data_json, make_v7
from msconfig.cherry.backup import open_backup, write_copy
from msconfig.errors import MsconfigError
from patching import NEW_MODELS, apply, outcome, patch
from raw_zip import STORED, Member

pytestmark = pytest.mark.usefixtures("both_headers")


def refused(backup: Path, new: Path, *, force: bool) -> str:
    """Why nothing is written to `new`."""
    whole = backup.read_bytes()
    opened = open_backup(backup)
    with pytest.raises(MsconfigError) as caught:
        write_copy(opened, [patch(*NEW_MODELS)], new, force=force)
    assert caught.value.exit_code == 2
    assert backup.read_bytes() == whole
    text = str(caught.value)
    assert text.splitlines() == [text]
    return text


@pytest.mark.parametrize("force", [False, True])
def test_the_new_backup_is_never_the_old_one(force: bool, tmp_path: Path) -> None:
    backup = make_v7(tmp_path / "old.zip", messages=1)
    (tmp_path / "link.zip").symlink_to(backup)
    os.link(backup, tmp_path / "same.zip")
    beside = tmp_path / "work/../old.zip"
    for new in (backup, beside, tmp_path / "link.zip", tmp_path / "same.zip"):
        assert "is the backup itself" in refused(backup, new, force=force)
    assert (tmp_path / "link.zip").is_symlink()


def test_an_older_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    backup = make_v7(tmp_path / "old.zip", messages=1)
    new = tmp_path / "new.zip"
    new.write_text("older", "ascii")
    assert "force=True" in refused(backup, new, force=False)
    assert new.read_text("ascii") == "older"
    apply(backup, force=True)
    assert open_backup(new).providers


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_nobody_else_may_read_the_new_backup(tmp_path: Path) -> None:
    new = apply(make_v7(tmp_path / "old.zip", messages=1))
    assert stat.S_IMODE(new.stat().st_mode) == 0o600


def test_the_old_backup_may_be_read_only(tmp_path: Path) -> None:
    backup = make_v7(tmp_path / "old.zip", messages=1)
    backup.chmod(0o400)
    assert open_backup(apply(backup)).providers


@pytest.mark.parametrize("name", ["folder", "missing/new.zip", "old.zip/new.zip"])
def test_a_place_where_nothing_can_be_is_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    backup = make_v7(tmp_path / "old.zip", messages=1)
    refused(backup, tmp_path / name, force=True)
    assert {path.name for path in tmp_path.iterdir()} == {"old.zip", "folder", "work"}
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="where even root may not write")
def test_a_read_only_place_is_one_line(tmp_path: Path) -> None:
    backup = make_v7(tmp_path / "old.zip", messages=1)
    assert "/proc" in refused(backup, Path("/proc/new.zip"), force=False)


def _with_much(members: list[Member]) -> list[Member]:
    return [*members, Member("Data/Files/much", bytes(2_000_000), method=STORED)]


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize("part", [0.0, 0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("of", ["the database", "the backup"])
def test_a_full_disk_is_one_line_and_leaves_nothing(of: str, part: float, tmp_path: Path) -> None:
    """At whatever step it is full: unpacking, the transaction, or the copy."""
    backup = make_v7(tmp_path / "old.zip", messages=300)
    if of == "the backup":
        backup = make_v7(backup, messages=300, full=True, members=_with_much)
    size = len(database_of(backup)) if of == "the database" else backup.stat().st_size
    ended = outcome(backup, int(size * part))
    assert ended.ended.startswith("2 "), ended
    assert ended.ended.splitlines() == [ended.ended]
    assert {path.name for path in tmp_path.iterdir()} == {"old.zip", "work"}


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_full_disk_is_one_line_for_data_json_too(tmp_path: Path) -> None:
    backup = make_data_json(tmp_path / "cherry-studio.zip")
    ended = outcome(backup, 1000)
    assert ended.ended.startswith("2 "), ended
    assert {path.name for path in tmp_path.iterdir()} == {"cherry-studio.zip", "work"}
