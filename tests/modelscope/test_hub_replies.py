"""The hub's replies about a model, of the open API and of the older one, from bytes to facts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from msconfig.modelscope import _hub_replies
from msconfig.modelscope.facts import HubAbsent, HubModel, HubNoAccess, HubPage, NoAnswer, Source
from msconfig.modelscope.http_interface import Reply
from msconfig.modelscope.kinds import Kind

SOURCE = Source("GET /somewhere", datetime(2026, 10, 7, tzinfo=UTC))
ASKED = "Qwen/Alive"
MISSING = 10010205001
NO_ACCESS = 10010200001


def reply(status: int, body: object) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, raw, "application/json")


def known(**more: object) -> Reply:
    """The open API knows the model."""
    model = {"id": ASKED, "display_name": "Alive", "tasks": ["text-generation"], "likes": 5}
    return reply(200, {"success": True, "data": model | more, "request_id": "1"})


def older(**more: object) -> Reply:
    """The older API knows the model."""
    return reply(200, {"Code": 200, "Data": {"Name": "Alive"} | more, "Success": True})


def refused(message: object, code: object = MISSING, status: int = 404) -> Reply:
    """The older API refuses."""
    return reply(status, {"Code": code, "Message": message, "RequestId": "1", "Success": False})


def test_a_model_that_the_hub_knows() -> None:
    fact = _hub_replies.hub_model(known(private=False, gated=False), SOURCE, ASKED)
    assert fact == HubModel(
        SOURCE, ASKED, ("text-generation",), private=False, gated=False, likes=5
    )


@pytest.mark.parametrize(
    ("fields", "total", "size"),
    [
        ({"page_size": 5, "total_count": 12}, 12, 5),
        ({"page_size": 20, "total_count": 0}, 0, 10),
        ({"page_size": 0, "total_count": "12"}, None, 10),
        ({}, None, 10),
    ],
)
def test_a_page_has_its_readable_rows_and_counts_the_others(
    fields: dict[str, object], total: int | None, size: int
) -> None:
    rows = [{"id": ASKED, "tasks": ["x"]}, {"id": "no id"}, {"id": 5}, {}, "x"]
    got = reply(200, {"success": True, "data": {"models": rows, **fields}})
    page = HubPage(SOURCE, (HubModel(SOURCE, ASKED, ("x",)),), 4, total, size)
    assert _hub_replies.hub_page(got, SOURCE, 10) == page


@pytest.mark.parametrize("data", [{"models": {}}, {"rows": []}, [], "x", None])
def test_a_page_without_a_list_is_no_answer(data: object) -> None:
    got = reply(200, {"success": True, "data": data})
    assert isinstance(_hub_replies.hub_page(got, SOURCE, 10), NoAnswer)


def test_a_model_has_its_terms_its_date_and_its_counts() -> None:
    got = known(downloads=7, license="apache-2.0", last_modified="2025-12-16T03:34:26Z")
    changed = datetime(2025, 12, 16, 3, 34, 26, tzinfo=UTC)
    assert _hub_replies.hub_model(got, SOURCE, ASKED) == HubModel(
        *(SOURCE, ASKED, ("text-generation",)),
        downloads=7,
        likes=5,
        license="apache-2.0",
        last_modified=changed,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("license", ""), ("license", 5), ("license", ["mit"])),
        *(("last_modified", "yesterday"), ("last_modified", 1765856066), ("last_modified", None)),
        *(("downloads", -1), ("downloads", True), ("downloads", 1.5), ("downloads", "5")),
        ("downloads", 10**12 + 1),
    ],
)
def test_a_field_that_is_not_readable_is_unknown(field: str, value: object) -> None:
    fact = _hub_replies.hub_model(known(**{field: value}), SOURCE, ASKED)
    assert isinstance(fact, HubModel)
    assert getattr(fact, field) is None


@pytest.mark.parametrize("count", [0, 1, 10**12])
def test_a_count_may_be_none_and_large(count: int) -> None:
    fact = _hub_replies.hub_model(known(downloads=count), SOURCE, ASKED)
    assert isinstance(fact, HubModel)
    assert fact.downloads == count


@pytest.mark.parametrize(
    ("flags", "restricted"),
    [
        pytest.param({"private": True, "gated": False}, True, id="private"),
        pytest.param({"private": False, "gated": True}, True, id="gated"),
        pytest.param({"gated": "manual"}, True, id="gated by a person"),
        pytest.param({"gated": "auto"}, True, id="gated by a form"),
        pytest.param({"private": False, "gated": False}, False, id="open"),
        pytest.param({"private": None, "gated": None}, False, id="null"),
        pytest.param({"gated": "false"}, False, id="a text of false"),
        pytest.param({"gated": ""}, False, id="an empty text"),
        pytest.param({"gated": "none"}, False, id="a text of none"),
        pytest.param({"gated": "0"}, False, id="a text of zero"),
        pytest.param({"gated": " false "}, False, id="a text of false with blanks"),
        pytest.param({"private": "public"}, False, id="a text that says the contrary"),
        pytest.param({}, False, id="not said"),
    ],
)
def test_a_model_is_restricted_when_it_is_private_or_gated(
    flags: dict[str, object], restricted: bool
) -> None:
    fact = _hub_replies.hub_model(known(**flags), SOURCE, ASKED)
    assert isinstance(fact, HubModel)
    assert fact.restricted is restricted


@pytest.mark.parametrize(
    ("tasks", "read"),
    [
        pytest.param(["a", "b"], ("a", "b"), id="two"),
        pytest.param([], (), id="none"),
        pytest.param(None, (), id="null"),
        pytest.param("a", (), id="a text"),
        pytest.param({"a": 1}, (), id="an object"),
        pytest.param(["a", None, 5, "", ["b"]], ("a",), id="some that are none"),
        pytest.param(["a\x1b[31m"], (r"a\x1b[31m",), id="hostile"),
    ],
)
def test_tasks_are_read_as_far_as_they_are_texts(tasks: object, read: tuple[str, ...]) -> None:
    fact = _hub_replies.hub_model(known(tasks=tasks), SOURCE, ASKED)
    assert isinstance(fact, HubModel)
    assert fact.tasks == read


@pytest.mark.parametrize(
    "message",
    [
        *(f"Resource not found: model {ASKED}", f"resource not found: model {ASKED}."),
        *("Resource not found", "Resource not found. ", "", None),
    ],
)
def test_a_model_that_the_hub_does_not_know(message: str | None) -> None:
    body = {"success": False, "code": "ResourceNotFound", "message": message}
    assert _hub_replies.hub_model(reply(404, body), SOURCE, ASKED) == HubAbsent(SOURCE)


@pytest.mark.parametrize(
    "got",
    [
        pytest.param(reply(200, {"success": True, "data": {}}), id="no id"),
        pytest.param(known(id=""), id="an empty id"),
        pytest.param(known(id=5), id="an id of a number"),
        pytest.param(reply(200, {"success": True, "data": [ASKED]}), id="a list"),
        pytest.param(reply(200, {"success": False, "data": {"id": ASKED}}), id="success denied"),
        pytest.param(
            reply(200, {"success": False, "code": "ResourceNotFound"}), id="a no with 200"
        ),
        pytest.param(
            reply(500, {"success": False, "code": "ResourceNotFound"}), id="a no with 500"
        ),
        pytest.param(reply(404, {"success": False, "code": "RouteNotFound"}), id="another 404"),
        pytest.param(
            reply(404, {"code": "ResourceNotFound", "message": "database error: refused"}),
            id="a fault with the code of absence",
        ),
        pytest.param(
            reply(404, {"code": "ResourceNotFound", "message": "Resource not found: model a/b"}),
            id="the absence of another model",
        ),
        pytest.param(
            reply(404, b'{"code": "ResourceNotFound", "code": "ResourceNotFound"}'),
            id="a key twice",
        ),
        pytest.param(
            reply(404, {"code": "ResourceNotFound", "message": ["Resource not found"]}),
            id="absence in a list",
        ),
        pytest.param(known(id="someone/else", private=True), id="an answer about another model"),
        pytest.param(known(id="Qwen/Ali\u017fe"), id="an id with a letter that only folds to s"),
        pytest.param(
            reply(200, {"success": True, "data": {"id": ASKED}, "error": {"code": "X"}}),
            id="an error beside",
        ),
        pytest.param(reply(403, {"success": False, "code": "OperationNotAllowed"}), id="a 403"),
    ],
)
def test_what_is_not_clear_is_neither_a_model_nor_a_no(got: Reply) -> None:
    assert isinstance(_hub_replies.hub_model(got, SOURCE, ASKED), NoAnswer)


@pytest.mark.parametrize(
    ("got", "tasks", "kind"),
    [
        pytest.param(
            older(Tasks=[{"Name": "image-text-to-text"}], SupportInference="txt2txt"),
            ("image-text-to-text", "txt2txt"),
            Kind.VISION,
            id="a task, which tells more",
        ),
        pytest.param(
            older(Tasks=None, SupportInference="txt2img"),
            ("txt2img",),
            Kind.IMAGE_GENERATION,
            id="no task",
        ),
        pytest.param(older(Tasks=[], SupportInference=""), (), Kind.UNKNOWN, id="nothing"),
        pytest.param(older(), (), Kind.UNKNOWN, id="not said"),
        pytest.param(
            older(Tasks=[{"Name": None}, "x", {}, {"Name": "text-ranking"}], SupportInference=None),
            ("text-ranking",),
            Kind.RERANK,
            id="rows that are none",
        ),
        pytest.param(
            older(Tasks=[], SupportApiInference=False), (), Kind.UNKNOWN, id="a flag nobody trusts"
        ),
    ],
)
def test_a_model_that_the_older_api_knows(got: Reply, tasks: tuple[str, ...], kind: Kind) -> None:
    fact = _hub_replies.older_hub_model(got, SOURCE, ASKED)
    assert isinstance(fact, HubModel)
    assert fact == HubModel(SOURCE, ASKED, tasks, from_older_api=True)
    assert (fact.kind, fact.restricted) == (kind, False)


@pytest.mark.parametrize("tasks", [5, True, 1.5, "text-generation", {"Name": "text-generation"}])
def test_tasks_in_no_list_are_no_reason_to_break(tasks: object) -> None:
    fact = _hub_replies.older_hub_model(older(Tasks=tasks), SOURCE, ASKED)
    assert isinstance(fact, HubModel | NoAnswer)
    assert isinstance(fact, NoAnswer) or fact.tasks == ()


@pytest.mark.parametrize(
    "message",
    ["获取模型信息失败，信息：record not found", "record not found", "Record: record not found."],
)
def test_a_model_that_the_older_api_does_not_know(message: str) -> None:
    assert _hub_replies.older_hub_model(refused(message), SOURCE, ASKED) == HubAbsent(SOURCE)


@pytest.mark.parametrize("status", [403, 404])
def test_a_model_that_the_older_api_keeps_to_others(status: int) -> None:
    fact = _hub_replies.older_hub_model(refused("没有权限", NO_ACCESS, status), SOURCE, ASKED)
    assert fact == HubNoAccess(SOURCE, "没有权限")


@pytest.mark.parametrize(
    "got",
    [
        pytest.param(refused("driver: bad connection"), id="the database is ill"),
        pytest.param(refused("record not found: connection refused"), id="and says more"),
        pytest.param(refused(""), id="it says nothing"),
        pytest.param(refused(None), id="null"),
        pytest.param(refused(["record not found"]), id="a list"),
        pytest.param(refused("record not found", code=10010205002), id="another code"),
        pytest.param(refused("record not found", code=str(MISSING)), id="a code of text"),
        pytest.param(refused("record not found", status=200), id="with 200"),
        pytest.param(refused("record not found", status=500), id="with 500"),
        pytest.param(refused("record not found", status=503), id="with 503"),
        pytest.param(
            reply(404, {"Code": MISSING, "Message": "deadlock", "error": "record not found"}),
            id="the words stand elsewhere",
        ),
        pytest.param(reply(200, {"Code": 200, "Data": {}, "Success": False}), id="success denied"),
        pytest.param(reply(200, {"Data": {"Name": "Alive"}}), id="without a code"),
        pytest.param(reply(200, {"Code": 200, "Data": []}), id="a list of data"),
        pytest.param(reply(500, {"Code": 200, "Data": {"Name": "Alive"}}), id="a model with 500"),
        pytest.param(older(Name="Other"), id="a model of another name"),
        pytest.param(older(Path="acme"), id="a model of another owner"),
    ],
)
def test_what_the_older_api_does_not_say_clearly_is_no_answer(got: Reply) -> None:
    assert isinstance(_hub_replies.older_hub_model(got, SOURCE, ASKED), NoAnswer)
