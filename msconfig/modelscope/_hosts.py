"""What a run has seen of a host: whether it answers, and when it may be asked again."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from msconfig.modelscope.facts import Provenance

__all__ = ["MAX_RETRY_AFTER", "PASSING", "Deadline", "Failure", "Host", "Pacing", "Reply"]

_log = logging.getLogger(__name__)

MAX_RETRY_AFTER = 60.0
"""Seconds; a server that asks for more is not asked again."""
FAILURES_UNTIL_GIVEN_UP = 10
"""Requests in a row that failed with all their tries, after which a host is not asked again."""

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
    """Seconds that are left for a piece of work; waiting that a server asked for does not count."""

    def __init__(self, seconds: float, pacing: Pacing) -> None:
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
        """Leave waiting out of account."""
        if self._ends is not None:
            self._ends += seconds


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
    """From asking until there was enough of it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """No whole reply; `message` says why."""

    message: str
    passing: bool = True
    """Whether another try might help."""
    asked: bool = True
    """Whether anybody was asked; where not, it says nothing about the host."""
    provenance: Provenance | None = None
    """What the snapshot says that holds no answer; None for a failure of the network."""


@dataclass(slots=True)
class Host:
    """What this run has seen of a host. Safe to share between threads."""

    name: str
    pacing: Pacing
    patient: bool
    """Whether it is asked whatever happens, and nobody waits (offline)."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    answered: bool = False
    failures_in_a_row: int = 0
    given_up: str = ""
    """Why it is not asked again; "" while it is."""
    closed_until: float = 0.0
    """Nobody asks before this moment (`Pacing.clock`)."""
    told_to_wait: bool = False
    """Whether it closed the door itself, by Retry-After."""

    def remember(self, result: Reply | Failure) -> None:
        """Take a request with all its tries into account; give up a host that goes on failing."""
        if isinstance(result, Failure) and not result.asked:
            return
        failed = result.status in PASSING if isinstance(result, Reply) else result.passing
        with self.lock:
            self.failures_in_a_row = self.failures_in_a_row + 1 if failed else 0
            too_often = self.failures_in_a_row >= FAILURES_UNTIL_GIVEN_UP
            if not self.patient and (too_often or (failed and not self.answered)):
                said = result.message if isinstance(result, Failure) else f"HTTP {result.status}"
                self.given_up = self.given_up or said
                _log.debug("no further request to %s in this run: %s", self.name, self.given_up)

    def wait_at_the_door(self, deadline: Deadline) -> None:
        """Wait until the host may be asked; time that it asked for itself is not counted."""
        while not self.given_up and (seconds := self.closed_until - self.pacing.clock()) > 0:
            if self.told_to_wait:
                deadline.extend(seconds)
            else:
                seconds = min(seconds, deadline.remaining)
                if seconds <= 0:
                    return
            _log.debug("wait %.2f s before a request to %s", seconds, self.name)
            self.pacing.sleep(seconds)

    def close_the_door(self, reply: Reply, attempt: int) -> None:
        """Let everybody wait where the host asks for it, or throttles."""
        seconds = reply.retry_after
        asks_to_wait = reply.status == HTTPStatus.INTERNAL_SERVER_ERROR and seconds is not None
        if self.patient or not (reply.status in PASSING or asks_to_wait):
            return
        if seconds is None and reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = self.pacing.back_off(attempt)
        if seconds is None or seconds > MAX_RETRY_AFTER:
            return
        with self.lock:
            until = self.pacing.clock() + seconds
            if until >= self.closed_until:
                self.closed_until = until
                self.told_to_wait = reply.retry_after is not None
