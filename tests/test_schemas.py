"""What a person is told when a document breaks a schema, ours or their own."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import NoReturn

import pytest
from jsonschema import Draft202012Validator

from msconfig import resources, user_schemas
from msconfig.errors import FileError, UsageError
from msconfig.problems import Problem, format_problems
from msconfig.schemas import MAX_BYTES, read_validated, schema_problems
from msconfig.user_schemas import problems_under
from support import TOKEN

FILES = sorted(resources.folder("schemas").iterdir())


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no process for each schema; test_user_schemas.py is about that process."""
    monkeypatch.setattr(user_schemas, "_answered", lambda job, _file: user_schemas.answer(job))


@pytest.fixture
def schema_file(tmp_path: Path) -> Path:
    return tmp_path / "own.schema.json"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_schema_of_ours_is_one_of_2020_12(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_pattern_of_ours_is_told_in_words(path: Path) -> None:
    def check(part: object) -> None:
        if isinstance(part, dict):
            assert not isinstance(part.get("pattern"), str) or "description" in part, part
        for below in part.values() if isinstance(part, dict) else ():
            check(below)

    check(json.loads(path.read_text("utf-8")))


# --- the words for each keyword

OBJECT = {"properties": {"name": {}, "notes": {}}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"required": ["a"]}, {}, "missing key 'a'"),
        ({"required": ["a", "b", "c"]}, {"b": 1}, "missing keys 'a', 'c'"),
        (OBJECT, {"color": 1}, "unknown key 'color'"),
        (OBJECT, {"nam": 1}, "unknown key 'nam'; did you mean 'name'?"),
        (OBJECT, {"a\nb": 1, "name": 1, "x": 2}, "unknown keys 'a b', 'x'"),
        ({"type": "object"}, [], "must be an object, not an array"),
        ({"type": "array"}, {}, "must be an array, not an object"),
        ({"type": "string"}, 1.5, "must be a string, not a number"),
        ({"type": "string"}, None, "must be a string, not null"),
        ({"type": "integer"}, True, "must be a whole number, not true or false"),
        ({"type": "integer"}, "1", "must be a whole number, not a string"),
        ({"type": "number"}, False, "must be a number, not true or false"),
        ({"type": "boolean"}, 0, "must be true or false, not a number"),
        ({"type": "null"}, "", "must be null, not a string"),
        ({"type": ["string", "null"]}, 1, "must be a string or null, not a number"),
        ({"enum": ["chat", "video"]}, "speech", "must be one of chat, video"),
        ({"enum": ["chat", "video"]}, "chatt", "did you mean chat? must be one of chat, video"),
        ({"enum": [1, 2]}, 3, "must be one of 1, 2"),
        ({"const": 1}, 2, "must be 1"),
        ({"pattern": "^a$", "description": "the letter a"}, "b", "must be the letter a"),
        ({"pattern": "^a$"}, "b", "must match ^a$"),
        ({"minLength": 1}, "", "must not be empty"),
        ({"maxLength": 2}, "abc", "is longer than 2 characters"),
        ({"minItems": 1}, [], "must not be empty"),
        ({"maxItems": 1}, [1, 2], "has 2 entries; at most 1 are accepted"),
        ({"uniqueItems": True}, [1, 1], "has an entry twice"),
        ({"minimum": 1}, 0, "must be at least 1"),
        ({"maximum": 1}, 2, "must be at most 1"),
        ({"exclusiveMinimum": 0}, 0, "must be more than 0"),
    ],
)
def test_a_keyword_that_is_broken_is_told_in_words(
    schema_file: Path, schema: object, value: object, message: str
) -> None:
    schema_file.write_text(json.dumps(schema))
    assert problems_under(value, schema_file) == [Problem("$", message)]


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"minLength": 8}, "abc", "8"),
        ({"minItems": 3}, [1], "3"),
        ({"const": None}, 1, "null"),
        ({"const": True}, 1, "true"),
        ({"enum": [None, False]}, 1, "null, false"),
        ({"exclusiveMaximum": 7}, 9, "7"),
        ({"multipleOf": 5}, 7, "5"),
        ({"not": {}}, 7, "7"),
    ],
)
def test_the_words_for_a_users_schema_say_what_it_asks_in_json(
    schema_file: Path, schema: object, value: object, told: str
) -> None:
    schema_file.write_text(json.dumps(schema))
    (problem,) = problems_under(value, schema_file)
    assert told in problem.message


def test_a_key_that_a_pattern_of_keys_allows_is_not_called_unknown(schema_file: Path) -> None:
    schema = {"patternProperties": {"^x-": {}}, "additionalProperties": False}
    schema_file.write_text(json.dumps(schema))
    assert problems_under({"x-ours": 1, "other": 2}, schema_file) == [
        Problem("$", "unknown key 'other'")
    ]


def test_a_key_of_the_wrong_form_is_named(schema_file: Path) -> None:
    schema_file.write_text('{"propertyNames": {"pattern": "/", "description": "an id"}}')
    (problem,) = problems_under({"Qwen/Alive": 1, "Nameless": 2}, schema_file)
    assert "Nameless" in problem.path + problem.message


# --- order, and how it is printed


def test_the_best_match_comes_first_and_nothing_is_told_twice() -> None:
    problems = schema_problems(
        {
            "provider": {"providerId": 1, "name": "M", "isEnabled": True},
            "models": [{"providerId": "a", "modelId": "b", "capabilities": ["c", "c"]}],
            "version": 2,
        },
        "provider.v2",
    )
    assert problems[0] == Problem("$", "unknown key 'version'")
    assert problems[1] == Problem("$.provider", "unknown key 'isEnabled'")
    assert [problem.path.count(".") for problem in problems] == [0, 1, 2, 2, 2, 2]
    assert len(set(problems)) == len(problems)


def test_a_problem_is_a_line_of_file_path_and_message() -> None:
    lines = format_problems("a.json", [Problem("$", "empty"), Problem("$.b", "must be 1")])
    assert lines == "a.json: $: empty\na.json: $.b: must be 1"
    assert format_problems("a.json", []) == ""


def test_many_problems_are_counted_after_the_first_twenty() -> None:
    problems = [Problem(f"$[{index}]", "must be 1") for index in range(23)]
    lines = format_problems("a\x1b.json", problems).splitlines()
    assert lines[:20] == [f"a\\x1b.json: $[{index}]: must be 1" for index in range(20)]
    assert lines[20:] == ["a\\x1b.json: and 3 more"]


def test_neither_a_token_nor_a_control_character_stands_in_a_problem() -> None:
    document = {"models": [], "provider": {TOKEN: 1, "a\x1b[2J\u202e\nb": {}}}
    text = format_problems("a.json", schema_problems(document, "provider.v2"))
    assert "<token>" in text
    assert TOKEN not in text
    assert all(line.isprintable() for line in text.splitlines())


@pytest.mark.parametrize("before", [0, 20, 30, 40, 150, 170, 190])
def test_no_token_is_cut_in_two_before_it_is_hidden(schema_file: Path, before: int) -> None:
    text = f"{'x' * before} {TOKEN}"
    schema_file.write_text('{"properties": {"a": {"not": {}}}, "additionalProperties": false}')
    for value in ({text: 1}, {"a": text}, {"a": {text: 1}}):
        told = format_problems("a.json", problems_under(value, schema_file))
        assert TOKEN[:12] not in told


@pytest.mark.parametrize("place", ["value", "key", "path"])
def test_a_very_long_text_does_not_flood_the_screen(schema_file: Path, place: str) -> None:
    long = "x" * 100_000
    schema, value = {
        "value": ({"not": {}}, long),
        "key": ({"additionalProperties": False}, {long: 1}),
        "path": ({"additionalProperties": {"type": "string"}}, {long: 1}),
    }[place]
    schema_file.write_text(json.dumps(schema))
    assert len(format_problems("a.json", problems_under(value, schema_file))) < 1000


# --- a user's schema


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ("{", "schema has to be a JSON Schema"),
        ("", "schema has to be a JSON Schema"),
        (b'"\xff"', "not UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "has to be an object"),
        ('{"type": "text"}', r"not a JSON Schema: \$.type"),
        ('{"properties": {"a": 1}}', r"not a JSON Schema: \$.properties.a"),
        ('{"$ref": "https://modelscope.cn/x.json"}', "https://modelscope.cn/x.json"),
        ('{"$ref": "file:///etc/hostname"}', "file:///etc/hostname"),
        ('{"$ref": "other.json"}', "cannot resolve the reference other.json"),
        ('{"$ref": "#/$defs/missing"}', "missing"),
        ('{"$ref": "#missing"}', "missing"),
        ('{"$dynamicRef": "#missing"}', "missing"),
        ('{"$ref": "#"}', "circle"),
        ('{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}', "circle"),
        ('{"pattern": "("}', r"\$.pattern"),
        ('{"patternProperties": {"(": {}}}', "patternProperties"),
        ('{"pattern": "\\\\p{L}"}', r"\$.pattern"),
        ('{"$schema": 5}', "own.schema.json"),
        ('{"$schema": []}', "own.schema.json"),
        ('{"$id": "http://[bad", "$ref": "x"}', "own.schema.json"),
        ('{"$ref": "#/title", "title": "no schema"}', "own.schema.json"),
        ('{"$ref": "#/x-own", "x-own": 5}', "own.schema.json"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_by_its_name(
    schema_file: Path, schema: str | bytes, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetched(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a schema made msconfig fetch something")

    monkeypatch.setattr(urllib.request, "urlopen", fetched)
    monkeypatch.setattr("socket.socket.connect", fetched)
    schema_file.write_bytes(schema if isinstance(schema, bytes) else schema.encode())
    with pytest.raises(UsageError, match=told) as caught:
        problems_under("text", schema_file)
    assert str(caught.value).startswith(str(schema_file))


@pytest.mark.parametrize("value", ["1e300", "1" + "0" * 400], ids=["float", "whole"])
def test_a_number_that_is_hard_to_divide_is_a_problem_or_none(
    schema_file: Path, value: str
) -> None:
    schema_file.write_text('{"multipleOf": 0.1}')
    assert isinstance(problems_under(json.loads(value), schema_file), list)


@pytest.mark.parametrize("missing", ["missing.json", "."])
def test_a_schema_that_cannot_be_read_is_named(tmp_path: Path, missing: str) -> None:
    path = tmp_path / missing
    with pytest.raises(FileError, match=re.escape(str(path))):
        problems_under({}, path)


@pytest.mark.parametrize(
    ("dialect", "problems"),
    [
        ("http://json-schema.org/draft-07/schema#", []),
        ("https://json-schema.org/draft/2020-12/schema", [Problem("$[0]", "must be 1")]),
        ("https://schemas.example/unknown", [Problem("$[0]", "must be 1")]),
    ],
)
def test_a_schema_is_read_in_the_dialect_that_it_declares(
    schema_file: Path, dialect: str, problems: list[Problem]
) -> None:
    schema_file.write_text(json.dumps({"$schema": dialect, "prefixItems": [{"const": 1}]}))
    assert problems_under([2], schema_file) == problems


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"properties": {"a": {"required": True}}}, {}, "'a'"),
    ],
)
def test_a_schema_of_an_old_draft_has_words_too(
    schema_file: Path, schema: dict[str, object], value: object, told: str
) -> None:
    old = {"$schema": "http://json-schema.org/draft-03/schema#", **schema}
    schema_file.write_text(json.dumps(old))
    (problem,) = problems_under(value, schema_file)
    assert told in problem.message


def test_references_inside_a_schema_are_followed(schema_file: Path) -> None:
    schema = {"$ref": "#/$defs/one", "$defs": {"one": {"const": 1}}}
    schema_file.write_text(json.dumps(schema))
    assert problems_under(1, schema_file) == []
    assert problems_under(2, schema_file) == [Problem("$", "must be 1")]


def test_a_file_beyond_8_mib_has_that_as_its_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b"\xff" * (MAX_BYTES + 1))
    read = read_validated(path, "report")
    assert (read.value, read.problems, read.text) == ({}, (Problem("$", "larger than 8 MiB"),), "")
