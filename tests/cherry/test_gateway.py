"""The client of Cherry Studio's API Gateway, against replies that the mock does not give."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from msconfig.cherry.gateway import Gateway, Instead, KeyRefused, NoGateway, ids_of
from msconfig.mock.messages import Request, Response
from msconfig.tokens import Secret
from support import Connect, Handler, Serve

ANOTHER_SERVICE = NoGateway(Instead.ANOTHER_SERVICE)
KEY = Secret("cs-sk-5eed0000-0000-4000-8000-000000000001")
Ask = Callable[[Handler], object]


@pytest.fixture
def ask(serve: Serve, connect: Connect) -> Ask:
    def models(of_list: Handler) -> object:
        def handler(request: Request) -> Response:
            if request.path == "/health":
                return Response.of_json(200, {"status": "ok"})
            return of_list(request)

        server = serve(handler)
        return Gateway(server.endpoints.hub, connect(retries=0, timeout=2), KEY).models()

    return models


def rows(*ids: object) -> Response:
    return Response.of_json(200, {"object": "list", "data": [{"id": each} for each in ids]})


def test_an_app_that_knows_no_pages_gives_all_at_once(ask: Ask) -> None:
    many = [f"p:m{number}" for number in range(250)]
    assert ask(lambda _: rows(*many)) == tuple(many)


def test_the_same_page_for_ever_ends(ask: Ask) -> None:
    page = [f"p:m{number}" for number in range(100)]
    assert ask(lambda _: rows(*page)) == tuple(page)


def test_pages_that_never_end_have_an_end(ask: Ask) -> None:
    def endless(request: Request) -> Response:
        offset = int(request.parameter("offset"))
        return rows(*(f"p:m{offset + number}" for number in range(100)))

    found = ask(endless)
    assert isinstance(found, tuple)
    assert len(found) == 20_000


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (rows("p:a", None, 5, {"id": "x"}), ("p:a",)),
        (Response.of_json(200, {"data": ["p:a", None, {"name": "b"}]}), ()),
        (rows(), ()),
        (Response.of_json(200, {"data": None}), ANOTHER_SERVICE),
        (Response.of_json(200, ["p:a"]), ANOTHER_SERVICE),
        (Response(200, b"", {}), ANOTHER_SERVICE),
        (Response.of_json(401, {"error": "Unauthorized"}), KeyRefused()),
        (Response.of_json(403, {"error": "Forbidden"}), KeyRefused()),
        (Response.of_json(503, {"error": {}}), NoGateway(Instead.NO_LIST, 503)),
    ],
)
def test_a_list_is_read_or_refused(ask: Ask, reply: Response, found: object) -> None:
    assert ask(lambda _: reply) == found


def test_a_provider_that_was_given_another_name_is_found_by_its_id(ask: Ask) -> None:
    row = {"id": "mine:a/b", "provider": "modelscope", "provider_model_id": "a/b"}
    assert ask(lambda _: Response.of_json(200, {"data": [row]})) == ("modelscope:a/b",)


def test_a_later_page_that_fails_is_no_list(ask: Ask) -> None:
    def second(request: Request) -> Response:
        if request.parameter("offset") == "0":
            return rows(*(f"p:m{number}" for number in range(100)))
        return Response(500, b"")

    assert ask(second) == NoGateway(Instead.NO_LIST, 500)


def test_ids_belong_to_the_provider_in_front_of_the_first_colon() -> None:
    listed = ("modelscope:a/b", "modelscope:a/b:DashScope", "modelscope-ai:a/c", "a/d", ":a/e")
    assert list(ids_of("modelscope", listed)) == ["a/b", "a/b:DashScope"]
