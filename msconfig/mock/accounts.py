"""Balances and call counts of the mock's accounts."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from msconfig.mock.scenario import Account

__all__ = ["Accounts"]

_REQUESTS_A_DAY = 2000
_REQUESTS_A_DAY_AND_MODEL = 500
"""Legacy rate limits, as the headers gave them until March 2026."""


class Accounts:
    """Magicubes spent and calls made by each account. Thread-safe."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {account.token: account for account in accounts}
        self._lock = threading.Lock()
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._calls: Counter[tuple[str, str]] = Counter()

    @property
    def spent(self) -> float:
        """Magicubes spent by all accounts together."""
        with self._lock:
            return float(sum(self._spent.values()))

    def find(self, token: str) -> Account | None:
        """The account of `token`, or None."""
        return self._accounts.get(token)

    def total(self, account: Account) -> float:
        """Magicubes left, the frozen part included."""
        with self._lock:
            return account.magicubes - self._spent[account.token]

    def available(self, account: Account) -> float:
        """Magicubes that can be spent."""
        return self.total(account) - account.frozen

    def count_call(self, account: Account, model_id: str) -> bool:
        """Count a call; whether the day quota of the model allows it."""
        with self._lock:
            self._calls[account.token, model_id] += 1
            quota = account.day_quota.get(model_id)
            return quota is None or self._calls[account.token, model_id] <= quota

    def charge(self, account: Account, cost: float) -> bool:
        """Spend `cost` if there is enough; whether there was."""
        with self._lock:
            left = account.magicubes - account.frozen - self._spent[account.token]
            if left < cost:
                return False
            self._spent[account.token] += cost
            return True

    def rate_limit_headers(self, account: Account, model_id: str) -> Mapping[str, str]:
        """The legacy headers, for an account that still gets them."""
        if not account.rate_limit_headers:
            return {}
        with self._lock:
            calls = self._calls[account.token, model_id]
            all_calls = sum(n for (token, _), n in self._calls.items() if token == account.token)
        limit = account.day_quota.get(model_id, _REQUESTS_A_DAY_AND_MODEL)
        prefix = "modelscope-ratelimit"
        return {
            f"{prefix}-requests-limit": str(_REQUESTS_A_DAY),
            f"{prefix}-requests-remaining": str(max(0, _REQUESTS_A_DAY - all_calls)),
            f"{prefix}-model-requests-limit": str(limit),
            f"{prefix}-model-requests-remaining": str(max(0, limit - calls)),
        }
