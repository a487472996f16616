"""The list to pick from, without a terminal: what is seen, pointed at and marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from msconfig.checking.discovery.results import FoundModel
from msconfig.cli.init.picker import Shelf
from msconfig.modelscope.kinds import Kind

MODELS = [
    FoundModel("Qwen/Small-Chat", Kind.CHAT, is_served=True),
    FoundModel("Qwen/Small-Eyes", Kind.VISION, is_served=True),
    FoundModel("acme/Big-Chat", Kind.CHAT, is_served=True),
]


def seen(shelf: Shelf) -> list[str]:
    return [model.id for model in shelf.seen]


def test_letter_case_does_not_matter_to_the_search() -> None:
    shelf = Shelf(MODELS)
    shelf.search("chat")
    assert seen(shelf) == ["Qwen/Small-Chat", "acme/Big-Chat"]
    shelf.search("QWEN/")
    assert seen(shelf) == ["Qwen/Small-Chat", "Qwen/Small-Eyes"]
    shelf.search("none")
    assert seen(shelf) == []


def test_the_filter_goes_round_the_kinds_that_there_are() -> None:
    shelf = Shelf(MODELS)
    turned = []
    for _ in range(3):
        shelf.turn_kind(1)
        turned.append((shelf.kind, len(shelf.seen)))
    assert turned == [(Kind.CHAT, 2), (Kind.VISION, 1), (None, 3)]
    shelf.turn_kind(-1)
    assert shelf.kind is Kind.VISION


def test_marks_stay_when_they_are_not_seen() -> None:
    shelf = Shelf(MODELS, {"gone/Elsewhere": None})
    shelf.search("big")
    shelf.mark()
    shelf.search("eyes")
    shelf.mark()
    shelf.mark()
    assert list(shelf.marked) == ["gone/Elsewhere", "acme/Big-Chat"]


STEPS = st.one_of(
    st.tuples(st.just("search"), st.sampled_from(["", "chat", "qwen small", "none"])),
    st.tuples(st.just("turn_kind"), st.sampled_from([1, -1])),
    st.tuples(st.just("move"), st.integers(-9, 9)),
    st.tuples(st.just("mark")),
)


@given(st.lists(STEPS, max_size=20))
def test_whatever_is_pressed_points_at_what_is_seen(steps: list[tuple[str, object]]) -> None:
    shelf = Shelf(MODELS)
    for name, *arguments in steps:
        before = list(shelf.marked)
        getattr(shelf, name)(*arguments)
        assert 0 <= shelf.at < max(1, len(shelf.seen))
        changed = set(before) ^ set(shelf.marked)
        assert changed == ({shelf.seen[shelf.at].id} if name == "mark" and shelf.seen else set())
