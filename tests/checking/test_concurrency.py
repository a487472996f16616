"""Work side by side: all of it, never too much at once, and gone when it is no longer wanted."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import closing
from functools import partial

import pytest

from msconfig.checking.concurrency import Piece, in_parallel


@pytest.mark.parametrize("pieces", [0, 1, 3, 100])
@pytest.mark.parametrize("concurrency", [0, 1, 4, 200])
def test_every_piece_is_done_once_with_a_tick_each(pieces: int, concurrency: int) -> None:
    done: list[int] = []
    work = [lambda number=number: done.append(number) for number in range(pieces)]
    ticks = sum(1 for _ in in_parallel(work, concurrency))
    assert ticks == pieces
    assert sorted(done) == list(range(pieces))


@pytest.mark.parametrize("concurrency", [0, 1])
def test_work_is_begun_in_its_order(concurrency: int) -> None:
    begun: list[int] = []
    work = [lambda number=number: begun.append(number) for number in range(20)]
    for _ in in_parallel(work, concurrency):
        pass
    assert begun == list(range(20))


def test_without_concurrency_the_work_is_done_in_this_thread() -> None:
    threads: list[threading.Thread] = []
    for _ in in_parallel([lambda: threads.append(threading.current_thread())] * 3, 0):
        pass
    assert threads == [threading.current_thread()] * 3


@pytest.mark.parametrize("concurrency", [0, 1, 3])
def test_what_a_piece_returns_is_done_after_what_waits(concurrency: int) -> None:
    done: list[str] = []

    def piece(name: str, *more: str) -> Iterable[Piece]:
        done.append(name)
        return [partial(piece, each) for each in more]

    work = [partial(piece, "a", "a1", "a2"), partial(piece, "b"), partial(piece, "c", "c1")]
    assert sum(1 for _ in in_parallel(work, concurrency)) == 6
    assert sorted(done) == ["a", "a1", "a2", "b", "c", "c1"]
    if concurrency < 2:
        assert done == ["a", "b", "c", "a1", "a2", "c1"]


def test_idle_threads_help_with_what_a_late_piece_returns() -> None:
    together = threading.Barrier(3)

    def late() -> Iterable[Piece]:
        return [lambda: (together.wait(10), None)[1]] * 3  # three run at a time, or this breaks

    work: list[Piece] = [late, lambda: None, lambda: None]
    assert sum(1 for _ in in_parallel(work, 3)) == 6


def test_as_many_pieces_run_at_a_time_as_were_allowed_and_no_more() -> None:
    together = threading.Barrier(3)
    lock = threading.Lock()
    now, most = 0, 0

    def piece() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait(10)  # so three run at a time, or this breaks
        with lock:
            now -= 1

    assert sum(1 for _ in in_parallel([piece] * 12, 3)) == 12
    assert most == 3


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_what_a_piece_raises_is_raised_where_the_ticks_are_taken(error: BaseException) -> None:
    def broken() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        for _ in in_parallel([broken], 2):
            pass
    assert caught.value is error


@pytest.mark.parametrize("by", ["closing", "an error"])
def test_no_piece_is_begun_any_more_after(by: str) -> None:
    begun: list[int] = []
    goes_on = threading.Event()

    def piece() -> None:
        begun.append(1)
        if len(begun) > 1:
            goes_on.wait(10)
        elif by == "an error":
            raise ValueError("enough")

    with closing(in_parallel([piece] * 50, 1)) as ticks:
        if by == "an error":
            with pytest.raises(ValueError, match="enough"):
                next(ticks)
        else:
            next(ticks)
    goes_on.set()
    for thread in _workers():
        thread.join(10)
    assert len(begun) <= 2


def test_a_piece_under_way_keeps_nobody_waiting() -> None:
    stuck = threading.Event()
    under_way = threading.Event()

    def hang() -> None:
        under_way.set()
        stuck.wait(10)

    def go_on() -> None:
        under_way.wait(10)

    with closing(in_parallel([go_on, hang], 2)) as ticks:
        next(ticks)
    workers = _workers()
    assert workers  # it hangs still, and we went on
    assert all(thread.daemon for thread in workers)
    stuck.set()
    for thread in workers:
        thread.join(10)


def _workers() -> list[threading.Thread]:
    """The threads that `in_parallel` started and that still run."""
    return [each for each in threading.enumerate() if "(run)" in each.name]
