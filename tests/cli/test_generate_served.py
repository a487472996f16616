"""`msconfig generate` for all that ModelScope served when the bundled facts were recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from msconfig.cherry.capabilities import abilities_of
from msconfig.mock import snapshot
from msconfig.modelscope.sites import Site
from support import Run

OPEN = {"vision", "unknown"}
IMAGES = {"image-generation", "image-edit"}


@pytest.fixture
def written(run: Run) -> dict[str, Any]:
    """The models of both documents by id, and the kinds of all requested ids."""
    served = snapshot.load(snapshot.bundled(Site.CN)).catalogue or ()
    assert len(served) == 35
    ran = run("generate", "--offline", "--no-token", "--only-usable", "-o", "out", *served)
    assert ran.code == 0, ran
    found = {path.name: json.loads(path.read_text("utf-8")) for path in Path("out").glob("*.json")}
    kinds = {each["id"]: each["kind"] for each in found["report.json"]["models"]}
    return {
        "kinds": kinds,
        "v1": {each["id"]: each for each in found["provider.v1.json"]["models"]},
        "v2": {each["modelId"]: each for each in found["provider.v2.json"]["models"]},
    }


def test_no_vision_or_unknown_model_has_input_modalities(written: dict[str, Any]) -> None:
    kinds, models = written["kinds"], written["v2"]
    assert {kinds[each] for each in models} >= OPEN
    assert not [
        each for each in models if kinds[each] in OPEN and "inputModalities" in models[each]
    ]
    chat = [models[each]["inputModalities"] for each in models if kinds[each] == "chat"]
    assert chat == [["text"]] * len(chat)


def test_no_image_model_has_capabilities_in_v1(written: dict[str, Any]) -> None:
    kinds, models = written["kinds"], written["v1"]
    images = [each for each in models if kinds[each] in IMAGES]
    assert images
    assert [models[each]["capabilities"] for each in images] == [[]] * len(images)


def test_reasoning_and_tools_are_claimed_where_something_supports_them(
    written: dict[str, Any],
) -> None:
    def claiming(capability: str) -> int:
        names = {each: each.partition("/")[2] for each in written["kinds"]}
        said = [abilities_of(kind, names[each]) for each, kind in written["kinds"].items()]
        return sum(capability in each.capabilities for each in said)

    assert (claiming("reasoning"), claiming("function-call")) == (19, 21)
    for model_id, model in written["v2"].items():
        claims = abilities_of(written["kinds"][model_id], model["name"]).capabilities
        assert model["capabilities"] == list(claims)
