"""`msconfig apply` as a program of its own: a disk that is really full, and a request to stop."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backups import make_v7
from raw_zip import STORED, Member

pytestmark = pytest.mark.usefixtures("both_headers")

MODEL = "Qwen/Qwen3.5-27B"
APPLY = (sys.executable, "-m", "msconfig", "apply", "--offline", "--no-token", "--yes", "-q")
ON_A_SMALL_DISK = """
mount -t tmpfs -o size=$SIZE tmpfs "$1" || exit 99
disk=$1; shift
"$@" -o "$disk/new.zip"
code=$?
ls -A "$disk"
exit $code
"""
STOPPED = """
import os, signal, sys
from msconfig.__main__ import main

def stop(frame, event, argument):
    if event == "call" and frame.f_code.co_name == "_write_member":
        sys.setprofile(None)
        os.kill(os.getpid(), signal.SIGTERM)

sys.setprofile(stop)
sys.exit(main())
"""


def with_much(members: list[Member]) -> list[Member]:
    return [*members, Member("Data/Files/much", bytes(2_000_000), method=STORED)]


def _has_small_disks(folder: Path) -> bool:
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.mark.parametrize(
    ("size", "temporary"),
    [("4k", "there"), ("100k", "there"), ("1m", "there"), ("2000k", "there"), ("1m", "elsewhere")],
)
def test_a_full_disk_is_2_and_one_line_and_leaves_nothing(
    size: str, temporary: str, tmp_path: Path
) -> None:
    """`ENOSPC` comes while the database is unpacked, in its transaction, or from the copy."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _has_small_disks(disk):
        pytest.skip("no right to make a small disk here")
    backup = make_v7(tmp_path / "backup.zip", messages=300, members=with_much)
    whole = backup.read_bytes()
    ran = subprocess.run(
        ["unshare", "-rm", "sh", "-c", ON_A_SMALL_DISK, "sh", disk, *APPLY, backup, MODEL],
        env={
            **os.environ,
            "SIZE": size,
            "TMPDIR": str(disk if temporary == "there" else tmp_path),
        },
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 2, ran
    assert ran.stdout.splitlines()[-1:] != ["new.zip"]
    assert not [name for name in ran.stdout.splitlines() if "staged" in name]
    (line,) = ran.stderr.splitlines()
    assert line.startswith("msconfig: cannot ")
    assert "No space left" in line
    assert backup.read_bytes() == whole


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_asked_to_stop_in_the_middle_it_leaves_nothing(tmp_path: Path) -> None:
    backup = make_v7(tmp_path / "backup.zip", messages=10)
    arguments = [*APPLY[3:], str(backup), "-o", str(tmp_path / "new.zip"), MODEL]
    ran = subprocess.run(
        [sys.executable, "-c", STOPPED, *arguments],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 130, ran
    assert {path.name for path in tmp_path.iterdir()} == {"backup.zip", "work"}
