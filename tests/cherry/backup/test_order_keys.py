"""Keys that keep the order of providers and models."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app_database import ORDER_KEY
from msconfig.cherry.backup.order_keys import keys_after, keys_before
from msconfig.cherry.backup.refusal import UnsupportedBackup

LEAST = "A" + "0" * 26
GREATEST = "z" * 27

KNOWN = [
    ("Zz", "a0", "a1"),
    ("a0", "a1", "a2"),
    ("ay", "az", "b00"),
    ("aY", "aZ", "aa"),
    ("az", "b00", "b01"),
    ("b0z", "b10", "b11"),
    ("bzy", "bzz", "c000"),
    ("Zy", "Zz", "a0"),
    ("Yzz", "Z0", "Z1"),
    ("Yzy", "Yzz", "Z0"),
    ("a0", "a0V", "a1"),
    ("a0", "a0zz", "a1"),
    ("y" + "z" * 24 + "y", "y" + "z" * 25, "z" + "0" * 26),
    ("A" + "z" * 26, "B" + "0" * 25, "B" + "0" * 24 + "1"),
    (GREATEST[:-1] + "y", GREATEST, GREATEST + "V"),
    (GREATEST, GREATEST + "V", GREATEST + "l"),
    (GREATEST, GREATEST + "z", GREATEST + "zV"),
    (GREATEST, GREATEST + "zzy", GREATEST + "zzz"),
    (LEAST + "0V", LEAST + "1", LEAST[:-1] + "1"),
    (LEAST + "1", LEAST + "2", LEAST[:-1] + "1"),
    (LEAST + "0G", LEAST + "0V", LEAST[:-1] + "1"),
    (LEAST + "1", LEAST + "11", LEAST[:-1] + "1"),
]
"""The key in front of one, and the key behind it, as the app's own library makes them."""


@pytest.mark.parametrize(("before", "key", "after"), KNOWN, ids=lambda key: key[:3] + key[-3:])
def test_the_next_key_is_the_one_that_the_app_would_make(before: str, key: str, after: str) -> None:
    assert list(keys_before([key], 1)) == [before]
    assert list(keys_after([key], 1)) == [after]


def test_in_front_of_the_least_number_comes_a_fraction() -> None:
    """The app's library makes the least number itself, and then refuses it."""
    assert list(keys_before([LEAST[:-1] + "1"], 2)) == [LEAST + "G", LEAST + "V"]


def test_several_keys_continue_the_list_in_ascending_order() -> None:
    assert list(keys_before(["a0", "a1"], 3)) == ["Zx", "Zy", "Zz"]
    assert list(keys_after(["a0", "ay"], 3)) == ["az", "b00", "b01"]


def test_an_empty_list_begins_with_the_first_key() -> None:
    for place in (keys_before, keys_after):
        assert list(place([], 0)) == []
        assert list(place([], 1)) == ["a0"]
        assert list(place([], 3)) == ["a0", "a1", "a2"]


@given(st.lists(st.from_regex(ORDER_KEY, fullmatch=True), max_size=5), st.integers(0, 70))
def test_new_keys_are_sound_and_in_front_of_or_behind_all_others(
    others: list[str], count: int
) -> None:
    present = sorted(set(others))
    for keys in (
        [*keys_before(present, count), *present],
        [*present, *keys_after(present, count)],
    ):
        assert keys == sorted(set(keys))
        assert len(keys) == len(present) + count
        assert all(ORDER_KEY.fullmatch(key) for key in keys)


@pytest.mark.parametrize(
    "key", ["", "0", "a", "a00", "a-", "z1", "1", "ä0", LEAST, "a0" + "10" * 2500, "a0\n"]
)
def test_a_neighbour_that_is_no_key_is_refused(key: str) -> None:
    for place in (keys_before, keys_after):
        with pytest.raises(UnsupportedBackup) as caught:
            place([key], 1)
        assert len(str(caught.value)) < 300
