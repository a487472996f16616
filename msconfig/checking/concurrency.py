"""Work done side by side, in threads that never keep the program from ending."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Sequence

__all__ = ["in_parallel"]

_POLL_SECONDS = 0.5
"""A wait without an end cannot be interrupted on Windows."""


def in_parallel(work: Sequence[Callable[[], None]], concurrency: int) -> Generator[None]:
    """Run `work`, `concurrency` at a time; give a tick for each piece that is done.

    Threads are daemons, not a `ThreadPoolExecutor`, whose threads are waited for at exit: after
    Ctrl-C a request under way is abandoned, not waited for. Closing the iterator starts no more
    work. An exception of a piece of work is raised here.
    """
    todo = iter(work)
    take = threading.Lock()
    done: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    stopped = threading.Event()

    def run() -> None:
        while not stopped.is_set():
            with take:
                piece = next(todo, None)
            if piece is None:
                return
            try:
                piece()
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                done.put(error)
            else:
                done.put(None)

    for _ in range(min(max(1, concurrency), len(work))):
        threading.Thread(target=run, daemon=True).start()
    try:
        for _ in work:
            error = _next(done)
            if error is not None:
                raise error
            yield
    finally:
        stopped.set()


def _next(done: queue.SimpleQueue[BaseException | None]) -> BaseException | None:
    while True:
        try:
            return done.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            continue
