"""The smallest value of a JSON Schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from msconfig.mock.smallest import NoValue, smallest_value

NODE = {
    "type": "object",
    "properties": {
        "left": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
        "right": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
    },
    "required": ["left", "right"],
}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (True, None),
        ({}, None),
        ({"type": "object"}, {}),
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"a": ""}),
        (
            {"type": "object", "minProperties": 1, "properties": {"a": {"type": "null"}}},
            {"a": None},
        ),
        ({"type": "object", "required": ["a"]}, {"a": None}),
        ({"type": "array", "items": {"type": "integer"}}, []),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [0, 0]),
        ({"prefixItems": [{"const": "a"}], "items": {"const": 1}, "minItems": 3}, ["a", 1, 1]),
        ({"type": "string", "minLength": 3}, "aaa"),
        ({"type": "string", "format": "date"}, "1970-01-01"),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "exclusiveMinimum": 3, "multipleOf": 5}, 5),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"type": "boolean"}, False),
        ({"enum": ["long", "a", "ab"]}, "a"),
        ({"enum": [7, "a"], "type": "string"}, "a"),
        ({"type": ["object", "null"], "required": ["a"]}, None),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, ""),
        ({"oneOf": [{"type": "string", "minLength": 9}, {"type": "null"}]}, None),
        ({"allOf": [{"required": ["a"]}, {"properties": {"a": {"const": 1}}}]}, {"a": 1}),
        ({"$defs": {"n": {"type": "integer"}}, "$ref": "#/$defs/n"}, 0),
        (
            {"$defs": {"node": NODE}, "$ref": "#/$defs/node"},
            {"left": None, "right": None},
        ),
        (
            {
                "$defs": {"e": {"enum": ["x"]}},
                "properties": {"e": {"$ref": "#/$defs/e"}},
                "required": ["e"],
            },
            {"e": "x"},
        ),
    ],
    ids=lambda each: json.dumps(each)[:60],
)
def test_it_has_no_more_in_it_than_is_required(schema: Any, value: object) -> None:  # noqa: ANN401
    assert smallest_value(schema) == value


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "string", "pattern": "^[0-9]{4}$"},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"enum": []},
        {"$ref": "#/$defs/nothing"},
        {"$ref": "https://example.test/schema"},
        {"$ref": "#"},
        {
            "$defs": {"a": {"required": ["a"], "properties": {"a": {"$ref": "#/$defs/a"}}}},
            "$ref": "#/$defs/a",
        },
        {"type": "array", "minItems": "x"},
        {"type": "strange"},
        {"required": [["a"]]},
        {"type": "object", "required": "ab"},
        [],
        "x",
    ],
    ids=lambda each: json.dumps(each)[:60],
)
def test_no_value_is_given_that_the_schema_does_not_allow(schema: object) -> None:
    with pytest.raises(NoValue):
        smallest_value(schema)


_LEAVES = st.one_of(
    st.builds(dict, type=st.sampled_from(["string", "integer", "number", "boolean", "null"])),
    st.builds(dict, type=st.just("string"), minLength=st.integers(0, 5)),
    st.builds(
        dict, type=st.just("integer"), minimum=st.integers(-9, 9), multipleOf=st.integers(1, 4)
    ),
    st.builds(dict, type=st.just("number"), exclusiveMaximum=st.integers(-9, 9)),
    st.builds(dict, enum=st.lists(st.integers() | st.text(max_size=3), min_size=1, max_size=3)),
    st.builds(dict, const=st.integers() | st.none() | st.text(max_size=3)),
)


def _larger(schemas: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from("abc")
    return st.one_of(
        st.builds(
            dict,
            type=st.just("object"),
            properties=st.dictionaries(names, schemas),
            required=st.lists(names, unique=True),
        ),
        st.builds(dict, type=st.just("array"), items=schemas, minItems=st.integers(0, 3)),
        st.builds(dict, anyOf=st.lists(schemas, min_size=1, max_size=3)),
        st.builds(dict, allOf=st.lists(schemas, min_size=1, max_size=1)),
    )


@given(st.recursive(_LEAVES, _larger, max_leaves=8))
def test_what_it_gives_is_valid(schema: dict[str, Any]) -> None:
    Draft202012Validator(schema).validate(smallest_value(schema))
