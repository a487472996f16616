"""Bailian's model list: what tells a good key from a bad one, and what tells nothing."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from msconfig.errors import ExitCode, UsageError
from msconfig.mock.messages import Request, Response
from msconfig.modelscope.facts import Catalogue, NoAnswer, TokenRejected
from msconfig.modelscope.fallback_client import FallbackClient
from msconfig.modelscope.fallback_regions import Region, addresses_in, base_url
from msconfig.tokens import Secret
from support import KEY, Connect, Serve

Ask = Callable[..., Catalogue | TokenRejected | NoAnswer]

BAD_KEY = {
    "error": {
        "message": "Incorrect API key provided. ",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_api_key",
    },
    "request_id": "00000000-0000-4000-8000-000000000000",
}
ROWS = {"object": "list", "data": [{"id": "qwen3-32b", "object": "model"}, {"id": "qwen-plus"}]}


@pytest.fixture
def ask(serve: Serve, connect: Connect) -> Ask:
    """Ask for the list where every request is answered so."""

    def ask_it(status: int, body: object, key: str = KEY, **http: Any) -> object:  # noqa: ANN401
        server = serve(lambda _: Response.of_json(status, body))
        return FallbackClient(server.fallback_url, connect(**http), Secret(key)).models()

    return ask_it  # type: ignore[return-value]  # what `models` gives


def test_the_list_proves_the_key_and_gives_the_ids(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: Response.of_json(200, ROWS))
    fact = FallbackClient(server.fallback_url, connect(), Secret(KEY)).models()
    assert isinstance(fact, Catalogue)
    assert fact.ids == ("qwen3-32b", "qwen-plus")
    assert fact.source.endpoint == "GET /compatible-mode/v1/models"
    (request,) = server.requests
    assert request.token == KEY


def test_a_401_in_bailians_own_words_rejects_the_key(ask: Ask) -> None:
    fact = ask(401, BAD_KEY)
    assert isinstance(fact, TokenRejected)
    assert fact.message == "Incorrect API key provided."


def test_a_rejected_key_of_the_other_plan_is_told_why(ask: Ask) -> None:
    fact = ask(401, BAD_KEY, key="sk-sp-0000000000000000")
    assert isinstance(fact, TokenRejected)
    assert fact.message == (
        "Incorrect API key provided; keys that begin with sk-sp- belong to another address"
    )


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(401, {"message": "proxy authentication"}, id="401 of somebody else"),
        pytest.param(401, {"error": "invalid_api_key"}, id="401 in another form"),
        pytest.param(403, BAD_KEY, id="403 in the same words"),
        pytest.param(200, BAD_KEY, id="an error with 200"),
        pytest.param(200, {"data": []}, id="an empty list"),
        pytest.param(200, {"data": [{"id": "qwen3-32b"}, {}]}, id="a row without id"),
        pytest.param(200, {"data": {"id": "qwen3-32b"}}, id="no list"),
        pytest.param(200, [], id="no object"),
        pytest.param(302, ROWS, id="a redirect"),
        pytest.param(404, ROWS, id="not there"),
        pytest.param(429, {}, id="a throttle"),
        pytest.param(503, {}, id="an outage"),
    ],
)
def test_everything_else_is_no_answer(ask: Ask, status: int, body: object) -> None:
    assert isinstance(ask(status, body, retries=0), NoAnswer)


def test_an_outage_that_passes_is_asked_through(serve: Serve, connect: Connect) -> None:
    replies = iter([Response.of_json(503, {}), Response.of_json(200, ROWS)])
    server = serve(lambda _: next(replies))
    assert isinstance(
        FallbackClient(server.fallback_url, connect(), Secret(KEY)).models(), Catalogue
    )


def test_a_redirect_takes_the_key_nowhere(serve: Serve, connect: Connect) -> None:
    elsewhere = serve(lambda _: Response.of_json(200, ROWS))
    location = {"Location": elsewhere.fallback_url}
    server = serve(lambda _: Response(HTTPStatus.FOUND, b"", location))
    assert isinstance(
        FallbackClient(server.fallback_url, connect(), Secret(KEY)).models(), NoAnswer
    )
    assert not elsewhere.requests


@pytest.mark.parametrize("escaped", [False, True])
def test_a_reply_that_echoes_the_key_shows_it_to_nobody(
    serve: Serve, connect: Connect, escaped: bool
) -> None:
    def echo(request: Request) -> Response:
        shown = request.token.replace("-", "\\u002d") if escaped else request.token
        text = f'{{"error": {{"code": "invalid_api_key", "message": "bad key {shown}"}}}}'
        return Response(401, text.encode(), {"Content-Type": "application/json"})

    fact = FallbackClient(serve(echo).fallback_url, connect(), Secret(KEY)).models()
    assert isinstance(fact, TokenRejected)
    assert KEY not in fact.message


@pytest.mark.parametrize(
    ("region", "openai", "anthropic"),
    [
        (
            Region.CN,
            "https://dashscope.aliyuncs.com/compatible-mode/v1/",
            "https://dashscope.aliyuncs.com/apps/anthropic",
        ),
        (
            Region.INTL,
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/",
            "https://dashscope-intl.aliyuncs.com/apps/anthropic",
        ),
        (
            Region.US,
            "https://dashscope-us.aliyuncs.com/compatible-mode/v1/",
            "https://dashscope-us.aliyuncs.com/apps/anthropic",
        ),
    ],
)
def test_each_region_has_its_own_host(region: Region, openai: str, anthropic: str) -> None:
    own = addresses_in(region)
    assert (own.openai, own.anthropic) == (openai, anthropic)
    assert base_url(region) == openai


def test_another_url_takes_the_place_of_the_regions_own() -> None:
    url = "http://127.0.0.1:8421/compatible-mode/v1"
    assert base_url(Region.US, url) == f"{url}/"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://dashscope.aliyuncs.com/compatible-mode/v1/", "has to begin with https://"),
        ("https://me:secret@example.com/v1/", "holds a user name"),
        ("https://example.com/v1/?key=1", "has a query"),
        ("https://example.com/", "has to end in /v1/"),
        ("nonsense", "is not a URL"),
    ],
)
def test_a_url_that_must_not_get_the_key_is_refused(url: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        base_url(Region.CN, url)
    assert caught.value.exit_code is ExitCode.USAGE
