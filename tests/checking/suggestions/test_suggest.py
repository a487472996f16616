"""What is suggested in place of an id that fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.checking.report import Status, Suggestion
from msconfig.checking.suggestions.reasons import Reason
from msconfig.checking.suggestions.suggest import suggest
from msconfig.mock.messages import Response
from msconfig.mock.snapshot import RecordedHub, RecordedModel
from msconfig.modelscope.kinds import Kind
from support import ALIVE, DEAD, HOSTILE_TEXT, Check, Serve, instead, mock_of, served_by

FACTS = Path(__file__).parent
CATALOGUES: dict[str, list[str]] = json.loads((FACTS / "catalogues.json").read_text("utf-8"))
"""What ModelScope served, by date."""
STAND_INS: dict[str, list[str]] = json.loads((FACTS / "stand_ins.json").read_text("utf-8"))
"""Ids that vanished before the last of the dates, and who of it may stand in for them."""
LAST = frozenset(CATALOGUES["2026-10-07"])

SERVED = ("Qwen/Qwen3.5-27B", "Qwen/Qwen3.5-35B-A3B", "ZhipuAI/GLM-5.2", "deepseek-ai/DeepSeek-V4")
OAK = ("oak/Oak2-8B", "oak/Oak3-9B", "oak/Oak3-90B", "oak/Oak4-100B-A10B", "oak/Oak4-Flash")
ELM = ("elm/Elm-V2-Pro", "elm/Elm-V2-Pro-0611", "elm/Elm-V2-Pro-0813", "elm/Elm-V3-Flash")


@pytest.mark.parametrize(
    ("asked", "first", "why"),
    [
        pytest.param("ZHIPUAI/glm-5.2", "ZhipuAI/GLM-5.2", Reason.CASE, id="letter case"),
        pytest.param(
            "https://modelscope.cn/models/Qwen/Qwen3.5-27B/",
            "Qwen/Qwen3.5-27B",
            Reason.SPELT,
            id="an address",
        ),
        pytest.param(
            "Qwen/Qwen3.5-27B:DashScope", "Qwen/Qwen3.5-27B", Reason.SPELT, id="a provider"
        ),
        pytest.param("Qwen/Qwen-3.5_27b", "Qwen/Qwen3.5-27B", Reason.SPELT, id="other signs"),
        pytest.param("Qwen/Qwen35-27B", "Qwen/Qwen3.5-27B", Reason.SPELT, id="no dot"),
        pytest.param("Qwen/Qwen3.5-27", "Qwen/Qwen3.5-27B", Reason.SPELT, id="no B of billions"),
        pytest.param("Qwen/Qwen3.5-35B", "Qwen/Qwen3.5-35B-A3B", Reason.SIZE, id="part of a size"),
        pytest.param("zai-org/GLM-5.2", "ZhipuAI/GLM-5.2", Reason.OWNER, id="renamed owner"),
        pytest.param("qwen3.5-27B", "Qwen/Qwen3.5-27B", Reason.OWNER, id="no owner"),
        pytest.param("Qwen/Qwen3.5-28B", "Qwen/Qwen3.5-27B", Reason.SIZE, id="a digit off"),
        pytest.param("zhipuai/glm-5.1", "ZhipuAI/GLM-5.2", Reason.NEWER, id="case and a digit off"),
        pytest.param("zai-org/GLM-5", "ZhipuAI/GLM-5.2", Reason.NEWER, id="renamed, and newer"),
        pytest.param("Qwen/Qwen3-4B", "Qwen/Qwen3.5-27B", Reason.NEWER_SIZE, id="newer, larger"),
        pytest.param("Qwen/Qwen3-Coder-30B", "Qwen/Qwen3.5-27B", Reason.GENERAL, id="a coder"),
        pytest.param("ZhipuAI/GLM-Z1", "ZhipuAI/GLM-5.2", Reason.FAMILY, id="another series"),
        pytest.param("ZhipuAI/GLM-6", "ZhipuAI/GLM-5.2", Reason.OLDER, id="not served yet"),
        pytest.param("Qwen/Qwne3.5-27B", "Qwen/Qwen3.5-27B", Reason.NEAREST, id="swapped letters"),
        pytest.param("Qwen/Qwen3.5-27B-AWQ", "Qwen/Qwen3.5-27B", Reason.VARIANT, id="packed"),
        pytest.param(
            "Qwen/Qwen3.5-27B-Instruct-2601", "Qwen/Qwen3.5-27B", Reason.RERELEASE, id="dated"
        ),
    ],
)
def test_the_best_id_comes_first_and_says_why(asked: str, first: str, why: Reason) -> None:
    best = suggest(asked, SERVED)[0]
    assert (best.id, best.reason) == (first, why)


@pytest.mark.parametrize(
    ("asked", "served", "why"),
    [
        *(
            pytest.param("Qwen/Qwen-7B-Chat", served, Reason.NEWER, id=f"no version, {served}")
            for served in ("Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen3-8B-2507")
        ),
        ("Qwen/Qwen3-8B", "Qwen/Qwen-7B-Chat", Reason.OLDER),
        pytest.param(
            "mistralai/Mistral-Large-3",
            "mistralai/Mistral-Large-Instruct-2407",
            Reason.FAMILY,
            id="a date is no older version",
        ),
        pytest.param(
            "mistralai/Mistral-Large-Instruct-2407",
            "mistralai/Mistral-Large-3",
            Reason.FAMILY,
            id="a version is no newer date",
        ),
        pytest.param(
            "mistralai/Mistral-Large-Instruct-2411",
            "mistralai/Mistral-Small-Instruct-2409",
            Reason.FAMILY,
            id="without a version the date is the release",
        ),
        pytest.param(
            "mistralai/Mistral-Large-Instruct-2407",
            "mistralai/Mistral-Small-Instruct-2407",
            Reason.SIZE,
            id="the release of a date",
        ),
        ("Qwen/Qwen3-30B-A3B-Thinking-2507", "Qwen/Qwen3-4B", Reason.SIZE),
        (
            "deepseek-ai/DeepSeek-V4-Flash",
            "deepseek-ai/DeepSeek-V4-Flash-0731",
            Reason.RERELEASE,
        ),
        ("Qwen/Qwen3-235B-A22B-Thinking-2507", "Qwen/Qwen3-235B-A22B", Reason.VARIANT),
        ("Qwen/Qwen3-235B-A22B", "Qwen/Qwen3-235B-A22B-Thinking-2507", Reason.VARIANT),
        pytest.param(
            "ZhipuAI/GLM-4.5-106B", "ZhipuAI/GLM-5.2", Reason.NEWER, id="one size is not known"
        ),
        ("ZhipuAI/GLM-4-9B", "ZhipuAI/GLM-5.2", Reason.NEWER_SIZE),
        ("ZhipuAI/GLM-4.5-Air", "ZhipuAI/GLM-5-Flash", Reason.NEWER),
        ("deepseek-ai/DeepSeek-V4-Pro", "deepseek-ai/DeepSeek-V5-Flash", Reason.NEWER_SIZE),
        *(
            (f"Qwen/Qwen2-{size}B", f"Qwen/Qwen3-{larger}B", Reason.NEWER)
            for size, larger in ((8, 12), (10, 15), (20, 30), (32, 48))
        ),
        ("Qwen/Qwen2-8B", "Qwen/Qwen3-12.1B", Reason.NEWER_SIZE),
        pytest.param(
            "iic/GUI-Owl-Agent-7B-Instruct",
            "iic/GUI-Owl-1.5-8B-Instruct",
            Reason.FAMILY,
            id="the first words of the brand",
        ),
        pytest.param(
            "Shanghai_AI_Laboratory/InternLM3-8B-Instruct",
            "Shanghai_AI_Laboratory/Intern-S1",
            Reason.FAMILY,
            id="the beginning of the brand",
        ),
        pytest.param(
            "iic/QwenLong-L1-32B", "iic/Qwen3-32B", Reason.FAMILY, id="a beginning of four letters"
        ),
        pytest.param(
            "nvidia/Meta-Nemotron-Llama",
            "nvidia/Llama-3.1-Pro",
            Reason.FAMILY,
            id="two words before the brand",
        ),
        pytest.param(
            "nvidia/Llama-Pro",
            "nvidia/Meta-Nemotron-Llama-3.1",
            Reason.FAMILY,
            id="two words before the brand that is served",
        ),
        pytest.param("Qwen/27B", "Qwen/Qwen3.5-27B", Reason.FAMILY, id="a size and no brand"),
        pytest.param(
            "https://modelscope.cn/models/Qwen/Qwen3-MAX/",
            "Qwen/Qwen3-Max",
            Reason.SPELT,
            id="an address in capital letters",
        ),
        pytest.param("Qwne3.5-27B", "Qwen/Qwen3.5-27B", Reason.NEAREST, id="a slip, no owner"),
        pytest.param(
            "meituan/LonCt-Cat", "meituan/LongCat-Chat", Reason.NEAREST, id="3 letters of 20 less"
        ),
        pytest.param(
            "meituan/Looong-Litte", "meituan/Long-Lite", Reason.NEAREST, id="3 letters of 20 more"
        ),
        pytest.param(
            "elm/Elm-V3-Flaxx", "elm/Elm-V3-Flash", Reason.SIZE, id="two letters are no slip"
        ),
    ],
)
def test_the_reason_for_the_only_one_that_fits(asked: str, served: str, why: Reason) -> None:
    assert suggest(asked, [served]) == (Suggestion(served, why),)


@pytest.mark.parametrize(
    ("asked", "served", "expected"),
    [
        pytest.param("oak/Oak3-8B", OAK, "oak/Oak3-9B", id="size before another size"),
        pytest.param("oak/Oak1-8B", OAK, "oak/Oak2-8B", id="the next newer release"),
        pytest.param("oak/Oak1-80B", OAK, "oak/Oak3-90B", id="size class before next release"),
        pytest.param("oak/Oak3-110B-A10B", OAK, "oak/Oak4-100B-A10B", id="parameters in use"),
        pytest.param("oak/Oak4-Air", OAK, "oak/Oak4-Flash", id="another word of the same tier"),
        pytest.param("oak/Oak3-0.5B", OAK, "oak/Oak3-9B", id="the smallest, if it is smaller"),
        pytest.param("oak/Oak5-8B", OAK, "oak/Oak3-9B", id="an older one, if there is no other"),
        pytest.param("fir/Oak3-9B-Chat", OAK, "oak/Oak3-9B", id="another owner's, if it has none"),
        pytest.param("oak/Oak3-Coder-9B", OAK, "oak/Oak3-9B", id="a general one for a special one"),
        pytest.param("oak/OldOak-Sapling-9B", OAK, "oak/Oak3-9B", id="the owner's main line"),
        pytest.param("oak/Old-Oak-Max", OAK, "oak/Oak4-100B-A10B", id="a word before the brand"),
        pytest.param("oak/OakLM-8B-chat", OAK, "oak/Oak3-9B", id="LM is part of the name"),
        pytest.param("elm/Elm-V2-Pro-0501", ELM, "elm/Elm-V2-Pro-0813", id="the latest date"),
        pytest.param("elm/Elm-V2-Flash", ELM, "elm/Elm-V3-Flash", id="tier before release"),
        pytest.param("elm/Elm-V2Pro", ELM, "elm/Elm-V2-Pro", id="words run together"),
        pytest.param("elm/Elm-R1", ELM, "elm/Elm-V2-Pro-0813", id="another series"),
        pytest.param(
            "elm/Elm-V2-Pro-Thinking",
            ("elm/Elm-V2-Pro-Instruct", "elm/Elm-V2-Pro", "elm/Elm-V2-Pro-Base"),
            "elm/Elm-V2-Pro",
            id="what may think before what does not",
        ),
    ],
)
def test_the_nearest_of_a_family(asked: str, served: tuple[str, ...], expected: str) -> None:
    assert suggest(asked, served)[0].id == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(
            "Qwen/Qwen3-4B-Thinking",
            ["Qwen/Qwen3-4B-2507", "Qwen/Qwen3-4B-Instruct", "Qwen/Qwen3-4B-Base"],
            id="a base model last",
        ),
        pytest.param(
            "Qwen/Qwen2.5-4B-Base",
            ["Qwen/Qwen3-4B-Base", "Qwen/Qwen3-4B", "Qwen/Qwen3-4B-Instruct"],
            id="a base model for one",
        ),
        pytest.param(
            "Qwen/Qwen3-4B-Instruct-2404",
            ["Qwen/Qwen3-4B-Instruct-2601", "Qwen/Qwen3-4B-Instruct-2507"],
            id="the latest year",
        ),
        pytest.param(
            "deepseek-ai/DeepSeek-V4-Pro-0501",
            ["deepseek-ai/DeepSeek-V4-Pro-0813", "deepseek-ai/DeepSeek-V4-Pro-0803"],
            id="the latest day",
        ),
        pytest.param(
            "meituan-longcat/LongCat3-Flash-Lite",
            [
                "meituan-longcat/LongCat5-Flash-Lite",
                "meituan-longcat/LongCat4-Flash",
                "meituan-longcat/LongCat3.5-Air",
            ],
            id="all words of tier, then one, then the tier",
        ),
        pytest.param(
            "Qwen/Qwen2.5-72B",
            ["Qwen/Qwen3-80B", "Qwen/Qwen2.5-120B"],
            id="a size of the class",
        ),
        pytest.param(
            "Qwen/Qwen3-9B",
            ["Qwen/Qwen3.5-100B-A10B", "Qwen/Qwen3.5-100B"],
            id="parameters in use",
        ),
        pytest.param(
            "Qwen/Qwen3-235B-A22B",
            ["Qwen/Qwen4", "Qwen/Qwen5-235B-A22B"],
            id="parameters that are not known",
        ),
        pytest.param(
            "MiniMax/MiniMax-M2",
            ["MiniMax/MiniMax-M2.5", "MiniMax/MiniMax-01"],
            id="the series",
        ),
        pytest.param(
            "mistralai/Mistral-Large-2",
            ["mistralai/Mistral-Large-3", "mistralai/Mistral-Large-Instruct-2407"],
            id="a newer version before a date",
        ),
        pytest.param(
            "ZhipuAI/GLM-Z1-9B",
            ["ZhipuAI/GLM-4.1-9B", "ZhipuAI/GLM-4-9B", "ZhipuAI/GLM-3.9-9B"],
            id="the latest of another series",
        ),
        pytest.param(
            "ZhipuAI/GLM-6-9B",
            ["ZhipuAI/GLM-4.1-9B", "ZhipuAI/GLM-4-9B", "ZhipuAI/GLM-3.9-9B"],
            id="the latest of the older ones",
        ),
    ],
)
def test_the_order_of_a_family(asked: str, expected: list[str]) -> None:
    assert [each.id for each in suggest(asked, expected)] == expected


@pytest.mark.parametrize(
    ("asked", "served", "expected"),
    [
        pytest.param(
            "LLM-Research/Llama-3-8B",
            ["LLM-Research/Llama-3.3-70B-Instruct", "iic/Llama-3.1-8B"],
            ["LLM-Research/Llama-3.3-70B-Instruct"],
            id="the owner's own",
        ),
        pytest.param(
            "Qwen/QwQ-32B",
            ["Qwen/Tongyi-DeepResearch-4B", "Qwen/Qwen3-32B"],
            ["Qwen/Qwen3-32B"],
            id="the owner's main line",
        ),
        pytest.param("iic/8B", ["LLM-Research/7B"], [], id="a size of any brand"),
        pytest.param(
            "qwen",
            ["Qwen/Qwen3-Coder-30B-A3B-Instruct", "MusePublic/Qwen3.5-27B"],
            ["MusePublic/Qwen3.5-27B", "Qwen/Qwen3-Coder-30B-A3B-Instruct"],
            id="a name alone has no owner",
        ),
    ],
)
def test_the_owners_of_a_family(asked: str, served: list[str], expected: list[str]) -> None:
    assert [each.id for each in suggest(asked, served)] == expected


def test_an_older_release_is_not_offered_beside_a_newer_one() -> None:
    assert [each.id for each in suggest("elm/Elm-V3-Pro", ELM)] == ["elm/Elm-V3-Flash"]


SEES = ("ash/Ash3-9B", "ash/Ash3-VL-30B", "ash/Ash4-9B", "ash/Ash3-Coder-9B", "ash/Ash4-Image")


@pytest.mark.parametrize(
    ("asked", "kinds", "expected"),
    [
        pytest.param(
            "ash/Ash2-VL-9B",
            {},
            [
                ("ash/Ash3-VL-30B", Reason.NEWER_SIZE),
                ("ash/Ash4-9B", Reason.GENERAL_PERHAPS_IMAGES),
            ],
            id="who has VL, then who may have taken it over, not who stands beside it",
        ),
        pytest.param(
            "ash/Ash2-VL-9B",
            {"ash/Ash4-9B": Kind.VISION, "ash/Ash3-VL-30B": Kind.VISION},
            [("ash/Ash3-VL-30B", Reason.NEWER_SIZE), ("ash/Ash4-9B", Reason.GENERAL_IMAGES)],
            id="known to take images",
        ),
        pytest.param(
            "ash/Ash2-VL-9B",
            {"ash/Ash4-9B": Kind.CHAT},
            [("ash/Ash3-VL-30B", Reason.NEWER_SIZE)],
            id="known to take none",
        ),
        pytest.param(
            "ash/Ash3.5-9B",
            {"ash/Ash3.5-9B": Kind.VISION, "ash/Ash4-9B": Kind.CHAT},
            [("ash/Ash3-VL-30B", Reason.FAMILY)],
            id="a name without VL that is known to take images",
        ),
        pytest.param(
            "ash/Ash3.5-9B",
            {"ash/Ash3.5-9B": Kind.CHAT, "ash/Ash4-9B": Kind.VISION},
            [("ash/Ash4-9B", Reason.NEWER)],
            id="what takes images chats too",
        ),
        pytest.param("ash/Ash3-Embedding-9B", {}, [], id="another job"),
        pytest.param("ash/Ash3-Image", {}, [("ash/Ash4-Image", Reason.NEWER)], id="the same job"),
        pytest.param(
            "ash/Ash2-9B",
            {"ash/Ash2-9B": Kind.EMBEDDING, "ash/Ash3-9B": Kind.CHAT},
            None,
            id="kind",
        ),
    ],
)
def test_who_takes_images_is_replaced_by_who_does(
    asked: str, kinds: dict[str, Kind], expected: list[tuple[str, Reason]] | None
) -> None:
    found = [(each.id, each.reason) for each in suggest(asked, SEES, kinds=kinds)]
    if expected is None:
        assert "ash/Ash3-9B" not in dict(found)
    else:
        assert found == expected


def test_who_is_known_to_take_images_comes_before_who_may() -> None:
    served = ("yew/Yew4-Pro", "yew/Yew4.1-Flash")
    known = {"yew/Yew4.1-Flash": Kind.VISION}
    found = suggest("yew/Yew-VL2-Pro", served, kinds=known)
    assert [(each.id, each.reason) for each in found] == [
        ("yew/Yew4.1-Flash", Reason.GENERAL_IMAGES),
        ("yew/Yew4-Pro", Reason.GENERAL_PERHAPS_IMAGES),
    ]


def test_however_many_may_take_images_one_that_is_known_to_comes_first() -> None:
    served = ("Qwen/Qwen4-9B", "Qwen/Qwen4.1-9B", "Qwen/Qwen4.2-9B", "Qwen/Qwen4-72B")
    known = {"Qwen/Qwen4-72B": Kind.VISION}
    assert [
        (each.id, each.reason) for each in suggest("Qwen/Qwen2-VL-9B", served, kinds=known)
    ] == [
        ("Qwen/Qwen4-72B", Reason.GENERAL_IMAGES),
        ("Qwen/Qwen4-9B", Reason.GENERAL_PERHAPS_IMAGES),
        ("Qwen/Qwen4.1-9B", Reason.GENERAL_PERHAPS_IMAGES),
    ]


def test_nobody_stands_in_for_images_where_all_are_known_to_take_none() -> None:
    known = {"yew/Yew4-Pro": Kind.CHAT, "yew/Yew4-Flash": Kind.CHAT}
    assert suggest("yew/Yew3V-Pro", known, kinds=known) == ()


def test_a_newer_release_of_the_same_name_comes_before_another_that_is_known_to_take_images() -> (
    None
):
    served = ("yew/Yew4-27B", "yew/Yew4-Flash")
    known = {"yew/Yew3-27B": Kind.VISION, "yew/Yew4-Flash": Kind.VISION}
    assert suggest("yew/Yew3-27B", served, kinds=known)[0].id == "yew/Yew4-27B"


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        pytest.param("elm/Elm-V3-Flalh", "elm/Elm-V3-Flash", id="another letter"),
        pytest.param("elm/Elm-V2-Por-0813", "elm/Elm-V2-Pro-0813", id="letters swapped"),
        pytest.param("elm/Elm-V2-Po", "elm/Elm-V2-Pro", id="a letter less"),
        pytest.param("yew/Yew4-LV-9B", "yew/Yew4-VL-9B", id="in a word that says what it does"),
    ],
)
def test_a_slip_in_a_word_comes_before_another_model_of_the_line(asked: str, first: str) -> None:
    served = (*ELM, "elm/Elm-V3-Pro", "yew/Yew4-9B", "yew/Yew4-VL-9B")
    best = suggest(asked, served)[0]
    assert (best.id, best.reason) == (first, Reason.NEAREST)


def test_what_is_known_to_exist_is_no_slip() -> None:
    served = ("elm/Elm-V3-Pico", "elm/Elm-V3")
    known = {"elm/Elm-V3-Pica": Kind.CHAT}
    assert suggest("elm/Elm-V3-Pica", served)[0].id == "elm/Elm-V3-Pico"
    assert suggest("elm/Elm-V3-Pica", served, kinds=known)[0].id == "elm/Elm-V3"


@pytest.mark.parametrize(
    ("asked", "served", "kinds"),
    [
        pytest.param(
            "bayleaf-tree/Bayleaf-Flash-Omni", "bayleaf-tree/Bayleaf-Flash-Lite", {}, id="a job"
        ),
        pytest.param(
            "bayleaf-tree/Bayleaf-4-VL-32B-A3B", "bayleaf-tree/Bayleaf-4-32B-A3B", {}, id="images"
        ),
        pytest.param(
            "bay/Bayleaf-Grand",
            "bay/Bayleaf-Brand",
            {"bay/Bayleaf-Grand": Kind.VIDEO, "bay/Bayleaf-Brand": Kind.CHAT},
            id="kinds that are known",
        ),
    ],
)
def test_a_word_that_says_what_a_model_does_is_no_misspelling(
    asked: str, served: str, kinds: dict[str, Kind]
) -> None:
    assert suggest(asked, [served], kinds=kinds) == ()


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        pytest.param("nobody/no-such-model", {}, id="nobody"),
        pytest.param("x/y", {}, id="short"),
        pytest.param("", {}, id="empty"),
        pytest.param("/", {}, id="a slash"),
        pytest.param("meta/Llama-3-70B", {}, id="a family that is gone"),
        pytest.param("z" * 100_000, {}, id="very long"),
        pytest.param("Qwen/Qwen3-Embedding-8B", {}, id="another job, by a word"),
        pytest.param("Qwen/Qwen3Guard-8B", {}, id="another job, by the end of a word"),
        pytest.param("Qwen/Aspen", {}, id="no line to tell that it talks"),
        pytest.param("Qwen/Aspen-8B", {"Qwen/Aspen-8B": Kind.VIDEO}, id="another job, by its kind"),
        pytest.param("fir/Aspen-8B", {}, id="of another owner's main line"),
        pytest.param("ZhipuAI/GLX-5.3", {}, id="letters and digits off"),
    ],
)
def test_nothing_is_suggested_for_what_is_like_nothing(asked: str, kinds: dict[str, Kind]) -> None:
    assert suggest(asked, SERVED, kinds=kinds) == ()


@pytest.mark.parametrize("asked", STAND_INS)
def test_for_models_that_vanished_somebody_fit_stands_in_or_nobody(asked: str) -> None:
    fit = STAND_INS[asked]
    found = suggest(asked, LAST)
    assert found[0].id in fit if fit else not found


def test_who_is_taken_out_of_a_catalogue_is_replaced_by_its_own_line() -> None:
    told = [
        (asked, suggest(asked, frozenset(ids) - {asked}))
        for ids in CATALOGUES.values()
        for asked in ids
    ]
    strangers = {
        asked
        for asked, found in told
        if found and found[0].id.partition("/")[0] != asked.partition("/")[0]
    }
    assert strangers == {"Qwen/Qwen-Image-Edit", "MusePublic/Qwen-Image-Edit"}


@given(
    asked=st.sampled_from(sorted({each for ids in CATALOGUES.values() for each in ids}))
    | st.text(max_size=60)
    | HOSTILE_TEXT,
    served=st.sets(st.sampled_from(CATALOGUES["2026-07-09"]) | st.text(max_size=30), max_size=20),
    kind=st.sampled_from(Kind),
)
def test_whatever_is_asked_at_most_three_served_ids_are_suggested_each_with_a_reason(
    asked: str, served: set[str], kind: Kind
) -> None:
    found = suggest(asked, served, kinds=dict.fromkeys([asked, *sorted(served)[::2]], kind))
    ids = [each.id for each in found]
    assert len(ids) == len(set(ids)) <= 3
    assert set(ids) <= served - {asked}
    assert all(isinstance(each.reason, Reason) for each in found)


def test_at_most_three_are_suggested_each_once_and_never_what_was_asked() -> None:
    served = [f"Qwen/Qwen3-{size}B" for size in (4, 8, 14, 30, 32)]
    ids = [each.id for each in suggest("Qwen/Qwen3-8B", served)]
    assert len(ids) == len(set(ids)) == 3
    assert "Qwen/Qwen3-8B" not in ids


@pytest.mark.parametrize(
    ("form", "asked", "first"),
    [
        ("maker/Oak3.{}-8B", "maker/Oak2-8B", "maker/Oak3.0-8B"),
        ("maker/Oak3-{}B", "maker/Oak2-500B", "maker/Oak3-500B"),
        ("maker/Oak{}-3-8B", "maker/Oak500-2-8B", "maker/Oak500-3-8B"),
        ("maker/Oak3-8B-Tune{}", "maker/Oak2-8B-Tune500", "maker/Oak3-8B-Tune500"),
    ],
)
def test_among_a_thousand_of_a_line_the_nearest_is_found(form: str, asked: str, first: str) -> None:
    """No id is compared with all of them."""
    found = suggest(asked, frozenset(form.format(number) for number in range(1000)))
    assert found[0].id == first


def test_all_of_an_owner_with_many_brands_are_compared() -> None:
    others = [
        f"LLM-Research/Brand{letter}{other}-70B"
        for letter in "abcdefgh"
        for other in "abcdefghijklmnopqr"
    ]
    served = [*others, "LLM-Research/Meta-Llama-3.1-8B-Instruct"]
    (found,) = suggest("LLM-Research/Llama-3-405B", served)
    assert found.id == "LLM-Research/Meta-Llama-3.1-8B-Instruct"


def test_what_is_only_misspelt_needs_no_second_suggestion() -> None:
    assert suggest("qwen/qwen3.5-27b", SERVED, SERVED[0]) == (Suggestion(SERVED[0], Reason.CASE),)


def test_a_right_spelling_that_is_not_listed_is_said_to_be_so_and_others_follow() -> None:
    found = suggest("qwen/qwen3-27b", SERVED, "Qwen/Qwen3-27B")
    assert [each.reason for each in found] == [
        *(Reason.CASE_UNLISTED, Reason.NEWER, Reason.NEWER),
    ]
    assert found[0].id == "Qwen/Qwen3-27B"


def test_the_catalogue_s_spelling_is_suggested(serve: Serve, check_at: Check) -> None:
    (model,) = check_at(serve(mock_of()).url_for("/"), "qwen/alive").models
    assert model.status is Status.NOT_FOUND
    assert [each.id for each in model.suggestions] == ["Qwen/Alive"]


def test_the_hub_s_spelling_is_suggested(serve: Serve, check_at: Check) -> None:
    spelt = Response.of_json(200, {"success": True, "data": {"id": "Tongyi-MAI/Z-Image"}})
    server = serve(instead({"/openapi/v1/models/tongyi-mai/z-image": spelt}, mock_of()))
    (model,) = check_at(server.url_for("/"), "tongyi-mai/z-image").models
    assert model.status is Status.NOT_FOUND
    assert [each.id for each in model.suggestions] == ["Tongyi-MAI/Z-Image"]


def test_what_passes_needs_no_suggestion(serve: Serve, check_at: Check) -> None:
    server = serve(mock_of({"Qwen/Alive2": ALIVE}))
    report = check_at(server.url_for("/"), "Qwen/Alive", "Qwen/Alive2")
    assert [model.suggestions for model in report.models] == [(), ()]


def test_kinds_that_were_recorded_before_decide_who_may_stand_in(
    serve: Serve, check_at: Check
) -> None:
    gone = RecordedModel(served_by(), RecordedHub(True, tasks=("image-text-to-text",)))
    server = serve(mock_of({"yew/Yew2": gone}, ("yew/Yew3", "yew/Yew4")))
    recorded = {"yew/Yew2": Kind.CHAT, "yew/Yew3": Kind.CHAT, "yew/Yew4": Kind.VISION}
    (model,) = check_at(server.url_for("/"), "yew/Yew2", recorded_kinds=recorded).models
    assert model.kind is Kind.VISION
    assert [each.id for each in model.suggestions] == ["yew/Yew4"]


def test_a_recorded_kind_is_no_evidence_of_what_the_asked_model_does(
    serve: Serve, check_at: Check
) -> None:
    server = serve(mock_of({"yew/Yew2": DEAD}, ("yew/Yew3",)))
    recorded = {"yew/Yew2": Kind.VISION}
    (model,) = check_at(server.url_for("/"), "yew/Yew2", recorded_kinds=recorded).models
    assert model.kind is not Kind.VISION


def test_what_is_served_but_not_listed_may_be_suggested(serve: Serve, check_at: Check) -> None:
    server = serve(mock_of({"Qwen/Picture-1": ALIVE, "Qwen/Picture-2": DEAD}))
    models = check_at(server.url_for("/"), "Qwen/Picture-1", "Qwen/Picture-2").models
    assert [each.id for each in models[1].suggestions] == ["Qwen/Picture-1"]


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(RecordedModel(served_by(), RecordedHub(True, private=True)), id="private"),
        pytest.param(DEAD, id="disputed"),
    ],
)
def test_what_is_listed_and_found_wanting_is_not_called_served(
    facts: RecordedModel, serve: Serve, check_at: Check
) -> None:
    known = {"Qwen/Model-1": facts, "Qwen/Model-2": DEAD}
    server = serve(mock_of(known, ("Qwen/Alive", "Qwen/Model-1")))
    models = check_at(server.url_for("/"), "Qwen/Model-1", "Qwen/Model-2").models
    assert models[0].status is not Status.ENABLED
    assert models[1].suggestions == ()
