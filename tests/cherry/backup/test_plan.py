"""Plans of changes, and that writing keeps to them."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from pathlib import Path

import pytest

from app_database import OLD_KEY, OLD_MODEL, insert, provider_row, script
from backups import (
    DATABASE,
    PERSISTED,
    Row,
    make_data_json,
    make_v7,
    row,
    v1_provider,
    v1_providers,
)
from msconfig.cherry.backup import (
    BackupRefused,
    ModelAction,
    ModelChange,
    Patch,
    ProviderChange,
    SettingChange,
    open_backup,
    plan_changes,
    write_copy,
)
from msconfig.cherry.provider import ProviderChoice
from msconfig.errors import FileError
from msconfig.modelscope.sites import Site
from patching import NEW_KEY, NEW_MODELS, apply, patch
from raw_zip import records

pytestmark = pytest.mark.usefixtures("both_headers")

CHOICE = ProviderChoice(name="Mine", rate_limit_seconds=7, notes="n")


def change(path: Path, wanted: Patch) -> ProviderChange:
    (only,) = plan_changes(open_backup(path), [wanted]).providers
    return only


@pytest.mark.parametrize(
    ("full", "platform", "warned"),
    [(True, "win32", True), (False, "win32", False), (True, "darwin", False), (True, None, False)],
)
def test_a_full_backup_of_windows_is_warned_about(
    full: bool, platform: str | None, warned: bool, tmp_path: Path
) -> None:
    made = make_v7(tmp_path / "old.zip", full=full, messages=1, metadata={"platform": platform})
    found = plan_changes(open_backup(made), [patch(*NEW_MODELS)]).warnings
    assert any("a slim one is safer" in each for each in found) == warned


def test_what_is_told_of_the_provider_is_said_with_old_and_new(tmp_path: Path) -> None:
    v7 = make_v7(tmp_path / "a.zip", messages=1)
    v1 = make_data_json(tmp_path / "b.zip")
    found = patch(choice=CHOICE)
    name, limit, notes = change(v7, found).settings
    assert name == SettingChange("name", "ModelScope", "Mine")
    assert limit == SettingChange("rate limit", "3", "7")
    assert notes.new == "n"
    assert change(v7, found).name == change(v1, found).name == "Mine"
    assert change(v1, found).settings[1] == SettingChange("rate limit", None, "7")


def test_a_provider_that_is_new_has_what_was_told_from_the_start(tmp_path: Path) -> None:
    found = patch(choice=CHOICE, site=Site.AI)
    v7 = make_v7(tmp_path / "a.zip", messages=1)
    v1 = make_data_json(tmp_path / "b.zip")
    for path in (v7, v1):
        assert change(path, found).is_new
        assert not change(path, found).settings
    made = row(apply(v7, found, to="c.zip"), "user_provider", "modelscope-ai")
    assert json.loads(made["provider_settings"]) == {"rateLimit": 7, "notes": "n"}
    made = v1_provider(apply(v1, found, to="d.zip"), "modelscope-ai")
    assert (made["name"], made["rateLimit"], made["notes"]) == ("Mine", 7, "n")


def test_a_provider_that_is_on_stays_where_it_is(tmp_path: Path) -> None:
    sql = "UPDATE user_provider SET is_enabled = 1 WHERE provider_id = 'modelscope'"
    v7 = make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))
    providers = v1_providers()
    providers[1]["enabled"] = True
    v1 = make_data_json(tmp_path / "b.zip", providers=providers)
    for path in (v7, v1):
        found = change(path, patch())
        assert not found.switched_on
        assert not found.moved_to_front


def test_an_odd_order_key_of_a_neighbour_is_no_hindrance_where_nothing_is_moved(
    tmp_path: Path,
) -> None:
    sql = (
        "UPDATE user_provider SET is_enabled = 1 WHERE provider_id = 'modelscope';"
        " UPDATE user_provider SET order_key = '' WHERE provider_id = 'groq'"
    )
    path = make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))
    assert not change(path, patch()).moved_to_front


def test_a_provider_that_is_first_already_keeps_its_place(tmp_path: Path) -> None:
    sql = "UPDATE user_provider SET order_key = 'Zy' WHERE provider_id = 'modelscope'"
    path = make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))
    assert not change(path, patch()).moved_to_front
    assert row(apply(path), "user_provider", "modelscope")["order_key"] == "Zy"


def test_a_provider_that_shares_the_first_key_gets_one_of_its_own(tmp_path: Path) -> None:
    sql = "UPDATE user_provider SET order_key = 'Zz' WHERE provider_id = 'modelscope'"
    path = make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))
    assert change(path, patch()).moved_to_front
    assert row(apply(path), "user_provider", "modelscope")["order_key"] == "Zy"


def test_a_model_whose_unique_id_is_taken_is_refused_and_the_rest_goes_in(tmp_path: Path) -> None:
    sql = f"UPDATE user_model SET id = 'modelscope::{NEW_MODELS[0]}' WHERE model_id = 'gone'"
    path = make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))
    refused, added = change(path, patch(*NEW_MODELS)).models
    assert refused.action is ModelAction.REFUSED
    assert added == ModelChange(NEW_MODELS[1], ModelAction.ADDED)
    assert plan_changes(open_backup(apply(path)), [patch(*NEW_MODELS)]).changes_nothing


@pytest.mark.parametrize(
    ("done", "words"),
    [
        ("is_enabled = 0", "switched off in the app, and left so"),
        ("is_hidden = 1", "hidden in the app, and left so"),
    ],
)
def test_what_the_user_did_to_a_model_is_told(done: str, words: str, tmp_path: Path) -> None:
    sql = f"UPDATE user_model SET {done} WHERE model_id = '{OLD_MODEL}'"
    path = make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))
    (found,) = change(path, patch(OLD_MODEL)).models
    assert found == ModelChange(OLD_MODEL, ModelAction.ALREADY_THERE, words)
    (found,) = change(path, patch(OLD_MODEL, update_models=True)).models
    assert found.action is ModelAction.UPDATED
    assert found.detail.endswith(f"; {words}")


def test_a_dead_model_that_lives_again_is_told_and_lifted_on_request(tmp_path: Path) -> None:
    path = apply(make_v7(tmp_path / "a.zip", messages=1), patch(dead=[OLD_MODEL]))
    (found,) = change(path, patch(OLD_MODEL)).models
    assert "--update-models lifts that" in found.detail
    (found,) = change(path, patch(OLD_MODEL, update_models=True)).models
    assert found.action is ModelAction.UPDATED
    lifted = apply(path, patch(OLD_MODEL, update_models=True), to="b.zip")
    assert row(lifted, "user_model", f"modelscope::{OLD_MODEL}")["is_deprecated"] == 0


def test_a_format_without_a_mark_for_dead_models_says_so(tmp_path: Path) -> None:
    (found,) = change(make_data_json(tmp_path / "a.zip"), patch(dead=[OLD_MODEL])).models
    assert found.action is ModelAction.REFUSED
    assert "delete it in the app" in found.detail


def test_a_provider_without_any_key_is_warned_about(tmp_path: Path) -> None:
    off = "UPDATE user_provider SET api_keys = NULL WHERE provider_id = 'modelscope'"
    v7 = make_v7(tmp_path / "a.zip", messages=1, prepare=script(off))
    assert "no key" in plan_changes(open_backup(v7), [patch(keys=())]).warnings[0]
    assert not plan_changes(open_backup(v7), [patch()]).warnings
    providers = [{**each, "apiKey": ""} for each in v1_providers()]
    v1 = make_data_json(tmp_path / "b.zip", providers=providers)
    assert any(
        "no key" in each for each in plan_changes(open_backup(v1), [patch(keys=())]).warnings
    )


def test_an_address_of_the_users_own_is_warned_about_by_its_host_alone(tmp_path: Path) -> None:
    url = "https://user:secret@proxy.example/v1?key=secret"
    configs = f'{{"openai-chat-completions": {{"baseUrl": "{url}"}}}}'
    sql = (
        f"UPDATE user_provider SET endpoint_configs = '{configs}' WHERE provider_id = 'modelscope'"
    )
    providers = v1_providers()
    providers[1]["apiHost"] = url
    for path in (
        make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql)),
        make_data_json(tmp_path / "b.zip", providers=providers),
    ):
        last = plan_changes(open_backup(path), [patch()]).warnings[-1]
        assert "proxy.example" in last
        assert "secret" not in last


@pytest.mark.parametrize("endpoint", ["openai-chat-completions", "anthropic-messages"])
def test_keys_that_would_go_to_another_host_are_warned_about_for_a_new_id_too(
    endpoint: str, tmp_path: Path
) -> None:
    """A provider that is not built in, of the id that site ai has by default."""
    other = f'{{"{endpoint}": {{"baseUrl": "https://other.example/v1"}}}}'

    def put(database: sqlite3.Connection) -> None:
        row = provider_row("modelscope-ai", endpoint_configs=other, order_key="b00")
        insert(database, "user_provider", {**row, "preset_provider_id": None})

    field = "apiHost" if endpoint == "openai-chat-completions" else "anthropicApiHost"
    providers = [*v1_providers(), {**v1_providers()[1], "id": "modelscope-ai"}]
    providers[-1] |= {"apiHost": "https://api-inference.modelscope.ai/v1/", "isSystem": False}
    providers[-1][field] = "https://other.example/v1"
    for path in (
        make_v7(tmp_path / "a.zip", messages=1, prepare=put),
        make_data_json(tmp_path / "b.zip", providers=providers),
    ):
        warnings = plan_changes(open_backup(path), [patch(site=Site.AI)]).warnings
        assert any("other.example" in each for each in warnings), path


def test_a_provider_without_any_address_is_warned_about(tmp_path: Path) -> None:
    def put(database: sqlite3.Connection) -> None:
        row = provider_row("modelscope-ai", order_key="b00")
        insert(database, "user_provider", {**row, "preset_provider_id": None})

    v7 = make_v7(tmp_path / "a.zip", messages=1, prepare=put)
    (warning,) = plan_changes(open_backup(v7), [patch(site=Site.AI)]).warnings
    assert "https://api-inference.modelscope.ai/v1/" in warning


@pytest.mark.parametrize("site", Site)
def test_what_msconfig_itself_wrote_is_not_warned_about(site: Site, tmp_path: Path) -> None:
    v7 = make_v7(tmp_path / "a.zip", messages=1)
    v1 = make_data_json(tmp_path / "b.zip")
    for old in (v7, v1):
        before = plan_changes(open_backup(old), [patch(site=site)]).warnings
        new = apply(old, patch(site=site), to=f"new-{old.name}")
        assert plan_changes(open_backup(new), [patch(site=site)]).warnings == before
        assert not any("address" in each for each in before)


def test_a_backup_that_a_phone_would_not_restore_is_warned_about(tmp_path: Path) -> None:
    def without_search(document: Row) -> None:
        slices = json.loads(document["localStorage"][PERSISTED])
        del slices["websearch"]
        document["localStorage"][PERSISTED] = json.dumps(slices)

    path = make_data_json(tmp_path / "a.zip", phone=True, edit=without_search)
    said = plan_changes(open_backup(path), [patch()]).warnings
    assert said[0].startswith("a phone would not restore this backup")


@pytest.mark.parametrize("capabilities", ["not JSON", '["web-search"]'])
def test_capabilities_that_differ_or_cannot_be_read_are_written_anew(
    capabilities: str, tmp_path: Path
) -> None:
    wanted = patch(OLD_MODEL, update_models=True)
    once = apply(make_v7(tmp_path / "a.zip", messages=1), wanted, to="b.zip")
    key = f"modelscope::{OLD_MODEL}"
    expected = row(once, "user_model", key)["capabilities"]
    edit = script(f"UPDATE user_model SET capabilities = '{capabilities}'")
    path = make_v7(tmp_path / "c.zip", messages=1, prepare=edit)
    assert row(apply(path, wanted, to="d.zip"), "user_model", key)["capabilities"] == expected


def test_two_patches_for_one_provider_are_a_mistake_of_the_caller(tmp_path: Path) -> None:
    backup = open_backup(make_v7(tmp_path / "a.zip", messages=1))
    with pytest.raises(ValueError, match="two patches"):
        plan_changes(backup, [patch(), patch()])


def test_a_provider_of_v1_that_is_there_twice_is_refused_only_when_it_is_meant(
    tmp_path: Path,
) -> None:
    first, ours, other = v1_providers()
    twice = make_data_json(tmp_path / "a.zip", providers=[first, ours, other, other])
    assert len(open_backup(apply(twice)).providers) == 4
    twice = make_data_json(tmp_path / "a.zip", providers=[first, ours, ours])
    with pytest.raises(BackupRefused, match="twice"):
        plan_changes(open_backup(twice), [patch()])


@pytest.mark.parametrize("settings", ["[]", "{", '"text"'])
def test_settings_that_cannot_be_read_are_not_written_over(settings: str, tmp_path: Path) -> None:
    sql = f"UPDATE user_provider SET provider_settings = '{settings}'"
    path = make_v7(tmp_path / "a.zip", messages=1, prepare=script(sql))
    with pytest.raises(BackupRefused, match="settings"):
        plan_changes(open_backup(path), [patch(choice=CHOICE)])


def test_a_backup_that_was_changed_after_it_was_opened_is_not_patched(tmp_path: Path) -> None:
    path = make_v7(tmp_path / "a.zip", messages=1)
    backup = open_backup(path)
    make_v7(path, messages=2)
    with pytest.raises(FileError, match="was changed"):
        write_copy(backup, [patch()], tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_a_patch_that_changes_nothing_gives_the_very_same_file(tmp_path: Path) -> None:
    once = apply(make_v7(tmp_path / "a.zip", messages=1, comment=b"kept"))
    assert apply(once, to="b.zip").read_bytes() == once.read_bytes()


@pytest.mark.parametrize("error", [errno.EXDEV, errno.ENOSYS, None])
def test_where_the_system_does_not_copy_by_itself_the_copy_is_the_same(
    error: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy_nothing(*_arguments: int) -> int:
        if error is None:
            return 0
        raise OSError(error, "not here")

    path = make_v7(tmp_path / "a.zip", messages=1, full=True)
    made = records(apply(path, to="b.zip"))
    monkeypatch.setattr("os.copy_file_range", copy_nothing, raising=False)
    again = records(apply(path, to="c.zip"))
    others = [each for each in made if each.name != DATABASE]
    assert others == [each for each in again if each.name != DATABASE]
    assert len(others) == len(made) - 1


def test_what_a_killed_run_left_an_hour_ago_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_v7(tmp_path / "a.zip", messages=1)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    for where in (tmp_path, temporary):
        for name in ("old", "recent"):
            (where / f".msconfig-staged-{name}").mkdir()
        os.utime(where / ".msconfig-staged-old", (0, 0))
        (where / ".msconfig-staged-link").symlink_to(where / "a.zip")
    apply(path)
    for where in (tmp_path, temporary):
        left = {each.name for each in where.glob(".msconfig-staged-*")}
        assert left == {".msconfig-staged-recent", ".msconfig-staged-link"}


def test_nothing_that_is_known_of_a_backup_shows_a_key(tmp_path: Path) -> None:
    for path in (make_v7(tmp_path / "a.zip", messages=1), make_data_json(tmp_path / "b.zip")):
        backup = open_backup(path)
        shown = repr((backup, backup.content, plan_changes(backup, [patch()])))
        assert OLD_KEY not in shown
        assert NEW_KEY not in shown
