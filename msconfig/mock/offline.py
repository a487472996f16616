"""The pretend ModelScope behind httpx, without a network: what `--offline` asks."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import httpx

from msconfig.mock.messages import Request, Response
from msconfig.modelscope.facts import PROVENANCE

__all__ = ["OfflineTransport"]


class OfflineTransport(httpx.BaseTransport):
    """Answers every request from `handler`, whatever its host."""

    def __init__(self, handler: Callable[[Request], Response]) -> None:
        self._handler = handler

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The handler's reply, as httpx wants it."""
        response = self._handler(
            Request(
                request.method,
                unquote(request.url.raw_path.decode("ascii").partition("?")[0]),
                request.url.query.decode("ascii"),
                {name.lower(): value for name, value in request.headers.items()},
                request.read(),
            )
        )
        return httpx.Response(
            response.status,
            headers=dict(response.headers),
            content=response.body,
            request=request,
            extensions={PROVENANCE: response.provenance},
        )
