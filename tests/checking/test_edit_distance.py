"""Distances to many texts at once are those of the table that one would fill by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.checking.edit_distance import Distances


def by_hand(one: str, other: str) -> int:
    """The distance of optimal string alignment, cell by cell."""
    table = [list(range(len(other) + 1))]
    for row, letter in enumerate(one, start=1):
        cells = [row]
        for column, its in enumerate(other, start=1):
            cell = min(
                table[row - 1][column] + 1,
                cells[column - 1] + 1,
                table[row - 1][column - 1] + (letter != its),
            )
            if row > 1 and column > 1 and letter == other[column - 2] and its == one[row - 2]:
                cell = min(cell, table[row - 2][column - 2] + 1)
            cells.append(cell)
        table.append(cells)
    return table[-1][-1]


@pytest.mark.parametrize(
    ("text", "distance"),
    [
        ("qwen/qwen3-8b", 0),
        ("qwen/qwen3-8bb", 1),
        ("qwen/qwen-8b", 1),
        ("qwen/qwem3-8b", 1),
        ("qwen/qwne3-8b", 1),
        ("qwne/qewn3-b8", 3),
        ("", 13),
    ],
)
def test_characters_too_many_missing_replaced_and_swapped_count_one_each(
    text: str, distance: int
) -> None:
    assert Distances(["qwen/qwen3-8b"]).to(text) == [distance]


TEXTS = st.one_of(st.text("ab", max_size=20), st.text("abc-/字", max_size=70), st.text(max_size=10))


@given(st.lists(TEXTS, max_size=8), TEXTS)
def test_each_distance_is_that_of_its_text_whatever_the_others_are(
    texts: list[str], text: str
) -> None:
    assert Distances(texts).to(text) == [by_hand(text, each) for each in texts]


@given(st.text("abc", max_size=16), st.text("abc", max_size=16))
def test_the_distance_is_the_same_both_ways(one: str, other: str) -> None:
    assert Distances([one]).to(other) == Distances([other]).to(one)
