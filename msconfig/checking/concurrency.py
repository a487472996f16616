"""Work done in parallel, in threads that never keep the program from ending."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TypeAlias

__all__ = ["Piece", "in_parallel"]

Piece: TypeAlias = "Callable[[], Iterable[Piece] | None]"
"""A piece of work; it may return further ones, which are done after all that wait by then."""

_POLL_SECONDS = 0.5
"""A wait without an end cannot be interrupted on Windows."""


def in_parallel(work: Sequence[Piece], concurrency: int) -> Generator[None]:
    """Run `work`, `concurrency` at a time; give a tick for each piece that is done.

    Threads are daemons, not a `ThreadPoolExecutor`, whose threads are waited for at exit: after
    Ctrl-C a request under way is abandoned, not waited for. Closing the iterator starts no more
    work. An exception of a piece of work is raised here.

    With a `concurrency` of 0, the work is done in this thread, one piece after the other: what
    waits for nothing is slower in threads, which wait for each other.
    """
    return _in_threads(work, concurrency) if concurrency else _one_by_one(work)


def _in_threads(work: Sequence[Piece], concurrency: int) -> Generator[None]:
    todo = deque(work)
    stopped = False
    changed = threading.Condition()
    done: queue.SimpleQueue[int | BaseException] = queue.SimpleQueue()

    def take() -> Piece | None:
        with changed:
            changed.wait_for(lambda: todo or stopped)  # a piece that runs may bring more work
            return None if stopped else todo.popleft()

    def run() -> None:
        while (piece := take()) is not None:
            more: tuple[Piece, ...] = ()
            result: int | BaseException
            try:
                more = tuple(piece() or ())
                result = len(more)
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                result = error
            if more:
                with changed:
                    todo.extend(more)
                    changed.notify_all()
            done.put(result)

    for _ in range(min(max(1, concurrency), len(work))):
        threading.Thread(target=run, daemon=True).start()
    left = len(work)
    try:
        while left:
            result = _next(done)
            if isinstance(result, BaseException):
                raise result
            left += result - 1
            yield
    finally:
        with changed:
            stopped = True
            changed.notify_all()


def _one_by_one(work: Sequence[Piece]) -> Generator[None]:
    todo = deque(work)
    while todo:
        todo.extend(todo.popleft()() or ())
        yield


def _next(done: queue.SimpleQueue[int | BaseException]) -> int | BaseException:
    while True:
        try:
            return done.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            continue
