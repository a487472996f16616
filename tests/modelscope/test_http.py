"""`HttpClient`: what is asked again and what is not, and what a request and a reply may be."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from http import HTTPStatus
from socket import socket

import pytest

from msconfig.mock.messages import Request, Response
from msconfig.modelscope.http_client import HttpClient
from msconfig.modelscope.http_interface import Deadline, Failure, Reply
from msconfig.tokens import Secret
from support import TOKEN, Connect, FakeClock, RawServe, Serve, log_lines

EIGHT_MIB = 8 * 1024 * 1024


def ask(
    http: HttpClient, url: str, *, token: str = "", retry_server_error: bool = False
) -> Reply | Failure:
    return http.get(
        url,
        deadline=Deadline(25, http.pacing),
        token=Secret(token) if token else None,
        retry_server_error=retry_server_error,
    )


def always(status: int, body: bytes = b"{}", **headers: str) -> Callable[[Request], Response]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response(status, body, named)


def in_turn(*statuses: int) -> Callable[[Request], Response]:
    """Each status once, the last one for ever."""
    left = list(statuses)
    return lambda _: Response(left.pop(0) if len(left) > 1 else left[0], b"{}")


PASSING = (408, 429, 502, 503, 504)
FINAL = (200, 201, 204, 301, 304, 400, 401, 402, 403, 404, 409, 410, 418, 422, 425, 451)
FINAL_TOO = (500, 501, 505, 507, 508, 511)


@pytest.mark.parametrize("status", PASSING)
def test_a_status_that_can_pass_is_asked_three_times_by_default(
    status: int, serve: Serve, connect: Connect
) -> None:
    server = serve(always(status, b"busy"))
    reply = ask(connect(), server.url_for("/"))
    assert isinstance(reply, Reply)
    assert (len(server.requests), reply.status, reply.body) == (3, status, b"busy")


@pytest.mark.parametrize("status", FINAL + FINAL_TOO)
def test_any_other_status_is_taken_as_it_is(status: int, serve: Serve, connect: Connect) -> None:
    server = serve(always(status))
    reply = ask(connect(), server.url_for("/"))
    assert isinstance(reply, Reply)
    assert (len(server.requests), reply.status) == (1, status)


@pytest.mark.parametrize("retries", [0, 1, 2, 5])
def test_there_is_one_try_and_as_many_more_as_were_wanted(
    retries: int, serve: Serve, connect: Connect
) -> None:
    server = serve(always(503))
    ask(connect(retries=retries), server.url_for("/"))
    assert len(server.requests) == 1 + retries


@pytest.mark.parametrize(
    ("status", "asked", "requests"),
    [
        pytest.param(500, True, 3, id="a 500, when asked to"),
        pytest.param(500, False, 1, id="a 500 otherwise"),
        pytest.param(404, True, 1, id="a 404, whatever is asked"),
        pytest.param(501, True, 1, id="a 501, whatever is asked"),
        pytest.param(503, True, 3, id="a 503 either way"),
    ],
)
def test_a_server_error_is_asked_again_only_when_the_caller_says_that_it_is_a_fault(
    status: int, asked: bool, requests: int, serve: Serve, connect: Connect
) -> None:
    server = serve(always(status))
    ask(connect(), server.url_for("/"), retry_server_error=asked)
    assert len(server.requests) == requests


@pytest.mark.parametrize(
    ("statuses", "requests", "ends"),
    [
        pytest.param((503, 200), 2, 200, id="good at the second try"),
        pytest.param((429, 502, 200), 3, 200, id="good at the third"),
        pytest.param((503, 404, 200), 2, 404, id="final at the second"),
        pytest.param((503, 500, 200), 2, 500, id="a server error at the second"),
        pytest.param((502, 503, 504, 200), 3, 504, id="the last try counts"),
    ],
)
def test_the_first_reply_that_is_not_passing_ends_the_tries(
    statuses: tuple[int, ...], requests: int, ends: int, serve: Serve, connect: Connect
) -> None:
    server = serve(in_turn(*statuses))
    reply = ask(connect(), server.url_for("/"))
    assert isinstance(reply, Reply)
    assert (len(server.requests), reply.status) == (requests, ends)


def test_a_query_is_sent_as_given_and_every_try_is_the_same_request(
    serve: Serve, connect: Connect
) -> None:
    server = serve(always(503))
    http = connect(retries=1)
    http.get(
        server.url_for("/some/path"),
        deadline=Deadline(25, http.pacing),
        params={"ModelId": "a/b&c=d"},
        token=Secret(TOKEN),
    )
    first, second = server.requests
    assert (first.method, first.path, first.query) == ("GET", "/some/path", "ModelId=a%2Fb%26c%3Dd")
    assert first.token == TOKEN
    assert first == second


def test_a_request_says_who_asks_and_wants_plain_json(serve: Serve, connect: Connect) -> None:
    server = serve(always(200))
    ask(connect(), server.url_for("/"))
    headers = server.requests[0].headers
    assert headers["user-agent"].startswith("msconfig/")
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert "authorization" not in headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(
    status: int, serve: Serve, connect: Connect
) -> None:
    elsewhere = serve(always(200))
    server = serve(always(status, Location=elsewhere.url_for("/taken")))
    reply = ask(connect(), server.url_for("/"), token=TOKEN)
    assert isinstance(reply, Reply)
    assert (reply.status, len(server.requests), len(elsewhere.requests)) == (status, 1, 0)


@pytest.mark.parametrize(
    "location",
    [
        "http://[half",
        "//:nothing",
        "javascript:alert(1)",
        "http://a:b:c/",
        "\xff\xfe",
        "x" * 70_000,
    ],
    ids=["half an address", "no host", "no http", "too many colons", "no ASCII", "far too long"],
)
def test_a_redirect_to_nonsense_is_a_redirect_like_any_other(
    location: str, raw_serve: RawServe, connect: Connect
) -> None:
    asked = []

    def answer(connection: socket, _: bytes) -> None:
        asked.append(1)
        head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode("latin-1"))

    reply = ask(connect(), raw_serve(answer))
    assert isinstance(reply, Reply), reply
    assert (reply.status, len(asked)) == (HTTPStatus.FOUND, 1)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        pytest.param("gzip", gzip.compress(b'{"a": 1}'), id="gzip"),
        pytest.param("deflate", zlib.compress(b'{"a": 1}'), id="deflate"),
        pytest.param("identity", b'{"a": 1}', id="identity"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(b'{"a": 1}')), id="gzip twice"),
    ],
)
def test_a_reply_that_is_compressed_all_the_same_is_read(
    encoding: str, packed: bytes, serve: Serve, connect: Connect
) -> None:
    server = serve(always(200, packed, Content_Encoding=encoding))
    reply = ask(connect(), server.url_for("/"))
    assert isinstance(reply, Reply)
    assert reply.body == b'{"a": 1}'


def test_a_reply_that_says_gzip_and_is_not_is_no_reply(serve: Serve, connect: Connect) -> None:
    server = serve(always(200, b"plain", Content_Encoding="gzip"))
    assert isinstance(ask(connect(retries=0), server.url_for("/")), Failure)


@pytest.mark.parametrize(
    ("size", "read"),
    [
        pytest.param(EIGHT_MIB, True, id="eight MiB"),
        pytest.param(EIGHT_MIB + 1, False, id="a byte more"),
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_reply_is_read_up_to_eight_mib_as_it_unfolds(
    size: int, read: bool, packed: bool, serve: Serve, connect: Connect
) -> None:
    body = bytes(size)
    server = serve(
        always(200, gzip.compress(body), Content_Encoding="gzip") if packed else always(200, body)
    )
    result = ask(connect(), server.url_for("/"))
    assert isinstance(result, Reply) is read
    assert isinstance(result, Reply) or "8 MiB" in result.message
    assert len(server.requests) == 1


def test_a_reply_without_an_end_is_left_at_eight_mib(raw_serve: RawServe, connect: Connect) -> None:
    sent = []

    def answer(connection: socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)
            sent.append(65536)

    result = ask(connect(), raw_serve(answer))
    assert isinstance(result, Failure)
    assert sum(sent) < 3 * EIGHT_MIB  # what the sockets held besides


def test_a_log_hears_of_every_try_and_how_it_ended(
    serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    heard: list[str] = []
    first = in_turn(503, 200)

    def slow(request: Request) -> Response:
        clock.now += 2
        return first(request)

    server = serve(slow)
    url = server.url_for("/a")
    with log_lines(heard.append):
        ask(connect(), url)
    assert heard == [f"GET {url} → 503 (2.00 s)", f"GET {url} → 200 (2.00 s)"]


def test_what_is_no_network_error_is_not_taken_for_one(serve: Serve, connect: Connect) -> None:
    def broken(_line: str) -> None:
        raise ZeroDivisionError

    server = serve(always(200))
    with log_lines(broken), pytest.raises(ZeroDivisionError):
        ask(connect(), server.url_for("/"))
