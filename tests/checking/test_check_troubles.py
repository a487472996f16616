"""`check()` when ModelScope is away, slow or garbled, and when the user has had enough."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from socket import socket

import pytest

from msconfig.checking.report import Outcome, Status, Suggestion, TokenStatus
from msconfig.checking.suggestions.suggest import suggest
from msconfig.errors import ExitCode
from msconfig.mock.messages import Request, Response
from msconfig.modelscope.kinds import Kind
from support import DEAD, TOKEN, Check, FakeClock, Serve, instead, log_lines, mock_of

MANY = [f"Qwen/Model-{number}" for number in range(200)]


@pytest.fixture
def nowhere() -> str:
    """A URL where nobody listens."""
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/"


def test_nobody_there_makes_everything_unverified_after_a_few_tries(
    nowhere: str, check_at: Check, clock: FakeClock
) -> None:
    tries: list[str] = []
    with log_lines(tries.append):
        report = check_at(nowhere, *MANY, tokens=[TOKEN], concurrency=8)
    assert {model.status for model in report.models} == {Status.UNVERIFIED}
    assert [token.status for token in report.tokens] == [TokenStatus.UNVERIFIED]
    assert report.exit_code == ExitCode.INCONCLUSIVE
    assert 0 < len(tries) <= 3 * 8
    assert clock.now - 1000 < 60
    assert all(model.reason.isprintable() for model in report.models)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Response(503, b""), id="an outage"),
        pytest.param(Response(429, b"{}"), id="a throttle"),
        pytest.param(Response(200, b""), id="nothing"),
        pytest.param(Response(200, b"<html>sign in</html>"), id="a page"),
        pytest.param(Response(200, b'{"success": true}'), id="hardly anything"),
        pytest.param(Response(200, b"{}"), id="an empty object"),
        pytest.param(Response(302, b"", {"Location": "https://login.test/"}), id="a redirect"),
        pytest.param(Response(404, b"404 page not found"), id="no such route"),
        pytest.param(Response(403, b"{}"), id="forbidden"),
        pytest.param(Response(401, b"{}"), id="unauthorized"),
        pytest.param(Response(200, b"\xff\xfe\x00"), id="no text"),
    ],
)
def test_a_reply_that_says_nothing_fails_no_model_and_no_token(
    reply: Response, serve: Serve, check_at: Check
) -> None:
    report = check_at(serve(lambda _: reply).url_for("/"), *MANY[:3], tokens=[TOKEN])
    assert {model.status for model in report.models} == {Status.UNVERIFIED}
    assert [token.status for token in report.tokens] == [TokenStatus.UNVERIFIED]
    assert report.exit_code == ExitCode.INCONCLUSIVE


def test_one_model_in_the_dark_leaves_the_verdicts_of_the_others(
    serve: Serve, check_at: Check
) -> None:
    dark = {
        path: Response.of_json(503, {})
        for path in (
            *("/openapi/v1/models/Qwen/Dark", "/api/v1/models/Qwen/Dark"),
            "/api/v1/inference/list_model_providers?ModelId=Qwen/Dark",
        )
    }
    server = serve(instead(dark, mock_of({"Qwen/Dead": DEAD})))
    report = check_at(server.url_for("/"), "Qwen/Alive", "Qwen/Dark", "Qwen/Dead")
    assert [str(model.status) for model in report.models] == [
        "enabled",
        "unverified",
        "not_enabled",
    ]
    assert report.exit_code == ExitCode.MODEL_FAILED


@pytest.mark.parametrize(
    ("dead", "strict", "code"),
    [(False, False, 4), (False, True, 1), (True, False, 1), (True, True, 1)],
    ids=["unknown", "unknown, strictly", "and a failure", "and a failure, strictly"],
)
def test_strict_turns_the_unknown_into_a_failure_and_leaves_it_unknown(
    dead: bool, strict: bool, code: int, serve: Serve, check_at: Check
) -> None:
    down = {"/v1/models": Response.of_json(503, {}), "/api/v1/inference": Response.of_json(503, {})}
    closed = mock_of({"Qwen/Dead": DEAD})
    server = serve(closed if dead else instead(down, closed))
    ids = ["Qwen/Dead", "no id"] if dead else ["Qwen/Dead"]
    report = check_at(server.url_for("/"), *ids, strict=strict)
    assert report.exit_code == code
    assert report.count(Outcome.UNKNOWN) == (0 if dead else 1)


def test_all_that_is_asked_about_one_model_ends_within_its_time(
    serve: Serve, check_at: Check, clock: FakeClock
) -> None:
    known = mock_of()

    def slow(request: Request) -> Response:
        if "Alive" not in request.path + request.query:
            return known(request)
        clock.now += 9
        return Response.of_json(503, {})

    server = serve(slow)
    report = check_at(server.url_for("/"), "Qwen/Alive", concurrency=1)
    about_it = [asked for asked in server.requests if "Alive" in asked.path + asked.query]
    assert len(about_it) == 3  # at 0, 9.5 and 19.5 seconds; nothing of the older API and look-up
    assert report.models[0].status is Status.ENABLED


def test_an_interrupt_keeps_what_was_learnt_so_far(serve: Serve, check_at: Check) -> None:
    server = serve(mock_of(dict.fromkeys(MANY, DEAD)))

    def enough(done: int, _total: int) -> None:
        if done >= 5:
            raise KeyboardInterrupt

    report = check_at(server.url_for("/"), *MANY, tokens=[TOKEN], progress=enough, concurrency=1)
    statuses = [model.status for model in report.models]
    assert not report.complete
    assert report.exit_code == ExitCode.INTERRUPTED
    assert len(statuses) == len(MANY)
    assert statuses[:5] == [Status.NOT_ENABLED] * 5
    assert statuses[-1] is Status.UNVERIFIED
    assert "interrupted" in report.models[-1].reason
    assert [token.status for token in report.tokens] == [TokenStatus.VALID]
    assert len(server.requests) < 2 + 2 * len(MANY)


def test_an_interrupt_of_the_search_for_suggestions_keeps_every_verdict(
    serve: Serve, check_at: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []

    def interrupted(
        asked: str, served: frozenset[str], right_id: str | None, *, kinds: Mapping[str, Kind]
    ) -> tuple[Suggestion, ...]:
        searched.append(asked)
        if len(searched) > 2:
            raise KeyboardInterrupt
        return suggest(asked, served, right_id, kinds=kinds)

    monkeypatch.setattr("msconfig.checking.suggestions.suggest.suggest", interrupted)
    ids = [f"Qwen/Alive-{number}" for number in range(5)]
    server = serve(mock_of(dict.fromkeys(ids, DEAD)))
    report = check_at(server.url_for("/"), "Qwen/Alive", *ids)
    assert [model.status for model in report.models] == [
        *(Status.ENABLED, *[Status.NOT_ENABLED] * len(ids)),
    ]
    assert (report.complete, report.exit_code) == (False, ExitCode.INTERRUPTED)
    assert searched == ids[:3]


def test_an_interrupt_before_anything_is_a_report_of_nothing(serve: Serve, check_at: Check) -> None:
    def at_once(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    server = serve(mock_of())
    report = check_at(server.url_for("/"), "Qwen/Alive", "no id", tokens=[TOKEN], progress=at_once)
    assert [model.status for model in report.models] == [Status.UNVERIFIED, Status.MALFORMED]
    (token,) = report.tokens
    assert (token.status, token.reason) == (TokenStatus.UNVERIFIED, "not checked")
    assert report.exit_code == ExitCode.INTERRUPTED
    assert not server.requests


def test_an_interrupt_does_not_wait_for_a_request_under_way(serve: Serve, check_at: Check) -> None:
    enough = threading.Event()
    known = mock_of()

    def hang(request: Request) -> Response:
        if "Alive" in request.path:
            enough.wait(60)
        return known(request)

    def after_the_catalogue(_done: int, _total: int) -> None:
        if server.requests:
            raise KeyboardInterrupt

    server = serve(hang)
    report = check_at(server.url_for("/"), "Qwen/Alive", progress=after_the_catalogue)
    enough.set()
    assert report.exit_code == ExitCode.INTERRUPTED


def test_progress_counts_every_id_and_never_backwards(serve: Serve, check_at: Check) -> None:
    told: list[tuple[int, int]] = []
    server = serve(mock_of(dict.fromkeys(MANY[:20], DEAD)))
    check_at(
        server.url_for("/"),
        *MANY[:20],
        "no id",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[0] == (1, 21)
    assert told[-1] == (21, 21)
    assert told == sorted(told)
