"""Ids replaced in bytes: nothing else changes, whatever the file holds."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.model_ids import Location
from msconfig.operations.id_edits import Edit, EditableText, without_overlaps

OLD, NEW = "a/b", "owner/name-字"
MARKS = {
    "utf-8": b"",
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
SEPARATORS = "\n\r\x0b\x0c\x1c\x85\u2028\u2029\ufeff"
PIECES = st.one_of(
    st.just(OLD),
    st.sampled_from([*SEPARATORS, "\r\n", "🙂", "é", "\t", "# ", '"', "a/", "/b", "a/bc"]),
    st.text(max_size=4).filter(lambda text: "a" not in text and "b" not in text),
)


@given(
    pieces=st.lists(st.tuples(PIECES, st.booleans()), max_size=40),
    codec=st.sampled_from(sorted(MARKS)),
)
def test_the_bytes_outside_of_the_edits_stay(pieces: list[tuple[str, bool]], codec: str) -> None:
    older = "".join(text for text, _ in pieces)
    newer = "".join(NEW if text == OLD and chosen else text for text, chosen in pieces)
    real = codec.removesuffix("-sig")
    raw = MARKS[codec] + older.encode(real, "surrogatepass")
    text = EditableText.of(raw)
    if codec == "utf-8" and raw.startswith(tuple(MARKS.values())[1:]):
        return  # begins with what is a mark
    assert text is not None
    edits = []
    at = 0
    for piece, chosen in pieces:
        if piece == OLD and chosen:
            line = older.count("\n", 0, at) + 1
            column = at - (older.rfind("\n", 0, at) + 1) + 1
            edit = text.edit_at(Location("x", line, column), OLD, OLD, NEW)
            assert edit is not None
            edits.append(edit)
        at += len(piece)
    assert text.edited(edits) == MARKS[codec] + newer.encode(real)


@pytest.mark.parametrize(
    "before", [b"\xff ", "é ".encode("latin-1"), b"\xed\xa0\x80", codecs.BOM_UTF8 + b"\x80"]
)
def test_bytes_that_are_not_utf_8_stay(before: bytes) -> None:
    text = EditableText.of(before + b"a/b\xff\n")
    assert text is not None
    edit = Edit(1, text.lines[0].index("a/b"), "a/b", "c/d")
    assert text.edited([edit]) == before + b"c/d\xff\n"


def test_utf_16_that_is_broken_is_none() -> None:
    assert EditableText.of(codecs.BOM_UTF16_LE + b"a") is None


@pytest.mark.parametrize(
    ("line", "place", "text", "older", "start"),
    [
        pytest.param("a/b", Location("x", 1, 1), "a/b", "a/b", 0, id="the id"),
        pytest.param("a/b:P", Location("x", 1, 1), "a/b:P", "a/b", 0, id="a suffix in the id"),
        pytest.param(
            '"openai/a/b"', Location("x", 1, 2, "openai/a/b"), "a/b", "a/b", 8, id="a prefix"
        ),
        pytest.param(
            "- a/b,", Location("x", 1, 3, "- a/b,"), "a/b", "a/b", 2, id="column of the id"
        ),
        pytest.param("a/b c/d", Location("x", 1, 5, "a/b c/d"), "c/d", "c/d", 4, id="the second"),
        pytest.param("a/c", Location("x", 1, 1), "a/b", "a/b", None, id="another id"),
        pytest.param("a/b", Location("x", 1, 2), "a/b", "a/b", None, id="another column"),
        pytest.param("a/b", Location("x", 2, 1), "a/b", "a/b", None, id="behind the end"),
        pytest.param("a/b", Location("x", 0, 1), "a/b", "a/b", None, id="line 0"),
        pytest.param(
            "xa/b a/b", Location("x", 1, 1, "xa/b a/b"), "a/b", "a/b", None, id="not clear which"
        ),
    ],
)
def test_an_id_is_edited_only_where_it_is(
    line: str, place: Location, text: str, older: str, start: int | None
) -> None:
    editable = EditableText.of(line.encode())
    assert editable is not None
    expected = None if start is None else Edit(1, start, older, NEW)
    assert editable.edit_at(place, text, older, NEW) == expected


@pytest.mark.parametrize(
    ("spelt", "text", "newer"),
    [
        (r"a\/b", "a/b", r"owner\/name-字"),
        (r"a\u002fb", "a/b", "owner/name-字"),
        (r"\x61/b:P", "a/b:P", "owner/name-字:P"),
        (r"\U00000061\/b", "a/b", r"owner\/name-字"),
    ],
)
def test_an_id_with_escapes_is_replaced_as_a_whole(spelt: str, text: str, newer: str) -> None:
    editable = EditableText.of(f'"{spelt}"'.encode())
    assert editable is not None
    edit = editable.edit_at(Location("x", 1, 2, spelt), text, "a/b", NEW)
    assert edit == Edit(1, 1, spelt, newer)
    assert editable.edit_at(Location("x", 1, 2, spelt), "a/c", "a/c", NEW) is None


@pytest.mark.parametrize(
    ("line", "newer"),
    [
        ("m: a/B-2:B-2, x", "m: owner/name-字:name-字, x"),
        ("m: a/B-2:b-2.", "m: owner/name-字:name-字."),
        ("m: a/B-2:Provider", "m: owner/name-字:Provider"),
        ("m: a/B-2: B-2", "m: owner/name-字: B-2"),
        ("m: a/B-2:B-20", "m: owner/name-字:B-20"),
        (r"m: a\/B-2:B-2", r"m: owner\/name-字:name-字"),
    ],
)
def test_the_name_that_is_shown_for_an_id_becomes_that_of_the_new_one(
    line: str, newer: str
) -> None:
    editable = EditableText.of(line.encode())
    assert editable is not None
    given = r"a\/B-2" if "\\" in line else None
    edit = editable.edit_at(Location("x", 1, 4, given), "a/B-2", "a/B-2", NEW)
    assert edit is not None
    assert editable.after([edit]) == newer


def test_of_edits_that_overlap_the_first_counts() -> None:
    first, second, third = Edit(1, 0, "a/b", "x"), Edit(1, 2, "b/c", "x"), Edit(1, 3, "c", "x")
    assert without_overlaps([third, second, first, first]) == (first, third)
    assert without_overlaps([Edit(2, 0, "a", "x"), first]) == (first, Edit(2, 0, "a", "x"))
