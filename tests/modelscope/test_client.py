"""`ModelScope`: what is asked where, with what, and how the answers are kept clean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from socket import socket
from urllib.parse import parse_qs

import pytest

from msconfig.mock.messages import Request, Response
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.facts import (
    Account,
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    NoAnswer,
    Providers,
    Source,
    TokenRejected,
)
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.tokens import Secret
from support import TOKEN, Connect, FakeClock, RawServe, Serve, mock_of

NOW = datetime(2026, 10, 7, 12, tzinfo=UTC)
SECRET = Secret(TOKEN)
OTHER = "ms_oauth-other/token+with=signs-0123456789"
ALIVE = "Qwen/Alive"

Ask = Callable[[ModelScope], object]
QUESTIONS: dict[str, Ask] = {
    "users/me": lambda ms: ms.users_me(SECRET),
    "catalogue": lambda ms: ms.catalogue(),
    "look-up": lambda ms: ms.list_model_providers(ALIVE, ms.deadline(), retry_server_error=False),
    "hub": lambda ms: ms.hub_model(ALIVE, ms.deadline()),
}
OPEN_API = f"/openapi/v1/models/{ALIVE}"
OLDER_API = f"/api/v1/models/{ALIVE}"


@pytest.fixture
def modelscope(connect: Connect) -> Callable[..., ModelScope]:
    """A client of what listens at a URL; each try is the only one."""

    def at(url: str, secrets: Iterable[Secret] = (SECRET, Secret(OTHER))) -> ModelScope:
        endpoints = Endpoints.of(Site.CN, hub_url=url, inference_url=f"{url.rstrip('/')}/v1/")
        return ModelScope(endpoints, connect(retries=0), secrets=secrets, now=lambda: NOW)

    return at


def answering(replies: dict[str, Response]) -> Callable[[Request], Response]:
    """These replies by path; elsewhere an outage."""
    return lambda request: replies.get(request.path, Response.of_json(503, {}))


@pytest.mark.parametrize(
    ("question", "path", "query"),
    [
        ("users/me", "/openapi/v1/users/me", {}),
        ("catalogue", "/v1/models", {}),
        ("look-up", "/api/v1/inference/list_model_providers", {"ModelId": [ALIVE]}),
        ("hub", OPEN_API, {}),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/mirror"], ids=["at the root", "under a path"])
def test_each_question_is_one_get_and_its_source_says_which(
    question: str,
    path: str,
    query: dict[str, list[str]],
    prefix: str,
    serve: Serve,
    modelscope: Callable[..., ModelScope],
) -> None:
    known = mock_of()
    server = serve(
        lambda asked: known(
            Request(asked.method, asked.path.removeprefix(prefix), asked.query, asked.headers)
        )
    )
    fact = QUESTIONS[question](modelscope(server.url_for(prefix or "/")))
    (asked,) = server.requests
    assert (asked.method, asked.path, parse_qs(asked.query)) == ("GET", prefix + path, query)
    assert isinstance(fact, Account | Catalogue | Providers | HubModel)
    assert fact.source == Source(f"GET {prefix}{path}", NOW)


@pytest.mark.parametrize("question", list(QUESTIONS))
def test_only_the_question_about_a_token_carries_it(
    question: str, serve: Serve, modelscope: Callable[..., ModelScope]
) -> None:
    server = serve(mock_of())
    QUESTIONS[question](modelscope(server.url_for("/")))
    (asked,) = server.requests
    assert asked.token == (TOKEN if question == "users/me" else "")
    assert question == "users/me" or TOKEN not in str(asked)


def test_each_token_is_asked_about_with_itself(
    serve: Serve, modelscope: Callable[..., ModelScope]
) -> None:
    server = serve(mock_of())
    client = modelscope(server.url_for("/"))
    facts = [client.users_me(SECRET), client.users_me(Secret(OTHER))]
    assert [type(fact) for fact in facts] == [Account, TokenRejected]
    assert [asked.token for asked in server.requests] == [TOKEN, OTHER]


def test_what_the_fake_knows_arrives_as_facts(
    serve: Serve, modelscope: Callable[..., ModelScope]
) -> None:
    client = modelscope(serve(mock_of()).url_for("/"))
    deadline = client.deadline()
    catalogue = client.catalogue()
    look_up = client.list_model_providers(ALIVE, deadline, retry_server_error=False)
    hub = client.hub_model(ALIVE, deadline)
    assert isinstance(catalogue, Catalogue)
    assert catalogue.ids == (ALIVE,)
    assert isinstance(look_up, Providers)
    assert look_up.by_modelscope
    assert isinstance(hub, HubModel)
    assert (hub.id, hub.kind) == (ALIVE, Kind.CHAT)


MODEL = {"success": True, "data": {"id": ALIVE, "tasks": ["text-generation"]}}
ABSENT = {
    "success": False,
    "code": "ResourceNotFound",
    "message": f"Resource not found: model {ALIVE}",
}
OLDER_MODEL = {"Code": 200, "Data": {"Tasks": [{"Name": "text-ranking"}]}, "Success": True}
OLDER_ABSENT = {"Code": 10010205001, "Message": "x：record not found", "Success": False}
OLDER_CLOSED = {"Code": 10010200001, "Message": "closed", "Success": False}
OLDER_FAULT = {"Code": 10010205001, "Message": "bad connection", "Success": False}


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        pytest.param(Response.of_json(200, MODEL), HubModel, id="it exists"),
        pytest.param(Response.of_json(404, ABSENT), HubAbsent, id="it does not"),
    ],
)
def test_the_older_api_is_left_alone_when_the_first_answer_is_clear(
    first: Response, kind: type, serve: Serve, modelscope: Callable[..., ModelScope]
) -> None:
    server = serve(answering({OPEN_API: first}))
    client = modelscope(server.url_for("/"))
    assert isinstance(client.hub_model(ALIVE, client.deadline()), kind)
    assert [asked.path for asked in server.requests] == [OPEN_API]


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(Response.of_json(503, {}), id="an outage"),
        pytest.param(Response.of_json(500, {}), id="a fault"),
        pytest.param(Response.of_json(403, {"code": "OperationNotAllowed"}), id="a 403"),
        pytest.param(Response(404, b"404 page not found"), id="no such route"),
        pytest.param(Response(200, b"<html>"), id="a page"),
        pytest.param(Response.of_json(200, {"success": False}), id="no success"),
    ],
)
@pytest.mark.parametrize(
    ("second", "kind"),
    [
        pytest.param(Response.of_json(200, OLDER_MODEL), HubModel, id="it exists"),
        pytest.param(Response.of_json(404, OLDER_ABSENT), HubAbsent, id="it does not"),
        pytest.param(Response.of_json(403, OLDER_CLOSED), HubNoAccess, id="it is closed"),
        pytest.param(Response.of_json(404, OLDER_FAULT), NoAnswer, id="no answer either"),
    ],
)
def test_the_older_api_is_asked_when_the_first_answer_is_not_clear(
    first: Response,
    second: Response,
    kind: type,
    serve: Serve,
    modelscope: Callable[..., ModelScope],
) -> None:
    server = serve(answering({OPEN_API: first, OLDER_API: second}))
    client = modelscope(server.url_for("/"))
    fact = client.hub_model(ALIVE, client.deadline())
    assert isinstance(fact, kind)
    assert [asked.path for asked in server.requests] == [OPEN_API, OLDER_API]
    path = OPEN_API if isinstance(fact, NoAnswer) else OLDER_API
    assert getattr(fact, "source", None) == Source(f"GET {path}", NOW)


def test_both_apis_share_the_time_there_is_for_a_model(
    serve: Serve, modelscope: Callable[..., ModelScope], clock: FakeClock
) -> None:
    def slow(_: Request) -> Response:
        clock.now += 26
        return Response.of_json(503, {})

    server = serve(slow)
    client = modelscope(server.url_for("/"))
    assert isinstance(client.hub_model(ALIVE, client.deadline()), NoAnswer)
    assert len(server.requests) == 1


def json_message(text: str) -> bytes:
    return b'{"success":false,"code":"InvalidAuthentication","message":"%s"}' % text.encode()


@pytest.mark.parametrize("token", [TOKEN, OTHER], ids=["the token", "another one in use"])
@pytest.mark.parametrize(
    "echo",
    [
        pytest.param(lambda token: token, id="as it is"),
        pytest.param(lambda token: f"Bearer {token}!", id="as a header"),
        pytest.param(lambda token: token.replace("/", r"\/"), id="slashes escaped"),
        pytest.param(lambda token: token.replace("-", r"\u002d"), id="dashes escaped"),
        pytest.param(lambda token: token + "x" * 300, id="with more behind it"),
        pytest.param(lambda token: "x" * 180 + token, id="where the line is cut"),
    ],
)
def test_a_token_that_a_reply_repeats_is_masked(
    token: str,
    echo: Callable[[str], str],
    serve: Serve,
    modelscope: Callable[..., ModelScope],
) -> None:
    server = serve(lambda _: Response(401, json_message(echo(token))))
    fact = modelscope(server.url_for("/")).users_me(SECRET)
    assert isinstance(fact, TokenRejected)
    assert token not in str(fact)
    assert token[-20:-4] not in str(fact)
    assert token[3:20] not in str(fact)


def test_a_token_in_a_header_of_the_reply_is_masked(
    serve: Serve, modelscope: Callable[..., ModelScope]
) -> None:
    headers = {"Content-Type": TOKEN}
    server = serve(lambda _: Response(200, b"<html>", headers))
    assert TOKEN not in str(modelscope(server.url_for("/")).users_me(SECRET))


@pytest.mark.parametrize(
    "echo",
    [
        pytest.param(lambda token: token, id="a line"),
        pytest.param(lambda token: b"HTTP/1.1 " + token, id="a status"),
        pytest.param(lambda token: b"HTTP/1.1 200 OK\r\n" + token + b"\r\n\r\n", id="a header"),
        pytest.param(
            lambda token: b"HTTP/1.1 302 F\r\nLocation: http://a:" + token + b"\r\n\r\n",
            id="a location",
        ),
    ],
)
def test_a_token_in_a_reply_that_is_no_http_is_masked(
    echo: Callable[[bytes], bytes],
    raw_serve: RawServe,
    modelscope: Callable[..., ModelScope],
) -> None:
    def repeat(connection: socket, asked: bytes) -> None:
        assert TOKEN.encode() in asked
        connection.sendall(echo(TOKEN.encode()) + b"\r\n\r\n")

    fact = modelscope(raw_serve(repeat)).users_me(SECRET)
    assert isinstance(fact, NoAnswer)
    assert TOKEN not in str(fact)
    assert TOKEN[3:20] not in str(fact)
