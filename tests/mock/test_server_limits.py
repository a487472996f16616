"""Requests that are too large, that break off, or that never end, on a real port."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from msconfig.mock.fault_choice import Faults
from msconfig.mock.scenario import Fault, FaultKind
from msconfig.mock.server import MockServer
from support import mock_of

HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(mock_of(), request_timeout=0.2) as server:
        yield server


def status_of(server: MockServer, sent: bytes, *, close: bool = False) -> int:
    """The status of the reply to `sent`, 0 where the connection is closed without one."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(sent)
        if close:
            connection.shutdown(socket.SHUT_WR)
        reply = b""
        while piece := connection.recv(65536):
            reply += piece
    return int(reply.split()[1]) if reply else 0


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", 400, id="chunk size"),
        pytest.param(CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", 400, id="negative chunk size"),
        pytest.param(CHUNKED + b"2\r\n{}xx0\r\n\r\n", 400, id="no end of a chunk"),
        pytest.param(CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", 401, id="well-formed chunks"),
    ],
)
def test_malformed_chunks_are_a_400(server: MockServer, sent: bytes, status: int) -> None:
    assert status_of(server, sent) == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"POST /v1/chat", 0, id="in the first line"),
        pytest.param(HEAD, 0, id="in the head"),
        pytest.param(HEAD + b"Content-Length: 9\r\n\r\n{", 408, id="in the body"),
        pytest.param(CHUNKED + b"9\r\n{", 408, id="in a chunk"),
    ],
)
def test_a_request_that_stops_half_way_is_given_up(
    server: MockServer, sent: bytes, status: int
) -> None:
    assert status_of(server, sent) == status
    assert not server.requests


def test_a_body_that_breaks_off_is_a_400(server: MockServer) -> None:
    assert status_of(server, HEAD + b"Content-Length: 9\r\n\r\n{", close=True) == 400


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_that_is_too_large_is_not_kept(server: MockServer, chunked: bool) -> None:
    url = f"{server.endpoints.inference}chat/completions"
    piece = b" " * 1024 * 1024
    pieces = (piece for _ in range(17))
    reply = httpx.post(url, content=pieces if chunked else piece * 17)
    assert reply.status_code == 413
    assert not server.requests
    assert httpx.post(url, content=piece * 16).status_code == 401


def test_a_reset_connection_leaves_no_traceback(
    server: MockServer, capfd: pytest.CaptureFixture[str]
) -> None:
    threads = set(threading.enumerate())
    server.faults = Faults([Fault(FaultKind.RESET)])
    with pytest.raises(httpx.TransportError):
        httpx.get(server.endpoints.hub)
    for thread in set(threading.enumerate()) - threads:
        thread.join(10)
    assert capfd.readouterr().err == ""
