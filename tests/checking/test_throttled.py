"""`check()` at a hub that refuses requests with 429, on a clock that only the hub moves."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from urllib.parse import unquote

import pytest

from msconfig.checking.report import Report, Status
from msconfig.mock.messages import Request, Response
from support import ALIVE, DEAD, Check, FakeClock, Handler, Serve, instead, mock_of

IDS = [f"Qwen/Model-{number}" for number in range(300)]
MODELS = dict.fromkeys(IDS[::2], ALIVE) | dict.fromkeys(IDS[1::2], DEAD)
LOOK_UP = "/api/v1/inference/list_model_providers"
LATENCY = 0.02

Refusal = Callable[[int], Response | None]


def throttle(retry_after: str | None = None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Response(429, b"{}", headers)


def hub(clock: FakeClock, refusal: Refusal) -> Handler:
    """Each request takes `LATENCY`; the n-th is refused where `refusal(n)` gives a reply."""
    answers, numbers = mock_of(MODELS, (*IDS[:2], "Qwen/Alive")), count(1)

    def handler(request: Request) -> Response:
        clock.now += LATENCY
        if not request.path.startswith("/v1/") and (refused := refusal(next(numbers))):
            return refused
        return answers(request)

    return handler


@pytest.fixture
def timed(serve: Serve, check_at: Check, clock: FakeClock) -> Callable[..., tuple[float, Report]]:
    """Check all ids, one request at a time; the seconds and the report."""

    def check_it(refusal: Refusal, **http: int) -> tuple[float, Report]:
        began = clock.now
        url = serve(hub(clock, refusal)).url_for("/")
        report = check_at(url, *IDS, concurrency=1, http=http)
        return clock.now - began, report

    return check_it


Timed = Callable[..., tuple[float, Report]]


@pytest.mark.parametrize(
    "reply", [throttle(), throttle("0"), throttle("1")], ids=["no time", "at once", "a second"]
)
def test_every_tenth_refusal_takes_less_than_three_times_as_long_and_changes_no_verdict(
    reply: Response, timed: Timed
) -> None:
    free, expected = timed(lambda _: None)
    held, report = timed(lambda number: None if number % 10 else reply)
    assert held < 3 * free
    verdicts = [(model.id, model.status) for model in expected.models]
    assert [(model.id, model.status) for model in report.models] == verdicts
    assert {status for _, status in verdicts} == {
        *(Status.ENABLED, Status.DISPUTED, Status.NOT_ENABLED),
    }


def test_a_hub_that_refuses_everything_is_left_soon(timed: Timed) -> None:
    seconds, report = timed(lambda _: throttle())
    assert {model.status for model in report.models[2:]} == {Status.UNVERIFIED}
    assert seconds < 60


def test_a_hub_that_refuses_everything_for_a_while_is_waited_for(
    timed: Timed, clock: FakeClock
) -> None:
    """A rate limit: after the 50th request none is accepted for a second."""
    begins: list[float] = []
    refused = 0

    def limit(number: int) -> Response | None:
        nonlocal refused
        if number > 50 and not begins:
            begins.append(clock.now)
        if begins and clock.now < begins[0] + 1:
            refused += 1
            return throttle("1")
        return None

    free, expected = timed(lambda _: None)
    seconds, report = timed(limit)
    assert refused == 1
    assert seconds == pytest.approx(free + 1, abs=0.1)
    assert [each.status for each in report.models] == [each.status for each in expected.models]


def test_without_retries_a_refusal_is_the_last_word(timed: Timed) -> None:
    _, report = timed(lambda number: None if number % 10 else throttle(), retries=0)
    unverified = [each for each in report.models if each.status is Status.UNVERIFIED]
    assert len(unverified) > len(IDS) / 20


def test_one_id_is_tried_as_often_as_a_request_may_be(
    serve: Serve, check_at: Check, clock: FakeClock
) -> None:
    answers = mock_of()
    server = serve(lambda asked: throttle() if asked.path == LOOK_UP else answers(asked))
    (model,) = check_at(server.url_for("/"), "Qwen/Alive").models
    assert sum(request.path == LOOK_UP for request in server.requests) == 3
    assert sum(clock.slept) == pytest.approx(0.5 + 1.0)
    assert model.status is Status.ENABLED


def test_a_model_that_waits_keeps_its_time(serve: Serve, check_at: Check, clock: FakeClock) -> None:
    """Others get their requests meanwhile; those 40 seconds are not its own."""
    answers = mock_of(MODELS, ("Qwen/Alive",))
    refused = iter([throttle()])

    def handler(request: Request) -> Response:
        if request.query.endswith("Model-0"):
            return next(refused, None) or answers(request)
        clock.now += 2
        return answers(request)

    report = check_at(serve(handler).url_for("/"), *IDS[:21:2], concurrency=1)
    assert {model.status for model in report.models} == {Status.ENABLED}


def refusing(path: str, *replies: Response | None) -> Handler:
    """A hub whose first replies to requests of `path` are these; None is its own."""
    answers, left = mock_of(dict.fromkeys(FIVE, DEAD)), list(replies)

    def handler(request: Request) -> Response:
        target = f"{request.path}?{unquote(request.query)}"
        reply = left.pop(0) if target.startswith(path) and left else None
        return reply or answers(request)

    return handler


FIVE = tuple(f"Qwen/Model-{number}" for number in range(5))
OF_LOOK_UP = f"{LOOK_UP}?ModelId={FIVE[0]}"
OF_HUB = f"/openapi/v1/models/{FIVE[0]}"
FAULT = Response.of_json(500, {})


@pytest.mark.parametrize(
    ("path", "replies", "look_ups", "hubs"),
    [
        pytest.param(OF_LOOK_UP, [throttle()] * 3, 4, 1, id="look-up refused"),
        pytest.param(OF_HUB, [throttle("0")] * 9, 1, 10, id="both APIs of the hub refused"),
        pytest.param(OF_LOOK_UP, [FAULT, throttle(), throttle()], 4, 1, id="after a fault"),
    ],
)
def test_one_model_in_five_that_is_refused_by_chance_gets_another_round(
    path: str,
    replies: list[Response],
    look_ups: int,
    hubs: int,
    serve: Serve,
    check_at: Check,
) -> None:
    server = serve(instead({"/api/v1/models/": throttle("0")}, refusing(path, *replies)))
    report = check_at(server.url_for("/"), *FIVE, concurrency=1)
    assert {model.status for model in report.models} == {Status.NOT_ENABLED}
    assert report.models[0].evidence[-1].observed == "exists, text-generation"
    targets = [f"{each.path}?{unquote(each.query)}" for each in server.requests]
    assert sum(each.startswith(OF_LOOK_UP) for each in targets) == look_ups
    assert sum(each.startswith(OF_HUB) for each in targets) == hubs


@pytest.mark.parametrize("ids", [FIVE, FIVE[:4]], ids=["one in five", "one in four"])
def test_a_model_that_is_refused_for_ever_gets_no_third_round(
    ids: tuple[str, ...], serve: Serve, check_at: Check
) -> None:
    server = serve(refusing(OF_LOOK_UP, *[throttle()] * 100))
    report = check_at(server.url_for("/"), *ids, concurrency=1)
    assert [model.status for model in report.models][:2] == [Status.UNVERIFIED, Status.NOT_ENABLED]
    asked = sum(
        request.path == LOOK_UP and FIVE[0] in unquote(request.query) for request in server.requests
    )
    assert asked == (6 if ids == FIVE else 3)
