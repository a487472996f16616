"""Per-request deadlines for httpx.

httpx limits each single read, so a server that sends a byte now and then is never too slow for it.
Here every read and write of a thread ends when that thread's time is up, headers included.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

_limit = threading.local()
"""Per thread, because a request is made in one thread, and httpcore's backends know no request."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let every read and write of this thread end within `seconds` from now."""
    _limit.ends = time.monotonic() + seconds
    try:
        yield
    finally:
        _limit.ends = None


def bind(transport: httpx.HTTPTransport) -> None:
    """Apply `time_limit` to the connections of `transport`.

    httpcore takes a network backend, but httpx has no public way to pass one on, so it is set in
    the pool. A test fails where these private attributes move.
    """
    pool = transport._pool  # noqa: SLF001
    pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    ends = getattr(_limit, "ends", None)
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise late("out of time")
    return float(left) if timeout is None else min(timeout, left)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        return self._inner.get_extra_info(info)
