"""Servers that do not keep to HTTP."""

from __future__ import annotations

import socketserver
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from socket import SO_LINGER, SOL_SOCKET, socket
from struct import pack
from threading import Thread

import pytest

from support import RawServe


class _RawServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, answer: Callable[[socket, bytes], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answer = answer

    def handle_error(self, *_: object) -> None:
        """The client went away, as it may."""


class _Conversation(socketserver.BaseRequestHandler):
    server: _RawServer
    request: socket

    def handle(self) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            more = self.request.recv(65536)
            if not more:
                return
            asked += more
        self.server.answer(self.request, asked)


@pytest.fixture
def raw_serve() -> Iterator[RawServe]:
    """Answer every connection byte by byte, until the test ends; gives the base URL."""
    with ExitStack() as stack:

        def serve_it(answer: Callable[[socket, bytes], None]) -> str:
            server = stack.enter_context(_RawServer(answer))
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield serve_it


@pytest.fixture
def reset() -> Callable[[socket], None]:
    """Break a connection off without a goodbye (RST)."""

    def reset_it(connection: socket) -> None:
        connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        connection.close()

    return reset_it
