"""The nightly job of docs/ci.md over eight nights with outages, deaths and recoveries."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN
from support import FakeClock, Run

IDS = tuple(f"acme/m{number:02}" for number in range(12))
BUDGET = 4
NIGHTS_FOR_ALL = 3
FIRST = datetime(2026, 10, 7, 3, 17, tzinfo=UTC)
OPENLY, SILENTLY = "acme/m02", "acme/m05"
"""One that dies so that the free evidence shows it, and one of which only calls show it."""
CALLS = {"does": "status", "method": "POST"}
LOOK_UP = {"does": "status", "path": "/api/v1/inference/*"}
ALL = {"does": "status"}


@dataclass(frozen=True)
class Night:
    """How the world is on one night."""

    dead: frozenset[str] = frozenset()
    outages: tuple[dict[str, Any], ...] = ()

    @property
    def models(self) -> dict[str, Any]:
        return {each: self._model(each) for each in IDS}

    def _model(self, model_id: str) -> dict[str, Any]:
        is_dead = model_id in self.dead
        is_shown = is_dead and model_id == OPENLY
        row = {"Name": "ModelScope", "EstimatedMagicGrainCost": 1}
        return {
            "listed": not is_shown,
            "behaviour": "no_provider" if is_dead else "answers",
            "cost": 1,
            "look_up": {"providers": [] if is_shown else [row]},
            "hub": {"exists": True, "tasks": ["text-generation"]},
        }


NIGHTS = (
    Night(),
    Night(frozenset({SILENTLY})),
    Night(frozenset({SILENTLY, OPENLY})),
    Night(frozenset({SILENTLY, OPENLY}), (LOOK_UP,)),
    Night(frozenset({SILENTLY, OPENLY})),
    Night(frozenset({SILENTLY}), (CALLS,)),
    Night(frozenset({SILENTLY}), (ALL,)),
    Night(),
)


@dataclass
class Result:
    """A night's report, and the calls that were made."""

    night: Night
    code: int
    models: dict[str, dict[str, Any]]
    calls: list[str]
    spent: float
    refused: set[str] = field(default_factory=set)
    """Models of which a call on this night showed that they are dead."""


@pytest.fixture
def nights(
    run: Run, modelscope: Mock, quick: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Result]]:
    """Run the job on each of `NIGHTS`."""
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    Path("models.txt").write_text("\n".join(IDS))
    arguments = "check --models models.txt --probe --max-cost 4 --retries 0"

    def run_them(more: str = "") -> list[Result]:
        memory = f"--reuse report.json --report json=report.json {more}"
        assert quick.now
        results = []
        for number, night in enumerate(NIGHTS):
            at = FIRST + timedelta(days=number)
            monkeypatch.setattr("msconfig.clock.utc_now", lambda at=at: at)
            modelscope.use({"models": night.models, "faults": list(night.outages)})
            ran = run(*arguments.split(), *memory.split())
            report = json.loads(Path("report.json").read_text())
            assert ran.code == report["exit_code"]
            calls = [
                str((request.json() or {})["model"])
                for request in modelscope.requests
                if request.method == "POST"
            ]
            works = CALLS not in night.outages and ALL not in night.outages
            results.append(
                Result(
                    night,
                    ran.code,
                    {model["id"]: model for model in report["models"]},
                    calls,
                    modelscope.spent,
                    set(calls) & night.dead if works else set(),
                )
            )
        return results

    return run_them


def test_eight_nights(nights: Callable[..., list[Result]]) -> None:
    results = nights()
    known_dead: set[str] = set()
    for number, result in enumerate(results):
        assert len(result.calls) == len(set(result.calls)), "no model is called twice a night"
        assert result.spent <= BUDGET
        with_calls = [before.calls for before in results[: number + 1] if before.calls]
        if len(with_calls) == NIGHTS_FOR_ALL:
            assert {each for calls in with_calls for each in calls} == set(IDS)
        # a contradiction that an outage leaves open is called first again, and delays others
        recent = {each for calls in with_calls[-NIGHTS_FOR_ALL - 1 :] for each in calls}
        assert recent == set(IDS) or len(with_calls) < NIGHTS_FOR_ALL
        known_dead = (known_dead | result.refused) & result.night.dead
        for model_id, model in result.models.items():
            is_dead = model_id in result.night.dead
            if model["outcome"] == "fail":
                assert is_dead, (number, model)
            if model["outcome"] == "pass" and is_dead:
                assert model_id == SILENTLY, (number, model)
                assert model_id not in known_dead, (number, model)
        assert (result.code == 1) == any(
            model["outcome"] == "fail" for model in result.models.values()
        )


def test_a_death_that_the_free_evidence_shows_is_red_the_same_night(
    nights: Callable[..., list[Result]],
) -> None:
    results = nights()
    statuses = [result.models[OPENLY]["outcome"] for result in results]
    # without the look-up, night 4, the call alone shows it; on night 6 it is back
    assert statuses[2] == "fail"
    assert results[2].code == 1
    assert statuses[:2] == ["pass", "pass"]
    assert "fail" not in statuses[5:]


def test_a_death_that_only_a_call_shows_is_red_within_three_nights_and_stays_so(
    nights: Callable[..., list[Result]],
) -> None:
    results = nights()
    outcomes = [result.models[SILENTLY]["outcome"] for result in results]
    first = outcomes.index("fail")
    assert 1 <= first <= 3
    assert "pass" not in outcomes[first:7]
    assert outcomes[7] == "pass"
    assert results[7].models[SILENTLY]["proof"] == "called"


def test_an_outage_is_never_red(nights: Callable[..., list[Result]]) -> None:
    results = nights()
    for result in results[5:7]:
        assert result.code == 4
    proved = [model for model in results[6].models.values() if model.get("proof") == "called"]
    assert proved, "calls of the nights before still prove most of the list"


def test_since_tells_when_a_status_began(nights: Callable[..., list[Result]]) -> None:
    results = nights()
    last = results[-1].models
    always = [model for each, model in last.items() if each not in {OPENLY, SILENTLY}]
    assert {model["status"] for model in always} == {"enabled"}
    assert last["acme/m11"]["since"] <= last[SILENTLY]["since"] == "2026-10-14T03:17:00Z"
    silent = [result.models[SILENTLY] for result in results]
    first, *others = [model["since"] for model in silent[:5] if model["status"] == "retired"]
    assert set(others) == {first}


def test_with_a_baseline_a_failure_is_red_once_and_an_outage_is_never_green(
    nights: Callable[..., list[Result]],
) -> None:
    """The report of the night before is the baseline, whether that night passed or failed."""
    results = nights("--baseline report.json")
    reds = 0
    failing_before: set[str] = set()
    for result in results:
        outcomes = {name: model["outcome"] for name, model in result.models.items()}
        failing = {name for name, outcome in outcomes.items() if outcome == "fail"}
        if failing - failing_before:
            assert result.code == 1
            reds += 1
        else:
            assert result.code == (4 if "unknown" in outcomes.values() else 0)
        failing_before = failing
    assert {result.code for result in results} == {0, 1, 4}
    assert reds < sum("fail" in {m["outcome"] for m in r.models.values()} for r in results)
