"""The fixture `modelscope` comes with msconfig; nothing has to be imported for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from my_program import answer

if TYPE_CHECKING:
    from msconfig.mock.mock import Mock


def test_a_served_model_answers_and_is_paid_for(modelscope: Mock) -> None:
    said = answer(modelscope.inference_url, modelscope.token, "Qwen/Qwen3.5-27B", "Hello?")
    assert said == "Hello from the mock ModelScope."
    assert modelscope.spent == 1


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("no_provider", "no answer (400)"),
        ("private", "no answer (403)"),
        ("day_quota_spent", "no answer (429)"),
        ("empty", "no answer (empty)"),
    ],
)
def test_a_bad_day_is_told_and_costs_nothing(modelscope: Mock, behaviour: str, said: str) -> None:
    modelscope.use({"models": {"Qwen/Qwen3.5-27B": {"behaviour": behaviour}}})
    assert answer(modelscope.inference_url, modelscope.token, "Qwen/Qwen3.5-27B", "?") == said
    modelscope.assert_no_quota_spent()


def test_an_outage_that_passes(modelscope: Mock) -> None:
    modelscope.use({"faults": [{"does": "status", "path": "/v1/chat/*", "first": 1}]})
    ask = (modelscope.inference_url, modelscope.token, "Qwen/Qwen3.5-27B", "Hello?")
    assert answer(*ask) == "no answer (503)"
    assert answer(*ask).startswith("Hello")
    assert len(modelscope.requests) == 2
