"""A program that is killed in the middle of writing."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("write_until_killed.py")
NAMES = ("provider.json", "links.txt", "report.json")
LINES = 2_000
MOMENTS = random.Random(20261007).sample(range(1, 8_000), 50)  # noqa: S311 - the same every time

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL and file modes of POSIX"),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What is there after the program was killed, once a moment."""
    paths = [tmp_path_factory.mktemp("killed") / str(moment) for moment in MOMENTS]
    running = [
        subprocess.Popen([sys.executable, PROGRAM, path, path.name, str(LINES), *NAMES])
        for path in paths
    ]
    assert {process.wait() for process in running} == {-signal.SIGKILL}
    return paths


def generations(folder: Path) -> list[int]:
    """Of which generation each file is; 0 for one that is not there yet."""
    found = []
    for name in NAMES:
        lines = (folder / name).read_bytes().splitlines() if (folder / name).exists() else []
        assert len(lines) in {0, LINES}
        assert len(set(lines)) <= 1
        found.append(int(lines[0]) if lines else 0)
    return found


def test_every_file_is_old_or_new_and_never_partial(folders: list[Path]) -> None:
    seen = [generations(folder) for folder in folders]
    assert all(max(each) - min(each) <= 1 for each in seen)
    assert any(max(each) > min(each) for each in seen), "no moment fell between two renames"
    assert len({max(each) for each in seen}) > 5


def test_nobody_else_may_read_what_was_left(folders: list[Path]) -> None:
    left = [path for folder in folders for path in (folder, *folder.rglob("*")) if path.exists()]
    assert any("staged" in path.parent.name for path in left)
    for path in left:
        assert path.is_dir() or stat.S_IMODE(path.stat().st_mode) == 0o600
        if "staged" in path.name or path in folders:
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
