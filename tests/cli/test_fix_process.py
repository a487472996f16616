"""`msconfig check --fix` while it is interrupted, and on disks that are full or read-only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest

from msconfig.operations import fix
from support import Run

WRONG_CASE = "Qwen/Qwen3.5-27b"
RIGHT = "Qwen/Qwen3.5-27B"
FIX = ("check", "--offline", "--no-token", "--fix")
COMMAND = (sys.executable, "-m", "msconfig", *FIX, "-q")
FILES = ("a.txt", "b.txt", "folder/c.txt")
MODELS = [part for name in FILES for part in ("--models", name)]

posix = pytest.mark.skipif(os.name != "posix", reason="signals and disks of POSIX")


def made(folder: Path = Path(), text: str = f"{WRONG_CASE}\n") -> None:
    (folder / "folder").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_text(text)


STOPPED = """
import os, signal, sys
from msconfig.__main__ import main

renames = 0

def stop(frame, event, argument):
    global renames
    if event == "c_call" and argument is os.replace and frame.f_back.f_code.co_name == "_replace":
        renames += 1
        if renames == 2:
            sys.setprofile(None)
            os.kill(os.getpid(), signal.SIGTERM)

sys.setprofile(stop)
sys.exit(main())
"""


@posix
def test_stopped_between_two_files_it_names_what_is_replaced() -> None:
    made()
    ran = subprocess.run(
        [sys.executable, "-c", STOPPED, *FIX, "-q", *MODELS, "--report", "json=report.json"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert ran.returncode == 130, ran
    new = [name for name in FILES if Path(name).read_text() == f"{RIGHT}\n"]
    assert 0 < len(new) < len(FILES)
    assert ran.stderr == f"interrupted: already changed: {', '.join(new)}\n"
    assert json.loads(Path("report.json").read_text())["models"][0]["id"] == WRONG_CASE
    assert not list(Path().rglob(".msconfig-staged-*"))


_CALLS = {
    *("open", "read", "write", "replace", "link", "mkdir", "chmod", "utime", "unlink", "rmdir"),
    *("fsync", "close", "stat", "lstat", "scandir", "listxattr"),
}


def test_an_interrupt_at_any_call_leaves_each_file_old_or_new_and_names_the_new_ones(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = set()
    for number in range(1, 2_000):
        folder = tmp_path / str(number)
        made(folder)
        monkeypatch.chdir(folder)
        interrupted, ran = _interrupted_at(number, run)
        names = [name for name in FILES if Path(name).read_text() == f"{RIGHT}\n"]
        olds = [name for name in FILES if Path(name).read_text() == f"{WRONG_CASE}\n"]
        assert len(names) + len(olds) == len(FILES)
        if not interrupted:
            assert ran == (1, "")
            break
        if ran[0] == 1:  # nothing was left to interrupt, or the standard library swallowed it
            assert len(names) == len(FILES)
            continue
        done = f"already changed: {', '.join(names)}" if names else "no file was changed"
        assert ran in {(130, f"interrupted: {done}\n"), (2, ran[1])}
        outcomes.add(len(names))
    else:
        pytest.fail("not every call was reached")
    assert outcomes == {0, 1, 2, 3}


def _interrupted_at(number: int, run: Run) -> tuple[bool, tuple[int, str]]:
    """Whether it came to the so many-th call of the file system in `fix.write`, and the result."""
    seen = 0
    writing = False
    interrupted = False

    def stop(frame: FrameType, event: str, argument: object) -> None:
        nonlocal seen, writing, interrupted
        if frame.f_code is fix.write.__code__:
            writing = event != "return"
        elif writing and event == "c_call" and getattr(argument, "__name__", "") in _CALLS:
            seen += 1
            if seen == number:
                interrupted = True
                sys.setprofile(None)
                raise KeyboardInterrupt

    sys.setprofile(stop)
    try:
        ran = run(*FIX, "-q", *MODELS)
    finally:
        sys.setprofile(None)
    return interrupted, (ran.code, ran.err)


ON_A_DISK = """
mount -t tmpfs -o size=1m tmpfs "$1" || exit 99
cp -r "$2"/. "$1" || exit 98
cd "$1" || exit 97
test "$3" = full || mount -o remount,ro "$1" || exit 96
shift 3
"$@"
code=$?
find . -name '.msconfig*'
cat a.txt b.txt folder/c.txt | grep -c '^Qwen/Qwen3.5-27b$'
exit $code
"""


def _has_small_disks(folder: Path) -> bool:
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@posix
@pytest.mark.parametrize("state", ["full", "read-only"])
def test_on_a_full_or_read_only_disk_no_file_is_changed(tmp_path: Path, state: str) -> None:
    disk, source = tmp_path / "disk", tmp_path / "source"
    disk.mkdir()
    if not _has_small_disks(disk):
        pytest.skip("no right to make a small disk here")
    made(source, f"{WRONG_CASE}\n" + "# and much more\n" * 12_000)
    command: list[str | Path] = ["unshare", "-rm", "sh", "-c", ON_A_DISK, "sh", disk, source, state]
    ran = subprocess.run(
        [*command, *COMMAND, *MODELS, "--format", "json"],
        capture_output=True,
        check=False,
        text=True,
    )
    if state == "full":
        assert ran.returncode == 2, ran
        (line,) = ran.stderr.splitlines()
        assert line.startswith("msconfig: cannot write to ")
        assert line.endswith("No space left on device")
    else:  # its files are read-only, and not changed for that reason
        assert ran.returncode == 1, ran
    assert ran.stdout.endswith("\n}\n3\n")
