"""`msconfig models`: against recorded facts, and against a mock on a real port."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from msconfig.mock.fault_choice import Faults
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import Fault, FaultKind
from msconfig.mock.snapshot import RecordedHub, RecordedLookUp, RecordedModel
from msconfig.schemas import schema_problems
from support import DEAD, TOKEN, Online, Run, Serve, mock_of, served_by

DETAILED = RecordedModel(
    RecordedLookUp(({"Name": "ModelScope", "EstimatedMagicGrainCost": 0.5},)),
    RecordedHub(
        True,
        ("text-to-image-synthesis",),
        downloads=28525,
        likes=265,
        license="MIT License",
        last_modified="2025-12-09T15:22:57Z",
    ),
)
MODELS = {
    "Qwen/Draws": DETAILED,
    "other/Draws-too": RecordedModel(
        served_by("ModelScope"),
        RecordedHub(
            True, ("text-to-image-synthesis",), likes=900, last_modified="2026-01-01T00:00:00Z"
        ),
    ),
    "Qwen/Dead": DEAD,
}


@pytest.fixture
def _served(serve: Serve, online: Online) -> None:
    online(serve(mock_of(MODELS)))


def test_what_is_found_offline_passes_a_check(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = run("models", "--kind", "vision", "--ids", "--offline")
    ids = found.out.splitlines()
    assert found.code == 0
    assert "Qwen/Qwen3.5-27B" in ids
    assert len(ids) == len(set(ids)) > 5
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(found.out.encode())))
    checked = run("check", "--models", "-", "--offline", "--no-token", "-q", "--format", "json")
    assert checked.code == 0
    report = json.loads(checked.out)
    assert [model["id"] for model in report["models"]] == ids
    assert {model["kind"] for model in report["models"]} == {"vision"}


def test_a_kind_that_the_catalogue_does_not_list_is_found_offline(run: Run) -> None:
    everything = run("models", "--ids", "--offline").out.splitlines()
    images = run("models", "--kind", "image-generation", "--ids", "--offline").out.splitlines()
    qwen = ["Qwen/Qwen-Image", "Qwen/Qwen-Image-2.1", "Qwen/Qwen-Image-2512"]
    assert images == [*qwen, "Tongyi-MAI/Z-Image-Turbo"]
    assert set(images) < set(everything)


def test_all_that_is_found_is_as_a_check_says(run: Run) -> None:
    found = json.loads(run("models", "--all", "--offline", "--format", "json").out)
    Path("ids.txt").write_text("\n".join(model["id"] for model in found["models"]))
    ask = ("check", "--models", "ids.txt", "--offline", "--no-token", "--format", "json")
    outcomes = {model["id"]: model["outcome"] for model in json.loads(run(*ask).out)["models"]}
    words = {True: "pass", False: "fail", None: "unknown"}
    assert {model["id"]: words[model["served"]] for model in found["models"]} == outcomes
    assert {"pass", "fail"} <= set(outcomes.values())


@pytest.mark.usefixtures("_served")
def test_a_table_tells_more_the_wider_it_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = run("models", "--kind", "image-generation")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "✓ 2 served models.",
        "  Site cn.",
        "",
        "   MODEL            KIND              COST  DOWNLOADS  LIKES  UPDATED",
        "   Qwen/Draws       image-generation   0.5     28,525    265  2025-12-09",
        "   other/Draws-too  image-generation     –          –    900  2026-01-01",
        "",
        "Next: msconfig generate -o DIR, with ids from above, writes the configuration.",
    ]
    monkeypatch.setenv("COLUMNS", "120")
    wide = run("models", "--kind", "image-generation").out
    assert "2025-12-09  MIT License\n" in wide
    monkeypatch.setenv("COLUMNS", "84")
    cut = run("models", "--kind", "image-generation").out
    assert "2025-12-09  MIT Licen…\n" in cut
    assert max(map(len, cut.splitlines())) <= 84
    monkeypatch.setenv("COLUMNS", "30")
    narrow = run("models", "--kind", "image-generation").out.splitlines()
    assert max(map(len, narrow)) <= 30
    assert narrow[3:7] == [
        "  Qwen/Draws",
        "    image-generation",
        "    0.5 Magicubes a call",
        "    28,525 downloads",
    ]


@pytest.mark.usefixtures("_served")
@pytest.mark.parametrize("arguments", [("--all",), ("--all", "--limit", "2"), ("nothing", "fits")])
def test_40_columns_are_enough(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, run("models", *arguments).out.splitlines())) <= 40


def test_one_of_something_is_singular(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = RecordedLookUp(({"Name": "ModelScope", "EstimatedMagicGrainCost": 1},))
    hub = RecordedHub(True, ("text-generation",), downloads=1, likes=1)
    online(serve(mock_of({"Qwen/Alive": RecordedModel(look_up, hub)})))
    monkeypatch.setenv("COLUMNS", "18")
    lines = {line.strip() for line in run("models").out.splitlines()}
    assert {"1 Magicube a call", "1 download", "1 like"} <= lines


@pytest.mark.usefixtures("_served")
@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--sort", "downloads"], ["Qwen/Draws", "other/Draws-too", "Qwen/Alive"]),
        (["--sort", "likes"], ["other/Draws-too", "Qwen/Draws", "Qwen/Alive"]),
        (["--sort", "updated"], ["other/Draws-too", "Qwen/Draws", "Qwen/Alive"]),
        (["--sort", "name"], ["other/Draws-too", "Qwen/Alive", "Qwen/Draws"]),
        (["--sort", "likes", "--limit", "1"], ["other/Draws-too"]),
        (["--owner", "qwen", "--all", "--sort", "name"], ["Qwen/Alive", "Qwen/Dead", "Qwen/Draws"]),
        (["--kind", "chat", "--kind", "embedding"], ["Qwen/Alive"]),
        (["--kind", "chat,embedding"], ["Qwen/Alive"]),
        (
            ["--kind", "chat, image-generation", "--kind", "rerank", "--sort", "name"],
            ["other/Draws-too", "Qwen/Alive", "Qwen/Draws"],
        ),
        (["draws other"], ["other/Draws-too"]),
        (["draws", "other"], ["other/Draws-too"]),
        (["too", "--kind", "image-generation", "draws"], ["other/Draws-too"]),
    ],
)
def test_order_and_limit_and_filters(run: Run, arguments: list[str], ids: list[str]) -> None:
    ran = run("models", "--ids", *arguments)
    assert (ran.code, ran.out.splitlines()) == (0, ids)


@pytest.mark.usefixtures("_served")
def test_what_is_not_served_is_marked(run: Run) -> None:
    out = run("models", "--all", "qwen", "--limit", "2", "--sort", "name").out
    assert out.startswith("✓ 3 models, 2 of them served; the first 2 of them.\n")
    assert "✓  Qwen/Alive" in out
    assert "✗  Qwen/Dead" in out
    assert "with ids marked ✓" in out


@pytest.mark.usefixtures("_served")
def test_a_program_gets_every_detail(run: Run) -> None:
    ran = run("models", "--kind", "image-generation", "--format", "json", "--limit", "1")
    document = json.loads(ran.out)
    assert schema_problems(document, "models") == []
    assert (document["found"], document["complete"], document["exit_code"]) == (2, True, 0)
    assert document["models"] == [
        {
            "id": "Qwen/Draws",
            "kind": "image-generation",
            "served": True,
            "downloads": 28525,
            "likes": 265,
            "last_modified": "2025-12-09T15:22:57Z",
            "license": "MIT License",
            "magicubes": 0.5,
        }
    ]
    offline = json.loads(run("models", "--offline", "--format", "json").out)
    assert schema_problems(offline, "models") == []
    assert (offline["mode"], offline["snapshot_recorded"][:10]) == ("offline", "2026-10-07")


def test_no_token_is_sent_even_where_there_is_one(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    server = online(serve(mock_of(MODELS)))
    assert run("models", "--all").code == 0
    assert server.requests
    assert not any(request.token for request in server.requests)


@pytest.mark.usefixtures("_served")
def test_to_find_nothing_is_no_failure_and_said(run: Run) -> None:
    ran = run("models", "no-such-model")
    assert ran.code == 0
    assert ran.out.startswith("– No served model fits.\n")
    assert "--all" in ran.out
    ids = run("models", "no-such-model", "--ids")
    assert (ids.code, ids.out, ids.err) == (0, "", "no model fits\n")
    assert json.loads(run("models", "no-such-model", "--format", "json").out)["models"] == []


def test_what_cannot_be_read_is_told_and_ends_with_4(
    run: Run, serve: Serve, online: Online
) -> None:
    server = online(serve(mock_of(MODELS)))
    server.faults = Faults([Fault(FaultKind.HTML, path="/openapi/v1/models")])
    ran = run("models", "--retries", "0", "--kind", "chat", "--kind", "rerank")
    assert ran.code == 4
    assert ran.out.startswith("? 1 served model. Not everything could be read.\n")
    assert "\nNot read:\n  text-ranking: from page 1 on: HTTP 200: not JSON" in ran.out
    ids = run("models", "--retries", "0", "--kind", "chat", "--kind", "rerank", "--ids")
    assert (ids.code, ids.out) == (4, "Qwen/Alive\n")
    assert "not read: text-ranking: from page 1 on: HTTP 200" in ids.err


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/models", "the catalogue: HTTP 503"),
        ("/openapi/v1/models/*", "Qwen/Alive: no details from the hub: HTTP 503"),
    ],
)
def test_an_outage_of_one_source_leaves_the_rest(
    run: Run, serve: Serve, online: Online, path: str, words: str
) -> None:
    server = online(serve(mock_of(MODELS)))
    server.faults = Faults(
        [Fault(FaultKind.STATUS, path=path), Fault(FaultKind.STATUS, path="/api/v1/models/*")]
    )
    document = json.loads(run("models", "--retries", "0", "--format", "json").out)
    assert document["exit_code"] == 4
    assert document["missing"] == [words]
    assert {"Qwen/Draws", "other/Draws-too"} <= {model["id"] for model in document["models"]}


def test_a_look_up_that_does_not_answer_leaves_a_model_unknown(
    run: Run, serve: Serve, online: Online
) -> None:
    server = online(serve(mock_of(MODELS)))
    server.faults = Faults([Fault(FaultKind.STATUS, path="*list_model_providers")])
    ran = run("models", "--retries", "0", "draws", "--all", "--format", "json")
    document = json.loads(ran.out)
    assert ran.code == 4
    assert [model["served"] for model in document["models"]] == [None, None]
    (line,) = document["missing"]
    assert line == "Qwen/Draws, other/Draws-too: no answer from the look-up: HTTP 503"


def test_a_listed_model_whose_kind_was_not_recorded_is_named_and_no_failure(run: Run) -> None:
    ran = run("models", "--offline", "--kind", "chat", "--owner", "stepfun-ai")
    assert ran.code == 0
    assert "stepfun-ai/Step-3.5-Flash: listed, of unknown kind" in ran.out


def test_offline_a_model_that_refused_a_call_is_a_note_and_no_failure(run: Run) -> None:
    ran = run("models", "--offline", "--owner", "meituan-longcat", "--format", "json")
    found = json.loads(ran.out)
    assert (ran.code, found["models"]) == (0, [])
    assert any("a call on 2026-10-10 was refused" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "speech"], "'speech' is not one of"),
        (["--kind", "chat,speech"], "'speech' is not one of"),
        (["--kind", "chat,"], "'' is not one of"),
        (["--kind", ""], "'' is not one of"),
        (["--limit", "0"], "--limit"),
        (["--owner", "Qwen/x"], "--owner"),
        (["--owner", ""], "--owner"),
        (["--ids", "--format", "text"], "--ids cannot be combined"),
        (["one", "zwei!"], "TEXT"),
        (["通义"], "TEXT"),
        (["qwen \udcff"], "TEXT"),
        (["q" * 300], "TEXT"),
        (["--offline", "--site", "ai"], "--snapshot"),
    ],
)
def test_wrong_use_ends_with_2(run: Run, arguments: list[str], words: str) -> None:
    ran = run("models", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_what_was_found_can_be_recorded_and_found_again(
    run: Run, serve: Serve, online: Online
) -> None:
    online(serve(mock_of(MODELS)))
    live = run("models", "--all", "--format", "json")
    Path("ids.txt").write_text(run("models", "--all", "--ids").out)
    assert run("snapshot", "-o", "facts.json", "--models", "ids.txt").code == 0
    recorded = run("models", "--all", "--format", "json", "--snapshot", "facts.json")
    assert json.loads(recorded.out)["models"] == json.loads(live.out)["models"]


def test_the_mock_lists_what_a_scenario_tells(
    run: Run, modelscope: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    hub = {"exists": True, "tasks": ["sentence-embedding"], "downloads": 7, "license": "MIT"}
    look_up = {"providers": [{"Name": "ModelScope"}]}
    modelscope.use({"models": {"acme/embeds": {"look_up": look_up, "hub": hub}}})
    (model,) = json.loads(run("models", "acme", "--format", "json").out)["models"]
    assert (model["downloads"], model["license"], model["likes"]) == (7, "MIT", None)
    modelscope.assert_no_quota_spent()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory as Linux tells it")
def test_3000_rows_of_the_hub_take_less_than_100_mb() -> None:
    script = Path(__file__).resolve().parents[2] / "benchmarks" / "discovery.py"
    ran = subprocess.run([sys.executable, script], capture_output=True, check=True, text=True)
    told = re.findall(r"(\d+) models in .* at most (\d+) MB", ran.stdout)
    assert [int(found) for found, _ in told] == [1500, 1500]
    assert all(0 < int(megabytes) < 100 for _, megabytes in told), ran.stdout
