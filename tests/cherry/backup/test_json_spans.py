"""Values found in a JSON text, so that the rest keeps its spelling."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.cherry.backup.json_spans import as_javascript_writes, members, replaced, spans
from msconfig.cherry.backup.refusal import UnsupportedBackup

TEXT = st.text(st.characters(codec=None, categories=None), max_size=6)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, width=32) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
).filter(lambda value: "Infinity" not in json.dumps(value))


@given(st.dictionaries(TEXT, VALUES), st.sampled_from([None, 1]), st.booleans())
def test_every_member_is_found_where_it_stands(
    value: dict[str, Any], indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    found, end = spans(text)
    assert end == len(text)
    assert {key: json.loads(text[slice(*place)]) for key, place in found.items()} == value


@given(st.lists(VALUES, max_size=5))
def test_every_item_of_a_list_is_found_where_it_stands(value: list[Any]) -> None:
    text = json.dumps(value)
    assert [json.loads(text[start:end]) for _, start, end in members(text, 0)] == value


@given(VALUES)
def test_what_is_written_reads_as_what_it_was(value: Any) -> None:  # noqa: ANN401 - a value of JSON
    text = as_javascript_writes(value)
    assert json.loads(text.encode()) == value


def test_a_value_that_fits_into_no_window_is_walked_through() -> None:
    rows = [
        {"id": number, "text": "x" * 50, "list": [1, 2.5e3, None, {}]} for number in range(2000)
    ]
    text = json.dumps({"before": 1, "rows": rows, "after": [2]})
    found, end = spans(text)
    assert end == len(text)
    assert json.loads(text[slice(*found["rows"])]) == rows
    assert text[slice(*found["after"])] == "[2]"


def test_of_a_key_that_is_there_twice_the_last_one_counts() -> None:
    text = '{"a": 1, "a": 2}'
    assert text[slice(*spans(text)[0]["a"])] == "2"


def test_a_replaced_value_leaves_the_rest_as_it_is() -> None:
    text = '{ "a" : 1.10 , "b":[ ] }'
    assert replaced(text, spans(text)[0]["b"], "2") == '{ "a" : 1.10 , "b":2 }'


FAR = '"x",' * 20_000
BROKEN = [
    *("", " ", "[]", "1", "{", '{"a"', '{"a"}', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', "{1:2}"),
    *('{"a":01}', '{"a":NaN}', '{"a":-Infinity}', '{"a":"\n"}', '{"a":"\\x"}', '{"a" 1}', "{,}"),
    *('{"a":[1 2]}', '{"a":tru}', '{"a":[}', '{"a":{]}', "{'a':1}", '{"a":1]', '{"a":[1,]}'),
    *(f'{{"a":[{FAR}1 2]}}', f'{{"a":[{FAR}]}}', f'{{"a":[{FAR}1', f'{{"a":[{FAR}1}}}}'),
    *('{"a":' + "[" * 100_000, '{"a":' + '{"a":' * 100_000),
]


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:20] + text[-8:])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedBackup):
        spans(text)
