"""State of a host in a run: whether it answers, and when it may get the next request."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from msconfig.modelscope.facts import Provenance

__all__ = [
    "MAX_RETRY_AFTER",
    "PASSING",
    "Deadline",
    "Failure",
    "Host",
    "Pacing",
    "Postponed",
    "Reply",
]

_log = logging.getLogger(__name__)

MAX_RETRY_AFTER = 60.0
"""Seconds; after a longer one a request is not tried again."""
FAILURES_UNTIL_GIVEN_UP = 10
"""Requests in a row that failed with all their tries, after which a host gets no more."""
_REFUSALS_UNTIL_FULL_PAUSE = 3
"""Refusals in a row that show that a host accepts nothing for now."""
_LONGEST_IN_PAUSE = 180.0
"""Seconds of pauses in a row, after which a host that still accepts nothing gets no more."""

PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Statuses that another try may turn into an answer."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """Clock and back-off, to be set in tests."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    def back_off(self, attempt: int) -> float:
        """Seconds to wait after the `attempt`-th try: 0.25 to 0.5, then double, at most 4."""
        return float(min(4.0, 0.5 * 2 ** (attempt - 1)) * (0.5 + self.jitter() / 2))


class Deadline:
    """Seconds left for the requests of one piece of work; waits that a server asked for are free.

    Args:
        seconds: that there are, from the first request on.
        pacing: the clock.
        postpones: whether a request that is refused with 429 raises `Postponed`, so that its
            thread does other work instead of waiting. The same request with the same deadline is
            then its next try.
    """

    def __init__(self, seconds: float, pacing: Pacing, *, postpones: bool = False) -> None:
        self.postpones = postpones
        self.not_before = 0.0
        """No request is made before this moment (`Pacing.clock`)."""
        self.retry_after_given = False
        """Whether a server named that moment; then it does not count as time spent."""
        self.tries: dict[str, int] = {}
        """Tries made so far of a request that was postponed, by URL."""
        self._clock = pacing.clock
        self._ends: float | None = None
        self._seconds = seconds

    @property
    def remaining(self) -> float:
        """Seconds left; the first look starts the clock."""
        now = self._clock()
        if self._ends is None:
            self._ends = now + self._seconds
        return self._ends - now

    def extend(self, seconds: float) -> None:
        """Do not count a wait that a server asked for."""
        if self._ends is not None:
            self._ends += seconds

    def suspend(self) -> None:
        """Stop the clock until the next look at it, while other work is done."""
        if self._ends is not None:
            self._seconds = self._ends - self._clock()
            self._ends = None


class Postponed(Exception):
    """A request was refused for now, and its deadline wants to do other work meanwhile."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply, of any status."""

    status: int
    body: bytes
    content_type: str = ""
    provenance: Provenance | None = None
    """How a recorded reply is known; None for a reply from the network."""
    retry_after: float | None = None
    seconds: float = 0.0
    """From the request until there was enough of it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """No whole reply; `message` is the reason."""

    message: str
    passing: bool = True
    """Whether another try might help."""
    asked: bool = True
    """Whether a request was made; if not, this says nothing about the host."""
    provenance: Provenance | None = None
    """What the snapshot says that holds no answer; None for a failure of the network."""
    is_answered: bool = False
    """Whether something came all the same: too much, broken off, or not HTTP."""


@dataclass(slots=True)
class Host:
    """State of a host in this run. Safe to share between threads."""

    name: str
    pacing: Pacing
    lock: threading.Lock = field(default_factory=threading.Lock)
    answered: bool = False
    failures_in_a_row: int = 0
    given_up: str = ""
    """Why it gets no more requests; "" while it does."""
    paused_until: float = 0.0
    """No request is made before this moment (`Pacing.clock`)."""
    retry_after_given: bool = False
    """Whether the host named that moment itself."""
    _asked_since: float | None = None
    """When the first request was made."""
    _accepted_any: bool = False
    _refused_in_a_row: int = 0
    _was_told_to_pause: bool = False
    _pauses_in_a_row: int = 0
    """Full pauses after which nothing was accepted."""
    _paused_in_a_row: float = 0.0
    """Seconds of those pauses."""

    def remember(self, result: Reply | Failure) -> None:
        """Take a request with all its tries into account; give up a host that goes on failing."""
        if isinstance(result, Failure) and not result.asked:
            return
        failed = result.status in PASSING if isinstance(result, Reply) else result.passing
        with self.lock:
            self.failures_in_a_row = self.failures_in_a_row + 1 if failed else 0
            too_often = self.failures_in_a_row >= FAILURES_UNTIL_GIVEN_UP
            if too_often or (failed and not self.answered):
                said = result.message if isinstance(result, Failure) else f"HTTP {result.status}"
                self.given_up = self.given_up or said
                _log.debug("no further request to %s in this run: %s", self.name, self.given_up)

    def wait_until_allowed(self, deadline: Deadline) -> None:
        """Wait until the host may get a request; time that it named itself is not counted."""
        while not self.given_up:
            now = self.pacing.clock()
            if self._asked_since is None:
                self._asked_since = now
            seconds, is_given = max(
                (self.paused_until - now, self.retry_after_given),
                (deadline.not_before - now, deadline.retry_after_given),
            )
            if seconds <= 0:
                return
            if is_given:
                deadline.extend(seconds)
            else:
                seconds = min(seconds, deadline.remaining)
                if seconds <= 0:
                    return
            _log.debug("wait %.2f s before a request to %s", seconds, self.name)
            self.pacing.sleep(seconds)

    def take(self, reply: Reply, attempt: int) -> None:
        """Pause all requests to the host where the reply says that it wants fewer.

        A Retry-After counts in full, and so does a 429 of a host that accepts nothing. A 429 now
        and then among replies that are accepted pauses all for half as long as they were accepted,
        at most: the refused request itself waits in full, and the others lose a third of their
        pace. To wait each time in full would take hours for ten thousand ids.
        """
        asks_to_wait = reply.status == HTTPStatus.INTERNAL_SERVER_ERROR and reply.retry_after
        if not (reply.status in PASSING or asks_to_wait):
            with self.lock:
                self._accepted_any = True
                self._refused_in_a_row = self._pauses_in_a_row = 0
                self._paused_in_a_row = 0.0
            return
        is_given = reply.retry_after is not None
        seconds = reply.retry_after
        if seconds is None and reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            # several requests may be refused before one has its second try
            seconds = self.pacing.back_off(max(attempt, self._pauses_in_a_row + 1))
        if seconds is None or seconds > MAX_RETRY_AFTER:
            return
        with self.lock:
            now = self.pacing.clock()
            is_exception = self._is_exception(is_given=is_given)
            if not is_exception and now >= self.paused_until:
                self._count_pause(seconds, reply)
            if is_exception:
                accepted_for = now - max(self._asked_since or now, self.paused_until)
                seconds, is_given = min(seconds, max(0.0, accepted_for / 2)), False
            self._was_told_to_pause = self._was_told_to_pause or is_given
            if now + seconds >= self.paused_until:
                self.paused_until = now + seconds
                self.retry_after_given = is_given

    def _is_exception(self, *, is_given: bool) -> bool:
        """Whether a refusal is one among many replies that are accepted; it is counted here."""
        self._refused_in_a_row += 1
        return (
            self._accepted_any
            and self._refused_in_a_row < _REFUSALS_UNTIL_FULL_PAUSE
            and (not is_given or self._was_told_to_pause)
        )

    def _count_pause(self, seconds: float, reply: Reply) -> None:
        """Give up a host that after many pauses still accepts nothing.

        Its requests are postponed, each for its next try, so that none may have failed yet.
        """
        self._pauses_in_a_row += 1
        self._paused_in_a_row += seconds
        if (
            self._pauses_in_a_row >= FAILURES_UNTIL_GIVEN_UP
            or self._paused_in_a_row > _LONGEST_IN_PAUSE
        ):
            self.given_up = self.given_up or f"HTTP {reply.status}"
            _log.debug("no further request to %s in this run: %s", self.name, self.given_up)
