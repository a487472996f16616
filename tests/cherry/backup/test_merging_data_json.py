"""What becomes of the provider in a backup of desktop v1 and of the phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app_database import OLD_KEY, OLD_MODEL
from backups import Row, document_of, llm_of, make_data_json, v1_provider, v1_providers
from msconfig.cherry.backup import BackupFormat, open_backup, plan_changes
from msconfig.cherry.provider import ProviderChoice
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from patching import NEW_KEY, NEW_MODELS, OTHER_KEY, apply, patch

Make = Callable[..., Path]


@pytest.fixture(params=[False, True], ids=["desktop", "phone"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """A backup of either app, from the arguments of `make_data_json`."""
    phone: bool = request.param
    path = tmp_path / "cherry-studio.old.zip"
    return lambda **more: make_data_json(path, phone=phone, **more)


def put(backup: Path, *patches: Any, to: str = "cherry-studio.new.zip") -> Path:  # noqa: ANN401 - of `apply`
    return apply(backup, *patches, to=to)


def modelscope(**changed: Any) -> list[Row]:  # noqa: ANN401 - values of JSON
    """The providers, something of ModelScope changed."""
    before, found, after = v1_providers()
    return [before, {**found, **changed}, after]


def test_the_provider_is_switched_on_with_key_and_models(make: Make) -> None:
    old = make()
    new = put(old)
    found = v1_provider(new)
    assert found["enabled"] is True
    assert found["apiKey"] == f"{OLD_KEY},{NEW_KEY}"
    assert [each["id"] for each in found["models"]] == [OLD_MODEL, *NEW_MODELS]
    changed = {name for name, value in v1_provider(old).items() if found[name] != value}
    assert changed == {"enabled", "apiKey", "models"}
    assert found["models"][0] == v1_provider(old)["models"][0]
    assert all(each["provider"] == "modelscope" for each in found["models"])
    assert (found["models"][1]["name"], found["models"][1]["group"]) == ("New-Chat", "Qwen")


@pytest.mark.parametrize(
    ("model_id", "kind", "expected"),
    [
        ("Qwen/Qwen-Image-Edit", Kind.IMAGE_EDIT, []),
        ("Qwen/Qwen-Image", Kind.IMAGE_GENERATION, []),
        ("Qwen/Qwen3.5-27B", Kind.VISION, []),
        ("OpenGVLab/InternVL3_5-241B-A28B", Kind.VISION, ["vision"]),
        ("LongCat/LongCat-Flash-Lite", Kind.CHAT, ["function_calling"]),
    ],
)
def test_a_model_gets_only_capabilities_that_the_app_does_not_infer(
    model_id: str, kind: Kind, expected: list[str], make: Make
) -> None:
    made = v1_provider(put(make(), patch(model_id, kind=kind)))["models"][-1]
    assert made["capabilities"] == [{"type": each, "isUserSelected": True} for each in expected]


def test_nobody_else_is_moved_among_themselves(make: Make) -> None:
    new = put(make())
    left = [each["id"] for each in llm_of(new)["providers"] if each["id"] != "modelscope"]
    assert left == [each["id"] for each in v1_providers() if each["id"] != "modelscope"]


def test_to_apply_twice_is_to_apply_once(make: Make) -> None:
    once = put(make())
    assert document_of(put(once, to="cherry-studio.2.zip")) == document_of(once)
    assert plan_changes(open_backup(once), [patch(*NEW_MODELS)]).changes_nothing


def test_other_ids_and_another_key_afterwards_make_both(make: Make) -> None:
    first = put(make(), patch("a/A"))
    found = v1_provider(put(first, patch("b/B", keys=(OTHER_KEY,)), to="cherry-studio.2.zip"))
    assert [each["id"] for each in found["models"]] == [OLD_MODEL, "a/A", "b/B"]
    assert found["apiKey"] == f"{OLD_KEY},{NEW_KEY},{OTHER_KEY}"


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ("", NEW_KEY),
        (NEW_KEY, NEW_KEY),
        (f"{OLD_KEY},{NEW_KEY}", f"{OLD_KEY},{NEW_KEY}"),
        (f" {OLD_KEY} , {NEW_KEY} ", None),
    ],
)
def test_an_equal_key_is_not_added_twice(there: str, expected: str | None, make: Make) -> None:
    found = v1_provider(put(make(providers=modelscope(apiKey=there))))["apiKey"]
    assert found == (there if expected is None else expected)


def test_name_notes_and_rate_limit_change_only_when_told(make: Make) -> None:
    choice = ProviderChoice(name="Mine", notes="n", rate_limit_seconds=9)
    found = v1_provider(put(make(), patch(*NEW_MODELS, choice=choice)))
    assert (found["name"], found["notes"], found["rateLimit"]) == ("Mine", "n", 9)
    assert "rateLimit" not in v1_provider(put(make(), to="cherry-studio.2.zip"))


def test_a_model_is_updated_only_on_request(make: Make) -> None:
    old = make()
    kept = v1_provider(put(old, patch(OLD_MODEL)))["models"]
    assert kept == v1_provider(old)["models"]
    asked = patch(OLD_MODEL, update_models=True, kind=Kind.VISION)
    (updated,) = v1_provider(put(old, asked, to="cherry-studio.2.zip"))["models"]
    assert (updated["name"], updated["group"]) == ("Old-Chat", "Qwen")
    assert "vision" in {each["type"] for each in updated["capabilities"]}


def test_a_provider_that_is_missing_is_made(make: Make) -> None:
    new = put(make(), patch("a/A", site=Site.AI))
    made = v1_provider(new, "modelscope-ai")
    assert (made["type"], made["enabled"]) == ("openai", True)
    assert made["apiHost"].startswith("https://api-inference.modelscope.ai")
    assert made["apiKey"] == NEW_KEY
    assert [each["provider"] for each in made["models"]] == ["modelscope-ai"]
    assert v1_provider(new) == v1_provider(make())


def test_what_it_is_can_be_told(make: Make) -> None:
    found = open_backup(make(version=4))
    assert found.format is BackupFormat.DATA_JSON
    (told,) = [each for each in found.providers if each.id == "modelscope"]
    assert (told.name, told.is_enabled, told.model_ids) == ("ModelScope", False, (OLD_MODEL,))
    assert [key.reveal() for key in told.api_keys] == [OLD_KEY]


def test_a_patch_that_only_marks_models_changes_nothing_here(make: Make) -> None:
    old = make()
    marks = replace(patch(keys=(), dead=[OLD_MODEL]), adds=False)
    assert plan_changes(open_backup(old), [marks]).changes_nothing
    assert put(old, marks).read_bytes() == old.read_bytes()
