"""The pretend ModelScope on a real port, by pytest-httpserver (extra `mock`)."""

from __future__ import annotations

from collections.abc import Callable

from pytest_httpserver.httpserver import HTTPServerBase
from werkzeug import Request as WsgiRequest
from werkzeug import Response as WsgiResponse
from werkzeug.serving import WSGIRequestHandler

from msconfig.fake.handler import Request, Response
from msconfig.modelscope.sites import Endpoints, Site

__all__ = ["FakeServer"]


class _Unlogged(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Keep quiet."""


class FakeServer(HTTPServerBase):
    """Serves `handler` on loopback until it is stopped; a context manager.

    Args:
        handler: what answers, e.g. a `FakeModelScope`.
        port: 0 picks a free one.
    """

    def __init__(self, handler: Callable[[Request], Response], *, port: int = 0) -> None:
        super().__init__("127.0.0.1", port, threaded=True)
        self.handler = handler
        self.requests: list[Request] = []
        """Every request so far, in order."""

    @property
    def endpoints(self) -> Endpoints:
        """Hub and inference, both on this port."""
        return Endpoints.of(Site.CN, hub_url=self.url_for("/"), inference_url=self.url_for("/v1/"))

    def start(self) -> None:
        """Start to serve, and log nothing of it."""
        super().start()
        if self.server is not None:
            self.server.RequestHandlerClass = _Unlogged

    def thread_target(self) -> None:
        """Serve; look more often than every half second whether to stop."""
        if self.server is not None:
            self.server.serve_forever(poll_interval=0.02)

    def application(self, request: WsgiRequest) -> WsgiResponse:
        """Answer, without the log that pytest-httpserver keeps of everything."""
        return self.dispatch(request)

    def dispatch(self, request: WsgiRequest) -> WsgiResponse:
        """Translate the request for the handler, and its reply back."""
        plain = Request(
            request.method,
            request.path,
            request.query_string.decode("latin-1"),
            {name.lower(): value for name, value in request.headers.items()},
        )
        self.requests.append(plain)
        response = self.handler(plain)
        return WsgiResponse(response.body, response.status, dict(response.headers))
