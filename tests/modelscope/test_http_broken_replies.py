"""`HttpClient` and replies that are cut off, broken or no HTTP at all."""

from __future__ import annotations

from collections.abc import Callable
from socket import socket

import pytest

from msconfig.modelscope.http_client import HttpClient
from msconfig.modelscope.http_interface import Deadline, Failure, Reply
from msconfig.text import visible
from support import Connect, RawServe

GOOD = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}'

BROKEN = [
    pytest.param(b"", id="nothing at all"),
    pytest.param(b"HTTP/1.1 200 OK\r\n", id="cut in the head"),
    pytest.param(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"a": 1}', id="cut in the body"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{", id="cut in a chunk"
    ),
    pytest.param(
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"a": 1}\r\n',
        id="no last chunk",
    ),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        id="a chunk size that is none",
    ),
    pytest.param(
        b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nContent-Length: 9\r\n\r\n{"a": 1}',
        id="two lengths",
    ),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -8\r\n\r\n{}", id="a length below zero"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}", id="a length of letters"),
    pytest.param(b"HTTP/1.1 20x OK\r\n\r\n{}", id="a status of letters"),
    pytest.param(b"HTTP/1.1 99999 OK\r\n\r\n{}", id="a status of five digits"),
    pytest.param(b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n{}", id="a header without a colon"),
    pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n{}", id="a huge header"),
    pytest.param(b"<html>not HTTP</html>\r\n\r\n", id="a page without a head"),
    pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="another protocol"),
    pytest.param(bytes(range(256)), id="every byte there is"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00" * 20, id="TLS where none was asked for"),
    pytest.param(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", id="a switch nobody asked for"),
]


def ask(http: HttpClient, url: str) -> Reply | Failure:
    return http.get(url, deadline=Deadline(25, http.pacing))


def sending(raw: bytes) -> Callable[[socket, bytes], None]:
    return lambda connection, _: connection.sendall(raw)


@pytest.mark.parametrize("raw", BROKEN)
def test_a_broken_reply_is_a_failure_told_in_one_safe_line(
    raw: bytes, raw_serve: RawServe, connect: Connect
) -> None:
    result = ask(connect(retries=0), raw_serve(sending(raw)))
    assert isinstance(result, Failure), result
    assert result.message
    assert result.message == visible(result.message)
    assert len(result.message) < 300


@pytest.mark.parametrize("raw", BROKEN)
def test_after_a_broken_reply_comes_another_try(
    raw: bytes, raw_serve: RawServe, connect: Connect
) -> None:
    left = [raw]

    def broken_once(connection: socket, _: bytes) -> None:
        connection.sendall(left.pop() if left else GOOD)

    reply = ask(connect(retries=1), raw_serve(broken_once))
    assert isinstance(reply, Reply), reply
    assert reply.body == b'{"a": 1}'


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"", id="before the reply"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="in the head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", id="in the body"),
    ],
)
def test_a_connection_that_is_reset_is_tried_as_often_as_any_other(
    begun: bytes, raw_serve: RawServe, connect: Connect, reset: Callable[[socket], None]
) -> None:
    tries = []

    def answer(connection: socket, _: bytes) -> None:
        tries.append(1)
        connection.sendall(begun)
        reset(connection)

    result = ask(connect(retries=2), raw_serve(answer))
    assert isinstance(result, Failure)
    assert len(tries) == 3


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}and more", b"{}", id="more than it said"
        ),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\n{}", b"{}", id="until the connection closes"),
        pytest.param(
            b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD, b'{"a": 1}', id="hints first"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
            b"{}",
            id="in chunks",
        ),
        pytest.param(b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", b"{}", id="without a reason"),
        pytest.param(
            b"HTTP/1.1 200 \xe6\x88\x90\r\nContent-Length: 2\r\n\r\n{}",
            b"{}",
            id="a reason that is not ASCII",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}",
            b"{}",
            id="a content type that is not ASCII",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nSet-Cookie: \xff=;;=\r\nContent-Length: 2\r\n\r\n{}",
            b"{}",
            id="a cookie that is none",
        ),
    ],
)
def test_a_reply_that_is_only_odd_is_read(
    raw: bytes, body: bytes, raw_serve: RawServe, connect: Connect
) -> None:
    reply = ask(connect(retries=0), raw_serve(sending(raw)))
    assert isinstance(reply, Reply), reply
    assert (reply.status, reply.body) == (200, body)
