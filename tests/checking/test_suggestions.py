"""What is suggested in place of an id that fails."""

from __future__ import annotations

import pytest

from msconfig.checking.report import Status
from msconfig.checking.suggestions import suggest
from msconfig.fake.http import Response
from msconfig.fake.snapshot import RecordedHub, RecordedModel
from support import ALIVE, DEAD, Check, Serve, fake, instead, served_by

SERVED = ("Qwen/Qwen3.5-27B", "Qwen/Qwen3.5-35B-A3B", "ZhipuAI/GLM-5.2", "deepseek-ai/DeepSeek-V4")


@pytest.mark.parametrize(
    ("asked", "right_id", "first"),
    [
        pytest.param("Qwen/Qwen3.5-28B", None, "Qwen/Qwen3.5-27B", id="a digit off"),
        pytest.param("qwen/qwen3.5-27b", "Qwen/Qwen3.5-27B", "Qwen/Qwen3.5-27B", id="letter case"),
        pytest.param("zhipuai/glm-5.1", None, "ZhipuAI/GLM-5.2", id="letter case and a digit off"),
        pytest.param("Qwen3.5-27B", None, "Qwen/Qwen3.5-27B", id="no owner"),
        pytest.param("Qwen/Odd", "qwen/odd", "qwen/odd", id="the right case, served or not"),
    ],
)
def test_the_closest_id_comes_first(asked: str, right_id: str | None, first: str) -> None:
    assert suggest(asked, SERVED, right_id)[0].id == first


@pytest.mark.parametrize(
    "asked", ["nobody/no-such-model", "x/y", "", "meta/Llama-3-70B", "z" * 100_000]
)
def test_nothing_is_suggested_for_what_is_like_nothing(asked: str) -> None:
    assert suggest(asked, SERVED) == ()


def test_at_most_three_are_suggested_each_once_and_never_what_was_asked() -> None:
    served = [f"Qwen/Qwen3-{size}B" for size in (4, 8, 14, 30, 32)]
    ids = [each.id for each in suggest("Qwen/Qwen3-8B", served, "Qwen/Qwen3-14B")]
    assert len(ids) == len(set(ids)) == 3
    assert ids[0] == "Qwen/Qwen3-14B"
    assert "Qwen/Qwen3-8B" not in ids


def test_every_suggestion_says_why() -> None:
    reasons = [each.reason for each in suggest("qwen/qwen3.5-27b", SERVED, SERVED[0])]
    assert "case" in reasons[0]
    assert all(reasons)


def test_the_catalogue_s_spelling_is_suggested(serve: Serve, check_at: Check) -> None:
    (model,) = check_at(serve(fake()).url_for("/"), "qwen/alive").models
    assert model.status is Status.NOT_FOUND
    assert [each.id for each in model.suggestions] == ["Qwen/Alive"]


def test_the_hub_s_spelling_is_suggested(serve: Serve, check_at: Check) -> None:
    spelt = Response.of_json(200, {"success": True, "data": {"id": "Tongyi-MAI/Z-Image"}})
    server = serve(instead({"/openapi/v1/models/tongyi-mai/z-image": spelt}, fake()))
    (model,) = check_at(server.url_for("/"), "tongyi-mai/z-image").models
    assert model.status is Status.NOT_FOUND
    assert [each.id for each in model.suggestions] == ["Tongyi-MAI/Z-Image"]


def test_what_passes_needs_no_suggestion(serve: Serve, check_at: Check) -> None:
    server = serve(fake({"Qwen/Alive2": ALIVE}))
    report = check_at(server.url_for("/"), "Qwen/Alive", "Qwen/Alive2")
    assert [model.suggestions for model in report.models] == [(), ()]


def test_what_is_served_but_not_listed_may_be_suggested(serve: Serve, check_at: Check) -> None:
    server = serve(fake({"Qwen/Picture-1": ALIVE, "Qwen/Picture-2": DEAD}))
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
    server = serve(fake(known, ("Qwen/Alive", "Qwen/Model-1")))
    models = check_at(server.url_for("/"), "Qwen/Model-1", "Qwen/Model-2").models
    assert models[0].status is not Status.ENABLED
    assert models[1].suggestions == ()
