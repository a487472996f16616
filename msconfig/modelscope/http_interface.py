"""How `ModelScope` asks: over the network (`HttpClient`), or recorded facts (`OfflineClient`).

This module loads no HTTP library, so that a run without network does not pay for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from msconfig.modelscope._hosts import Deadline, Failure, Pacing, Postponed, Reply
from msconfig.tokens import Secret

__all__ = ["Deadline", "Failure", "Http", "Pacing", "Postponed", "Reply"]


class Http(Protocol):
    """GET, and POST for calls. Safe to share between threads."""

    pacing: Pacing

    @property
    def obstacles(self) -> tuple[str, ...]:
        """What kept hosts from being reached in this run and will not pass, with what to do."""

    @property
    def obstacles_online(self) -> tuple[str, ...]:
        """`obstacles` for a command that has no --offline."""

    def hide(self, secrets: Iterable[Secret]) -> None:
        """Let nothing that is said or logged show one of `secrets`."""

    def get(
        self,
        url: str,
        *,
        deadline: Deadline,
        params: dict[str, str] | None = None,
        token: Secret | None = None,
        headers: Mapping[str, str] | None = None,
        retry_server_error: bool | Callable[[], bool] = False,
    ) -> Reply | Failure:
        """The reply to a GET."""

    def post_once(
        self,
        url: str,
        body: dict[str, object],
        *,
        token: Secret,
        headers: Mapping[str, str] | None = None,
        enough: Callable[[bytes], bool] = ...,
    ) -> Reply | Failure:
        """The reply to a POST that is made once."""

    def close(self) -> None:
        """Close the connections."""
