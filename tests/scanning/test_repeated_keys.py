"""Keys that a mapping has twice."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.scanning.repeated_keys import repeated_keys


@pytest.mark.parametrize(
    ("file", "text", "count"),
    [
        ("a.json", '{"a": 1, "b": {"a": 2}, "c": [{"a": 1}, {"a": 2}]}', 0),
        ("a.json", '{"a": 1, "a": {"b": 1, "b": 2, "b": 3}}', 3),
        ("a.json", r'{"a\/b": 1, "a/b": 2, "\u0061/b": 3}', 2),
        ("a.JSONC", '// x\n{"a": 1, /* "a" */ "b": "a", "a": [],}', 1),
        ("a.json", '{"a": "a", "b": "a"}', 0),
        ("a.json", "{}", 0),
        ("a.json", "[[[", 0),
        ("a.json", "[" * 100_000, 0),
        ("a.yaml", "a: 1\nb: {a: 2}\nc: [{a: 1}, {a: 2}]\n", 0),
        ("a.yml", "a: 1\n'a': 2\n", 1),
        ("a.yaml", "? a\n: 1\n? [a, a]\n: 2\n? {a: 1}\n: 3\na: 4\n", 1),
        ("a.yaml", "x: &y {a: 1}\nz: *y\n*y : 1\nx: 2\n", 1),
        ("a.yaml", "a: 1\n---\na: 2\n", 0),
        ("a.yaml", "a: [", 0),
        ("a.toml", "a = 1\n[b]\na = 2\n", 0),
        ("a.toml", "a = 1\na = 2\n", 1),
        ("a.py", "{'a': 1, 'a': 2}", 0),
    ],
)
def test_keys_of_one_mapping_are_counted(file: str, text: str, count: int) -> None:
    assert repeated_keys(file, text) == count


@given(
    st.recursive(
        st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
        max_leaves=20,
    )
)
def test_what_a_writer_writes_has_none(document: object) -> None:
    text = json.dumps(document)
    assert repeated_keys("a.json", text) == repeated_keys("a.yaml", json.dumps(document)) == 0
