"""`msconfig check --probe`: real calls within a budget, against the mock."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from msconfig.checking import quota
from msconfig.checking.report import Quota
from msconfig.mock.messages import Request, Response
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN
from support import TOKEN as TOKEN_OF_TESTS
from support import FakeClock, Online, Ran, Run, Serve, mock_of

OTHER = "ms-5eed0000-0000-4000-8000-000000000009"
Probe = Callable[..., Ran]


def model(cost: float | None = 1, behaviour: str = "answers", **more: object) -> dict[str, Any]:
    row = {"Name": "ModelScope", **({} if cost is None else {"EstimatedMagicGrainCost": cost})}
    facts = {
        "look_up": {"providers": [row]},
        "hub": {"exists": True, "tasks": ["text-generation"]},
    }
    return {
        "listed": True,
        "behaviour": behaviour,
        "cost": 2 if cost is None else cost,
        **facts,
        **more,
    }


@pytest.fixture
def probe(run: Run, modelscope: Mock, monkeypatch: pytest.MonkeyPatch, quick: FakeClock) -> Probe:
    """Use a scenario of models, and check them with --probe, without waiting."""
    assert quick.now
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)

    def probe_it(models: dict[str, Any], *arguments: str, **scenario: Any) -> Ran:  # noqa: ANN401
        modelscope.use({"models": models, **scenario})
        return run("check", "--probe", "--format", "json", *arguments, *models)

    return probe_it


def posts(modelscope: Mock) -> int:
    return sum(request.method == "POST" for request in modelscope.requests)


MEANINGS = [
    ("answers", "enabled", 0, 1),
    ("streams_only", "enabled", 0, 1),
    ("thinking_needs_streaming", "enabled", 0, 1),
    ("thinking_stream_false", "enabled", 0, 1),
    ("thinking_streams_only", "enabled", 0, 1),
    ("data_inspection_failed", "enabled", 0, 1),
    ("no_provider", "retired", 1, 1),
    ("unsupported_model", "retired", 1, 1),
    ("invalid", "not_found", 1, 1),
    ("private", "no_access", 1, 1),
    ("no_access", "no_access", 1, 1),
    ("image_model", "enabled", 0, 1),
    ("image_model_by_chat", "unverified", 4, 1),
    ("upstream_unpaid", "unverified", 4, 1),
    ("upstream_unpaid_1008", "unverified", 4, 1),
    ("magicubes_spent", "unverified", 4, 1),
    ("day_quota_spent", "unverified", 4, 1),
    ("request_limit", "unverified", 4, 1),
    ("insufficient_quota", "unverified", 4, 4),
    ("too_many_requests", "unverified", 4, 4),
    ("limit_burst_rate", "unverified", 4, 4),
    ("busy", "unverified", 4, 4),
    ("empty", "unverified", 4, 1),
]
"""Behaviour, status, exit code, and how often the model is called."""


@pytest.mark.parametrize("envelope", ["error", "errors"])
@pytest.mark.parametrize(("behaviour", "status", "code", "calls"), MEANINGS)
def test_an_answer_overrules_what_was_read_for_free(
    probe: Probe,
    modelscope: Mock,
    behaviour: str,
    status: str,
    code: int,
    calls: int,
    envelope: str,
) -> None:
    ran = probe({"acme/x": model(behaviour=behaviour)}, envelope=envelope)
    (found,) = json.loads(ran.out)["models"]
    assert (found["status"], ran.code) == (status, code)
    assert found["evidence"][-1]["source"] == "POST /v1/chat/completions"
    assert found["probe"]["at"] == found["evidence"][-1]["at"]
    assert posts(modelscope) == calls


@pytest.mark.parametrize("does", ["status", "no-answer", "reset", "html", "garbage"])
def test_an_outage_of_the_call_tells_nothing_and_is_not_tried_again(
    probe: Probe, modelscope: Mock, does: str
) -> None:
    fault = {"does": does, "method": "POST"}
    models = {"acme/x": model(), "acme/dead": model(behaviour="no_provider")}
    ran = probe(models, "--timeout", "0.5", faults=[fault])
    statuses = {each["status"] for each in json.loads(ran.out)["models"]}
    assert (statuses, ran.code) == ({"unverified"}, 4)
    assert posts(modelscope) <= 2


def test_an_answer_that_is_cut_off_before_its_content_tells_nothing(
    probe: Probe, modelscope: Mock
) -> None:
    embedding = model(hub={"exists": True, "tasks": ["sentence-embedding"]})
    ran = probe({"acme/x": embedding}, faults=[{"does": "cut-body", "method": "POST"}])
    assert (json.loads(ran.out)["models"][0]["status"], ran.code) == ("unverified", 4)
    assert posts(modelscope) == 1


def test_a_call_is_the_smallest_there_is_and_its_latency_is_told(
    probe: Probe, modelscope: Mock
) -> None:
    embedding = model(hub={"exists": True, "tasks": ["sentence-embedding"]})
    ran = probe({"acme/chat": model(), "acme/vectors": embedding})
    bodies = {r.path: r.json() for r in modelscope.requests if r.method == "POST"}
    chat, vectors = bodies["/v1/chat/completions"], bodies["/v1/embeddings"]
    assert chat
    assert (chat["stream"], chat["max_tokens"]) == (True, 1)
    assert chat["stream_options"] == {"include_usage": True}
    assert vectors
    assert vectors["encoding_format"] == "float"
    probes = [each["probe"] for each in json.loads(ran.out)["models"]]
    assert all(each["latency_ms"] >= 0 for each in probes)


@pytest.mark.parametrize(
    ("tasks", "listed", "why"),
    [
        (["text-to-image"], True, "kind image-generation is called only with --probe-images"),
        (["image-to-image"], True, "kind image-edit is called only with --probe-images"),
        (["text-to-speech"], True, "there is no small call for kind audio"),
        (["text-to-video-synthesis"], True, "there is no small call for kind video"),
        (["text-ranking"], True, "there is no small call for kind rerank"),
        ([], False, "its kind is unknown and the catalogue does not list it"),
    ],
)
def test_kinds_without_a_small_call_are_not_called(
    probe: Probe, modelscope: Mock, tasks: list[str], listed: bool, why: str
) -> None:
    ran = probe({"acme/x": model(hub={"exists": True, "tasks": tasks}, listed=listed)})
    (found,) = json.loads(ran.out)["models"]
    assert found["status"] == "enabled"
    assert f"not probed: {why}" in " ".join(found["notes"])
    assert posts(modelscope) == 0


CHAT = {"exists": True, "tasks": ["text-generation"]}
OTHERS = {"providers": [{"Name": "DashScope"}]}
DOUBTS = [
    pytest.param({"look_up": {"providers": []}, "hub": CHAT}, id="not enabled"),
    pytest.param({"look_up": OTHERS, "hub": CHAT}, id="others only"),
    pytest.param({"look_up": OTHERS, "hub": CHAT, "listed": True}, id="disputed"),
    pytest.param({"hub": CHAT, "dark": True}, id="unverified"),
    pytest.param({"hub": {"exists": True, "tasks": []}, "listed": True}, id="no task"),
    pytest.param({"look_up": OTHERS, "hub": {**CHAT, "gated": True}}, id="no access"),
]
DARK = {"does": "status", "path": "/api/v1/inference/*"}


@pytest.mark.parametrize("facts", DOUBTS)
@pytest.mark.parametrize(
    ("behaviour", "status"), [("answers", "enabled"), ("no_provider", "retired")]
)
def test_a_doubt_is_settled_by_a_call(
    probe: Probe, modelscope: Mock, facts: dict[str, Any], behaviour: str, status: str
) -> None:
    faults = [DARK] if facts.get("dark") else []
    facts = {key: value for key, value in facts.items() if key != "dark"}
    ran = probe({"acme/x": {**facts, "behaviour": behaviour}}, faults=faults)
    (found,) = json.loads(ran.out)["models"]
    proof = "called" if status == "enabled" else None
    assert (found["status"], found.get("proof")) == (status, proof)
    assert posts(modelscope) == 1


@pytest.mark.parametrize(
    ("behaviour", "status"), [("answers", "enabled"), ("invalid", "not_found")]
)
def test_another_letter_case_is_called_as_it_is_written(
    serve: Serve, online: Online, run: Run, quick: FakeClock, behaviour: str, status: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert quick.now
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN_OF_TESTS)
    known = mock_of()
    asked: list[str] = []
    spelt_right = known(Request("GET", "/openapi/v1/models/Qwen/Alive"))

    def answer(request: Request) -> Response:
        if request.path == "/openapi/v1/models/qwen/alive":
            return spelt_right
        if request.method == "POST":
            asked.append(str((request.json() or {})["model"]))
            if behaviour == "invalid":
                message = f"Invalid model id: {asked[-1]}"
                return Response.of_json(400, {"error": {"message": message}})
            body = json.dumps({**json.loads(request.body), "model": "Qwen/Alive"}).encode()
            return known(replace(request, body=body))
        return known(request)

    online(serve(answer))
    (found,) = json.loads(run("check", "--probe", "--format", "json", "qwen/alive").out)["models"]
    assert (found["status"], asked) == (status, ["qwen/alive"])
    suggested = [each["id"] for each in found["suggestions"]]
    assert suggested == ([] if status == "enabled" else ["Qwen/Alive"])


def test_what_the_hub_calls_absent_is_not_called(probe: Probe, modelscope: Mock) -> None:
    absent = {"hub": {"exists": False}}
    ran = probe({"acme/none": absent, "acme/listed": {**absent, "listed": True}})
    found = json.loads(ran.out)["models"]
    assert [each["status"] for each in found] == ["not_found", "disputed"]
    assert all("the hub has no such id" in each["notes"][0] for each in found)
    assert posts(modelscope) == 0


@pytest.mark.parametrize("does", ["status", "no-answer", "html"])
def test_an_outage_of_the_calls_takes_no_clear_no_back(probe: Probe, does: str) -> None:
    dead = {"look_up": {"providers": []}, "hub": CHAT}
    faults = [{"does": does, "method": "POST"}]
    ran = probe({"acme/dead": dead}, "--timeout", "0.5", faults=faults)
    (found,) = json.loads(ran.out)["models"]
    assert (found["status"], ran.code) == ("not_enabled", 1)
    assert "settled nothing" in found["notes"][0]
    assert found["probe"]["result"] == "inconclusive"


@pytest.mark.parametrize("tasks", [["text-to-image"], ["image-to-image"]])
def test_an_image_is_made_and_looked_at(
    probe: Probe, modelscope: Mock, quick: FakeClock, tasks: list[str]
) -> None:
    began = quick.now
    ran = probe({"acme/x": model(hub={"exists": True, "tasks": tasks})}, "--probe-images")
    (found,) = json.loads(ran.out)["models"]
    assert (found["status"], found["proof"], ran.code) == ("enabled", "called", 0)
    (call,) = (request for request in modelscope.requests if request.method == "POST")
    body = call.json() or {}
    assert call.path == "/v1/images/generations"
    assert (
        body["image_url"].startswith("data:image/png;base64,") == ("image-to-image" in tasks)
        if "image-to-image" in tasks
        else "image_url" not in body
    )
    polls = [request for request in modelscope.requests if "/tasks/" in request.path]
    assert len(polls) == 3
    assert quick.now - began <= 20


def test_what_no_call_could_settle_is_not_called(probe: Probe, run: Run, modelscope: Mock) -> None:
    probe({"acme/x": model()})
    before = posts(modelscope)
    ran = run("check", "--probe", "--format", "json", "acme", "acme/x:Elsewhere")
    reasons = {each["id"]: each["notes"] for each in json.loads(ran.out)["models"]}
    assert any("it is not a model id" in note for note in reasons["acme"])
    assert any("the provider in its suffix" in note for note in reasons["acme/x:Elsewhere"])
    assert posts(modelscope) == before


def test_an_image_that_is_never_made_settles_nothing_in_a_bounded_time(
    probe: Probe, modelscope: Mock, quick: FakeClock
) -> None:
    began = quick.now
    made = {"acme/x": model(hub={"exists": True, "tasks": ["text-to-image"]})}
    busy = {"does": "status", "status": 503, "path": "*/v1/tasks/*"}
    ran = probe(made, "--probe-images", faults=[busy])
    (found,) = json.loads(ran.out)["models"]
    assert found["probe"]["result"] == "inconclusive", found
    assert "no image within" in json.dumps(found)
    assert len([each for each in modelscope.requests if each.method == "POST"]) == 1
    assert quick.now - began < 600


@pytest.mark.parametrize("max_cost", ["0", "0.4", "1", "3", "7.5"])
def test_no_more_is_spent_than_the_budget_allows(
    probe: Probe, modelscope: Mock, max_cost: str
) -> None:
    costs = [0.5, 1, 2, None] * 8
    models = {f"acme/m{number:02}": model(cost) for number, cost in enumerate(costs)}
    faults = [
        {"does": "cut-body", "method": "POST", "every": 3},
        {"does": "status", "method": "POST", "every": 5},
    ]
    probe(models, "--max-cost", max_cost, "--probe-concurrency", "16", faults=faults)
    assert modelscope.spent <= float(max_cost)
    if float(max_cost) >= 1:
        assert posts(modelscope) > 0


def test_the_budget_goes_in_the_given_order_and_the_rest_keeps_its_free_verdict(
    probe: Probe, modelscope: Mock
) -> None:
    models = {"acme/a": model(2), "acme/b": model(2), "acme/c": model(1), "acme/d": model(1)}
    ran = probe(models, "--max-cost", "3")
    found = json.loads(ran.out)["models"]
    reasons = {each["id"]: " ".join((each["reason"], *each.get("notes", ()))) for each in found}
    assert modelscope.spent == 3
    assert "over the budget of 3 Magicubes" in reasons["acme/b"]
    assert "over the budget" in reasons["acme/d"]
    assert "answered" in reasons["acme/c"]
    assert ran.code == 0
    plan = "probing 2 of 4 models with 1 token, for at most 3 Magicubes, in about 3 s;"
    assert f"{plan} available: 250" in ran.err


def test_ten_calls_at_the_lowest_tier_fit_into_two_magicubes(
    probe: Probe, modelscope: Mock
) -> None:
    probe({f"acme/m{number:02}": model(0.2) for number in range(12)}, "--max-cost", "2")
    assert posts(modelscope) == 10
    assert round(modelscope.spent, 6) == 2


@pytest.mark.parametrize(
    ("account", "status"),
    [({"bound": False}, "not_bound"), ({"verified": False}, "not_bound")],
)
def test_an_account_that_is_not_bound_ends_the_probing(
    probe: Probe, modelscope: Mock, account: dict[str, object], status: str
) -> None:
    models = {f"acme/m{number}": model() for number in range(20)}
    accounts = [{"token": TOKEN, **account}]
    ran = probe(models, accounts=accounts)
    report = json.loads(ran.out)
    assert ran.code == 3
    assert report["token"][0]["status"] == status
    assert {each["status"] for each in report["models"]} == {"enabled"}
    assert all("not probed: the token was refused" in each["notes"][0] for each in report["models"])
    assert posts(modelscope) == 1


def test_with_all_tokens_the_trouble_of_one_is_told_from_the_models(
    probe: Probe, modelscope: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_TOKEN", OTHER)
    names = ["--token-env", "MODELSCOPE_API_TOKEN", "--token-env", "OTHER_TOKEN"]
    accounts = [{"token": TOKEN, "magicubes": 0}, {"token": OTHER}]
    models = {"acme/x": model(), "acme/dead": model(behaviour="no_provider")}
    ran = probe(models, *names, "--probe-all-tokens", accounts=accounts)
    report = json.loads(ran.out)
    statuses = [each["status"] for each in report["models"]]
    poor = report["token"][0]["fingerprint"]
    assert statuses == ["enabled", "retired"]
    assert [note for note in report["notes"] if poor in note and "acme/x" in note]
    assert modelscope.spent == 1


def test_a_passing_outage_is_blamed_on_no_token(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_TOKEN", OTHER)
    names = ["--token-env", "MODELSCOPE_API_TOKEN", "--token-env", "OTHER_TOKEN"]
    accounts = [{"token": TOKEN}, {"token": OTHER}]
    faults = [{"does": "status", "method": "POST", "first": 1}]
    ran = probe({"acme/x": model()}, *names, "--probe-all-tokens", accounts=accounts, faults=faults)
    report = json.loads(ran.out)
    assert (report["models"][0]["status"], ran.code) == ("enabled", 0)
    assert "notes" not in report


def test_a_cost_below_the_lowest_tier_is_no_cost(probe: Probe, modelscope: Mock) -> None:
    models = {f"acme/m{number}": model(0) for number in range(5)}
    probe(models, "--max-cost", "4")
    assert posts(modelscope) == 2


def test_what_is_left_is_told_as_it_is_after_the_calls(probe: Probe) -> None:
    ran = probe({"acme/x": model(2)})
    assert json.loads(ran.out)["quota"][0]["available"] == 248


def test_an_interrupt_while_the_balance_is_read_again_keeps_what_was_called(
    probe: Probe, modelscope: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_quota = quota.read_quota

    def interrupted_later(*arguments: Any) -> tuple[Quota, ...]:  # noqa: ANN401
        if modelscope.spent:
            raise KeyboardInterrupt
        return read_quota(*arguments)

    monkeypatch.setattr(quota, "read_quota", interrupted_later)
    ran = probe({"acme/x": model()})
    report = json.loads(ran.out)
    assert (ran.code, report["complete"]) == (130, False)
    assert report["models"][0]["proof"] == "called"
    assert report["models"][0]["probe"]["result"] == "answered"


def test_without_a_valid_token_nothing_is_called(
    probe: Probe, modelscope: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", OTHER)
    ran = probe({"acme/x": model()})
    assert ran.code == 3
    assert "not probed: no valid token" in json.loads(ran.out)["models"][0]["notes"][0]
    assert posts(modelscope) == 0


@pytest.mark.parametrize("how", ["--offline", "--no-token", "--snapshot=x.json"])
def test_probing_needs_network_and_token(run: Run, how: str) -> None:
    ran = run("check", "--probe", how, "Qwen/Qwen3.5-27B")
    assert (ran.code, ran.out) == (2, "")
    assert "--probe makes real calls" in ran.err


@pytest.mark.parametrize("option", [["--yes"], ["--max-cost", "1"], ["--probe-concurrency", "2"]])
def test_an_option_of_probing_without_probing_is_refused(run: Run, option: list[str]) -> None:
    ran = run("check", "--offline", "--no-token", *option, "Qwen/Qwen3.5-27B")
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize("cost", ["-1", "nan", "x"])
def test_a_budget_that_is_none_is_refused(run: Run, cost: str) -> None:
    assert run("check", "--probe", "--max-cost", cost, "a/b").code == 2


def test_without_probe_nothing_is_spent(run: Run, probe: Probe, modelscope: Mock) -> None:
    probe({"acme/x": model()}, "--max-cost", "0")
    modelscope.use({})
    assert run("check", "Qwen/Qwen3.5-27B").code == 0
    assert posts(modelscope) == 0
    modelscope.assert_no_quota_spent()
