"""Keys that keep the order of providers and models."""

from __future__ import annotations

from itertools import pairwise

import pytest
from fractional_indexing import generate_key_between
from hypothesis import given
from hypothesis import strategies as st

from msconfig.cherry.backup.order_keys import keys_after, keys_before
from msconfig.cherry.backup.refusal import NotTaken


def grown(moves: list[bool]) -> list[str]:
    """Keys as an app's list gets them: each at the end, or between the first two."""
    keys: list[str] = []
    for at_end in moves:
        if at_end or len(keys) < 2:
            keys.append(generate_key_between(keys[-1] if keys else None, None))
        else:
            keys.insert(1, generate_key_between(keys[0], keys[1]))
    return keys


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 70))
def test_new_keys_stand_before_or_behind_all_others_in_their_order(
    moves: list[bool], count: int
) -> None:
    present = grown(moves)
    for keys in (
        [*keys_before(present, count), *present],
        [*present, *keys_after(present, count)],
    ):
        assert keys == sorted(set(keys))
        assert len(keys) == len(present) + count
        for before, after in pairwise(keys):
            assert before < generate_key_between(before, after) < after


def test_in_front_of_the_first_key_that_the_app_makes_comes_zz() -> None:
    assert list(keys_before(["a0", "a1"], 1)) == ["Zz"]
    assert list(keys_before(["a0"], 2)) == ["Zy", "Zz"]


def test_an_empty_list_begins_with_the_first_key() -> None:
    assert list(keys_before([], 1)) == ["a0"]
    assert list(keys_after([], 2)) == ["a0", "a1"]


@pytest.mark.parametrize(
    "key", ["", "0", "a", "a00", "a-", "z1", "1", "ä0", "A" + "0" * 26, "a0" + "1" * 5000, "a0\n"]
)
def test_a_neighbour_that_is_no_key_is_refused(key: str) -> None:
    for place in (keys_before, keys_after):
        with pytest.raises(NotTaken) as caught:
            place([key], 1)
        assert len(str(caught.value)) < 300
