"""`msconfig check`, as a user runs it."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from msconfig import clock, pasted_ids
from msconfig.documents.recognise import DocumentKind, examine
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.mock import Mock
from msconfig.mock.snapshot import bundled, load
from msconfig.modelscope.sites import Site
from msconfig.pasted_ids import MOST_IDS
from support import DEAD, TOKEN, Online, Run, Serve, mock_of

OTHER_TOKEN = "ms-00000000-0000-4000-8000-0000000bad00"

GIVEN_OFFLINE = pytest.mark.parametrize(
    ("ids", "code", "statuses"),
    [
        pytest.param(
            ["Qwen/Qwen3.5-27B", "deepseek-ai/DeepSeek-V4-Pro"], 0, ["enabled"] * 2, id="served"
        ),
        pytest.param(
            ["Qwen/Qwen3.5-27B", "Qwen/Qwen3.5-27b"], 1, ["enabled", "not_found"], id="letter case"
        ),
        pytest.param(["Qwen/Qwen3-8B"], 1, ["not_enabled"], id="vanished"),
        pytest.param(["nobody/no-such-model"], 4, ["unverified"], id="never heard of"),
        pytest.param(["PaddlePaddle/ERNIE-4.5-0.3B-PT"], 4, ["disputed"], id="refused a call"),
        pytest.param(["ZhipuAI/GLM-5.1"], 4, ["disputed"], id="refused a call, not listed"),
        pytest.param(["ZhipuAI/GLM-5.3-Flash"], 0, ["enabled"], id="answered, not listed"),
        pytest.param(["ZhipuAI/GLM-4.7"], 1, ["third_party_only"], id="others only"),
        pytest.param(
            ["Qwen/Qwen3-8B", "nobody/no-such-model"],
            1,
            ["not_enabled", "unverified"],
            id="a fail counts more",
        ),
        pytest.param(["just-a-name"], 1, ["malformed"], id="malformed"),
        pytest.param(["Tongyi-MAI/Z-Image-Turbo"], 0, ["enabled"], id="image, not listed"),
    ],
)


@GIVEN_OFFLINE
def test_offline_verdicts_come_from_the_bundled_snapshot(
    run: Run, ids: list[str], code: int, statuses: list[str]
) -> None:
    ran = run("check", "--offline", "--no-token", "--format", "json", *ids)
    report = json.loads(ran.out)
    assert ran.code == report["exit_code"] == code
    assert [model["status"] for model in report["models"]] == statuses
    assert report["mode"] == "offline"
    assert report["snapshot_recorded"].startswith("2026-10-07")


def test_the_id_in_the_right_case_is_suggested_first(run: Run) -> None:
    ran = run("check", "--offline", "--no-token", "--format", "json", "Qwen/Qwen3.5-27b")
    assert json.loads(ran.out)["models"][0]["suggestions"][0]["id"] == "Qwen/Qwen3.5-27B"


@pytest.mark.parametrize(
    ("model_id", "proof", "reason"),
    [
        ("Qwen/Qwen3.5-27B", "listed", "in the catalogue; no call or look-up of it is recorded"),
        ("ZhipuAI/GLM-4.7-Flash", "listed", "in the catalogue; a call on 2026-10-10 was"),
        ("deepseek-ai/DeepSeek-V4-Pro", "confirmed", "(recorded on 2026-08-08)"),
        ("Tongyi-MAI/Z-Image-Turbo", "confirmed", "(recorded on 2026-08-26)"),
        ("Qwen/Qwen3.5-35B-A3B", "called", "a call on 2026-10-04 was answered"),
        ("ZhipuAI/GLM-5.3-Flash", "called", "a call on 2026-10-06 was answered"),
        ("Qwen/Qwen-Image-2.1", "called", "a call on 2026-09-25 was answered"),
        ("PaddlePaddle/ERNIE-4.5-0.3B-PT", None, "but a call on 2026-10-10 was refused: HTTP 401"),
        ("ZhipuAI/GLM-5.1", None, "a call on 2026-10-08 was refused: HTTP 400"),
        ("nobody/no-such-model", None, "not in the snapshot of 2026-10-07; it may be newer"),
        ("Qwen/Qwen3-8B", None, "(inferred: listed on 2026-07-09, not in the catalogue"),
    ],
)
def test_offline_the_reason_says_on_what_recorded_facts_it_rests(
    run: Run, model_id: str, proof: str | None, reason: str
) -> None:
    report = json.loads(run("check", "--offline", "--no-token", "--format", "json", model_id).out)
    (model,) = report["models"]
    assert model.get("proof") == proof
    assert reason in model["reason"]
    assert {one["origin"] for one in model["evidence"]} <= {"recorded", "derived"}
    counted = {name: report["summary"][name] for name in ("called", "confirmed", "listed")}
    assert counted == {name: int(name == proof) for name in counted}


def test_a_run_takes_so_many_distinct_ids_and_no_more(run: Run) -> None:
    Path("ids.txt").write_text("".join(f"a/{number}\n" for number in range(MOST_IDS + 1)) * 2)
    for command in (("check",), ("generate", "-o", "out")):
        ran = run(*command, "--offline", "--no-token", "--models", "ids.txt")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == "msconfig: 25001 model ids, more than 25000; check them in parts\n"


def test_the_ids_of_a_scan_count_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasted_ids, "MOST_IDS", 3)
    offline = ("check", "--offline", "--no-token")
    Path("models.env").write_text(
        "MODELS=a/1,a/2,a/3,a/2\nURL=https://api-inference.modelscope.cn\n"
    )
    assert run(*offline, "--scan", "models.env").code == 4
    ran = run(*offline, "a/4", "--scan", "models.env")
    assert (ran.code, ran.out) == (2, "")
    assert "4 model ids, more than 3" in ran.err


def test_offline_an_id_that_vanished_before_the_snapshot_has_the_date_of_its_last_list(
    run: Run,
) -> None:
    ids = ("Qwen/Qwen2.5-7B-Instruct", "deepseek-ai/DeepSeek-V3", "nobody/no-such-model")
    report = json.loads(run("check", "--offline", "--no-token", "--format", "json", *ids).out)
    assert [model.get("notes", []) for model in report["models"]] == [
        ["in no public list of API-Inference after 2026-01"],
        ["in no public list of API-Inference after 2025-06"],
        [],
    ]


def test_offline_a_recorded_call_is_evidence_with_its_own_time(run: Run) -> None:
    ask = ("check", "--offline", "--no-token", "--format", "json", "Qwen/Qwen3.5-35B-A3B")
    (model,) = json.loads(run(*ask).out)["models"]
    assert model["evidence"][-1] == {
        "source": "POST /v1/chat/completions",
        "observed": "answered",
        "at": "2026-10-04T00:00:00Z",
        "origin": "recorded",
    }


def test_offline_what_the_snapshot_does_not_hold_is_no_inferred_fact(run: Run) -> None:
    ask = ("check", "--offline", "--no-token", "--format", "json", "nobody/no-such-model")
    (model,) = json.loads(run(*ask).out)["models"]
    (_, look_up, hub) = model["evidence"]
    for one in (look_up, hub):
        assert (one["origin"], one["at"][:10]) == ("recorded", "2026-10-07")
        assert one["observed"] == "not in the snapshot of 2026-10-07; it may be newer"


def test_offline_a_snapshot_of_ones_own_is_read_with_its_calls(run: Run) -> None:
    asked = {"route": "chat/completions", "at": "2026-11-02T08:00:00Z"}
    served = {"providers": [{"Name": "ModelScope"}], "at": "2026-11-01T08:00:00Z"}
    facts = {
        "schema_version": 1,
        "site": "cn",
        "recorded": "2026-11-02T09:00:00Z",
        "catalogue": ["a/answers", "a/refuses", "a/listed"],
        "models": {
            "a/answers": {"calls": [{**asked, "result": "answered"}]},
            "a/refuses": {"look_up": served, "calls": [{**asked, "result": "refused"}]},
            "a/confirmed": {"look_up": served},
            "a/absent": {"look_up": {"providers": None}, "hub": {"exists": False}},
            "a/unlisted": {"hub": {"exists": True}},
        },
    }
    Path("own.json").write_text(json.dumps(facts))
    ids = [*facts["catalogue"], "a/confirmed", "a/absent", "a/unlisted"]  # type: ignore[misc]
    ran = run("check", "--snapshot", "own.json", "--no-token", "--format", "json", *ids)
    found = {
        model["id"]: (model["status"], model.get("proof"))
        for model in json.loads(ran.out)["models"]
    }
    assert found == {
        "a/answers": ("enabled", "called"),
        "a/refuses": ("disputed", None),
        "a/listed": ("enabled", "listed"),
        "a/confirmed": ("enabled", "confirmed"),
        "a/absent": ("not_found", None),
        "a/unlisted": ("unverified", None),
    }


def test_offline_a_cost_is_known_only_where_it_was_read(run: Run) -> None:
    ids = ("deepseek-ai/DeepSeek-V4-Pro", "Qwen/Qwen3.5-27B")
    found = json.loads(run("check", "--offline", "--no-token", "--format", "json", *ids).out)
    assert [model["cost"] for model in found["models"]] == [
        {"magicubes": 2, "known": True},
        {"magicubes": 1, "known": False},
    ]


def test_offline_an_id_that_was_never_heard_of_gets_suggestions_all_the_same(run: Run) -> None:
    ask = ("check", "--offline", "--no-token", "--format", "json", "Qwen/Qwen3.5-27")
    (model,) = json.loads(run(*ask).out)["models"]
    assert (model["status"], model["suggestions"][0]["id"]) == ("unverified", "Qwen/Qwen3.5-27B")


def test_offline_nothing_is_suggested_that_refused_a_call(run: Run) -> None:
    ids = ("PaddlePaddle/ERNIE-4.5-21B", "meituan-longcat/LongCat-Flash-Chat")
    found = json.loads(run("check", "--offline", "--no-token", "--format", "json", *ids).out)
    suggested = {each["id"] for model in found["models"] for each in model["suggestions"]}
    assert "PaddlePaddle/ERNIE-4.5-VL-28B-A3B-PT" in suggested
    assert not suggested & {
        "PaddlePaddle/ERNIE-4.5-21B-A3B-PT",
        "meituan-longcat/LongCat-Flash-Lite",
    }


@pytest.mark.parametrize(("days", "is_told"), [(0, False), (30, False), (31, True), (400, True)])
@pytest.mark.parametrize("command", ["check", "models"])
def test_facts_of_more_than_30_days_are_told_as_such_and_change_no_exit_code(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str, days: int, is_told: bool
) -> None:
    recorded = load(bundled(Site.CN)).recorded
    monkeypatch.setattr(clock, "utc_now", lambda: recorded + timedelta(days=days))
    ask = {
        "check": ("check", "--no-token", "Qwen/Qwen3.5-27B"),
        "models": ("models", "--owner", "Qwen"),
    }
    ran = run(*ask[command], "--offline", "--format", "json")
    told = any("msconfig snapshot -o FILE" in note for note in json.loads(ran.out).get("notes", ()))
    assert (ran.code, told) == (0, is_told)


@pytest.mark.parametrize(
    ("model_id", "code"),
    [("Qwen/Qwen3.5-27B", 0), ("acme/no-such-model", 4), ("Qwen/Qwen3-8B", 1)],
)
def test_verdicts_can_be_shown_without_failing(run: Run, model_id: str, code: int) -> None:
    check = ("check", "--offline", "--no-token", "--format", "json", model_id)
    assert run(*check).code == code
    ran = run(*check, "--warn-only")
    assert ran.code == 0
    assert json.loads(ran.out)["exit_code"] == code


def test_what_is_wrong_with_the_run_itself_still_fails(run: Run) -> None:
    assert run("check", "--offline", "--no-token", "--warn-only").code == 2


def test_online_no_age_is_told(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    monkeypatch.setattr(clock, "utc_now", lambda: datetime(2030, 1, 1, tzinfo=UTC))
    report = json.loads(run("check", "--no-token", "--format", "json", "Qwen/Alive").out)
    assert (report["checked_at"], report.get("notes")) == ("2030-01-01T00:00:00Z", None)
    (model,) = report["models"]
    assert (model["proof"], {one["origin"] for one in model["evidence"]}) == ("confirmed", {"live"})


def test_a_mock_on_a_port_is_live_also_for_what_it_derives(
    run: Run, serve: Serve, online: Online
) -> None:
    server = online(serve(MockModelScope(load(bundled(Site.CN)))))
    ids = ["Qwen/Qwen3.5-27B", "early-access/EA-29B-A4B"]
    ran = run("check", "--no-token", "--format", "json", *ids)
    report = json.loads(ran.out)
    assert (ran.code, [model["proof"] for model in report["models"]]) == (0, ["confirmed"] * 2)
    asked = Counter(f"{request.path}?{request.query}" for request in server.requests)
    assert set(asked.values()) == {1}  # nothing is retried


def test_makes_one_request_a_model_and_another_for_one_that_is_not_served(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = [f"Qwen/Dead-{number}" for number in range(20)]
    server = online(serve(mock_of(dict.fromkeys(dead, DEAD))))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    ran = run("check", "Qwen/Alive", *dead)
    assert ran.code == 1
    assert len(server.requests) == 2 + 1 + 2 * len(dead)
    assert {request.method for request in server.requests} == {"GET"}


def test_a_malformed_id_makes_one_request_for_suggestions(
    run: Run, serve: Serve, online: Online
) -> None:
    server = online(serve(mock_of()))
    ran = run("check", "--no-token", "--format", "json", "Alive", "and no id")
    (bare, other) = json.loads(ran.out)["models"]
    assert ran.code == 1
    assert [each["id"] for each in bare["suggestions"]] == ["Qwen/Alive"]
    assert other["suggestions"] == []
    assert [request.path for request in server.requests] == ["/v1/models"]


def test_a_garbage_token_is_rejected_though_the_catalogue_takes_it(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", OTHER_TOKEN)
    ran = run("check", "Qwen/Alive")
    assert ran.code == 3
    assert ran.out.startswith("✗ A token is rejected. The model is served (confirmed by the")
    assert "myaccesstoken" in ran.out.splitlines()[-1]
    assert OTHER_TOKEN not in ran.out + ran.err


@pytest.mark.parametrize(
    ("strict", "code"), [pytest.param([], 4, id="default"), pytest.param(["--strict"], 1)]
)
def test_a_model_that_cannot_be_verified_is_inconclusive_unless_strict(
    run: Run, serve: Serve, online: Online, strict: list[str], code: int
) -> None:
    down = Response.of_json(503, {})
    known = mock_of()
    online(
        serve(lambda request: down if "Dark" in request.path + request.query else known(request))
    )
    ran = run("check", "--no-token", "--retries", "0", *strict, "Qwen/Alive", "Qwen/Dark")
    assert ran.code == code
    assert "1 of 2 models could not be verified." in ran.out


def test_one_dead_and_one_unknown_id_fail(run: Run, serve: Serve, online: Online) -> None:
    known = mock_of({"Qwen/Dead": DEAD})
    down = Response.of_json(503, {})
    online(
        serve(lambda request: down if "Dark" in request.path + request.query else known(request))
    )
    assert run("check", "--no-token", "--retries", "0", "Qwen/Dead", "Qwen/Dark").code == 1


def test_nobody_listening_leaves_every_model_unverified(
    run: Run, serve: Serve, online: Online
) -> None:
    server = online(serve(mock_of()))
    server.stop()
    ids = [f"Qwen/M{number}" for number in range(50)]
    ran = run("check", "--no-token", "--format", "json", "--retries", "0", *ids)
    assert ran.code == 4
    assert {model["status"] for model in json.loads(ran.out)["models"]} == {"unverified"}
    server.start()


def test_ids_come_from_arguments_then_files_each_once(run: Run, tmp_path: Path) -> None:
    listed = tmp_path / "ids.txt"
    listed.write_bytes(
        b"\xef\xbb\xbf# ours\r\nQwen/Qwen3.8-27B # new\r\n\r\n  Qwen/Qwen3.5-27B\r\na/b#c\r\n"
    )
    ran = run(
        "check", "--offline", "--no-token", "--format=json", "Qwen/Qwen3.5-27B", "--models", listed
    )
    ids = [model["id"] for model in json.loads(ran.out)["models"]]
    assert ids == ["Qwen/Qwen3.5-27B", "Qwen/Qwen3.8-27B", "a/b#c"]


def test_ids_come_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Qwen/Qwen3.5-27B\n")))
    assert run("check", "--offline", "--no-token", "--models", "-").code == 0


def test_standard_input_without_ids_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    ran = run("check", "--offline", "--no-token", "--models", "-")
    assert (ran.code, ran.err) == (2, "msconfig: standard input: holds no model id\n")


@pytest.mark.parametrize("options", [("--scan", ""), ("--scan", ".", "--diff", "")])
def test_an_empty_path_or_revision_is_named(run: Run, options: tuple[str, ...]) -> None:
    ran = run("check", "--offline", "--no-token", *options)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"msconfig: {options[-2]}: is empty; leave it out\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "holds no model id", id="empty"),
        pytest.param(b"# none\n\n", "holds no model id", id="comments alone"),
        pytest.param(b"a/b\n\xff\xfe\n", "line 2 is not UTF-8", id="not UTF-8"),
        pytest.param(b"a/b\n" * 3_000_000, "larger than 8 MiB", id="huge"),
        pytest.param(None, "No such file", id="missing"),
    ],
)
def test_a_list_that_cannot_be_used_ends_with_2(
    run: Run, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "ids.txt"
    if content is not None:
        path.write_bytes(content)
    ran = run("check", "--offline", "--no-token", "--models", path)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert ran.err.count("\n") == 1


BAD_USE = [
    pytest.param([], "no model id", id="no id"),
    pytest.param(
        ["a/b", "--hub-url", "https://h.test"],
        "cannot be combined with --offline",
        id="URL offline",
    ),
    pytest.param(["a/b", "--token-env", "MODELSCOPE_X"], "excludes", id="token and none"),
    pytest.param(["a/b", "--site", "ai"], "no snapshot of site ai", id="no such snapshot"),
    pytest.param(["a/b", "--timeout", "nan"], "seconds", id="NaN"),
    pytest.param(["a/b", "--timeout", "0"], "seconds", id="zero"),
    pytest.param(["a/b", "--concurrency", "0"], "--concurrency", id="nobody works"),
    pytest.param(["a/b", "--format", "yaml"], "--format", id="no such format"),
    pytest.param(["a/b", "--nonsense"], "--nonsense", id="no such option"),
    pytest.param(["a/b", "--models", "-", "--models", "-"], "only once", id="stdin twice"),
    pytest.param(["a/b", "--config", "none.toml"], "none.toml", id="no such settings"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD_USE)
def test_wrong_use_ends_with_2_and_one_line(run: Run, arguments: list[str], words: str) -> None:
    ran = run("check", "--offline", "--no-token", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://modelscope.test",
        "ftp://127.0.0.1",
        "https://user:pass@h.test",
        "https://h.test?x=1",
        "nonsense",
        "https://[::1",
    ],
)
def test_a_hub_url_that_is_not_safe_is_refused(run: Run, url: str) -> None:
    ran = run("check", "--no-token", "--hub-url", url, "a/b")
    assert ran.code == 2
    assert "hub URL" in ran.err
    assert "user:pass" not in ran.err


def test_online_without_a_token_names_the_variable_and_the_page(run: Run) -> None:
    ran = run("check", "a/b")
    assert ran.code == 2
    assert "MODELSCOPE_API_TOKEN" in ran.err
    assert "https://modelscope.cn/my/myaccesstoken" in ran.err


def test_urls_from_the_environment_are_ignored_offline(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSCONFIG_HUB_URL", "nonsense")
    assert run("check", "--offline", "--no-token", "Qwen/Qwen3.5-27B").code == 0


def test_a_token_is_not_checked_offline_and_that_does_not_count(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    ran = run("check", "--offline", "--format", "json", "Qwen/Qwen3.5-27B")
    token = json.loads(ran.out)["token"][0]
    assert (ran.code, token["status"], token["reason"]) == (0, "unverified", "offline")


def test_tokens_add_up_and_equal_ones_count_once(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = online(serve(mock_of()))
    monkeypatch.setenv("MY_TOKEN", f" {TOKEN}\n")
    (tmp_path / "same").write_text(TOKEN)
    (tmp_path / "bad").write_text(OTHER_TOKEN + "\n")
    ran = run(
        *("check", "Qwen/Alive", "--format", "json", "--token-env", "MY_TOKEN"),
        *("--token-file", tmp_path / "same", "--token-file", tmp_path / "bad"),
    )
    tokens = json.loads(ran.out)["token"]
    assert ran.code == 3
    assert [token["status"] for token in tokens] == ["valid", "rejected"]
    assert sum("users/me" in request.path for request in server.requests) == 2


def test_the_report_keeps_its_schema(run: Run, serve: Serve, online: Online) -> None:
    online(serve(mock_of({"Qwen/Dead": DEAD})))
    ran = run("check", "--no-token", "--format", "json", "Qwen/Alive", "Qwen/Dead", "x", "a/b")
    document = examine(ran.out.encode())
    assert (document.kind, document.errors) == (DocumentKind.REPORT, ())


def test_verbose_tells_every_request_and_quiet_nothing(
    run: Run, serve: Serve, online: Online
) -> None:
    online(serve(mock_of()))
    loud = run("check", "--no-token", "-v", "Qwen/Alive")
    assert loud.err.count("GET ") == 2
    assert run("check", "--no-token", "-q", "Qwen/Alive").err == ""


def test_hostile_text_from_the_network_stays_text(run: Run, serve: Serve, online: Online) -> None:
    evil = "\x1b[31mred\r\n::error::pwned\u202e"

    def answer(request: Request) -> Response:
        if request.path == "/v1/models":
            return Response.of_json(200, {"data": [{"id": f"Qwen/{evil}"}]})
        return Response.of_json(418, {"error": {"message": evil}})

    online(serve(answer))
    ran = run("check", "--no-token", "--retries", "0", "-v", "Qwen/Alive", f"a/{evil}")
    for text in (ran.out, ran.err):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_a_snapshot_of_another_site_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    facts = {"schema_version": 1, "site": "ai", "recorded": "2026-01-01T00:00:00Z"}
    path.write_text(json.dumps({**facts, "catalogue": ["a/b"], "models": {}, "new": 1}))
    assert run("check", "--no-token", "--snapshot", path, "a/b").code == 2
    assert run("check", "--no-token", "--snapshot", path, "--site", "ai", "a/b").code == 0


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"recorded": 1, "catalogue": 2}'])
def test_a_file_that_is_no_snapshot_is_refused_in_one_line_each(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "facts.json"
    path.write_bytes(content)
    ran = run("check", "--no-token", "--snapshot", path, "a/b")
    assert (ran.code, ran.out) == (2, "")
    assert "facts.json: " in ran.err


@pytest.mark.parametrize("columns", ["40", "60", "70", "80"])
def test_a_wrapped_reason_begins_no_command(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    evil = "word ::error::x ##[error]y " * 6
    online(serve(lambda _: Response.of_json(418, {"error": {"message": evil}})))
    out = run("check", "--no-token", "--retries", "0", "Qwen/Alive").out
    assert "##[" not in out
    assert not any(line.lstrip().startswith("::") for line in out.splitlines())


def test_the_page_is_in_the_language_that_was_asked_for(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    asked = ["check", "--offline", "--no-token", "Qwen/Qwen3.5-27B"]
    ran = run(*asked, "--report", f"html={file}", "--lang", "ja")
    assert ran.code == 0
    assert '<html lang="ja"' in file.read_text("utf-8")
    assert '<html lang="en"' in run(*asked, "--format", "html").out
    Path("msconfig.toml").write_text('languages = ["fr", "ru"]', "utf-8")
    assert '<html lang="fr"' in run(*asked, "--format", "html").out
    assert '<html lang="es"' in run(*asked, "--format", "html", "--lang", "es").out


def test_a_language_without_a_page_has_no_use(run: Run) -> None:
    ran = run("check", "--offline", "--no-token", "--lang", "ja", "Qwen/Qwen3.5-27B")
    assert ran.code == 2
    assert "--lang" in ran.err


def test_what_was_recorded_of_served_models_tells_who_takes_images_offline(run: Run) -> None:
    ran = run("check", "--offline", "--no-token", "--format=json", "Qwen/Qwen3-VL-8B-Instruct")
    best = json.loads(ran.out)["models"][0]["suggestions"][0]
    assert best == {
        "id": "Qwen/Qwen3.5-27B",
        "reason": "general model of the same family, which takes images",
    }


def test_the_snapshot_in_use_goes_before_the_bundled_one(run: Run, tmp_path: Path) -> None:
    hub = {"exists": True, "tasks": ["image-text-to-text"]}
    models = {"ZhipuAI/GLM-4V": {"hub": hub, "look_up": {"providers": []}}}
    facts = {
        "schema_version": 1,
        "site": "cn",
        "recorded": "2026-11-01T00:00:00Z",
        "catalogue": ["ZhipuAI/GLM-5.2", "ZhipuAI/GLM-4.7-Flash"],
    }
    suggested = []
    for known in (models, {**models, "ZhipuAI/GLM-5.2": {"hub": hub}}):
        file = tmp_path / "facts.json"
        file.write_text(json.dumps({**facts, "models": known}), "utf-8")
        told = run("check", "--snapshot", str(file), "--no-token", "--format=json", *models).out
        suggested.append([each["id"] for each in json.loads(told)["models"][0]["suggestions"]])
    assert suggested == [[], ["ZhipuAI/GLM-5.2"]]


@pytest.mark.parametrize("site", ["cn", "ai"])
def test_what_was_recorded_of_served_models_tells_who_takes_images_online(
    site: str, run: Run, modelscope: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    gone = {"hub": {"exists": True, "tasks": ["image-text-to-text"]}, "look_up": {"providers": []}}
    modelscope.use({"models": {"Qwen/Qwen2-VL-7B": gone, "ZhipuAI/GLM-4V": gone}})
    ids = ("Qwen/Qwen2-VL-7B", "ZhipuAI/GLM-4V")
    ran = run("check", "--site", site, "--no-token", "--format=json", *ids)
    qwen, glm = json.loads(ran.out)["models"]
    assert (
        qwen["suggestions"][0]["reason"] == "general model of the same family, which takes images"
    )
    assert glm["suggestions"] == []
    assert len(modelscope.requests) == 1 + 2 * len(ids)


def test_offline_an_unlisted_model_is_suggested_for_its_name_in_other_letters(run: Run) -> None:
    ran = run("check", "--offline", "--no-token", "--format", "json", "Qwen/qwen-image")
    (model,) = json.loads(ran.out)["models"]
    assert model["status"] == "not_found"
    assert model["suggestions"][0]["id"] == "Qwen/Qwen-Image"
