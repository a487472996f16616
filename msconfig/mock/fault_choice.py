"""The choice of the fault for each request."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from fnmatch import fnmatchcase

from msconfig.mock.messages import Request
from msconfig.mock.scenario import Fault

__all__ = ["Faults"]


class Faults:
    """Chooses the fault for a request. Thread-safe.

    Args:
        faults: the first that matches and is due is taken.
        seed: makes `Fault.chance` fall the same way each time.
    """

    def __init__(self, faults: Sequence[Fault], seed: int = 0) -> None:
        self._faults = tuple(faults)
        self._matched = [0] * len(self._faults)
        self._random = random.Random(seed)  # noqa: S311 - no secret, and meant to repeat itself
        self._lock = threading.Lock()

    def due(self, request: Request) -> Fault | None:
        """The fault for `request`, or None."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not _matches(fault, request):
                    continue
                self._matched[index] += 1
                if self._is_due(fault, self._matched[index]):
                    return fault
        return None

    def _is_due(self, fault: Fault, count: int) -> bool:
        if fault.first is not None and count > fault.first:
            return False
        if fault.every is not None and count % fault.every:
            return False
        return fault.chance is None or self._random.random() < fault.chance


def _matches(fault: Fault, request: Request) -> bool:
    return fault.method in {"*", request.method} and fnmatchcase(request.path, fault.path)
