"""What becomes of the provider and its models in a backup of desktop v2."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app_database import (
    MADE_AT,
    ODD,
    OFF_KEY,
    OLD_KEY,
    OLD_MODEL,
    ORDER_KEY,
    OWN_PROVIDER,
    REGISTRY_MODEL,
    script,
)
from backups import Row, contents, make_v7, query, row, rows
from msconfig.cherry.backup import open_backup, plan_changes
from msconfig.cherry.provider import ProviderChoice
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.tokens import Secret
from patching import NEW_KEY, NEW_MODELS, OTHER_KEY, apply, patch

pytestmark = pytest.mark.usefixtures("both_headers")

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A v7 backup of two messages, changed by SQL."""

    def make_it(*sql: str) -> Path:
        return make_v7(tmp_path / "old.zip", messages=2, prepare=script(";".join(sql)))

    return make_it


def keys_of(path: Path, provider_id: str = "modelscope") -> list[tuple[str, bool]]:
    entries = json.loads(row(path, "user_provider", provider_id)["api_keys"])
    assert len({entry["id"] for entry in entries}) == len(entries), "an id stands twice"
    assert all(set(entry) <= {"id", "key", "label", "isEnabled"} for entry in entries)
    return [(entry["key"], entry["isEnabled"]) for entry in entries]


def model_ids(path: Path, provider_id: str = "modelscope") -> list[str]:
    """In the order in which the app shows them."""
    return [
        each["model_id"]
        for each in sorted(rows(path, "user_model"), key=_order)
        if each["provider_id"] == provider_id
    ]


def provider_ids(path: Path) -> list[str]:
    """In the order in which the app shows them."""
    return [each["provider_id"] for each in sorted(rows(path, "user_provider"), key=_order)]


def _order(each: Row) -> bytes:
    key: str = each["order_key"]
    return key.encode()


def assert_keys_of_order_are_sound(path: Path) -> None:
    scopes: dict[str, list[str]] = {}
    for each in rows(path, "user_model"):
        scopes.setdefault(each["provider_id"], []).append(each["order_key"])
    for keys in ([each["order_key"] for each in rows(path, "user_provider")], *scopes.values()):
        assert len(set(keys)) == len(keys)
        for key in keys:
            assert ORDER_KEY.fullmatch(key)


def test_the_provider_is_switched_on_and_first(make: Make) -> None:
    old = make()
    new = apply(old)
    assert row(old, "user_provider", "modelscope")["is_enabled"] == 0
    assert row(new, "user_provider", "modelscope")["is_enabled"] == 1
    assert provider_ids(old)[0] == OWN_PROVIDER
    assert provider_ids(new)[:2] == ["modelscope", OWN_PROVIDER]
    assert_keys_of_order_are_sound(new)


def test_in_front_of_the_presets_comes_the_key_that_the_app_would_take(make: Make) -> None:
    new = apply(make(f"DELETE FROM user_provider WHERE provider_id = '{OWN_PROVIDER}'",
                     f"DELETE FROM user_model WHERE provider_id = '{OWN_PROVIDER}'"))  # fmt: skip
    assert row(new, "user_provider", "modelscope")["order_key"] == "Zz"


def test_nothing_of_a_preset_is_overridden(make: Make) -> None:
    old = make()
    before, after = (row(each, "user_provider", "modelscope") for each in (old, apply(old)))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"api_keys", "is_enabled", "order_key", "updated_at"}


def test_models_follow_the_present_ones_in_the_given_order(make: Make) -> None:
    asked = ("z/Last", "a/First", "M/Middle")
    new = apply(make(), patch(*asked))
    assert model_ids(new) == [OLD_MODEL, REGISTRY_MODEL, *asked]
    assert_keys_of_order_are_sound(new)


@pytest.mark.parametrize(
    ("kind", "capabilities", "takes", "gives"),
    [
        (Kind.CHAT, set(), ["text"], ["text"]),
        (Kind.VISION, {"image-recognition"}, None, ["text"]),
        (Kind.IMAGE_GENERATION, {"image-generation"}, ["text"], ["image"]),
        (Kind.EMBEDDING, {"embedding"}, ["text"], ["vector"]),
        (Kind.AUDIO, set(), None, None),
        (Kind.UNKNOWN, set(), None, None),
    ],
)
def test_a_new_model_is_a_custom_row_that_owns_what_the_app_would_guess(
    kind: Kind,
    capabilities: set[str],
    takes: list[str] | None,
    gives: list[str] | None,
    make: Make,
) -> None:
    new = apply(make(), patch("Acme/Model", kind=kind))
    made = row(new, "user_model", "modelscope::Acme/Model")
    told = {name: made[name] for name in ("provider_id", "model_id", "name", "group")}
    assert list(told.values()) == ["modelscope", "Acme/Model", "Model", "Acme"]
    assert set(json.loads(made["capabilities"])) == capabilities
    shown = [json.loads(made[f"{way}_modalities"] or "null") for way in ("input", "output")]
    assert shown == [takes, gives]
    assert made["input_modalities_explicit"] == (takes is not None)
    assert made["supports_streaming"] in {0, 1}
    assert (made["is_enabled"], made["is_hidden"], made["is_deprecated"]) == (1, 0, 0)
    assert made["created_at"] == made["updated_at"] > MADE_AT - 10**12
    left = ("preset_model_id", "description", "context_window", "reasoning", "pricing", "notes")
    assert {made[name] for name in left} == {None}
    assert made["endpoint_types"] in {None, "[]"}, "its first item would override the provider's"


def test_to_apply_twice_is_to_apply_once(make: Make) -> None:
    once = apply(make())
    twice = apply(once, to="twice.zip")
    assert contents(twice) == contents(once)
    assert plan_changes(open_backup(once), [patch(*NEW_MODELS)]).changes_nothing
    assert not plan_changes(open_backup(make()), [patch(*NEW_MODELS)]).changes_nothing


def test_other_ids_and_another_key_afterwards_make_both(make: Make) -> None:
    first = apply(make(), patch("a/A", "b/B"))
    new = apply(first, patch("c/C", "b/B", keys=(OTHER_KEY,)), to="both.zip")
    assert model_ids(new) == [OLD_MODEL, REGISTRY_MODEL, "a/A", "b/B", "c/C"]
    assert keys_of(new) == [(OLD_KEY, True), (OFF_KEY, False), (NEW_KEY, True), (OTHER_KEY, True)]
    assert_keys_of_order_are_sound(new)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), [(OLD_KEY, True), (OFF_KEY, False)]),
        ((NEW_KEY,), [(OLD_KEY, True), (OFF_KEY, False), (NEW_KEY, True)]),
        ((OLD_KEY,), [(OLD_KEY, True), (OFF_KEY, False)]),
        ((OFF_KEY,), [(OLD_KEY, True), (OFF_KEY, True)]),
        (
            (OTHER_KEY, OFF_KEY, NEW_KEY),
            [(OLD_KEY, True), (OFF_KEY, True), (OTHER_KEY, True), (NEW_KEY, True)],
        ),
    ],
)
def test_keys_are_appended_and_equal_ones_only_switched_on(
    keys: tuple[str, ...], expected: list[tuple[str, bool]], make: Make
) -> None:
    assert keys_of(apply(make(), patch(*NEW_MODELS, keys=keys))) == expected


def test_a_key_id_that_is_taken_is_not_taken_again(make: Make) -> None:
    taken = f"msconfig-{Secret(NEW_KEY).fingerprint}"
    entry = {"id": taken, "key": OLD_KEY, "label": ODD, "isEnabled": True}
    column = json.dumps([entry]).replace("'", "''")
    new = apply(make(f"UPDATE user_provider SET api_keys = '{column}'"))
    assert keys_of(new) == [(OLD_KEY, True), (NEW_KEY, True)]
    entries = json.loads(row(new, "user_provider", "modelscope")["api_keys"])
    assert entries[0] == entry


@pytest.mark.parametrize("empty", ["'[]'", "NULL"])
def test_a_provider_without_keys_gets_its_first(empty: str, make: Make) -> None:
    assert keys_of(apply(make(f"UPDATE user_provider SET api_keys = {empty}"))) == [(NEW_KEY, True)]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ProviderChoice(name="Mine"), {"name": "Mine", "rateLimit": 3}),
        (ProviderChoice(rate_limit_seconds=7), {"name": "ModelScope", "rateLimit": 7}),
        (ProviderChoice(notes="mine now"), {"rateLimit": 3, "notes": "mine now"}),
    ],
)
def test_name_notes_and_rate_limit_change_only_when_told(
    choice: ProviderChoice, expected: dict[str, Any], make: Make
) -> None:
    new = apply(make(), patch(*NEW_MODELS, choice=choice))
    found = row(new, "user_provider", "modelscope")
    settings = json.loads(found["provider_settings"])
    assert settings["extraHeaders"] == {"X-A": "b"}
    assert {**settings, "name": found["name"]}.items() >= expected.items()
    if choice.notes is None:
        assert settings["notes"] == f"mine {ODD}"


def test_a_model_that_is_there_is_left_alone(make: Make) -> None:
    old = make()
    new = apply(old, patch(OLD_MODEL, REGISTRY_MODEL, *NEW_MODELS))
    for model_id in (OLD_MODEL, REGISTRY_MODEL):
        found = f"modelscope::{model_id}"
        assert row(new, "user_model", found) == row(old, "user_model", found)


def test_a_model_that_is_there_is_updated_on_request_and_keeps_what_is_not_ours(
    make: Make,
) -> None:
    old = make()
    new = apply(old, patch(OLD_MODEL, update_models=True))
    before, after = (row(each, "user_model", f"modelscope::{OLD_MODEL}") for each in (old, new))
    assert (after["name"], after["group"]) == ("Old-Chat", "Qwen")
    assert json.loads(after["capabilities"]) == []
    assert after["input_modalities_explicit"] == 1
    assert after["updated_at"] > before["updated_at"]
    for name in ("notes", "context_window", "pricing", "order_key", "created_at", "description"):
        assert after[name] == before[name]
    again = apply(new, patch(OLD_MODEL, update_models=True), to="again.zip")
    assert contents(again) == contents(new)


def test_an_update_takes_input_modalities_back_that_kept_the_registry_out(make: Make) -> None:
    old = make(
        'UPDATE user_model SET input_modalities = \'["text","image"]\','
        f" input_modalities_explicit = 1 WHERE model_id = '{OLD_MODEL}'"
    )
    new = apply(old, patch(OLD_MODEL, kind=Kind.VISION, update_models=True))
    after = row(new, "user_model", f"modelscope::{OLD_MODEL}")
    assert (after["input_modalities"], after["input_modalities_explicit"]) == (None, 0)


def test_pruning_marks_the_dead_of_this_provider_and_deletes_nothing(make: Make) -> None:
    old = make()
    new = apply(old, patch(*NEW_MODELS, dead=[OLD_MODEL, "not/there"]))
    assert row(new, "user_model", f"modelscope::{OLD_MODEL}")["is_deprecated"] == 1
    assert row(new, "user_model", f"{OWN_PROVIDER}::{OLD_MODEL}")["is_deprecated"] == 0
    assert row(new, "user_model", f"modelscope::{REGISTRY_MODEL}")["is_deprecated"] == 0
    assert len(rows(new, "user_model")) == len(rows(old, "user_model")) + len(NEW_MODELS)
    again = apply(new, patch(*NEW_MODELS, dead=[OLD_MODEL]), to="again.zip")
    assert contents(again) == contents(new)


def test_a_provider_that_the_app_does_not_know_is_made_with_its_addresses(make: Make) -> None:
    old = make()
    new = apply(old, patch("Acme/Model", site=Site.AI))
    made = row(new, "user_provider", "modelscope-ai")
    assert (made["name"], made["is_enabled"]) == ("ModelScope (International)", 1)
    assert made["preset_provider_id"] is None
    endpoints = json.loads(made["endpoint_configs"])
    assert "https://api-inference.modelscope.ai/v1/" in json.dumps(endpoints)
    assert provider_ids(new)[0] == "modelscope-ai"
    assert model_ids(new, "modelscope-ai") == ["Acme/Model"]
    assert keys_of(new, "modelscope-ai") == [(NEW_KEY, True)]
    assert row(new, "user_provider", "modelscope") == row(old, "user_provider", "modelscope")
    assert_keys_of_order_are_sound(new)


def test_a_preset_without_a_row_gets_one(make: Make) -> None:
    """A database of an app that did not ship ModelScope yet."""
    gone = "PRAGMA foreign_keys = ON; DELETE FROM user_provider WHERE provider_id = 'modelscope'"
    new = apply(make(gone))
    made = row(new, "user_provider", "modelscope")
    assert made["preset_provider_id"] == "modelscope"
    assert made["endpoint_configs"] in {None, "{}"}
    assert model_ids(new) == list(NEW_MODELS)


def test_two_providers_go_in_at_once(make: Make) -> None:
    asked = [patch("a/A"), patch("b/B", site=Site.AI, keys=(OTHER_KEY,))]
    new = apply(make(), *asked)
    assert set(provider_ids(new)[:2]) == {"modelscope", "modelscope-ai"}
    assert keys_of(new, "modelscope-ai") == [(OTHER_KEY, True)]
    assert_keys_of_order_are_sound(new)
    assert plan_changes(open_backup(new), asked).changes_nothing


def _many(count: int) -> Sequence[str]:
    return [f"owner/model-{number}" for number in range(count)]


def test_a_thousand_models_keep_their_order(make: Make) -> None:
    new = apply(make(), patch(*_many(1000)))
    assert model_ids(new)[2:] == _many(1000)
    assert_keys_of_order_are_sound(new)
    longest = query(new, "SELECT max(length(order_key)) FROM user_model")[0][0]
    assert longest <= 4, "keys that grow with each model make later moves slow"
