"""The pace limit of the mock: calls at once, and time between calls, of each account."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

from msconfig.mock.scenario import Pace

__all__ = ["PaceLimit"]


class PaceLimit:
    """Counts the calls of each account that are under way. Thread-safe.

    A call is under way for `Pace.call_seconds` after its start, and then its reply is sent.

    Args:
        pace: the limits.
        clock: seconds of a clock that never goes back.
    """

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self.call_seconds = pace.call_seconds
        self._pace = pace
        self._clock = clock
        self._lock = threading.Lock()
        self._ends: defaultdict[str, list[float]] = defaultdict(list)
        self._started: dict[str, float] = {}

    def start(self, token: str) -> bool:
        """Start a call; whether the limits allow it. A call that they refuse is not counted."""
        with self._lock:
            now = self._clock()
            under_way = [end for end in self._ends[token] if end > now]
            self._ends[token] = under_way
            if not self._allows(now, len(under_way), self._started.get(token)):
                return False
            under_way.append(now + self.call_seconds)
            self._started[token] = now
            return True

    def _allows(self, now: float, under_way: int, last_start: float | None) -> bool:
        most, apart = self._pace.calls_at_once, self._pace.seconds_between_calls
        if most is not None and under_way >= most:
            return False
        return apart is None or last_start is None or now - last_start >= apart
