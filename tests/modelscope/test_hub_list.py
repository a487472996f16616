"""The hub's list of models, page by page, from bytes to facts; and what a row tells."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from msconfig.mock.messages import Request, Response
from msconfig.modelscope import _hub_replies
from msconfig.modelscope.client import HubQuery, ModelScope
from msconfig.modelscope.facts import HubModel, HubPage, NoAnswer, Source
from msconfig.modelscope.http_interface import Failure, Reply
from support import Connect, Serve, mock_of

SOURCE = Source("GET /openapi/v1/models", datetime(2026, 10, 7, tzinfo=UTC))


def page(rows: object, **more: object) -> HubPage | NoAnswer:
    """A page of 50 rows at most, as read."""
    body = {"success": True, "request_id": "1", "data": {"models": rows, **more}}
    return _hub_replies.hub_page(Reply(200, json.dumps(body).encode()), SOURCE, 50)


def details(**row: object) -> HubModel:
    """What a row of the list tells."""
    read = page([{"id": "a/b", **row}])
    assert isinstance(read, HubPage)
    return read.models[0]


def test_a_page_holds_what_each_row_tells() -> None:
    row = {
        "id": "iic/Long-30B",
        "display_name": "Long-30B",
        "downloads": 1466,
        "likes": 25,
        "license": "apache-2.0",
        "tasks": ["text-generation"],
        "last_modified": "2025-12-16T03:34:26Z",
        "private": False,
        "gated": False,
    }
    assert page([row], total_count=43127, page_number=1, page_size=2) == HubPage(
        SOURCE,
        (
            HubModel(
                SOURCE,
                "iic/Long-30B",
                ("text-generation",),
                downloads=1466,
                likes=25,
                license="apache-2.0",
                last_modified=datetime(2025, 12, 16, 3, 34, 26, tzinfo=UTC),
            ),
        ),
        unreadable=0,
        total=43127,
        size=2,
    )


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("downloads", 0, 0),
        ("downloads", -1, None),
        ("downloads", 10**30, None),
        ("downloads", 5.5, None),
        ("downloads", "5", None),
        ("likes", True, None),
        ("likes", None, None),
        ("license", "", None),
        ("license", ["MIT"], None),
        ("license", "MIT\x1b[31m", r"MIT\x1b[31m"),
        ("last_modified", "2025-12-16 03:34:26+08:00", datetime(2025, 12, 15, 19, 34, 26, 0, UTC)),
        ("last_modified", "2025-12-16T03:34:26", datetime(2025, 12, 16, 3, 34, 26, 0, UTC)),
        ("last_modified", "0001-01-01T00:00:00+14:00", None),
        ("last_modified", "2025-02-30T00:00:00Z", None),
        ("last_modified", 1765856066, None),
        ("last_modified", "yesterday", None),
    ],
)
def test_a_detail_counts_only_where_it_is_clear(name: str, value: object, read: object) -> None:
    assert getattr(details(**{name: value}), name) == read


@pytest.mark.parametrize(
    "row",
    [None, 5, "a/b", [], {}, {"id": 5}, {"id": "b"}, {"id": "a/b:DashScope"}, {"id": "a/b\x1b[0m"}],
)
def test_a_row_without_a_well_formed_id_is_counted_and_not_read(row: object) -> None:
    read = page([row, {"id": "a/b"}])
    assert isinstance(read, HubPage)
    assert ([model.id for model in read.models], read.unreadable) == (["a/b"], 1)


@pytest.mark.parametrize(
    ("more", "total", "size"),
    [
        ({}, None, 50),
        ({"total_count": "9", "page_size": "2"}, None, 50),
        ({"total_count": -1, "page_size": 0}, None, 50),
        ({"total_count": 9, "page_size": 10}, 9, 10),
        ({"total_count": 9, "page_size": 500}, 9, 50),
    ],
)
def test_counts_are_taken_where_they_can_be_true(
    more: dict[str, object], total: int | None, size: int
) -> None:
    read = page([], **more)
    assert isinstance(read, HubPage)
    assert (read.total, read.size) == (total, size)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Failure("cannot connect"), "cannot connect"),
        (Reply(403, b'{"code":"QuotaLimitExceed","message":"too far"}'), "HTTP 403: too far"),
        (Reply(200, b'{"success":true,"data":{"models":{}}}'), "no list of models"),
        (Reply(200, b'{"success":true,"data":[]}'), "no list of models"),
        (Reply(200, b'{"success":false,"data":{"models":[]}}'), "says that it failed"),
        (Reply(200, b"<html>", "text/html"), "not JSON"),
    ],
)
def test_a_reply_without_a_list_is_no_empty_list(reply: Reply | Failure, words: str) -> None:
    read = _hub_replies.hub_page(reply, SOURCE, 50)
    assert isinstance(read, NoAnswer)
    assert words in read.message


def test_the_hub_is_asked_for_a_full_page_without_a_token(serve: Serve, connect: Connect) -> None:
    server = serve(mock_of())
    modelscope = ModelScope(server.endpoints, connect())
    query = HubQuery("text-generation", search="al", owner="Qwen")
    read = modelscope.hub_models(query, 1, modelscope.deadline())
    assert isinstance(read, HubPage)
    assert [model.id for model in read.models] == ["Qwen/Alive"]
    (request,) = server.requests
    assert parse_qs(request.query) == {
        "page_number": ["1"],
        "page_size": ["50"],
        "sort": ["downloads"],
        "filter.task": ["text-generation"],
        "search": ["al"],
        "owner": ["Qwen"],
    }
    assert request.token == ""


def test_a_server_error_of_the_list_is_worth_another_try(serve: Serve, connect: Connect) -> None:
    failing: list[Any] = [Response(500, b"{}"), Response(500, b"{}")]
    answer = mock_of()

    def handler(request: Request) -> Response:
        return failing.pop() if failing else answer(request)

    modelscope = ModelScope(serve(handler).endpoints, connect())
    assert isinstance(modelscope.hub_models(HubQuery(), 1, modelscope.deadline()), HubPage)
