"""Snapshots: recorded from a site, and compared."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from msconfig.mock.fault_choice import Faults
from msconfig.mock.messages import Response
from msconfig.mock.scenario import Fault, FaultKind
from msconfig.mock.snapshot import (
    RecordedHub,
    RecordedLookUp,
    RecordedModel,
    Snapshot,
    bundled,
    load,
)
from msconfig.modelscope.sites import Site
from msconfig.parsing import parse_time
from support import ALIVE, DEAD, TOKEN, Online, Run, Serve, instead, mock_of, served_by

MODELS = {
    "Qwen/Dead": DEAD,
    "Qwen/Gated": RecordedModel(served_by("DashScope"), RecordedHub(True, gated=True)),
    "Qwen/Detailed": RecordedModel(
        served_by(),
        RecordedHub(
            True,
            downloads=1466,
            likes=0,
            license="MIT License",
            last_modified="0200-12-09T15:22:57Z",
        ),
    ),
}
ASK = ("snapshot", "-o", "facts.json")


def test_what_was_recorded_is_what_the_site_said(run: Run, serve: Serve, online: Online) -> None:
    server = online(serve(mock_of(MODELS)))
    ran = run(*ASK, "Qwen/Alive", *MODELS, "no/model")
    assert ran.code == 0, ran
    facts = load(Path("facts.json"))
    assert facts.catalogue == ("Qwen/Alive",)
    assert facts.models == {
        "Qwen/Alive": ALIVE,
        **MODELS,
        "no/model": RecordedModel(RecordedLookUp(None), RecordedHub(False)),
    }
    assert not any(request.token for request in server.requests)


def test_without_ids_the_whole_catalogue_is_recorded(
    run: Run, serve: Serve, online: Online
) -> None:
    online(serve(mock_of(MODELS, ("Qwen/Dead", "Qwen/Alive"))))
    assert run(*ASK).code == 0
    assert set(load(Path("facts.json")).models) == {"Qwen/Alive", "Qwen/Dead"}


def test_a_recording_is_in_stable_order_and_holds_nothing_of_an_account(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    online(serve(mock_of(MODELS, ("Qwen/Dead", "Qwen/Alive"))))
    run(*ASK, "Qwen/Gated", "Qwen/Alive")
    text = Path("facts.json").read_text()
    run("snapshot", "-o", "again.json", "Qwen/Alive", "Qwen/Gated")
    again = Path("again.json").read_text()
    lines = [each for each in text.splitlines() if '"recorded"' not in each]
    assert lines == [each for each in again.splitlines() if '"recorded"' not in each]
    assert text.index("Qwen/Alive") < text.index("Qwen/Dead")
    assert TOKEN not in text
    assert "tester" not in text
    assert stat.S_IMODE(Path("facts.json").stat().st_mode) == 0o600


def test_what_was_recorded_gives_the_same_verdicts_offline(
    run: Run, serve: Serve, online: Online
) -> None:
    online(serve(mock_of(MODELS)))
    ids = ["Qwen/Alive", *MODELS, "no/model"]
    live = json.loads(run("check", "--no-token", "--format", "json", *ids).out)
    run(*ASK, *ids)
    ask = ("check", "--no-token", "--format", "json", "--snapshot", "facts.json")
    offline = json.loads(run(*ask, *ids).out)
    for one, other in zip(live["models"], offline["models"], strict=True):
        assert (one["id"], one["status"]) == (other["id"], other["status"])


def test_what_is_recorded_again_keeps_its_origin_its_time_and_its_calls(run: Run) -> None:
    ids = ["deepseek-ai/DeepSeek-V4-Pro", "Qwen/Qwen3-8B", "PaddlePaddle/ERNIE-4.5-0.3B-PT"]
    assert run(*ASK, "--offline", *ids).code == 0
    once, again = load(bundled(Site.CN)), load(Path("facts.json"))
    for model_id in ids[:2]:
        assert look_up_in(again, model_id) == look_up_in(once, model_id)
    assert again.models[ids[2]].calls == once.models[ids[2]].calls
    for model_id in ids:
        assert again.models[model_id].hub == once.models[model_id].hub


def look_up_in(facts: Snapshot, model_id: str) -> tuple[object, ...]:
    look_up = facts.models[model_id].look_up
    assert look_up is not None
    known = look_up.provenance
    return look_up.providers, known.origin, known.basis, known.at or facts.recorded


def test_recorded_facts_that_are_recorded_again_do_not_get_younger(run: Run) -> None:
    assert run("snapshot", "--offline", "-o", "again.json", "Qwen/Qwen3.5-27B").code == 0
    again = json.loads(Path("again.json").read_text("utf-8"))
    assert parse_time(again["recorded"]) == load(bundled(Site.CN)).recorded


def test_nothing_is_recorded_of_an_id_that_the_snapshot_has_never_heard_of(run: Run) -> None:
    ran = run(*ASK, "--offline", "a/new")
    assert (ran.code, load(Path("facts.json")).models) == (4, {})
    assert "not recorded: a/new" in ran.err


def test_without_a_catalogue_nothing_is_written(run: Run, serve: Serve, online: Online) -> None:
    online(serve(mock_of(catalogue=None)))
    Path("facts.json").write_text("older")
    ran = run(*ASK, "--retries", "0", "Qwen/Alive")
    assert ran.code == 4
    assert "the catalogue cannot be read" in ran.out
    assert Path("facts.json").read_text() == "older"


def test_a_question_without_answer_is_left_out_and_told(
    run: Run, serve: Serve, online: Online
) -> None:
    server = online(serve(mock_of()))
    server.faults = Faults([Fault(FaultKind.HTML, path="*list_model_providers")])
    ran = run(*ASK, "--retries", "0", "Qwen/Alive")
    assert ran.code == 4
    assert "not recorded: Qwen/Alive: GET /api/v1/inference/list_model_providers" in ran.err
    assert load(Path("facts.json")).models["Qwen/Alive"].look_up is None


@pytest.mark.parametrize(
    ("support", "tasks", "code"), [("txt2img", ("txt2img",), 0), ("", (), 0), (None, (), 4)]
)
def test_what_the_older_api_says_of_a_model_without_a_task_is_recorded(
    support: str | None,
    tasks: tuple[str, ...],
    code: int,
    run: Run,
    serve: Serve,
    online: Online,
) -> None:
    known = {"Code": 200, "Data": {"SupportInference": support}, "Success": True}
    reply = Response.of_json(403, {}) if support is None else Response.of_json(200, known)
    model = RecordedModel(served_by("ModelScope"), RecordedHub(True))
    online(serve(instead({"/api/v1/models/Qwen/Bare": reply}, mock_of({"Qwen/Bare": model}))))
    ran = run(*ASK, "Qwen/Bare")
    assert (ran.code, "not recorded" in ran.err) == (code, code == 4)
    hub = load(Path("facts.json")).models["Qwen/Bare"].hub
    assert hub is not None
    assert hub.tasks == tasks


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], "-o FILE", id="nowhere to write"),
        pytest.param(["-o", "x", "--diff", "a", "b"], "no option of a recording", id="both"),
        pytest.param(["-o", "x", "just-a-name", "--offline"], "owner/name", id="malformed"),
        pytest.param(["-o", "nowhere.json/x", "--offline"], "nowhere.json", id="no folder"),
        pytest.param(["-o", "x", "--format", "json"], "--format needs --diff", id="format"),
        pytest.param(["--diff", "a", "b"], "cannot read a", id="nothing to compare"),
    ],
)
def test_wrong_use_ends_with_2(run: Run, arguments: list[str], words: str) -> None:
    Path("nowhere.json").write_text("")
    ran = run("snapshot", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def write(name: str, catalogue: list[str], models: dict[str, object], site: str = "cn") -> str:
    common = {"schema_version": 1, "site": site, "recorded": "2026-01-01T00:00:00Z"}
    Path(name).write_text(json.dumps({**common, "catalogue": catalogue, "models": models}))
    return name


def test_a_comparison_tells_added_gone_and_changed(run: Run) -> None:
    served = {"providers": [{"Name": "ModelScope", "EstimatedMagicGrainCost": 1}]}
    exists = {"exists": True, "tasks": ["text-generation"]}
    old = write("old.json", ["a/gone", "a/stays"], {"a/stays": {"look_up": served, "hub": exists}})
    nobody = {"look_up": {"providers": []}, "hub": {**exists, "gated": True}}
    call = {"route": "embeddings", "result": "answered", "at": "2026-01-02T00:00:00Z"}
    nobody["calls"] = [call]
    new = write("new.json", ["a/new", "a/stays"], {"a/stays": nobody, "a/new": {"hub": exists}})
    ran = run("snapshot", "--diff", old, new)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "1 added, 1 gone, 5 changed.",
        "",
        "+ a/new",
        "- a/gone",
        "~ a/new    facts: not recorded → recorded",
        "~ a/stays  providers: ModelScope → none",
        "~ a/stays  cost: 1 → none",
        "~ a/stays  access: open → gated",
        "~ a/stays  call: not recorded → answered on 2026-01-02",
    ]
    found = json.loads(run("snapshot", "--diff", old, new, "--format", "json").out)
    assert (found["added"], found["gone"], len(found["changed"])) == (["a/new"], ["a/gone"], 5)
    assert run("snapshot", "--diff", old, old).out == "The same facts.\n"
    assert run("snapshot", "--diff", old, write("ai.json", [], {}, "ai")).code == 2
