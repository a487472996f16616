"""Two runs at once in one folder, and clocks that are far off."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from msconfig import clock
from msconfig import files as files_module
from msconfig.errors import FileError
from msconfig.files import NewContent, OutputFile, changes_in, private_folder, replace, write
from support import Run

posix = pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
FUTURE = datetime(2099, 1, 1, tzinfo=UTC).timestamp()
NAMES = [f"{letter}.json" for letter in "abcdefgh"]


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Run all of `acts` at the same time; what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the test judges what it is
            raised.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    return raised


def contents(folder: Path) -> set[bytes]:
    assert not list(folder.glob(".msconfig-*"))
    return {path.read_bytes() for path in folder.iterdir()}


@posix
@pytest.mark.parametrize("turn", range(10))
def test_sets_of_files_do_not_mix(tmp_path: Path, turn: int) -> None:
    folder = tmp_path / "out"

    def writer(content: bytes) -> Callable[[], None]:
        files = [OutputFile(name, content, replaceable=bool(turn % 2)) for name in NAMES]
        changes = changes_in(folder, files)  # before either of them writes
        return lambda: write(changes)

    raised = at_once(writer(b"one"), writer(b"two"))
    assert len(contents(folder)) == 1
    assert len(list(folder.iterdir())) == len(NAMES)
    # without --force, the second one must not replace what the first one wrote
    assert [type(each) for each in raised] == ([] if turn % 2 else [FileError])


@posix
def test_a_folder_that_stays_locked_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "_LONGEST_WAIT", 0.05)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    files_module._lock(descriptor)
    write(changes_in(tmp_path, [OutputFile("a.json", b"new"), OutputFile("b.json", b"new")]))
    os.close(descriptor)
    assert (tmp_path / "b.json").read_bytes() == b"new"


@pytest.mark.parametrize("content", [None, b"theirs"])
def test_a_file_that_came_meanwhile_is_not_replaced(tmp_path: Path, content: bytes | None) -> None:
    place = tmp_path / "a.json"
    if content:
        place.write_bytes(b"old")
    changes = changes_in(tmp_path, [OutputFile("a.json", b"new"), OutputFile("b.json", b"new")])
    place.write_bytes(b"theirs")
    with pytest.raises(FileError, match=r"a\.json was written by another program meanwhile"):
        write(changes)
    assert place.read_bytes() == b"theirs"
    assert not (tmp_path / "b.json").exists()


@posix
def test_of_two_fixes_that_compared_at_once_one_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst moment: both have seen the older content before either replaces it."""
    places = [tmp_path / "b" / "ids.txt", tmp_path / "a" / "ids.txt"]
    for place in places:
        place.parent.mkdir()
        place.write_bytes(b"old")
    both_compared = threading.Barrier(2)
    has = files_module._has

    def has_slowly(path: Path, content: bytes) -> bool:
        found = has(path, content)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_compared.wait(0.2)
        return found

    monkeypatch.setattr(files_module, "_has", has_slowly)
    kept: list[set[Path]] = []

    def fix(new: bytes, order: list[Path]) -> None:
        kept.append(set(replace([NewContent(place, b"old", new) for place in order])))

    raised = at_once(lambda: fix(b"one", places), lambda: fix(b"two", places[::-1]))
    assert raised == []
    assert sorted(kept, key=len) == [set(), set(places)]
    assert {place.read_bytes() for place in places} in ({b"one"}, {b"two"})
    assert not list(tmp_path.rglob(".msconfig-*"))


def test_a_file_that_another_run_fixed_alike_is_not_listed_as_changed(tmp_path: Path) -> None:
    place = tmp_path / "ids.txt"
    place.write_bytes(b"new")
    assert replace([NewContent(place, b"old", b"new")]) == ()
    assert place.read_bytes() == b"new"


# --- names


@pytest.mark.parametrize("name", ["older", "new"])
def test_a_file_may_be_named_as_what_is_staged(tmp_path: Path, name: str) -> None:
    for content in (b"one", b"two"):
        write(changes_in(tmp_path, [OutputFile(name, content, replaceable=True)]))
        assert (tmp_path / name).read_bytes() == content


# --- clocks


def leftover(folder: Path, changed: float) -> Path:
    left = folder / ".msconfig-staged-left"
    left.mkdir()
    (left / "links.txt").write_text("a key")
    os.utime(left, (changed, changed))
    return left


@pytest.mark.parametrize("now", [0.0, FUTURE], ids=["1970", "2099"])
def test_no_clock_of_the_machine_makes_a_leftover_of_a_run_that_just_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: float
) -> None:
    left = leftover(tmp_path, time.time())
    monkeypatch.setattr(time, "time", lambda: now)
    with private_folder(beside=tmp_path / "new.zip"):
        pass
    assert left.exists()


@posix
@pytest.mark.parametrize("changed", [1.0, FUTURE], ids=["1970", "2099"])
@pytest.mark.parametrize("lives", [True, False])
def test_what_has_a_time_far_off_stays_exactly_as_long_as_its_run_lives(
    tmp_path: Path, changed: float, lives: bool
) -> None:
    with private_folder(beside=tmp_path / "a.zip") as other:
        left = other if lives else leftover(tmp_path, changed)
        os.utime(left, (changed, changed))
        with private_folder(beside=tmp_path / "b.zip"):
            pass
        assert left.exists() is lives


def test_where_locks_are_unknown_nothing_of_the_future_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "_is_locked", lambda _descriptor: None)
    left = leftover(tmp_path, FUTURE)
    with private_folder(beside=tmp_path / "b.zip"):
        pass
    assert left.exists()


@pytest.mark.parametrize(
    ("now", "note"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "are of the future by the clock of this machine"),
        (datetime(2099, 1, 1, tzinfo=UTC), "are more than 30 days old"),
    ],
)
@pytest.mark.parametrize("command", ["check --no-token Qwen/Qwen3.5-27B", "models qwen"])
def test_offline_a_clock_that_is_off_is_noticed(
    run: Run, monkeypatch: pytest.MonkeyPatch, now: datetime, note: str, command: str
) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: now)
    ran = run(*command.split(), "--offline")
    assert ran.code == 0, ran
    assert note in " ".join((ran.out + ran.err).split())
