"""`HttpClient` and hosts: waiting together, hosts that are given up, many threads at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from socket import socket

import pytest

from msconfig.mock.messages import Request, Response
from msconfig.modelscope.http_client import HttpClient
from msconfig.modelscope.http_interface import Deadline, Failure, Reply
from support import Connect, FakeClock, RawServe, Serve, log_lines

FINE = Response(200, b"{}")
BUSY = Response(503, b"{}")


def ask(http: HttpClient, url: str, *, seconds: float = 25) -> Reply | Failure:
    return http.get(url, deadline=Deadline(seconds, http.pacing))


def by_path(replies: dict[str, list[Response]]) -> Callable[[Request], Response]:
    """The replies of a path in turn, then 200 for ever."""
    return lambda asked: replies[asked.path].pop(0) if replies.get(asked.path) else FINE


def throttle(retry_after: str | None = None) -> Response:
    return Response(429, b"{}", {} if retry_after is None else {"Retry-After": retry_after})


@pytest.fixture
def nowhere() -> str:
    """A URL where nobody listens."""
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.mark.parametrize(
    ("refusal", "waits"),
    [
        pytest.param(throttle("30"), 30.0, id="a 429 that names a time"),
        pytest.param(Response(503, b"{}", {"Retry-After": "30"}), 30.0, id="a 503 that does"),
        pytest.param(throttle(), 1.0, id="a 429 that names none"),
        pytest.param(BUSY, 0.0, id="no door without a word of waiting"),
        pytest.param(throttle("61"), 0.0, id="nor for more than a minute"),
    ],
)
def test_who_comes_to_a_host_that_says_wait_waits_as_well(
    refusal: Response, waits: float, serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    server = serve(by_path({"/first": [refusal, refusal]}))
    http = connect(retries=1)
    ask(http, server.url_for("/first"))
    before = clock.now
    assert isinstance(ask(http, server.url_for("/second")), Reply)
    assert clock.now - before == pytest.approx(waits)


def test_a_client_that_never_retries_lets_the_others_wait_all_the_same(
    serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    server = serve(by_path({"/first": [throttle("30")]}))
    http = connect(retries=0)
    ask(http, server.url_for("/first"))
    before = clock.now
    ask(http, server.url_for("/second"))
    assert clock.now - before == pytest.approx(30)


def test_another_host_is_asked_meanwhile(serve: Serve, connect: Connect, clock: FakeClock) -> None:
    strict = serve(by_path({"/": [throttle("30"), throttle("30")]}))
    free = serve(lambda _: FINE)
    http = connect(retries=1)
    ask(http, strict.url_for("/"))
    before = clock.now
    ask(http, free.url_for("/"))
    assert clock.now == before


def test_a_server_s_word_to_wait_stays_its_word_when_a_second_throttle_names_no_time(
    serve: Serve, clock: FakeClock
) -> None:
    """Both were on their way before the door closed; the second reply comes after the first."""
    both_asked = threading.Barrier(2)
    first_heard, second_heard = threading.Event(), threading.Event()
    seen: Counter[str] = Counter()

    def handler(request: Request) -> Response:
        seen[request.path] += 1
        if seen[request.path] > 1:
            return FINE
        both_asked.wait(10)
        if request.path == "/first":
            return throttle("30")
        first_heard.wait(10)
        return throttle()

    def log(line: str) -> None:
        if " → 429 " in line:
            (first_heard if "/first " in line else second_heard).set()

    both_sleep = threading.Barrier(2, action=lambda: clock.sleep(30))

    def sleep(seconds: float) -> None:
        second_heard.wait(10)
        if seconds > 0:
            both_sleep.wait(10)

    server = serve(handler)
    http = HttpClient(retries=1, pacing=replace(clock.pacing, sleep=sleep))
    with log_lines(log), closing(http), ThreadPoolExecutor(2) as pool:
        urls = [server.url_for("/first"), server.url_for("/second")]
        replies = list(pool.map(lambda url: ask(http, url, seconds=25), urls))
    assert [isinstance(reply, Reply) and reply.status for reply in replies] == [200, 200]


def test_a_host_that_refuses_connections_is_tried_and_then_left_alone(
    nowhere: str, connect: Connect
) -> None:
    tries: list[str] = []
    http = connect()
    with log_lines(tries.append):
        first = ask(http, nowhere)
        second = ask(http, nowhere + "again")
    assert isinstance(first, Failure)
    assert "cannot connect" in first.message
    assert isinstance(second, Failure)
    assert "not asked" in second.message
    assert [line.partition(" → ")[0] for line in tries] == [f"GET {nowhere}"] * 3


def test_a_host_that_never_answers_is_tried_and_then_left_alone(
    raw_serve: RawServe, connect: Connect
) -> None:
    enough = threading.Event()
    tries: list[str] = []

    def silent(_connection: socket, _request: bytes) -> None:
        enough.wait(60)

    url = raw_serve(silent)
    http = connect(timeout=0.02)
    with log_lines(tries.append):
        results = [ask(http, f"{url}/{number}") for number in range(20)]
    enough.set()
    assert all(isinstance(result, Failure) for result in results)
    # not the connections: on a busy machine a try may end before the server sees it
    assert [line.partition(" → ")[0] for line in tries] == [f"GET {url}/0"] * 3


def test_one_host_s_silence_is_not_held_against_another(
    nowhere: str, serve: Serve, connect: Connect
) -> None:
    server = serve(lambda _: FINE)
    http = connect()
    ask(http, nowhere)
    assert isinstance(ask(http, server.url_for("/")), Reply)


@pytest.mark.parametrize(
    ("statuses", "asked"),
    [
        pytest.param([503] * 12, 10, id="ten failures in a row"),
        pytest.param([503] * 9 + [200] + [503] * 9, 19, id="an answer in between"),
        pytest.param([503] * 9 + [404] + [503] * 9, 19, id="a no in between"),
        pytest.param([503] * 9 + [500] + [503] * 9, 19, id="a server error in between"),
        pytest.param([500] * 15, 15, id="a look-up's way to say no such id"),
        pytest.param([404] * 15, 15, id="nothing but noes"),
        pytest.param([429] * 12, 10, id="nothing but throttles"),
    ],
)
def test_a_host_is_given_up_after_ten_failures_in_a_row(
    statuses: Sequence[int], asked: int, serve: Serve, connect: Connect
) -> None:
    left = list(statuses)
    server = serve(lambda _: Response(left.pop(0), b"{}"))
    http = connect(retries=0)
    results = [ask(http, server.url_for("/")) for _ in statuses]
    assert len(server.requests) == asked
    assert [isinstance(each, Failure) for each in results] == [
        number >= asked for number in range(len(statuses))
    ]


def test_running_out_of_time_is_no_answer_that_clears_a_host(
    serve: Serve, connect: Connect, clock: FakeClock
) -> None:
    """As with a host that hangs: it eats the deadline, and nothing is left to ask it again."""

    def hang(_: Request) -> Response:
        clock.now += 30
        return BUSY

    server = serve(hang)
    http = connect(retries=0)
    for number in range(15):
        deadline = Deadline(25, http.pacing)
        http.get(server.url_for(f"/{number}"), deadline=deadline)
        http.get(server.url_for(f"/{number}/other"), deadline=deadline)
    assert len(server.requests) == 10


def test_no_more_connections_are_open_than_were_allowed(serve: Serve, connect: Connect) -> None:
    together = threading.Barrier(2)
    now, most = 0, 0
    lock = threading.Lock()

    def handler(_: Request) -> Response:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait(10)  # so two are open, or this breaks
        with lock:
            now -= 1
        return FINE

    server = serve(handler)
    http = connect(concurrency=2)
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda n: ask(http, server.url_for(f"/{n}")), range(12)))
    assert all(isinstance(reply, Reply) for reply in replies)
    assert most == 2


def test_many_threads_each_get_the_reply_to_their_own_question(
    serve: Serve, connect: Connect
) -> None:
    failed: set[str] = set()

    def handler(request: Request) -> Response:
        if int(request.path[1:]) % 3 == 0 and request.path not in failed:
            failed.add(request.path)
            return BUSY
        return Response(200, request.path.encode())

    server = serve(handler)
    http = connect()
    ask(http, server.url_for("/1"))
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: ask(http, server.url_for(f"/{n}")), range(100)))
    bodies = [reply.body for reply in replies if isinstance(reply, Reply)]
    assert bodies == [f"/{number}".encode() for number in range(100)]
