"""The shape of a reply: fields, types and known names, and nothing that a server chose."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.modelscope.http_interface import Reply
from msconfig.modelscope.reply_shape import FieldNames, Shape, is_data, shape_of
from msconfig.tokens import Secret
from support import HOSTILE_TEXT


def reply(body: object, status: int = 200, content_type: str = "application/json") -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, raw, content_type)


def shape(body: object, *, names: FieldNames | None = None, **others: object) -> Shape:
    return shape_of(reply(body, **others), names or FieldNames(), "a/b")  # type: ignore[arg-type]


def test_fields_of_a_list_are_one_and_their_types_are_all() -> None:
    rows = [{"id": "x"}, {"id": 1, "created": None}]
    found = shape({"data": rows, "object": True, "usage": {}})
    assert dict(found.fields) == {
        "usage": "object",
        "data": "array",
        "data[].id": "number|string",
        "data[].created": "null",
        "object": "boolean",
    }


def test_the_events_of_a_stream_are_one_document() -> None:
    body = (
        b'data: {"id": "x"}\n\ndata: ping\n\ndata: {"id": null, "choices": []}\n\ndata: [DONE]\n\n'
    )
    assert dict(shape(body, content_type="text/event-stream").fields) == {
        "id": "null|string",
        "choices": "array",
    }


def test_the_errors_of_a_stream_are_all_named() -> None:
    events = [{"error": {"message": "x", "code": code}} for code in ("1305", "alice", "1305")]
    body = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
    assert shape(body, content_type="text/event-stream").errors == ("1305", "another error")


@pytest.mark.parametrize(
    ("body", "status", "errors"),
    [
        ({"success": False, "code": "InvalidAuthentication"}, 401, ("InvalidAuthentication",)),
        ({"success": False, "code": "alice"}, 401, ("another error",)),
        (
            {"error": {"message": "Model id : a/b , has no provider supported"}},
            400,
            ("no provider",),
        ),
        ({"errors": {"message": "alice"}}, 400, ("another error",)),
        ({"error": {"message": "alice", "code": "limit_burst_rate"}}, 429, ("limit_burst_rate",)),
        ({"error": "alice"}, 400, ("another error",)),
        ({"data": []}, 200, ()),
        ({"data": None, "message": "all is well"}, 200, ()),
        ({"choices": [], "message": "all is well"}, 200, ()),
        ({"data": None, "error": {"message": "alice", "code": "1305"}}, 200, ("1305",)),
        ({"choices": [], "error": "alice"}, 200, ("another error",)),
        ({"data": None, "success": False, "code": "ResourceNotFound"}, 404, ("ResourceNotFound",)),
        ({"Code": 10010205001, "Message": "alice"}, 404, ("10010205001",)),
    ],
)
def test_errors_are_named_only_if_they_are_known(
    body: object, status: int, errors: tuple[str, ...]
) -> None:
    assert shape(body, status=status).errors == errors
    assert "alice" not in str(shape(body, status=status))


@pytest.mark.parametrize(
    ("content_type", "shown"),
    [
        ("application/json; charset=alice", "application/json"),
        ("TEXT/HTML", "text/html"),
        ("application/alice", "another type"),
        ("alice" * 1000, "another type"),
        ("text/html\r\nSet-Cookie: alice", "another type"),
        ("", "no type"),
    ],
)
def test_a_content_type_is_shown_only_if_it_is_known(content_type: str, shown: str) -> None:
    assert shape({}, content_type=content_type).content_type == shown


@pytest.mark.parametrize(
    "name",
    [
        *("", "with blank", "digit1", "dash-ed", "_first", "a" * 41, "ümlaut", "a\n", "::error::x"),
        *("|", "`", "<b>", "alice@example.test", "317.25", "10.0.0.1", "\u202e", "ａ"),
    ],
)
def test_a_name_that_is_no_plain_word_is_a_number(name: str) -> None:
    found = shape({name: {"secret": 1}, "plain_word": 1})
    assert (found.fields, found.others) == ((("plain_word", "number"),), 1)


def test_at_most_twenty_unknown_names_are_shown_and_all_that_are_known() -> None:
    unknown = {f"unknown_{chr(ord('a') + n)}": n for n in range(26)}
    found = shape({**unknown, "data": {**unknown, "id": 1}})
    own = [path for path, _ in found.fields if "unknown" in path]
    assert len({path.rpartition(".")[2] for path in own}) == 20
    assert {"data", "data.id"} <= {path for path, _ in found.fields}
    assert found.others == 12


def test_fields_are_named_to_the_seventh_level_of_objects_and_lists() -> None:
    objects: object = {"id": 1}
    lists: object = {"id": 1}
    for _ in range(20):
        objects, lists = {"data": objects}, {"data": [lists]}
    assert max(path.count(".") + 1 for path, _ in shape(objects).fields) == 7
    assert max(path.count(".") + path.count("[]") for path, _ in shape(lists).fields) == 6
    assert shape([[[[[[{"id": 1}]]]]]]).fields == (("[][][][][][].id", "number"),)
    assert shape([[[[[[[{"id": 1}]]]]]]]).fields == ()


def test_at_most_sixty_fields_are_named_and_the_others_counted() -> None:
    known = ("id", "name", "code", "data", "type", "unit", "tags", "role", "index", "model")
    wide = {name: dict.fromkeys(known, 1) for name in known}  # 10 fields, with 10 in each
    found = shape(wide)
    # five with all of theirs, the sixth with four; the other four are not looked into
    assert (len(found.fields), found.others) == (60, 6 + 4)
    again = shape([wide, {"id": {"id": "x"}}])
    assert (len(again.fields), again.others) == (60, 6 + 4)
    assert dict(again.fields)["[].id.id"] == "number|string"


def test_a_reply_that_never_ends_has_an_end() -> None:
    nested: object = "x"
    for _ in range(40):
        nested = {"data": [nested]}
    assert len(shape(nested).fields) <= 60
    wide = {name: dict.fromkeys(("id", "name", "code", "data"), 1) for name in ("data", "id")}
    assert len(shape([wide] * 10_000).fields) == 10


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"<html>", b"[" * 10_000, b"nul", b"data: x\n\n"]
)
def test_what_is_no_json_has_no_fields(body: bytes) -> None:
    assert shape(body) == Shape(200, "application/json")


TOKEN = Secret("ms_oauthSecretTokenOfLettersAlone")


@pytest.mark.parametrize(
    "name",
    [
        TOKEN.reveal(),
        TOKEN.reveal().upper(),
        TOKEN.reveal()[::-1],
        "SecretToken",
        "etTok",
        *(
            "".join(filter(str.isalpha, part))
            for part in [base64.b64encode(TOKEN.reveal().encode()).decode()[12:18]]
            if part.isalpha()
        ),
    ],
)
def test_no_part_of_a_token_is_shown(name: str) -> None:
    assert shape({name: 1}, names=FieldNames([TOKEN])).others == 1
    assert shape({name: 1}).others == 0


ACCOUNT = {"data": {"username": "Alice Liddell", "x": ["liddell_alice", True, None, 5]}}


@pytest.mark.parametrize("name", ["alice", "ALICE", "Liddell", "ecila", "liddell_alice", "lid"])
def test_no_name_in_an_account_is_shown(name: str) -> None:
    names = FieldNames()
    names.remember(reply(ACCOUNT), of_account=True)
    assert shape({name: 1}, names=names).others == 1


@pytest.mark.parametrize("name", ["alison", "li", "true", "null", "none"])
def test_a_word_that_is_in_no_value_of_an_account_is_shown(name: str) -> None:
    names = FieldNames()
    names.remember(reply(ACCOUNT), of_account=True)
    assert shape({name: 1}, names=names).fields == ((name, "number"),)


def test_half_a_character_in_an_account_is_no_reason_to_break() -> None:
    names = FieldNames()
    names.remember(reply(b'{"name": "alice\\ud800"}'), of_account=True)
    assert shape({"alice": 1, "alison": 1}, names=names).fields == (("alison", "number"),)


def test_a_word_that_is_a_value_elsewhere_is_not_shown() -> None:
    names = FieldNames()
    names.remember(reply({"data": [{"owner": "Alice"}]}))
    found = shape({"alice": 1, "alices": 1, "alic": 1, "data": 1}, names=names)
    assert ([path for path, _ in found.fields], found.others) == (["alices", "alic", "data"], 1)


@pytest.mark.parametrize(
    ("status", "content_type", "data"),
    [
        *((200, "application/json", True), (299, "", True), (404, "text/plain", True)),
        *((400, "application/json", True), (500, "", True)),
        *((300, "application/json", False), (302, "", False), (399, "text/plain", False)),
        *((200, "text/html", False), (403, "text/html; charset=utf-8", False)),
        *((200, "application/xhtml+xml", False), (302, "text/html", False)),
    ],
)
def test_a_page_and_a_redirect_are_no_reply_of_a_service(
    status: int, content_type: str, data: bool
) -> None:
    assert is_data(Reply(status, b"{}", content_type)) is data


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | HOSTILE_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HOSTILE_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.integers(100, 599), HOSTILE_TEXT)
def test_no_reply_gets_a_character_of_its_own_into_a_shape(
    body: object, status: int, content_type: str
) -> None:
    raw = json.dumps(body).encode()
    found = shape_of(Reply(status, raw, content_type), FieldNames(), "a/b")
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.[]")
    assert {character for path, _ in found.fields for character in path} <= allowed
    assert set(found.errors) <= {"another error"}
