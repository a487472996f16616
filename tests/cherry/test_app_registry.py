"""What is written compared with the app's own registry (`app_registry.toml`)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from msconfig.cherry.provider import Model, ModelChoice
from msconfig.modelscope.kinds import Kind, kind_of
from support import configuration

KNOWN = tomllib.loads(Path(__file__).with_name("app_registry.toml").read_text("utf-8"))["model"]


def written(row: dict[str, Any]) -> Model:
    choice = ModelChoice(row["id"], kind_of(row["tasks"]), tasks=tuple(row["tasks"]))
    (model,) = configuration(models=(choice,)).models
    return model


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: row["id"])
def test_nothing_that_the_registry_lets_in_is_kept_out(row: dict[str, Any]) -> None:
    ours = written(row).input_modalities
    assert not ours or set(ours) >= set(row["input"])


@pytest.mark.parametrize("row", KNOWN, ids=lambda row: row["id"])
def test_tools_reasoning_and_images_are_claimed_as_in_the_registry(row: dict[str, Any]) -> None:
    ours, theirs = set(written(row).capabilities), set(row["capabilities"])
    told = {"function-call", "reasoning", "image-generation"}
    if kind_of(row["tasks"]) is not Kind.UNKNOWN:
        told |= {"structured-output", "image-recognition"}
    assert ours & told == theirs & told


def test_the_registry_has_chat_vision_and_image_models_among_them() -> None:
    kinds = {kind_of(row["tasks"]) for row in KNOWN}
    assert kinds == {Kind.CHAT, Kind.VISION, Kind.IMAGE_EDIT, Kind.UNKNOWN}
