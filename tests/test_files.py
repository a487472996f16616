"""All files or none, each one old or new: whatever fails, interrupts or kills."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import pathlib
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

import pytest

from msconfig import files as files_module
from msconfig.errors import FileError, UsageError
from msconfig.files import (
    FileChanges,
    NewContent,
    OutputFile,
    changes_in,
    is_missing,
    private_folder,
    private_page,
    replace,
    write,
)

posix = pytest.mark.skipif(os.name != "posix", reason="file modes and links of POSIX")

OLD = {"b.json": b"old b\n", "c.txt": b"old c\n"}
NEW = {"a.json": b"new a\n", "b.json": b"new b\n", "c.txt": b"new c\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two older files; a third one is to be new."""
    path = tmp_path / "out"
    path.mkdir()
    for name, content in OLD.items():
        (path / name).write_bytes(content)
    return path


def planned(folder: Path, contents: dict[str, bytes] = NEW) -> FileChanges:
    return changes_in(folder, [OutputFile(name, content) for name, content in contents.items()])


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, whatever was left behind included."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


# --- planning


def test_a_plan_knows_what_is_new_what_changes_and_what_stands_in_the_way(folder: Path) -> None:
    looked_at = changes_in(
        folder,
        [
            OutputFile("a.json", b"new a\n"),
            OutputFile("b.json", b"new b\n"),
            OutputFile("c.txt", b"old c\n"),
            OutputFile("report.json", b"new\n", replaceable=True),
        ],
    )
    assert looked_at.older == {**OLD, "a.json": None, "report.json": None}
    assert [file.name for file in looked_at.changed] == ["a.json", "b.json", "report.json"]
    assert looked_at.existing == ("b.json",)


def test_what_is_replaceable_stands_in_nobodys_way(folder: Path) -> None:
    assert changes_in(folder, [OutputFile("b.json", b"new", replaceable=True)]).existing == ()


def test_planning_touches_nothing(tmp_path: Path) -> None:
    assert planned(tmp_path / "missing").existing == ()
    assert list(tmp_path.iterdir()) == [tmp_path / "work"]


def test_a_file_in_place_of_the_folder_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="is a file"):
        planned(folder / "b.json")


def test_a_folder_in_place_of_a_file_cannot_be_read(folder: Path) -> None:
    (folder / "a.json").mkdir()
    with pytest.raises(FileError, match=r"a\.json"):
        planned(folder)


# --- writing


def test_all_files_are_written_and_nothing_else_is_left(folder: Path) -> None:
    write(planned(folder))
    assert contents(folder) == NEW
    assert {path.name for path in folder.iterdir()} == set(NEW)


@posix
def test_only_the_owner_may_read_what_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "out"
    before = os.umask(0)
    try:
        write(planned(folder))
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert {mode(folder / name) for name in NEW} == {0o600}


@posix
def test_a_folder_that_was_there_keeps_its_mode_and_a_replaced_file_does_not(folder: Path) -> None:
    folder.chmod(0o755)
    (folder / "b.json").chmod(0o666)
    write(planned(folder))
    assert (mode(folder), mode(folder / "b.json")) == (0o755, 0o600)


def test_a_file_that_is_the_same_is_not_touched(folder: Path) -> None:
    same = folder / "c.txt"
    os.utime(same, (1, 1))
    before = same.stat()
    write(planned(folder, {**NEW, "c.txt": OLD["c.txt"]}))
    assert (same.stat().st_ino, same.stat().st_mtime) == (before.st_ino, 1)
    assert (folder / "b.json").read_bytes() == NEW["b.json"]


@posix
def test_a_link_is_replaced_and_what_it_points_at_is_not(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes(b"not ours\n")
    (folder / "a.json").symlink_to(elsewhere)
    write(planned(folder))
    assert contents(folder) == NEW
    assert not (folder / "a.json").is_symlink()
    assert elsewhere.read_bytes() == b"not ours\n"


@posix
def test_a_folder_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    write(planned(link))
    assert contents(folder) == NEW


# --- failing


def failing(call: Callable[..., None], at: int, error: BaseException) -> Callable[..., None]:
    """`call`, which raises `error` in place of the `at`-th time (from 1)."""
    count = 0

    def fail(*arguments: object, **more: object) -> None:
        nonlocal count
        count += 1
        if count == at:
            raise error
        call(*arguments, **more)

    return fail


@pytest.mark.parametrize(
    ("path", "missing"),
    [(".", False), ("a", False), ("b", True), ("b/c", True), ("a/b", True), ("a\0", True)],
)
def test_a_path_is_missing_or_not(path: str, missing: bool) -> None:
    Path("a").touch()
    assert is_missing(Path(path)) is missing


@posix
@pytest.mark.parametrize("path", ["x" * 300, "loop", "loop/a"])
def test_a_path_that_cannot_be_looked_at_is_not_taken_for_missing(path: str) -> None:
    Path("loop").symlink_to("loop")
    with pytest.raises(FileError, match="cannot read "):
        is_missing(Path(path))


FULL = OSError(errno.ENOSPC, "No space left on device")
_FOLDER_SYNCS = [("fsync", 3), ("fsync", 4)] if os.name == "posix" else []
"""Those after the two of the files. Windows opens no folders."""
DENIED = PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize("hard_links", [True, False])
@pytest.mark.parametrize("error", [DENIED, FULL, KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize(
    ("call", "at"),
    [("replace", 1), ("replace", 2), ("replace", 3), ("fsync", 1), ("fsync", 2), *_FOLDER_SYNCS],
)
def test_when_one_step_fails_everything_is_as_it_was(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    at: int,
    error: BaseException,
    hard_links: bool,
) -> None:
    changes = planned(folder)
    if not hard_links:
        monkeypatch.setattr(os, "link", failing(os.link, 1, DENIED))
    monkeypatch.setattr(os, call, failing(getattr(os, call), at, error))
    with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else FileError):
        write(changes)
    assert contents(folder) == OLD
    assert {path.name for path in folder.iterdir()} == set(OLD)


def test_a_full_disk_is_told_with_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 2, FULL))
    with pytest.raises(FileError) as caught:
        write(planned(folder))
    assert str(caught.value) == f"cannot write to {folder}: No space left on device"


def test_a_folder_that_takes_the_place_of_a_file_fails_the_whole_set(folder: Path) -> None:
    changes = planned(folder, {"b.json": b"new", "d.json": b"new", "c.txt": b"new"})
    (folder / "d.json").mkdir()
    with pytest.raises(FileError):
        write(changes)
    assert contents(folder) == OLD


@pytest.mark.parametrize("path", ["out", "deep/er/out"])
def test_a_folder_that_was_made_is_gone_again_when_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    changes = planned(tmp_path / path)
    monkeypatch.setattr(os, "fsync", failing(os.fsync, 2, FULL))
    with pytest.raises(FileError):
        write(changes)
    assert list(tmp_path.iterdir()) == [tmp_path / "work"]


@posix
@pytest.mark.parametrize("hard_links", [True, False])
@pytest.mark.parametrize("target", ["there", "nowhere"])
def test_a_link_is_back_in_its_place_when_a_later_step_fails(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, hard_links: bool
) -> None:
    (tmp_path / "there").write_bytes(b"not ours\n")
    (folder / "a.json").symlink_to(tmp_path / target)
    changes = planned(folder)
    if not hard_links:
        monkeypatch.setattr(os, "link", failing(os.link, 1, DENIED))
    monkeypatch.setattr(os, "replace", failing(os.replace, 3, DENIED))
    with pytest.raises(FileError):
        write(changes)
    assert (folder / "a.json").is_symlink()
    assert (folder / "a.json").readlink() == tmp_path / target


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_only_be_read_is_left_as_it_is(folder: Path) -> None:
    folder.chmod(0o500)
    with pytest.raises(FileError, match="Permission denied"):
        write(planned(folder))
    folder.chmod(0o700)
    assert contents(folder) == OLD


# an interrupt between opening a file and holding it leaves that file to the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_at_any_line_leaves_all_files_or_none(tmp_path: Path) -> None:
    outcomes: list[dict[str, bytes]] = []
    for line in range(1, 5_000, 7):  # a prime: in a loop all lines have their turn
        folder = tmp_path / str(line)
        folder.mkdir()
        for name, content in OLD.items():
            (folder / name).write_bytes(content)
        changes = planned(folder)
        if not interrupted_at(line, partial(write, changes)):
            break
        if list(folder.glob(".msconfig-staged-*")):
            gc.collect()  # closes what the interrupt kept from being entered
        assert not list(folder.glob(".msconfig-staged-*"))
        kept = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        outcomes.append(kept)
    else:
        pytest.fail("not every line was reached")
    assert OLD in outcomes
    assert NEW in outcomes
    assert all(kept in (OLD, NEW) for kept in outcomes)


def interrupted_at(number: int, act: Callable[[], object]) -> bool:
    """Act, with Ctrl-C before the so many-th line; whether it came to that.

    Lines of the standard library count too: most of the removing is done there.
    """
    files = {module.__file__ for module in (files_module, contextlib, shutil, tempfile, pathlib)}
    seen = 0

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        nonlocal seen
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            seen += 1
            if seen == number:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        act()
    except KeyboardInterrupt:
        return True
    except FileError as error:  # `shutil` closes a descriptor again that it had just closed
        cause: BaseException | None = error
        while not isinstance(cause, KeyboardInterrupt):
            assert cause is not None
            cause = cause.__context__
        return True
    finally:
        sys.settrace(before)
    return False


# --- what others left


def in_a_private_folder(folder: Path) -> None:
    with private_folder(beside=folder / "new.zip"):
        pass


STAGING = {"write": lambda folder: write(planned(folder)), "private": in_a_private_folder}
"""All that makes a staging folder."""
staging = pytest.mark.parametrize("stage", STAGING.values(), ids=STAGING)


@staging
@pytest.mark.parametrize(("age", "stays"), [(3_700, False), (3_500, True)])
def test_what_a_killed_program_left_is_removed_after_an_hour(
    folder: Path, stage: Callable[[Path], None], age: int, stays: bool
) -> None:
    left = folder / ".msconfig-staged-killed"
    (left / "older").mkdir(parents=True)
    (left / "older" / "links.txt").write_text("a key")
    os.utime(left, (time.time() - age,) * 2)
    stage(folder)
    assert left.exists() is stays


@posix
@pytest.mark.parametrize("content", ["a key", ""])
def test_a_page_that_a_killed_program_left_is_removed_and_that_of_another_stays(
    folder: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = set(folder.iterdir())
    left = folder / "msconfig-links-killed.html"
    left.write_text(content)
    with private_page(b"of another") as other, private_page(b"new") as page:
        assert page.parent == folder
        assert (page.read_bytes(), other.read_bytes()) == (b"new", b"of another")
    # an empty one may just be made by another program, and holds no key
    assert set(folder.iterdir()) - before == (set() if content else {left})


@posix
@staging
def test_what_another_user_left_is_never_removed(
    folder: Path, stage: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = folder / ".msconfig-staged-other"
    left.mkdir()
    os.utime(left, (1, 1))
    monkeypatch.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
    stage(folder)
    assert left.exists()


@posix
@staging
def test_a_link_that_is_named_like_something_left_leads_nowhere(
    folder: Path, stage: Callable[[Path], None], tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "precious").touch()
    (folder / ".msconfig-staged-trap").symlink_to(victim)
    os.utime(victim, (1, 1))
    os.utime(folder / ".msconfig-staged-trap", (1, 1), follow_symlinks=False)
    stage(folder)
    assert (victim / "precious").exists()


# --- files in any folders, replaced


@pytest.fixture
def two(tmp_path: Path) -> list[NewContent]:
    """Files in two folders that are to hold something else."""
    found = []
    for name in ("one/a.txt", "two/b.txt"):
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"old\n")
        found.append(NewContent(path, b"old\n", b"new\n"))
    return found


def held(files: list[NewContent]) -> list[bytes]:
    """The contents of all files below, leftovers included."""
    folder = files[0].path.parent.parent
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]


def test_files_in_several_folders_are_replaced(two: list[NewContent]) -> None:
    assert replace(two) == ()
    assert held(two) == [b"new\n"] * 2
    assert all(each.is_written for each in two)


@posix
def test_mode_and_attributes_stay_and_the_time_does_not(two: list[NewContent]) -> None:
    path = two[0].path
    path.chmod(0o751)
    os.utime(path, (1, 1))
    has_attributes = hasattr(os, "setxattr")
    if has_attributes:
        try:
            os.setxattr(path, "user.msconfig", b"kept")
        except OSError:  # a file system without them
            has_attributes = False
    replace(two)
    assert mode(path) == 0o751
    assert path.stat().st_mtime > 1
    if has_attributes:
        assert os.getxattr(path, "user.msconfig") == b"kept"


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(two: list[NewContent]) -> None:
    os.chown(two[0].path, 1234, 4321)
    replace(two)
    known = two[0].path.stat()
    assert (known.st_uid, known.st_gid, two[0].is_written) == (1234, 4321, True)


def test_a_file_that_holds_something_else_by_now_stays_alone(two: list[NewContent]) -> None:
    two[0].path.write_bytes(b"theirs\n")
    assert replace(two) == (two[0].path,)
    assert held(two) == [b"theirs\n", b"new\n"]


@pytest.mark.parametrize("error", [FULL, DENIED], ids=["full", "denied"])
@pytest.mark.parametrize(
    ("call", "at"),
    [
        *(("mkdir", 1), ("mkdir", 2), ("fsync", 1), ("fsync", 2), ("utime", 2)),
        *(("replace", 1), ("replace", 2), *_FOLDER_SYNCS),
    ],
)
def test_a_failure_in_between_leaves_every_file_as_it_was(
    two: list[NewContent],
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    at: int,
    error: BaseException,
) -> None:
    monkeypatch.setattr(os, call, failing(getattr(os, call), at, error))
    with pytest.raises(FileError, match="cannot write to"):
        replace(two)
    assert held(two) == [b"old\n"] * 2
    assert len(list(two[0].path.parent.parent.iterdir())) == 2


def test_files_that_cannot_be_put_back_are_named(
    two: list[NewContent], monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = 0

    def only_once(source: Path, target: Path) -> None:
        nonlocal replaced
        replaced += 1
        if replaced > 1:
            raise DENIED
        rename(source, target)

    rename = os.replace
    monkeypatch.setattr(os, "replace", only_once)
    with pytest.raises(FileError) as caught:
        replace(two)
    assert str(caught.value).endswith(f"replaced already: {two[0].path}")


# an interrupt between opening a file and holding it leaves that file to the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_at_any_line_leaves_each_file_old_or_new(tmp_path: Path) -> None:
    outcomes = set()
    for number in range(1, 5_000, 7):
        files = []
        for name in ("a.txt", "b.txt"):
            path = tmp_path / str(number) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"old\n")
            files.append(NewContent(path, b"old\n", b"new\n"))
        if not interrupted_at(number, partial(replace, files)):
            break
        contents_now = tuple(each.path.read_bytes() for each in files)
        assert set(contents_now) <= {b"old\n", b"new\n"}
        assert [each.is_written for each in files] == [each == b"new\n" for each in contents_now]
        outcomes.add(contents_now)
    else:
        pytest.fail("not every line was reached")
    assert outcomes >= {(b"old\n", b"old\n"), (b"new\n", b"old\n"), (b"new\n", b"new\n")}
