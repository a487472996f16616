"""`HttpClient` and time: back-off, Retry-After, the deadline, the time-out of a try."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from socket import socket

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.mock.messages import Request, Response
from msconfig.modelscope.http_client import HttpClient
from msconfig.modelscope.http_interface import Deadline, Failure, Pacing, Reply
from support import Connect, FakeClock, RawServe, Serve


def ask(http: HttpClient, url: str, *, seconds: float = 25) -> Reply | Failure:
    return http.get(url, deadline=Deadline(seconds, http.pacing))


def busy(status: int = 503, retry_after: str | None = None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Response(status, b"{}", headers)


def then_fine(*first: Response) -> Callable[[Request], Response]:
    """These replies in turn, then 200 for ever."""
    left = list(first)
    return lambda _: left.pop(0) if left else Response(200, b"{}")


def always(response: Response) -> Callable[[Request], Response]:
    return lambda _: response


@pytest.mark.parametrize(
    ("chance", "waits"),
    [
        pytest.param(0.0, [0.25, 0.5, 1.0, 2.0, 2.0, 2.0], id="at the least"),
        pytest.param(1.0, [0.5, 1.0, 2.0, 4.0, 4.0, 4.0], id="at the most"),
    ],
)
def test_the_wait_between_tries_doubles_up_to_four_seconds(
    chance: float, waits: list[float], serve: Serve, clock: FakeClock
) -> None:
    server = serve(always(busy()))
    pacing = Pacing(clock=lambda: clock.now, sleep=clock.sleep, jitter=lambda: chance)
    http = HttpClient(retries=6, pacing=pacing)
    ask(http, server.url_for("/"))
    http.close()
    assert clock.slept == waits


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "waits"),
    [
        pytest.param("7", [7.0], id="seconds"),
        pytest.param("60", [60.0], id="a minute"),
        pytest.param("0", [0.5], id="at once, and still no hammering"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 GMT", [0.5], id="a date gone by"),
        pytest.param("soon", [0.5], id="no time at all"),
        pytest.param("-5", [0.5], id="less than nothing"),
        pytest.param("", [0.5], id="empty"),
        pytest.param("Thu, 99 Foo 2026 99:99:99 GMT", [0.5], id="no such date"),
    ],
)
def test_the_next_try_waits_as_long_as_the_server_says(
    status: int, retry_after: str, waits: list[float], serve: Serve, connect: Connect
) -> None:
    server = serve(then_fine(busy(status, retry_after)))
    http = connect()
    reply = ask(http, server.url_for("/"))
    assert isinstance(reply, Reply)
    assert (reply.status, len(server.requests)) == (200, 2)
    assert http.pacing.clock() == pytest.approx(1000 + sum(waits))


def test_a_server_error_that_is_asked_again_waits_as_long_as_it_says(
    serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    server = serve(then_fine(busy(500, "30")))
    http = connect()
    http.get(server.url_for("/"), deadline=Deadline(25, http.pacing), retry_server_error=True)
    assert len(server.requests) == 2
    assert sum(clock.slept) >= 30


def test_a_date_is_waited_for(serve: Serve, connect: Connect, clock: FakeClock) -> None:
    server = serve(then_fine(busy(429, formatdate(time.time() + 40, usegmt=True))))
    ask(connect(), server.url_for("/"))
    assert len(server.requests) == 2
    assert 20 < sum(clock.slept) <= 40


@pytest.mark.parametrize(
    "retry_after",
    ["61", "86400", "9" * 400, formatdate(time.time() + 3600, usegmt=True)],
    ids=["a second more", "a day", "for ever", "a date in an hour"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_more_than_a_minute_is_not_waited_for(
    status: int, retry_after: str, serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    server = serve(always(busy(status, retry_after)))
    reply = ask(connect(), server.url_for("/"))
    assert isinstance(reply, Reply)
    assert (reply.status, len(server.requests), clock.slept) == (status, 1, [])


def test_no_retry_after_is_too_strange(connect: Connect) -> None:
    """Without a socket: hundreds of them would be too many."""
    sent = b""
    transport = httpx.MockTransport(
        lambda _: httpx.Response(404, headers=[(b"Retry-After", sent)]),
    )
    http = connect(transport=transport, retries=0)

    @given(st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")))
    def whatever_it_says(retry_after: str) -> None:
        nonlocal sent
        sent = retry_after.strip().encode("latin-1")
        reply = ask(http, "http://localhost/")
        assert isinstance(reply, Reply)
        assert reply.retry_after is None or reply.retry_after >= 0

    whatever_it_says()


def test_waiting_that_the_server_asked_for_is_not_held_against_the_deadline(
    serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    server = serve(then_fine(busy(429, "60"), busy(503, "60")))
    reply = ask(connect(), server.url_for("/"), seconds=25)
    assert isinstance(reply, Reply)
    assert (reply.status, len(server.requests), clock.slept) == (200, 3, [60.0, 60.0])


def test_waiting_of_our_own_ends_with_the_deadline(
    serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    server = serve(always(busy(429)))
    ask(connect(retries=50), server.url_for("/"), seconds=10)
    assert sum(clock.slept) == pytest.approx(10)


def test_tries_that_take_long_end_with_the_deadline(
    serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    def slow(_: Request) -> Response:
        clock.now += 8
        return busy(502)

    server = serve(slow)
    ask(connect(retries=50), server.url_for("/"), seconds=25)
    assert len(server.requests) == 3  # at 0, 8.5 and 17.5 seconds


def test_one_deadline_is_for_all_requests_of_a_piece_of_work(
    serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    server = serve(always(busy(404)))
    http = connect()
    deadline = Deadline(25, http.pacing)
    http.get(server.url_for("/first"), deadline=deadline)
    clock.now += 25
    late = http.get(server.url_for("/second"), deadline=deadline)
    assert isinstance(late, Failure)
    assert [request.path for request in server.requests] == ["/first"]


def test_a_deadline_runs_from_the_first_request_on(
    serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    server = serve(always(busy(200)))
    http = connect()
    deadline = Deadline(25, http.pacing)
    clock.now += 1000
    assert isinstance(http.get(server.url_for("/"), deadline=deadline), Reply)


def test_ctrl_c_ends_a_wait(serve: Serve, clock: FakeClock) -> None:
    def interrupted(seconds: float) -> None:
        if seconds > 0:
            raise KeyboardInterrupt

    server = serve(always(busy(429, "60")))
    http = HttpClient(pacing=Pacing(clock=lambda: clock.now, sleep=interrupted))
    with pytest.raises(KeyboardInterrupt):
        ask(http, server.url_for("/"))
    http.close()


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [
        pytest.param(0.05, 25.0, id="its own time-out"),
        pytest.param(10.0, 0.05, id="what is left of the deadline"),
    ],
)
def test_a_server_that_is_silent_is_left_after(
    timeout: float, seconds: float, raw_serve: RawServe, connect: Connect
) -> None:
    enough = threading.Event()
    url = raw_serve(lambda _connection, _asked: (enough.wait(10), None)[1])
    result = ask(connect(timeout=timeout, retries=0), url, seconds=seconds)
    enough.set()
    assert isinstance(result, Failure)
    assert "0.05 s" in result.message


def test_a_reply_that_trickles_in_is_left_after_its_time(
    raw_serve: RawServe, connect: Connect, clock: FakeClock
) -> None:
    def trickle(connection: socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _chunk in range(10):
            clock.now += 3
            connection.sendall(b"1\r\n \r\n")

    result = ask(connect(timeout=10, retries=0), raw_serve(trickle))
    assert isinstance(result, Failure)
    assert "10 s" in result.message


def test_headers_that_trickle_in_are_left_after_their_time(
    raw_serve: RawServe, clock: FakeClock
) -> None:
    left, sent = threading.Event(), []

    def trickle(connection: socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(50):
            connection.sendall(b"X: y\r\n")
            sent.append(number)
            if left.wait(0.02):
                break
        connection.sendall(b"Content-Length: 0\r\n\r\n")

    http = HttpClient(timeout=0.1, retries=0, pacing=Pacing(sleep=clock.sleep))
    result = ask(http, raw_serve(trickle))
    left.set()
    http.close()
    assert isinstance(result, Failure)
    assert len(sent) < 50
