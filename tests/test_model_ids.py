"""Model ids: their form, and the lists that they are read from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.model_ids import GivenId, Location, ModelId, distinct, located, texts_in_lines

LONG = "x" * 128


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("Qwen/Qwen3-8B", ModelId("Qwen", "Qwen3-8B")),
        ("a/b", ModelId("a", "b")),
        ("_-./.a", ModelId("_-.", ".a")),
        ("0/...", ModelId("0", "...")),
        (f"{LONG}/{LONG}", ModelId(LONG, LONG)),
        ("Qwen/Qwen3-8B:DashScope", ModelId("Qwen", "Qwen3-8B", "DashScope")),
        (f"a/b:{LONG}", ModelId("a", "b", LONG)),
    ],
)
def test_an_id_has_an_owner_a_name_and_perhaps_a_provider(text: str, parsed: ModelId) -> None:
    assert ModelId.parse(text) == parsed
    assert parsed.path == text.partition(":")[0]


@pytest.mark.parametrize(
    "text",
    [
        *("", "/", "Qwen", "Qwen/", "/Qwen3", "Qwen//Qwen3", "a/b/c", "a\\b"),
        *("./b", "../b", "a/.", "a/..", "a/b:.", "a/b:..", "../..", "./."),
        *("a/b:", "a/b::c", ":a/b", "a:b/c", "a/b:c:d", "a/b:c/d"),
        *(" a/b", "a/b ", "a /b", "a/b\n", "a/b\r", "\ufeffa/b", "a/b\x00"),
        *("a/b?c", "a/b#c", "a/b&c", "a/b%2F", "a/b;c", "a/b@c", "a/b*", "~/b", "a/b$"),
        *("a/é", "世界/b", "a/²", "а/b", "a/ｂ"),
        *(f"a/{LONG}x", f"{LONG}x/b", f"a/b:{LONG}x"),
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    assert ModelId.parse(text) is None


@given(st.text())
def test_what_parses_spells_exactly_its_text(text: str) -> None:
    parsed = ModelId.parse(text)
    if parsed is not None:
        assert text == parsed.path + (f":{parsed.provider}" if parsed.provider else "")


def given_at(*places: tuple[str, int, int]) -> list[GivenId]:
    return [GivenId(text, Location("ids.txt", line, column)) for text, line, column in places]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        ("\n\n \t\r\n", []),
        ("a/b", given_at(("a/b", 1, 1))),
        ("a/b\nc/d\n", given_at(("a/b", 1, 1), ("c/d", 2, 1))),
        ("a/b\r\nc/d\r\n", given_at(("a/b", 1, 1), ("c/d", 2, 1))),
        ("\ufeffa/b\n", given_at(("a/b", 1, 1))),
        ("\ufeff# list\n\ta/b", given_at(("a/b", 2, 2))),
        ("  a/b  \n\n  c/d", given_at(("a/b", 1, 3), ("c/d", 3, 3))),
        ("# a/b\n   # c/d\n#\n", []),
        ("a/b # why\r\nc/d\t#why\n", given_at(("a/b", 1, 1), ("c/d", 2, 1))),
        ("a/b#c\n", given_at(("a/b#c", 1, 1))),
        ("a/b #c #d", given_at(("a/b", 1, 1))),
        ("a/b c/d\n", given_at(("a/b c/d", 1, 1))),
        ("a/b\na/b\n", given_at(("a/b", 1, 1), ("a/b", 2, 1))),
        ("no id at all\n", given_at(("no id at all", 1, 1))),
        ("a a/b", given_at(("a a/b", 1, 1))),
    ],
)
def test_a_list_holds_one_id_a_line_and_comments(text: str, ids: list[GivenId]) -> None:
    assert texts_in_lines(text, "ids.txt") == ids


@given(st.lists(st.from_regex(r"[A-Za-z0-9_.-]{1,9}/[A-Za-z0-9_.-]{1,9}", fullmatch=True)))
def test_every_id_of_a_list_is_found_whatever_stands_around_it(ids: list[str]) -> None:
    text = "\ufeff" + "".join(f"\n# {each}\r\n  {each}\t# {each}\r\n" for each in ids)
    found = texts_in_lines(text, "ids.txt")
    assert [each.text for each in found] == ids
    assert {each.location.column for each in found if each.location} <= {3}


def test_ids_keep_their_order_and_come_once_with_all_their_places() -> None:
    given = given_at(("a/b", 1, 1), ("c/d", 2, 1), ("a/b", 3, 1), ("A/b", 4, 1), ("c/d", 5, 1))
    found = distinct([GivenId("a/b"), *given])
    assert [each.text for each in found] == ["a/b", "c/d", "A/b"]
    assert [[place.line for place in each.locations] for each in found] == [[1, 3], [2, 5], [4]]
    assert [each.location and each.location.line for each in found] == [1, 2, 4]
    assert distinct([]) == ()


def test_a_place_keeps_what_was_given_there_and_comes_once() -> None:
    first, second = Location("x", 1, 1), Location("x", 2, 2)
    ids = [GivenId("a/b", first), GivenId("a/b", second, '"a/b"'), GivenId("a/b", first)]
    (found,) = distinct(ids)
    assert found.locations == (first, Location("x", 2, 2, '"a/b"'))
    assert (found.location, found.given) == (first, None)
    assert distinct([found]) == (found,)


@pytest.mark.parametrize("first", [None, Location("a", 1, 1), Location("a", 1, 1, "`a/b`")])
@pytest.mark.parametrize("places", [(), (Location("b", 2, 3),), (Location("a", 1, 1),)])
def test_the_first_of_the_places_is_the_location(
    first: Location | None, places: tuple[Location, ...]
) -> None:
    (found,) = distinct([GivenId("a/b", first, locations=places)])
    merged = distinct([GivenId("a/b", first, locations=places), GivenId("a/b")])
    assert (found,) == merged
    expected = found.locations[0] if found.locations else None
    assert found.location == (expected and replace(expected, given=None))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"models": [{"modelId": "a/b"}]}', 1, 26),
        ('{\n  "models": [\n    {"name": "a/b", "id": "a/b"}\n  ]\n}', 3, 28),
        ("[[models]]\r\nid = 'a/b'\r\n", 2, 7),
        ('x = "a/bc"\nid = "a/b"\n', 2, 7),
        ('[[check.ignore]]\nid = "a/b"\n[[models]]\nid = "a/b"\n', 4, 7),
    ],
)
def test_an_id_of_a_document_is_where_it_is_named_as_a_model(
    text: str, line: int, column: int
) -> None:
    assert located(["a/b"], text, "ids.txt") == given_at(("a/b", line, column))


def test_an_id_that_comes_again_in_a_document_has_its_next_place() -> None:
    text = '{"data": [{"id": "a/b"},\n {"id": "c/d"}, {"id": "a/b"}]}'
    assert located(["a/b", "c/d", "a/b"], text, "ids.txt") == given_at(
        ("a/b", 1, 19), ("c/d", 2, 10), ("a/b", 2, 25)
    )


@pytest.mark.slow
@pytest.mark.no_cover  # its loops are long, and shorter tests pass the same lines
def test_many_ids_on_one_long_line_are_located_in_linear_time() -> None:
    ids = [f"owner/{number:06}" for number in range(100_000)]
    text = '{"models": [' + ",".join(f'{{"id": "{each}"}}' for each in ids) + "]}"
    found = located(ids, text, "ids.txt")
    assert found[-1].location is not None
    assert text[found[-1].location.column - 1 :].startswith(ids[-1])


def test_an_id_that_is_spelt_with_escapes_has_no_place() -> None:
    assert located(["a/b"], '{"models": [{"id": "a\\/b"}]}', "ids.txt") == [GivenId("a/b")]


@pytest.mark.parametrize("line", ["\ufeff", "\u200b", "\xa0", " \u3000\t", "\u2060\r"])
def test_a_line_in_which_nothing_is_to_be_seen_is_empty(line: str) -> None:
    assert [each.text for each in texts_in_lines(f"a/b\n{line}\nc/d", "ids")] == ["a/b", "c/d"]
