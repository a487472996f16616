"""The list to pick from, without a terminal: what is seen, pointed at and marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from msconfig.checking.discovery.results import FoundModel
from msconfig.cli.init.picker import PickerState
from msconfig.modelscope.kinds import Kind

MODELS = [
    FoundModel("Qwen/Small-Chat", Kind.CHAT, is_served=True),
    FoundModel("Qwen/Small-Eyes", Kind.VISION, is_served=True),
    FoundModel("acme/Big-Chat", Kind.CHAT, is_served=True),
]


def seen(state: PickerState) -> list[str]:
    return [model.id for model in state.seen]


def test_letter_case_does_not_matter_to_the_search() -> None:
    state = PickerState(MODELS)
    state.search("chat")
    assert seen(state) == ["Qwen/Small-Chat", "acme/Big-Chat"]
    state.search("QWEN/")
    assert seen(state) == ["Qwen/Small-Chat", "Qwen/Small-Eyes"]
    state.search("none")
    assert seen(state) == []


def test_the_filter_goes_round_the_kinds_that_there_are() -> None:
    state = PickerState(MODELS)
    turned = []
    for _ in range(3):
        state.cycle_kind(1)
        turned.append((state.kind, len(state.seen)))
    assert turned == [(Kind.CHAT, 2), (Kind.VISION, 1), (None, 3)]
    state.cycle_kind(-1)
    assert state.kind is Kind.VISION


def test_marks_stay_when_they_are_not_seen() -> None:
    state = PickerState(MODELS, {"gone/Elsewhere": None})
    state.search("big")
    state.mark()
    state.search("eyes")
    state.mark()
    state.mark()
    assert list(state.marked) == ["gone/Elsewhere", "acme/Big-Chat"]


STEPS = st.one_of(
    st.tuples(st.just("search"), st.sampled_from(["", "chat", "qwen small", "none"])),
    st.tuples(st.just("cycle_kind"), st.sampled_from([1, -1])),
    st.tuples(st.just("move"), st.integers(-9, 9)),
    st.tuples(st.just("mark")),
)


@given(st.lists(STEPS, max_size=20))
def test_whatever_is_pressed_points_at_what_is_seen(steps: list[tuple[str, object]]) -> None:
    state = PickerState(MODELS)
    for name, *arguments in steps:
        before = list(state.marked)
        getattr(state, name)(*arguments)
        assert 0 <= state.cursor < max(1, len(state.seen))
        changed = set(before) ^ set(state.marked)
        assert changed == (
            {state.seen[state.cursor].id} if name == "mark" and state.seen else set()
        )
