"""Whatever is answered: no reply breaks the reading, and only a documented no is read as one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from msconfig.modelscope import _hub_replies, _replies
from msconfig.modelscope.facts import (
    Catalogue,
    HubAbsent,
    HubModel,
    HubNoAccess,
    HubPage,
    NoAnswer,
    Providers,
    Source,
    TokenRejected,
)
from msconfig.modelscope.http_interface import Reply
from msconfig.text import visible

Json: TypeAlias = Any
"""Whatever a reply may spell."""

SOURCE = Source("GET /somewhere", datetime(2026, 10, 7, tzinfo=UTC))

DOCUMENTED: list[tuple[int, Json]] = [
    (200, {"success": True, "data": {"username": "jo"}, "request_id": "1"}),
    (401, {"success": False, "code": "InvalidAuthentication", "message": "no"}),
    (200, {"object": "list", "data": [{"id": "a/b", "object": "", "created": 1}]}),
    (200, {"Code": 200, "Data": {"Providers": None, "TotalCount": 0}, "Success": True}),
    (200, {"Code": 200, "Data": {"Providers": [{"Name": "X"}], "TotalCount": 1}, "Success": True}),
    (
        200,
        {"success": True, "data": {"id": "a/b", "tasks": ["x"], "private": True, "gated": "auto"}},
    ),
    (404, {"success": False, "code": "ResourceNotFound", "message": "Resource not found"}),
    (404, {"Code": 10010205001, "Message": "：record not found", "Success": False}),
    (404, {"Code": 10010200001, "Message": "no", "Success": False}),
    (200, {"Code": 200, "Data": {"Tasks": [{"Name": "x"}], "SupportInference": "x"}}),
    (
        200,
        {
            "success": True,
            "data": {
                "models": [
                    {
                        "id": "a/b",
                        "tasks": ["x"],
                        "downloads": 1,
                        "likes": 1,
                        "license": "MIT",
                        "last_modified": "2025-12-16T03:34:26Z",
                    }
                ],
                "total_count": 1,
                "page_size": 50,
            },
        },
    ),
    (429, {"error": {"message": "busy"}, "request_id": "1"}),
    (500, {"errors": {"message": "busy", "code": "x"}}),
]
"""One of each shape that is known, to begin with."""


ODD: list[Json] = [
    *(None, True, False, 0, 1, 5, -1, 1.5, 2**70, "", " ", "0", "no", "\x1b[31m\u202e", "\ud800"),
    *([], [None], [5], ["a"], [[]], [{}], {}, {"": None}, {"Name": "ModelScope"}),
]
"""What may stand where something else was to stand."""


def _keys(value: Json) -> set[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = set(value) if isinstance(value, dict) else set()
    return own.union(*(_keys(each) for each in inner))


def _leaves(value: Json) -> list[Json]:
    inner = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    if inner is None:
        return [value]
    return [leaf for each in inner for leaf in _leaves(each)]


keys = st.sampled_from(sorted(set().union(*(_keys(body) for _, body in DOCUMENTED)))) | st.text()
leaves = st.one_of(
    st.sampled_from([leaf for _, body in DOCUMENTED for leaf in _leaves(body)]),
    st.sampled_from(["ModelScope", " ModelScope", 0, 1, 2, -1, 0.0, True, False, None, "", "0"]),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=10,
)
statuses = st.sampled_from([200, 401, 404, 500]) | st.integers(100, 599)


@st.composite
def nearly_documented(draw: st.DrawFn) -> tuple[int, bytes]:
    """A shape that is known, with up to two places of it changed, gone or added to."""
    status, body = copy.deepcopy(draw(st.sampled_from(DOCUMENTED)))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.sampled_from(_places(body)))
        match draw(st.sampled_from(["change", "drop", "add", "status"])):
            case "change" if place:
                key = draw(st.sampled_from(sorted(place)))
                place[key] = draw(values)
            case "drop" if place:
                del place[draw(st.sampled_from(sorted(place)))]
            case "add":
                place[draw(keys)] = draw(values)
            case _:
                status = draw(statuses)
    return status, json.dumps(body).encode()


def _places(value: Json) -> list[dict[str, Json]]:
    """Every object in `value`, the outermost first."""
    if isinstance(value, list):
        return [place for each in value for place in _places(each)]
    if not isinstance(value, dict):
        return []
    return [value, *(place for each in value.values() for place in _places(each))]


anything = st.one_of(
    nearly_documented(),
    st.tuples(statuses, values.map(lambda value: json.dumps(value).encode())),
    st.tuples(statuses, st.binary(max_size=50)),
    st.builds(
        lambda whole, length: (whole[0], whole[1][:length]), nearly_documented(), st.integers(0, 99)
    ),
)


def _object(body: bytes) -> dict[str, Json]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _rejects(status: int, reply: dict[str, Json]) -> bool:
    return status == 401 and reply.get("code") == "InvalidAuthentication"


def _succeeds(reply: dict[str, Json]) -> bool:
    said = [reply[key] is True for key in ("success", "Success") if key in reply]
    codes = [reply[key] == 200 for key in ("Code", "code") if reply.get(key)]
    return all(said + codes) and not (reply.get("error") or reply.get("errors"))


def _serves_not(status: int, reply: dict[str, Json]) -> bool:
    said = reply.get("Data")
    rows = said.get("Providers", "none said") if isinstance(said, dict) else "none said"
    if status != 200 or not _succeeds(reply) or not isinstance(said, dict):
        return False
    if not {"Code", "Success"} & reply.keys():
        return False
    if rows is None:
        return said.get("TotalCount") == 0
    named = isinstance(rows, list) and all(
        isinstance(row, dict) and row.get("Name") for row in rows
    )
    return named and said.get("TotalCount", len(rows)) == len(rows)


def _is_absent(status: int, reply: dict[str, Json]) -> bool:
    known = ("", "Resource not found", "Resource not found: model a/b")
    message = reply.get("message") or ""
    words = message.strip() if isinstance(message, str) else message
    return status == 404 and reply.get("code") == "ResourceNotFound" and words in known


def _is_restricted(status: int, reply: dict[str, Json]) -> bool:
    data = reply.get("data")
    if status != 200 or not _succeeds(reply) or not isinstance(data, dict):
        return False
    flags = [data.get("private"), data.get("gated")]
    told = any(flag is True or flag in ("true", "yes", "1", "auto", "manual") for flag in flags)
    return told and str(data.get("id")).lower() == "a/b"


def _was_absent(status: int, reply: dict[str, Json]) -> bool:
    message = reply.get("Message", reply.get("message"))
    ends = isinstance(message, str) and message.rstrip(" .").endswith("record not found")
    return status == 404 and reply.get("Code") == 10010205001 and ends


def _keeps_to_others(status: int, reply: dict[str, Json]) -> bool:
    return status != 200 and reply.get("Code") == 10010200001


def _lists_nothing(status: int, reply: dict[str, Json]) -> bool:
    data = reply.get("data")
    return status == 200 and isinstance(data, dict) and data.get("models") == []


Fact: TypeAlias = object
QUESTIONS: list[tuple[Callable[[Reply], Fact], Callable[[Fact], bool], Callable[..., bool]]] = [
    (lambda r: _replies.account(r, SOURCE), lambda f: isinstance(f, TokenRejected), _rejects),
    (
        lambda r: _replies.providers(r, SOURCE),
        lambda f: isinstance(f, Providers) and not f.by_modelscope,
        _serves_not,
    ),
    (
        lambda r: _hub_replies.hub_model(r, SOURCE, "a/b"),
        lambda f: isinstance(f, HubAbsent),
        _is_absent,
    ),
    (
        lambda r: _hub_replies.hub_model(r, SOURCE, "a/b"),
        lambda f: isinstance(f, HubModel) and f.restricted,
        _is_restricted,
    ),
    (
        lambda r: _hub_replies.older_hub_model(r, SOURCE, "a/b"),
        lambda f: isinstance(f, HubAbsent),
        _was_absent,
    ),
    (
        lambda r: _hub_replies.older_hub_model(r, SOURCE, "a/b"),
        lambda f: isinstance(f, HubNoAccess),
        _keeps_to_others,
    ),
    (
        lambda r: _hub_replies.hub_page(r, SOURCE, 50),
        lambda f: isinstance(f, HubPage) and not (f.models or f.unreadable),
        _lists_nothing,
    ),
]
"""How a reply is read; what of it is a clear no; and which replies are documented to say so."""


def changed_in_one_place() -> Iterator[tuple[int, bytes]]:
    """Every documented reply with each value in turn odd or gone, or with another status."""
    for status, body in DOCUMENTED:
        raw = json.dumps(body).encode()
        yield from ((other, raw) for other in (200, 204, 301, 401, 403, 404, 429, 500, 503))
        for number, place in enumerate(_places(body)):
            for key in place:
                for odd in ODD:
                    other = copy.deepcopy(body)
                    _places(other)[number][key] = odd
                    yield status, json.dumps(other).encode()
                other = copy.deepcopy(body)
                del _places(other)[number][key]
                yield status, json.dumps(other).encode()


def shows_no_undocumented_no(status: int, body: bytes) -> None:
    for read, is_no, documented in QUESTIONS:
        fact = read(Reply(status, body, "application/json"))
        assert not is_no(fact) or documented(status, _object(body)), (fact, status, body)


def _texts(model: HubModel) -> tuple[str, ...]:
    return (model.id, *model.tasks, model.license or "")


def is_told_in_one_safe_line(status: int, body: bytes, content_type: str = "") -> None:
    reply = Reply(status, body, content_type)
    catalogue = _replies.catalogue(reply, SOURCE)
    assert not isinstance(catalogue, Catalogue) or catalogue.ids
    for fact in (catalogue, *(read(reply) for read, _, _ in QUESTIONS)):
        texts: tuple[str, ...] = ()
        match fact:
            case NoAnswer() | TokenRejected() | HubNoAccess():
                texts = (fact.message,)
            case Providers():
                texts = fact.names
            case HubModel():
                texts = _texts(fact)
            case HubPage():
                texts = tuple(text for model in fact.models for text in _texts(model))
                assert 1 <= fact.size <= 50
        for text in texts:
            assert text == visible(text)
            assert len(text) < 400


@settings(max_examples=300)
@given(anything)
def test_only_a_documented_no_is_read_as_a_no(got: tuple[int, bytes]) -> None:
    shows_no_undocumented_no(*got)


def test_only_a_documented_no_is_read_as_a_no_whatever_single_thing_is_odd() -> None:
    for got in changed_in_one_place():
        shows_no_undocumented_no(*got)


@settings(max_examples=300)
@given(anything, st.text())
def test_whatever_comes_is_read_and_told_in_one_safe_line(
    got: tuple[int, bytes], content_type: str
) -> None:
    is_told_in_one_safe_line(*got, content_type)


def test_no_single_odd_thing_breaks_the_reading() -> None:
    for got in changed_in_one_place():
        is_told_in_one_safe_line(*got)
