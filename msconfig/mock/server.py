"""The mock ModelScope on a real port, by pytest-httpserver (extra `mock`)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from pytest_httpserver.httpserver import HTTPServerBase
from werkzeug import Request as WsgiRequest
from werkzeug import Response as WsgiResponse
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.serving import WSGIRequestHandler

from msconfig.mock.control import PREFIX
from msconfig.mock.fault_choice import Faults
from msconfig.mock.faults import PendingReply, inject, wsgi_response
from msconfig.mock.messages import Request, Response
from msconfig.modelscope.sites import Endpoints, Site

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["MockServer"]

_REMEMBERED = 2_000
"""Requests that are kept; older ones are forgotten, so that memory stays flat."""
_REMEMBERED_BYTES = 16 * 1024
"""Of the body of each."""
_MAX_BODY_BYTES = 16 * 1024 * 1024
_REQUEST_TIMEOUT = 30.0
"""Seconds to wait for the next bytes of a request."""


class _Unlogged(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Keep quiet."""

    def connection_dropped(
        self,
        error: BaseException,  # noqa: ARG002 - werkzeug passes both
        environ: WSGIEnvironment | None = None,  # noqa: ARG002
    ) -> None:
        """Read no further request: after a reset the socket is gone."""
        self.close_connection = True


def _quiet(_type: str, _message: str, *_args: object) -> None:
    """Discard a message of the server's log."""


class MockServer(HTTPServerBase):
    """Serves `handler` on loopback until it is stopped; a context manager.

    Args:
        handler: makes the replies, e.g. a `MockModelScope`.
        port: 0 picks a free one.
        faults: applied to replies when they are sent.
        control: makes the replies to ``/__mock/…``, which meet no fault and are not remembered.
        request_timeout: seconds to wait for the next bytes of a request.
        on_request: called with every request and the status of its reply, 0 where there is none.
    """

    def __init__(
        self,
        handler: Callable[[Request], Response],
        *,
        port: int = 0,
        faults: Faults | None = None,
        control: Callable[[Request], Response] | None = None,
        request_timeout: float = _REQUEST_TIMEOUT,
        on_request: Callable[[Request, int], None] | None = None,
    ) -> None:
        super().__init__("127.0.0.1", port, threaded=True)
        self.handler = handler
        self.faults = faults or Faults(())
        self.requests: deque[Request] = deque(maxlen=_REMEMBERED)
        """The last requests, in order."""
        self._control = control
        self._request_timeout = request_timeout
        self._on_request = on_request
        self._stopping = threading.Event()

    @property
    def endpoints(self) -> Endpoints:
        """Hub and inference, both on this port."""
        return Endpoints.of(Site.CN, hub_url=self.url_for("/"), inference_url=self.url_for("/v1/"))

    @property
    def fallback_url(self) -> str:
        """Bailian's base on this port, for ``MSCONFIG_FALLBACK_URL``."""
        return self.url_for("/compatible-mode/v1/")

    def start(self) -> None:
        """Start to serve, without a log."""
        self._stopping.clear()
        super().start()
        if self.server is not None:
            timeout = {"timeout": self._request_timeout}
            self.server.RequestHandlerClass = type("_Handler", (_Unlogged,), timeout)
            self.server.log = _quiet  # type: ignore[method-assign, assignment]  # malformed requests are not logged

    def stop(self) -> None:
        """Stop, and close what was left unanswered."""
        self._stopping.set()
        super().stop()

    def thread_target(self) -> None:
        """Serve; look more often than every half second whether to stop."""
        if self.server is not None:
            self.server.serve_forever(poll_interval=0.005)

    def application(self, request: WsgiRequest) -> WsgiResponse:
        """Answer, without the log that pytest-httpserver keeps of everything."""
        return self.dispatch(request)

    def dispatch(self, request: WsgiRequest) -> WsgiResponse:
        """Translate the request for the handler, and its reply back.

        A body that is too large is 413, one that does not arrive in time 408, and one that breaks
        off or has a malformed chunk 400; no handler gets them.
        """
        # one byte more: werkzeug cuts a chunked body at its limit, without an error
        request.max_content_length = _MAX_BODY_BYTES + 1
        try:
            body = request.get_data()
        except RequestEntityTooLarge:
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except ClientDisconnected as error:
            # werkzeug raises it for every OSError of the stream
            late = isinstance(error.__context__, TimeoutError)
            return _plain(HTTPStatus.REQUEST_TIMEOUT if late else HTTPStatus.BAD_REQUEST)
        if len(body) > _MAX_BODY_BYTES:
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        plain = Request(
            request.method,
            request.path,
            request.query_string.decode("latin-1"),
            {name.lower(): value for name, value in request.headers.items()},
            body,
        )
        if self._control is not None and plain.path.startswith(PREFIX):
            reply = self._control(plain)
            return self._logged(plain, wsgi_response(reply, self._stopping))
        self.requests.append(replace(plain, body=plain.body[:_REMEMBERED_BYTES]))
        fault = self.faults.due(plain)
        if fault is None:
            return self._logged(plain, wsgi_response(self._answer(plain), self._stopping))
        connection = request.environ.get("werkzeug.socket")
        pending = PendingReply(fault, lambda: self._answer(plain), connection, self._stopping)
        try:
            return self._logged(plain, inject(pending))
        except ConnectionAbortedError:
            self._log(plain, 0)
            raise

    def _answer(self, plain: Request) -> Response:
        reply = self.handler(plain)
        if reply.seconds:
            self._stopping.wait(reply.seconds)
        return reply

    def _logged(self, plain: Request, reply: WsgiResponse) -> WsgiResponse:
        self._log(plain, reply.status_code)
        return reply

    def _log(self, plain: Request, status: int) -> None:
        if self._on_request is not None:
            self._on_request(plain, status)


def _plain(status: HTTPStatus) -> WsgiResponse:
    return WsgiResponse(status.phrase, status, {"Content-Type": "text/plain; charset=utf-8"})
