"""The same model at Bailian: which id it has there, and when it is suggested."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.checking.fallback_suggestions import (
    MOST,
    CrossProviderMatcher,
    with_fallback_suggestion,
)
from msconfig.checking.report import ModelResult, Status, Suggestion
from msconfig.checking.suggestions.reasons import Reason
from msconfig.modelscope.kinds import Kind

LISTED = (
    *("deepseek-v4-pro", "qwen2.5-7b-instruct", "qwen3-235b-a22b-instruct-2507", "qwen3-32b"),
    *("qwen3-235b-a22b-thinking-2507", "glm-4.5", "qwen3-8b", "qwen3-8b-instruct"),
)


@pytest.mark.parametrize(
    ("model_id", "match"),
    [
        ("Qwen/Qwen3-32B", "qwen3-32b"),
        ("qwen/qwen3_32b", "qwen3-32b"),
        ("Qwen/Qwen3-32B:DashScope", "qwen3-32b"),
        ("deepseek-ai/DeepSeek-V4-Pro", "deepseek-v4-pro"),
        ("unsloth/Qwen3-32B-GGUF", "qwen3-32b"),
        ("Qwen/Qwen3-32B-FP8", "qwen3-32b"),
        ("Qwen/Qwen2.5-7B", "qwen2.5-7b-instruct"),
        ("Qwen/Qwen2.5-7B-Instruct", "qwen2.5-7b-instruct"),
        ("Qwen/Qwen2.5-7B-Instruct-AWQ", "qwen2.5-7b-instruct"),
        ("Qwen/Qwen3-8B", "qwen3-8b"),
        ("Qwen/Qwen3-8B-Instruct", "qwen3-8b-instruct"),
        ("Qwen/Qwen3-235B-A22B-Thinking-2507", "qwen3-235b-a22b-thinking-2507"),
        ("qwen3-32b", "qwen3-32b"),
        ("https://modelscope.cn/models/Qwen/Qwen3-32B", "qwen3-32b"),
        # another size, version, date or family is another model
        ("Qwen/Qwen3-30B", None),
        ("Qwen/Qwen2-7B-Instruct", None),
        ("Qwen/Qwen3-235B-A22B", None),
        ("deepseek-ai/DeepSeek-V4-Pro-0813", None),
        ("ZhipuAI/GLM-4.50", None),
        ("Qwen/Qwen3-VL-32B", None),
        ("owner/Instruct", None),
        ("", None),
        ("Qwen/", None),
        ("Qwen/---", None),
    ],
)
def test_the_match_is_the_id_of_the_same_model_and_of_no_other(
    model_id: str, match: str | None
) -> None:
    assert CrossProviderMatcher(LISTED).of(model_id) == match


def test_names_without_words_match_no_other() -> None:
    assert CrossProviderMatcher(["-"]).of("Qwen/---") is None


@given(st.lists(st.text(max_size=12), max_size=8), st.text(max_size=20))
def test_a_match_is_always_in_the_list_and_does_not_hang_on_its_order(
    listed: list[str], asked: str
) -> None:
    match = CrossProviderMatcher(listed).of(asked)
    assert match is None or match in listed
    assert CrossProviderMatcher(reversed(listed)).of(asked) == match


def test_a_thousand_models_against_a_hundred_thousand_take_no_time() -> None:
    began = time.monotonic()
    matcher = CrossProviderMatcher(f"model-{number}-instruct" for number in range(100_000))
    assert all(matcher.of(f"owner/Model-{number}") for number in range(1000))
    assert time.monotonic() - began < 10


def failed(model_id: str, *suggested: str, status: Status = Status.NOT_ENABLED) -> ModelResult:
    suggestions = tuple(Suggestion(each, "the closest served id") for each in suggested)
    return ModelResult(model_id, status, Kind.CHAT, "a reason", suggestions=suggestions)


@pytest.mark.parametrize(
    ("model_id", "reason"),
    [
        ("Qwen/Qwen3-32B", Reason.AT_FALLBACK),
        ("Qwen/Qwen3-32B-FP8", Reason.AT_FALLBACK_BUT_FOR_SUFFIX),
    ],
)
def test_a_model_that_fails_gets_its_match_as_the_last_suggestion(
    model_id: str, reason: Reason
) -> None:
    model = with_fallback_suggestion(failed(model_id, "a/x"), CrossProviderMatcher(LISTED))
    assert model.suggestions == (
        Suggestion("a/x", "the closest served id"),
        Suggestion("qwen3-32b", reason),
    )
    assert "Bailian" in reason


def test_there_are_never_more_than_three_suggestions() -> None:
    model = with_fallback_suggestion(
        failed("Qwen/Qwen3-32B", "a/x", "a/y", "a/z"), CrossProviderMatcher(LISTED)
    )
    assert [each.id for each in model.suggestions] == ["a/x", "a/y", "qwen3-32b"]
    assert len(model.suggestions) == MOST


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(failed("Qwen/Qwen3-32B", status=Status.ENABLED), id="passes"),
        pytest.param(failed("Qwen/Qwen3-32B", status=Status.UNVERIFIED), id="unknown"),
        pytest.param(failed("Qwen/Qwen3-30B"), id="not in the list"),
    ],
)
def test_nothing_else_is_suggested(model: ModelResult) -> None:
    assert with_fallback_suggestion(model, CrossProviderMatcher(LISTED)) == model
