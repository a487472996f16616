"""How fast real calls are made: a pace of its own, and pauses that the service asks for."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

__all__ = ["Pacer", "ProbePace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePace:
    """The pace of real calls, whatever the concurrency of other requests.

    The service refuses calls that come side by side or in quick succession (429), even those of
    models that work.
    """

    at_once: int = 1
    """Calls under way at a time."""
    seconds_apart: float = 1.5
    """Between the starts of two calls."""
    waits: tuple[float, ...] = (5.0, 10.0, 20.0)
    """Seconds before each further call of a model that was refused with 429, unless the service
    names a time itself. No call starts meanwhile."""
    longest_wait: float = 60.0
    """The most seconds that are waited when the service names the time."""
    polls: int = 30
    """How often the task of an image is looked at before it counts as unfinished."""
    seconds_between_polls: float = 4.0

    @classmethod
    def parallel(cls, at_once: int) -> Self:
        """Up to `at_once` calls at a time, without a pause between their starts."""
        return cls(at_once=at_once, seconds_apart=0.0)

    @classmethod
    def without_waiting(cls) -> Self:
        """One call at a time and no pause at all, for tests against a mock."""
        return cls(
            seconds_apart=0.0, waits=(0.0, 0.0, 0.0), longest_wait=0.0, seconds_between_polls=0.0
        )

    def seconds_for(self, calls: int, pictures: int) -> float:
        """About how long `calls` and the calls for `pictures` take if none is refused."""
        usual = max(_SECONDS_A_CALL, self.seconds_apart)
        return (
            math.ceil(calls / self.at_once) * usual
            + math.ceil(pictures / self.at_once) * _SECONDS_A_PICTURE
        )


_SECONDS_A_CALL = 1.5
"""Usual time until a model has begun to answer."""
_SECONDS_A_PICTURE = 20.0


class Pacer:
    """Lets calls start at their pace. Safe to share between threads.

    Args:
        pace: how fast.
        clock: seconds that only grow.
        sleep: waits so many seconds.
    """

    def __init__(
        self, pace: ProbePace, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._starting = threading.Lock()
        self._lock = threading.Lock()
        self._opens = clock()

    def wait_to_start(self) -> None:
        """Return when the next call may start; one thread after the other."""
        with self._starting:
            while (seconds := self._opens - self._clock()) > 0:
                self._sleep(seconds)
            with self._lock:
                self._opens = max(self._opens, self._clock() + self._pace.seconds_apart)

    def hold(self, attempt: int, retry_after: float | None) -> None:
        """Let no call start for a while, after the `attempt`-th refusal of a model."""
        seconds = self._pace.waits[attempt - 1]
        if retry_after is not None:
            seconds = min(retry_after, self._pace.longest_wait)
        with self._lock:
            self._opens = max(self._opens, self._clock() + seconds)


class ProbeProgress(Protocol):
    """Is called whenever a model has been called."""

    def __call__(self, done: int, total: int, seconds_left: float, /) -> None:
        """`done` of `total` models have been called; the rest takes about `seconds_left`."""


def no_probe_progress(_done: int, _total: int, _seconds_left: float, /) -> None:
    """Show no progress."""
