"""JSON: strict in, safe to print out."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msconfig.parsing import NotJson, dumps, loads, parse_time, rfc3339

ANY_TEXT = st.text(st.characters(exclude_categories=()))
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"{}", {}),
        (b' [1, -0.5, "a", true, false, null]\r\n', [1, -0.5, "a", True, False, None]),
        (b"\xef\xbb\xbf1", 1),
        ('"世界"'.encode(), "世界"),
        (rb'"\ud83d\ude00 \ud83d"', "😀 \ud83d"),
        ("[1]", [1]),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b"1" * 4_000, int("1" * 4_000)),
    ],
)
def test_json_is_read(raw: bytes | str, value: object) -> None:
    assert loads(raw) == value


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xff\xfe1\x00\x00", "not UTF-16 (byte 4)"),
        (b'{"a": "\xe8"}', "not UTF-8 (byte 7)"),
        (b'{"a": \n', "not JSON: Expecting value at line 2, column 1 (the text ends too early)"),
        (
            b"{\n  a: 1}",
            "not JSON: Expecting property name enclosed in double quotes at line 2, column 3",
        ),
        (b"{} {}", "not JSON: Extra data at line 1, column 4"),
        (b"'a'", "not JSON: Expecting value at line 1, column 1"),
        (b'"a\tb"', "not JSON: Invalid control character at at line 1, column 3"),
        (b"[NaN]", "not JSON: NaN is not a JSON value"),
        (b"[-Infinity]", "not JSON: -Infinity is not a JSON value"),
        (b"[" * 100_000, "JSON nested too deeply (limit 100)"),
        (b'{"a":' * 100_000, "JSON nested too deeply (limit 100)"),
        (b"1" * 5_000, "JSON with a number that has too many digits"),
    ],
)
def test_what_is_no_json_has_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(NotJson) as caught:
        loads(raw)
    assert str(caught.value) == reason


@pytest.mark.parametrize("raw", [b"1e400", b"[-1e400]", b'{"a": 9.9e99999}'])
def test_a_number_too_large_for_any_reader_is_refused(raw: bytes) -> None:
    with pytest.raises(NotJson):
        loads(raw)


@given(st.binary())
@example(b'"\\')
@example(b"\xed\xa0\x80")
def test_any_bytes_are_json_or_have_a_reason(raw: bytes) -> None:
    reason = ""
    try:
        loads(raw)
    except NotJson as error:
        reason = str(error)
    assert reason.isprintable()


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (b'{"a": 1, "b": 2, "a": 3}', "a"),
        (b'[{"x": {"b": 1, "b": 1}}]', "b"),
        (rb'{"a": 1, "\u0061": 1}', "a"),
    ],
)
def test_a_key_that_comes_twice_is_named_where_keys_have_to_be_unique(raw: bytes, key: str) -> None:
    with pytest.raises(NotJson, match=f"^an object has the key '{key}' twice$"):
        loads(raw, unique_keys=True)
    assert loads(raw)


def test_a_key_that_comes_twice_is_shown_short_and_harmless() -> None:
    key = json.dumps("\x1b[2J\u202e" + "x" * 1000)
    with pytest.raises(NotJson) as caught:
        loads(f"{{{key}: 1, {key}: 2}}", unique_keys=True)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 120


@given(VALUES, st.sampled_from([None, 0, 2]))
@example("\x00\x1f\x7f\x85\u2028\u2029\ufeff\u202e\U000e0001\\u0041\ud800", None)
def test_a_value_comes_back_and_its_text_moves_no_terminal(
    value: object, indent: int | None
) -> None:
    text = dumps(value, indent=indent)
    assert loads(text) == value
    assert not {unicodedata.category(sign) for sign in text if sign != "\n"} & {"Cc", "Cf", "Cs"}
    text.encode()


def test_what_can_be_read_is_not_escaped() -> None:
    assert dumps({"name": "世界 ’é😀"}) == '{"name": "世界 ’é😀"}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_no_number_is_written_that_json_has_not(value: object) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps(value)


def test_a_type_that_json_has_not_is_written_as_the_caller_says() -> None:
    assert dumps({"at": 1 + 2j}, default=str) == '{"at": "(1+2j)"}'
    with pytest.raises(TypeError):
        dumps({"at": 1 + 2j})


NOON = datetime(2026, 10, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-07T12:00:00Z",
        "2026-10-07T12:00:00.000Z",
        "2026-10-07T20:00:00+08:00",
        "2026-10-07T12:00:00",
    ],
)
def test_a_time_is_read_in_utc(text: str) -> None:
    assert parse_time(text) == NOON
    assert rfc3339(parse_time(text)) == "2026-10-07T12:00:00Z"


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+08:00", "2026-10-07T25:00:00Z"],
)
def test_what_the_calendar_does_not_have_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)


def test_a_time_is_written_in_utc_and_to_the_second() -> None:
    china = timezone(timedelta(hours=8))
    assert rfc3339(NOON.astimezone(china) + timedelta(milliseconds=7)) == "2026-10-07T12:00:00Z"
    assert rfc3339(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"
