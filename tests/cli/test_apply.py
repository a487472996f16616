"""`msconfig apply`, as a user runs it."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import pytest

from app_database import OFF_KEY, OLD_KEY, OLD_MODEL, REGISTRY_MODEL
from backups import contents, make_data_json, make_v7, query, row, rows, v1_provider
from msconfig import clock
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Account, Scenario
from msconfig.mock.server import MockServer
from msconfig.mock.snapshot import RecordedHub, RecordedModel, bundled, load
from msconfig.modelscope.sites import Site
from support import ALIVE, DEAD, TOKEN, Online, Ran, Run, Serve, mock_of, served_by, snapshot

pytestmark = pytest.mark.usefixtures("both_headers")

UNREACHABLE = "http://127.0.0.1:9"


@pytest.fixture
def server(serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch) -> MockServer:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    models = {"Qwen/Alive": ALIVE, "Qwen/Other": ALIVE, "Qwen/Dead": DEAD, OLD_MODEL: DEAD}
    return online(serve(mock_of({**models, REGISTRY_MODEL: ALIVE})))


@pytest.fixture
def backup() -> Path:
    return make_v7(Path("backup.zip"), messages=20)


def models_in(path: Path) -> list[str]:
    found = query(
        path,
        "SELECT model_id FROM user_model WHERE provider_id = 'modelscope' AND NOT is_deprecated"
        " ORDER BY order_key",
    )
    return [str(model_id) for (model_id,) in found]


def keys_in(text: str) -> list[str]:
    return [key for key in (TOKEN, OLD_KEY, OFF_KEY) if key in text]


@pytest.mark.usefixtures("server")
def test_the_copy_has_provider_key_and_models_and_the_backup_is_as_it_was(
    run: Run, backup: Path
) -> None:
    before = backup.read_bytes()
    ran = run("apply", backup, "-o", "new.zip", "--yes", "Qwen/Alive", "Qwen/Other")
    new = Path("new.zip")
    assert ran.code == 0, ran
    assert backup.read_bytes() == before
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert row(new, "user_provider", "modelscope")["is_enabled"] == 1
    assert TOKEN in row(new, "user_provider", "modelscope")["api_keys"]
    assert models_in(new)[-2:] == ["Qwen/Alive", "Qwen/Other"]
    assert not keys_in(ran.out + ran.err)
    assert "restore" in ran.out
    assert "2026-09-21 14:13 UTC" in ran.out, "what was done since then is lost"


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("old_layout", [False, True])
def test_all_tables_but_two_are_the_same_row_for_row(
    full: bool, old_layout: bool, run: Run
) -> None:
    old, new, again = make_v7(Path("o.zip"), full=full, old_layout=old_layout), "n.zip", "a.zip"
    assert run("validate", old).code == 0
    assert run("apply", old, "-o", new, "--yes", "Qwen/Alive").code == 0
    written = ["user_provider", "user_model"]
    assert contents(Path(new), without=written) == contents(old, without=written)
    assert contents(Path(new)) != contents(old)
    assert query(Path(new), "PRAGMA integrity_check") == [("ok",)]
    assert run("validate", new).code == 0
    assert "Qwen/Alive" in run("check", "--from", new).out
    assert run("apply", new, "-o", again, "--yes", "Qwen/Alive").code == 0
    assert Path(again).read_bytes() == Path(new).read_bytes()


@pytest.mark.usefixtures("server")
def test_the_ids_of_a_generated_document_are_taken(run: Run, backup: Path) -> None:
    assert run("generate", "-o", "out", "--redact", "Qwen/Alive", "Qwen/Other").code == 0
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--from", "out/provider.v2.json")
    assert ran.code == 0, ran
    assert models_in(Path("new.zip"))[-2:] == ["Qwen/Alive", "Qwen/Other"]


@pytest.mark.usefixtures("server")
def test_a_second_time_changes_nothing_and_other_ids_come_on_top(run: Run, backup: Path) -> None:
    assert run("apply", backup, "-o", "one.zip", "--yes", "Qwen/Alive").code == 0
    again = run("apply", "one.zip", "-o", "two.zip", "--yes", "Qwen/Alive")
    assert "already there" in again.out
    assert Path("two.zip").read_bytes() == Path("one.zip").read_bytes()
    assert run("apply", "two.zip", "-o", "three.zip", "--yes", "Qwen/Other").code == 0
    assert models_in(Path("three.zip"))[-2:] == ["Qwen/Alive", "Qwen/Other"]


@pytest.mark.usefixtures("server")
def test_a_plan_writes_nothing_and_tells_every_change(run: Run, backup: Path) -> None:
    before = sorted(Path().iterdir())
    ran = run("apply", backup, "--plan", "Qwen/Alive", OLD_MODEL, "--only-usable")
    assert ran.code == 0
    assert sorted(Path().iterdir()) == before
    for words in ("1 model and 1 key", "switched on", "+ Qwen/Alive", f"✗ {OLD_MODEL}"):
        assert words in ran.out


@pytest.mark.usefixtures("server")
def test_a_plan_is_as_wide_as_its_terminal(
    run: Run, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    Path("msconfig.toml").write_text(f'[provider]\nnotes = "{"so " * 12}"\n', "utf-8")
    ran = run("apply", backup, "--plan", "Qwen/Alive")
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= 40, ran.out


@pytest.mark.usefixtures("server")
def test_a_plan_is_a_document_with_a_schema(run: Run, backup: Path) -> None:
    arguments = ("--format", "json", "Qwen/Alive")
    plan = run("apply", backup, "--plan", *arguments)
    assert not json.loads(plan.out)["written"]
    ran = run("apply", backup, "-o", "new.zip", "--yes", *arguments)
    Path("plan.json").write_text(ran.out, "utf-8")
    assert run("validate", "plan.json").code == 0
    document = json.loads(ran.out)
    assert document["written"]
    (provider,) = document["providers"]
    assert provider["switched_on"]
    assert [(each["id"], each["action"]) for each in provider["models"]] == [
        ("Qwen/Alive", "added")
    ]
    assert not keys_in(ran.out)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_is_written_when_a_model_fails(form: str, run: Run, backup: Path) -> None:
    arguments = ("--format", form, "Qwen/Alive", "Qwen/Dead")
    ran = run("apply", backup, "-o", "new.zip", "--yes", *arguments)
    assert ran.code == 1
    assert "Qwen/Dead" in ran.out
    assert not Path("new.zip").exists()
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--only-usable", *arguments)
    assert ran.code == 0
    assert models_in(Path("new.zip"))[-1] == "Qwen/Alive"


def test_nothing_is_written_when_the_token_is_rejected(
    run: Run, server: MockServer, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-00000000-0000-4000-8000-0000000bad00")
    assert run("apply", backup, "-o", "new.zip", "--yes", "Qwen/Alive").code == 3
    assert not Path("new.zip").exists()
    assert server.requests


@pytest.mark.usefixtures("server")
def test_prune_marks_what_is_dead_and_update_brings_it_up_to_date(run: Run, backup: Path) -> None:
    assert OLD_MODEL in models_in(backup)
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--prune", "Qwen/Alive")
    assert ran.code == 0, ran
    assert OLD_MODEL not in models_in(Path("new.zip"))
    assert REGISTRY_MODEL in models_in(Path("new.zip")), "it is served"
    assert row(Path("new.zip"), "user_model", f"modelscope::{OLD_MODEL}")["is_deprecated"] == 1
    settings = Path("msconfig.toml")
    settings.write_text(f'[[models]]\nid = "{REGISTRY_MODEL}"\nname = "Another name"\n', "utf-8")
    ran = run("apply", backup, "-o", "updated.zip", "--yes", "--update-models", REGISTRY_MODEL)
    assert ran.code == 0, ran
    renamed = row(Path("updated.zip"), "user_model", f"modelscope::{REGISTRY_MODEL}")
    assert renamed["name"] == "Another name"


def test_prune_leaves_what_nobody_could_tell_and_names_it(
    run: Run, serve: Serve, online: Online, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    knows = mock_of({"Qwen/Alive": ALIVE, OLD_MODEL: DEAD, REGISTRY_MODEL: DEAD})
    down = Response(503, b"")

    def handler(request: Request) -> Response:
        return down if OLD_MODEL in unquote(request.path + request.query) else knows(request)

    online(serve(handler))
    arguments = ("--prune", "--retries", "0", "Qwen/Alive")
    ran = run("apply", backup, "-o", "new.zip", "--yes", *arguments)
    assert ran.code == 0, ran
    assert OLD_MODEL in models_in(Path("new.zip"))
    assert REGISTRY_MODEL not in models_in(Path("new.zip"))
    assert f"- {REGISTRY_MODEL}" in ran.out
    assert f"? {OLD_MODEL}" in ran.out


@pytest.mark.parametrize(("days", "is_told"), [(30, False), (31, True)])
def test_the_age_of_recorded_facts_is_told_before_the_copy_is_written(
    run: Run, backup: Path, monkeypatch: pytest.MonkeyPatch, days: int, is_told: bool
) -> None:
    recorded = load(bundled(Site.CN)).recorded
    monkeypatch.setattr(clock, "utc_now", lambda: recorded + timedelta(days=days))
    ran = run("apply", backup, "--offline", "--no-token", "--plan", "Qwen/Qwen3.5-27B")
    assert (ran.code, "msconfig snapshot -o FILE" in ran.err) == (0, is_told)


def test_prune_offline_takes_what_was_never_recorded_for_unknown(run: Run, backup: Path) -> None:
    arguments = ("--offline", "--no-token", "--prune", "Qwen/Qwen3.5-27B")
    ran = run("apply", backup, "-o", "new.zip", "--yes", *arguments)
    assert ran.code == 0, ran
    assert {OLD_MODEL, REGISTRY_MODEL} < set(models_in(Path("new.zip")))
    assert OLD_MODEL in ran.out


def test_prune_without_an_id_marks_dead_models_and_changes_nothing_else(
    run: Run, server: MockServer, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MODELSCOPE_API_TOKEN")
    Path("msconfig.toml").write_text(
        '[provider]\nname = "Mine"\nnotes = "by CI"\n[[models]]\nid = "Qwen/Dead"\n', "utf-8"
    )
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--prune")
    assert ran.code == 0, ran
    assert "✓ Changed in the copy: 1 model." in ran.out
    assert f"- {OLD_MODEL}" in ran.out
    assert "Qwen/Dead" not in ran.out
    assert not any("Qwen/Dead" in request.path for request in server.requests)
    new = Path("new.zip")
    assert contents(new, without=["user_model"]) == contents(backup, without=["user_model"])
    before, after = (rows(path, "user_model") for path in (backup, new))
    changed = [(old, row) for old, row in zip(before, after, strict=True) if old != row]
    ((old, marked),) = changed
    assert (old["model_id"], old["is_deprecated"], marked["is_deprecated"]) == (OLD_MODEL, 0, 1)
    assert old | {"is_deprecated": 1, "updated_at": marked["updated_at"]} == marked
    again = run("apply", new, "-o", "again.zip", "--yes", "--prune")
    assert again.code == 0
    assert "No model is to be marked" in again.out
    assert Path("again.zip").read_bytes() == new.read_bytes()


@pytest.mark.usefixtures("server")
def test_a_plan_to_prune_shows_the_models_and_writes_nothing(run: Run, backup: Path) -> None:
    there = sorted(Path().iterdir())
    ran = run("apply", backup, "--plan", "--prune", "--format", "json")
    assert ran.code == 0, ran
    document = json.loads(ran.out)
    (provider,) = document["providers"]
    assert [(each["id"], each["action"]) for each in provider["models"]] == [
        (OLD_MODEL, "deprecated")
    ]
    assert [provider[each] for each in ("switched_on", "keys", "settings")] == [False, [], []]
    assert (document["left"], document["written"], document["exit_code"]) == ([], False, 0)
    assert sorted(Path().iterdir()) == there


def test_prune_without_an_id_lists_what_is_left_and_ends_with_0(
    run: Run, serve: Serve, online: Online
) -> None:
    paid, bad = "Qwen/Paid:Provider", "no id at all"

    def put(database: sqlite3.Connection) -> None:
        for old, new in ((OLD_MODEL, paid), (REGISTRY_MODEL, bad)):
            database.execute("UPDATE user_model SET model_id = ? WHERE model_id = ?", (new, old))

    backup = make_v7(Path("odd.zip"), messages=1, prepare=put)
    by_others = RecordedModel(served_by("Provider"), RecordedHub(True, ("text-generation",)))
    online(serve(mock_of({"Qwen/Paid": by_others})))
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--prune", "--format", "json")
    assert ran.code == 0, ran
    left = {each["id"]: each["status"] for each in json.loads(ran.out)["left"]}
    assert left == {paid: "third_party_only", bad: "malformed"}
    assert Path("new.zip").read_bytes() == backup.read_bytes()
    Path("plan.json").write_text(ran.out, "utf-8")
    assert run("validate", "plan.json").code == 0


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_token_that_was_pasted_as_a_model_id_is_not_shown_nor_sent(
    form: str, run: Run, server: MockServer
) -> None:
    def put(database: sqlite3.Connection) -> None:
        database.execute(
            "UPDATE user_model SET model_id = ? WHERE model_id = ?", (OLD_KEY, OLD_MODEL)
        )

    backup = make_v7(Path("odd.zip"), messages=1, prepare=put)
    ran = run("apply", backup, "--plan", "--prune", "--format", form)
    assert ran.code == 0, ran
    assert "malformed" in ran.out
    assert OLD_KEY[-20:-6] not in ran.out + ran.err
    assert not any(OLD_KEY in request.path for request in server.requests)


def test_prune_without_an_id_marks_nothing_during_an_outage(
    run: Run, serve: Serve, online: Online, backup: Path
) -> None:
    online(serve(lambda _request: Response(503, b"")))
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--prune", "--retries", "0")
    assert ran.code == 0, ran
    assert f"? {OLD_MODEL}" in ran.out
    assert f"? {REGISTRY_MODEL}" in ran.out
    assert Path("new.zip").read_bytes() == backup.read_bytes()


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(("switched_on", "front"), [(0, False), (1, True)])
def test_pruning_leaves_a_provider_on_or_off_and_where_it_is(
    switched_on: int, front: bool, run: Run
) -> None:
    def put(database: sqlite3.Connection) -> None:
        database.execute(
            "UPDATE user_provider SET is_enabled = ? WHERE provider_id = 'modelscope'",
            (switched_on,),
        )
        if front:
            database.execute("UPDATE user_provider SET order_key = 'zz'")

    backup = make_v7(Path("odd.zip"), messages=1, prepare=put)
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--prune")
    assert ran.code == 0, ran
    before, after = (row(path, "user_provider", "modelscope") for path in (backup, Path("new.zip")))
    assert before == after
    assert OLD_MODEL not in models_in(Path("new.zip"))


@pytest.mark.usefixtures("server")
def test_a_backup_without_the_provider_is_copied_as_it_is(run: Run, backup: Path) -> None:
    Path("msconfig.toml").write_text('[provider]\nid = "elsewhere"\n', "utf-8")
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--prune")
    assert ran.code == 0, ran
    assert "the backup has no provider elsewhere" in ran.out
    assert Path("new.zip").read_bytes() == backup.read_bytes()


@pytest.mark.parametrize("arguments", [("--plan",), ("-o", "new.zip"), ("-o", "new.zip", "--yes")])
def test_data_json_has_no_mark_so_pruning_writes_nothing_and_asks_nothing(
    arguments: tuple[str, ...], run: Run, server: MockServer
) -> None:
    backup = make_data_json(Path("data.zip"))
    ran = run("apply", backup, *arguments, "--prune")
    assert ran.code == 0, ran
    (line,) = ran.out.splitlines()
    assert "Nothing is written: data.json" in line
    assert not ran.err
    assert not Path("new.zip").exists()
    assert not server.requests
    ran = run("apply", backup, *arguments, "--prune", "--format", "json")
    document = json.loads(ran.out)
    assert (document["written"], document["exit_code"], len(document["warnings"])) == (False, 0, 1)


@pytest.mark.parametrize(
    "option",
    [
        ("--only-usable",),
        ("--update-models",),
        ("--strict",),
        ("--token-env", "MODELSCOPE_X"),
        ("--token-file", "token.txt"),
    ],
)
def test_what_is_about_models_or_keys_to_add_does_not_go_with_pruning_alone(
    option: tuple[str, ...], run: Run, backup: Path
) -> None:
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--prune", *option)
    assert ran.code == 2
    assert ran.err.startswith(f"msconfig: {option[0]} applies to what is added")
    assert not Path("new.zip").exists()


@pytest.mark.usefixtures("server")
def test_what_the_settings_tell_of_the_provider_is_written_and_the_rest_left(
    run: Run, backup: Path
) -> None:
    Path("msconfig.toml").write_text('[provider]\nnotes = "by CI"\n', "utf-8")
    ran = run("apply", backup, "-o", "new.zip", "--yes", "Qwen/Alive")
    assert "→ by CI" in ran.out
    told = json.loads(row(Path("new.zip"), "user_provider", "modelscope")["provider_settings"])
    assert told["notes"] == "by CI"


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_token_that_stands_in_a_name_or_a_note_is_not_shown(form: str, run: Run) -> None:
    notes = json.dumps({"notes": f"mine: {OLD_KEY}"})

    def put(database: sqlite3.Connection) -> None:
        database.execute(
            "UPDATE user_provider SET name = ?, provider_settings = ?"
            " WHERE provider_id = 'modelscope'",
            (f"My {OLD_KEY}", notes),
        )

    backup = make_v7(Path("odd.zip"), messages=1, prepare=put)
    Path("msconfig.toml").write_text('[provider]\nnotes = "by CI"\n', "utf-8")
    ran = run("apply", backup, "--plan", "--format", form, "Qwen/Alive")
    told = run("validate", backup)
    assert ran.code == told.code == 0
    shown = ran.out + ran.err + told.out + told.err
    assert f"ms-…{OLD_KEY[-4:]}" in ran.out
    assert f"ms-…{OLD_KEY[-4:]}" in told.out
    assert OLD_KEY[-20:-6] not in shown


@pytest.mark.usefixtures("server")
def test_the_backup_of_a_phone_is_patched_with_its_warning(run: Run) -> None:
    backup = make_data_json(Path("cherry-studio.zip"), phone=True)
    ran = run("apply", backup, "-o", "new.zip", "--yes", "Qwen/Alive")
    assert ran.code == 0, ran
    assert "erases everything" in ran.out
    assert "cherry-studio-new.zip" in ran.out
    provider = v1_provider(Path("new.zip"))
    assert provider["enabled"]
    assert TOKEN in provider["apiKey"].split(",")
    assert provider["models"][-1]["id"] == "Qwen/Alive"


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("slim", make_v7, "in Cherry Studio 2.1.4 or newer: Settings, Data"),
        ("slim", make_v7, "All chats and settings are replaced"),
        ("slim", make_v7, "files stay as they are"),
        ("full", partial(make_v7, full=True), "All chats, settings and files are replaced"),
        ("desktop", make_data_json, "in Cherry Studio 1 or on the phone (2 does not take"),
    ],
)
def test_how_to_restore_names_the_app_that_takes_it_and_all_that_is_replaced(
    name: str, make: Callable[[Path], Path], said: str, run: Run
) -> None:
    ran = run("apply", make(Path(f"{name}.zip")), "-o", "new.zip", "--yes", "Qwen/Alive")
    assert ran.code == 0, ran
    assert said in " ".join(ran.out.split())


def refused(run: Run, *arguments: str | Path) -> Ran:
    """The command with nobody to ask: what is refused is refused before any request."""
    more = ("--hub-url", UNREACHABLE, "--inference-url", f"{UNREACHABLE}/v1/")
    ran = run("apply", *arguments, *more, "Qwen/Alive")
    assert len(ran.err.splitlines()) == 1, ran.err
    assert not ran.out
    return ran


def test_what_cannot_be_is_refused_before_any_request(
    run: Run, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    Path("there.zip").write_bytes(b"precious")
    Path("same.zip").hardlink_to(backup)
    Path("no.zip").write_text("{}")
    cases = {
        (backup,): (2, "-o NEW"),
        (backup, "-o", "new.zip"): (2, "--yes"),
        (backup, "--plan", "--yes"): (2, "--plan"),
        (backup, "-o", "there.zip", "--yes"): (2, "--force"),
        (backup, "-o", "there.zip", "--plan"): (2, "--force"),
        (backup, "-o", "no/such/folder/new.zip", "--yes"): (2, "no/such/folder"),
        (backup, "-o", "there.zip/new.zip", "--yes"): (2, "there.zip: Not a directory"),
        (backup, "-o", backup, "--yes", "--force"): (2, "the backup itself"),
        (backup, "-o", "same.zip", "--yes", "--force"): (2, "the backup itself"),
        ("missing.zip", "--plan"): (2, "missing.zip"),
        ("no.zip", "--plan"): (5, "plain JSON"),
    }
    for arguments, (code, words) in cases.items():
        ran = refused(run, *arguments)
        assert ran.code == code, arguments
        assert words in ran.err, arguments
    assert Path("there.zip").read_bytes() == b"precious"


@pytest.mark.usefixtures("server")
def test_force_replaces_an_older_copy(run: Run, backup: Path) -> None:
    Path("new.zip").write_bytes(b"older")
    assert run("apply", backup, "-o", "new.zip", "--yes", "--force", "Qwen/Alive").code == 0
    assert models_in(Path("new.zip"))[-1] == "Qwen/Alive"


@pytest.mark.usefixtures("server")
def test_a_folder_that_may_not_be_written_is_one_line(run: Run, backup: Path) -> None:
    ran = run("apply", backup, "-o", "no/such/folder/new.zip", "--yes", "-q", "Qwen/Alive")
    assert ran.code == 2
    assert "no/such/folder" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_two_keys_go_in_side_by_side(
    run: Run, serve: Serve, online: Online, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = "ms-00000000-0000-4000-8000-00000000beef"
    scenario = Scenario(accounts=(Account(TOKEN), Account(second)))
    online(serve(MockModelScope(snapshot({"Qwen/Alive": ALIVE}), scenario)))
    monkeypatch.setenv("MODELSCOPE_FIRST", TOKEN)
    monkeypatch.setenv("MODELSCOPE_SECOND", second)
    tokens = ("--token-env", "MODELSCOPE_FIRST", "--token-env", "MODELSCOPE_SECOND")
    ran = run("apply", backup, "-o", "new.zip", "--yes", *tokens, "Qwen/Alive")
    assert ran.code == 0, ran
    keys = json.loads(row(Path("new.zip"), "user_provider", "modelscope")["api_keys"])
    assert {TOKEN, second} <= {each["key"] for each in keys}
    assert len({each["id"] for each in keys}) == len(keys)


def test_offline_needs_no_token_and_adds_no_key(run: Run, backup: Path) -> None:
    assert "MODELSCOPE_API_TOKEN" not in os.environ
    ran = run("apply", backup, "-o", "new.zip", "--yes", "--offline", "Qwen/Qwen3.5-27B")
    assert ran.code == 0, ran
    before, after = (row(path, "user_provider", "modelscope") for path in (backup, Path("new.zip")))
    assert after["api_keys"] == before["api_keys"]
