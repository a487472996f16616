"""What the name of a model says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.checking.suggestions.model_names import ModelName, Tier, name_of


@pytest.mark.parametrize(
    ("name", "brand", "series", "version"),
    [
        ("Qwen2.5-7B-Instruct", ("qwen",), "", (2, 5)),
        ("Qwen-7B-Chat", ("qwen",), "", ()),
        ("GLM-5.2", ("glm",), "", (5, 2)),
        ("glm-4v-9b", ("glm",), "", (4,)),
        ("chatglm3-6b", ("glm",), "", (3,)),
        ("CodeQwen1.5-7B-Chat", ("qwen",), "", (1, 5)),
        ("DeepSeek-V4.1-Flash", ("deepseek",), "", (4, 1)),
        ("DeepSeek-R1-Distill-Qwen-32B", ("deepseek",), "r", (1,)),
        ("deepseek-vl2-small", ("deepseek",), "", (2,)),
        ("MiniMax-M1-80k", ("minimax",), "m", (1,)),
        ("MiniMax-Text-01", ("minimax",), "", (1,)),
        ("InternVL3_5-241B-A28B", ("internvl",), "", (3, 5)),
        ("GUI-Owl-1.5-8B-Think", ("gui", "owl"), "", (1, 5)),
        ("Mistral-7B-Instruct-v0.3", ("mistral",), "", (0, 3)),
        ("c4ai-command-r-plus-08-2024", ("c4ai", "command", "r"), "", ()),
        ("FLUX.1-dev", ("flux",), "", (1,)),
        ("LongCat-Flash-Lite", ("longcat",), "", ()),
        ("Hy3", ("hy",), "", (3,)),
        ("K2-Think", ("k",), "", (2,)),
        ("Oak4x-9B", ("oak",), "", (4,)),
        ("Oak4xy-9B", ("oak4xy",), "", ()),
        ("Mistral-Large-Instruct-2407", ("mistral",), "", ()),
        ("", (), "", ()),
        ("---", (), "", ()),
    ],
)
def test_brand_and_version(
    name: str, brand: tuple[str, ...], series: str, version: tuple[int, ...]
) -> None:
    read = name_of(name)
    assert (read.brand, read.series, read.version) == (brand, series, version)


@pytest.mark.parametrize(
    ("name", "size", "active", "tier"),
    [
        ("Qwen3-0.6B", 0.6, None, Tier.LIGHT),
        ("Qwen2.5-72B-Instruct", 72, None, Tier.MIDDLE),
        ("Qwen3-235B-A22B-Instruct-2507", 235, 22, Tier.MIDDLE),
        ("ERNIE-4.5-VL-28B-A3B-PT", 28, 3, Tier.LIGHT),
        ("Mixtral-8x7B-Instruct-v0.1", 56, None, Tier.MIDDLE),
        ("Ling-1T", 1000, None, Tier.MIDDLE),
        ("Llama-4-Scout-17B-16E-Instruct", 17, None, Tier.LIGHT),
        ("DeepSeek-V4-Flash-0731", None, None, Tier.LIGHT),
        ("DeepSeek-V4-Pro", None, None, Tier.HEAVY),
        ("Qwen3.8-Flash-Next", None, None, Tier.LIGHT),
        ("GLM-5.2", None, None, Tier.MIDDLE),
        ("Wan2.2-T2V-A14B", None, 14, Tier.MIDDLE),
        ("Odd-0B-A0B", None, None, Tier.MIDDLE),
        ("Oak-40B", 40, None, Tier.LIGHT),
        ("Oak-41B", 41, None, Tier.MIDDLE),
        ("Oak3-27", 27, None, Tier.LIGHT),
        ("Oak3-8B-27", 8, None, Tier.LIGHT),
    ],
)
def test_sizes_and_grade(name: str, size: float | None, active: float | None, tier: Tier) -> None:
    read = name_of(name)
    assert (read.size, read.active, read.tier) == (size, active, tier)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("DeepSeek-V4-Flash-0731", (0, 7, 31)),
        ("DeepSeek-R1-0528", (0, 5, 28)),
        ("Qwen3-30B-A3B-Thinking-2507", (2025, 7, 0)),
        ("Mistral-Large-Instruct-2407", (2024, 7, 0)),
        ("c4ai-command-r-plus-08-2024", (2024, 8, 0)),
        ("qwen-max-2025-01-25", (2025, 1, 25)),
        ("Model-250528", (2025, 5, 28)),
        ("Model-20250528", (2025, 5, 28)),
        ("MiniMax-Text-01", None),
        ("Qwen2.5-14B-Instruct-1M", None),
        ("Model-1024B", None),
        ("Model-9999", None),
        ("Model-1.0731", None),
    ],
)
def test_dates(name: str, date: tuple[int, int, int] | None) -> None:
    assert name_of(name).date == date


@pytest.mark.parametrize(
    ("name", "skills", "jobs", "variant_words", "thinking"),
    [
        ("Qwen3-VL-8B-Thinking", {"vl"}, set(), set(), 1),
        ("GLM-4.5V", {"vl"}, set(), set(), 0),
        ("Llama-3.2-11B-Vision-Instruct", {"vl"}, set(), set(), -1),
        ("Qwen2.5-Coder-7B-Instruct", {"code"}, set(), set(), -1),
        ("Qwen2.5-Math-7B", {"math"}, set(), set(), 0),
        ("Qwen-Image-Edit-2509", set(), {"image", "edit"}, set(), 0),
        ("Qwen3Guard-Gen-8B", set(), {"guard"}, {"gen"}, 0),
        ("Qwen3-Embedding-8B", set(), {"embedding"}, set(), 0),
        ("Llama-4-Scout-17B-16E-Instruct", set(), set(), {"scout"}, -1),
        ("DeepSeek-R1-Distill-Qwen-32B", set(), set(), {"distill", "qwen"}, 0),
        ("deepseek-vl2-small", {"vl"}, set(), set(), 0),
        ("CodeOak1.5-7B", {"code"}, set(), set(), 0),
        ("ChatOak3-6B", set(), set(), set(), 0),
        ("Ash-VL-CodeOak2", {"vl", "code"}, set(), set(), 0),
    ],
)
def test_words(
    name: str, skills: set[str], jobs: set[str], variant_words: set[str], thinking: int
) -> None:
    read = name_of(name)
    sets = [set(each) for each in (read.skills, read.jobs, read.variant_words)]
    assert (sets, read.instruct_or_thinking) == (
        [skills, jobs, variant_words],
        thinking,
    )


@pytest.mark.parametrize(
    ("name", "quantization"),
    [("Oak3-8B-Int4", {"int4"}), ("Oak3-GGUF", {"gguf"}), ("Oak3-8B", set())],
)
def test_words_of_quantization_and_packaging(name: str, quantization: set[str]) -> None:
    assert name_of(name).quantization == quantization


def test_letter_case_and_signs_between_words_say_nothing() -> None:
    assert name_of("qwen_3.5-27b") == name_of("Qwen-3.5-27B") == name_of("Qwen3.5_27B")


@given(st.text(max_size=40) | st.from_regex(r"[A-Za-z0-9_.\-]{0,128}", fullmatch=True))
def test_any_text_is_a_name(text: str) -> None:
    read = name_of(text)
    assert isinstance(read, ModelName)
    assert all(read.brand)
    assert read.size is None or read.size > 0
    assert len(read.version) <= 4


def test_digits_without_end_are_no_reason_to_break() -> None:
    assert name_of("Model-" + "9" * 5000 + "B").size is None
