"""Suggestions for a text that is no id."""

from __future__ import annotations

import pytest

from msconfig.checking.suggestions.malformed import suggest_for_malformed
from msconfig.checking.suggestions.reasons import Reason
from msconfig.modelscope.kinds import Kind

SERVED = frozenset(
    {
        *("oak/Oak2-8B", "oak/Oak3-9B", "oak/Oak3-90B", "oak/Oak4-Flash"),
        *("elm/Elm-V2-Pro", "elm/Elm-V3-Flash", "fir/Fir-1"),
    }
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("openai/oak/Oak3-9B", [("oak/Oak3-9B", Reason.SPELT)], id="a served id in it"),
        pytest.param(
            "fir/Fir-1;oak/Oak3-9B;oak/Oak9",
            [("fir/Fir-1", Reason.SPELT), ("oak/Oak3-9B", Reason.SPELT)],
            id="all served ids in it, and no other",
        ),
        pytest.param(
            "oak/Oak2-8B;oak/Oak3-9B;oak/Oak3-90B;oak/Oak4-Flash",
            [(each, Reason.SPELT) for each in ("oak/Oak2-8B", "oak/Oak3-9B", "oak/Oak3-90B")],
            id="three of them at most",
        ),
        pytest.param(
            "oak/Oak3-10B;FIR/fir-1",
            [("fir/Fir-1", Reason.CASE)],
            id="the very model before what replaces another",
        ),
        pytest.param(
            "x=FIR/fir-1;OAK/oak3-9b;ash/Elm-V2-Pro",
            [
                ("fir/Fir-1", Reason.CASE),
                ("oak/Oak3-9B", Reason.CASE),
                ("elm/Elm-V2-Pro", Reason.OWNER),
            ],
            id="the very models in the order of the text",
        ),
        pytest.param(
            "OAK/oak2-8b;OAK/oak3-9b;OAK/oak3-90b;FIR/fir-1",
            [(each, Reason.CASE) for each in ("oak/Oak2-8B", "oak/Oak3-9B", "oak/Oak3-90B")],
            id="three of these at most",
        ),
        pytest.param(
            "FIR/fir-1;OAK/oak3-9b;ash/Fir-1",
            [("fir/Fir-1", Reason.CASE), ("oak/Oak3-9B", Reason.CASE)],
            id="each once, where it is first",
        ),
        pytest.param("Oak3-9B", [("oak/Oak3-9B", Reason.OWNER)], id="a name without owner"),
        pytest.param(
            "fir/Fir-0.5;zzz/Qqq", [("fir/Fir-1", Reason.NEWER)], id="a replacement of one in it"
        ),
        pytest.param("Fir-0.5", [("fir/Fir-1", Reason.NEWER)], id="a replacement of a name"),
        pytest.param("nothing at all", [], id="nothing"),
    ],
)
def test_the_model_that_was_meant_comes_before_what_replaces_it(
    text: str, found: list[tuple[str, Reason]]
) -> None:
    assert [(each.id, each.reason) for each in suggest_for_malformed(text, SERVED)] == found


@pytest.mark.parametrize("text", ["openai/ash/Ash2-VL-9B", "Ash2-VL-9B"])
def test_a_model_that_is_known_to_take_no_images_replaces_none_that_does(text: str) -> None:
    served = frozenset({"ash/Ash3-VL-30B", "ash/Ash4-9B"})
    first, *others = suggest_for_malformed(text, served, kinds={"ash/Ash4-9B": Kind.CHAT})
    assert (first.id, first.reason, others) == ("ash/Ash3-VL-30B", Reason.NEWER_SIZE, [])
    assert len(suggest_for_malformed(text, served)) == 2
