"""Every exit code and which takes precedence, against the mock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN
from processes import running
from support import Run

COMMAND = Path(sys.executable).with_name("msconfig")
GARBAGE = "ms-5eed0000-0000-4000-8000-00000000dead"

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
    pytest.mark.skipif(not COMMAND.exists(), reason="msconfig is not installed as a command"),
]


def model(served: bool) -> dict[str, Any]:
    rows = [{"Name": "ModelScope"}] if served else []
    hub = {"exists": True, "tasks": ["text-generation"]}
    return {"listed": served, "look_up": {"providers": rows}, "hub": hub}


LIVE = {f"acme/live-{number}": model(served=True) for number in range(9)}
WORLD = {**LIVE, "acme/dead": model(served=False)}
DARK = {"does": "status", "path": "*dark*", "status": 503}


@pytest.fixture
def site(modelscope: Mock, monkeypatch: pytest.MonkeyPatch) -> Mock:
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    doubtful = {**model(served=False), "listed": True}
    modelscope.use({"models": {**WORLD, "acme/dark": doubtful}})
    return modelscope


QUICK = ("--retries", "0")
MANY = tuple(f"acme/m{number}" for number in range(501))


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("arguments", "token", "code"),
    [
        pytest.param(("check", "acme/live-1"), TOKEN, 0, id="0 all good"),
        pytest.param(("check", "acme/dead"), TOKEN, 1, id="1 a model fails"),
        pytest.param(("check", "--nonsense"), TOKEN, 2, id="2 usage"),
        pytest.param(("check", "acme/live-1"), GARBAGE, 3, id="3 rejected"),
        pytest.param(("check", *QUICK, "acme/dark"), TOKEN, 4, id="4 inconclusive"),
        pytest.param(("generate", "-o", "out", *MANY), TOKEN, 5, id="5 refused"),
        pytest.param(("check", *QUICK, "acme/dead", "acme/dark"), TOKEN, 1, id="1 before 4"),
        pytest.param(("check", "acme/dead"), GARBAGE, 3, id="3 before 1"),
        pytest.param(("check", *QUICK, "acme/dark"), GARBAGE, 3, id="3 before 4"),
        pytest.param(("generate", "-o", "out", *MANY), GARBAGE, 5, id="5 before 3"),
        pytest.param(("generate", "-o", "/dev/null", *MANY), GARBAGE, 5, id="5 before a check"),
        pytest.param(("check", "--models", "no-such-file"), GARBAGE, 2, id="2 before 3"),
        pytest.param(("check", "--strict", *QUICK, "acme/dark"), TOKEN, 1, id="strict"),
        pytest.param(("quota",), GARBAGE, 3, id="quota 3"),
    ],
)
def test_the_first_that_applies(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], token: str, code: int
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", token)
    assert run(*arguments).code == code


def test_2_takes_precedence_over_5(run: Run) -> None:
    Path("bad.json").write_text("{}")
    assert run("validate", "bad.json").code == 5
    assert run("validate", "bad.json", "missing.json").code == 2


@pytest.mark.parametrize(("model_id", "code"), [("Qwen/Qwen3.5-27B", 0), ("Qwen/Qwen3.5-27b", 1)])
def test_the_process_exits_with_the_code(model_id: str, code: int) -> None:
    command = (COMMAND, "check", "--offline", "--no-token", model_id)
    assert subprocess.run(command, capture_output=True, check=False).returncode == code


OUTAGES = [
    *({"does": "status", "status": status} for status in (200, 401, 403, 404, 418, 500, 503)),
    {"does": "status", "status": 429, "retry_after": 0},
    {"does": "slow-body", "seconds": 0.2},
    *({"does": kind} for kind in ("cut-body", "wrong-length", "garbage", "html", "huge")),
    *({"does": kind} for kind in ("redirect", "reset", "no-answer", "wrong-type")),
]
WHERE = [
    *(("*", 1), ("*", 3), ("/v1/models", 1), ("/openapi/*", 1)),
    *(("/api/*", 1), ("*list_model_providers", 1)),
]
"""Which requests meet the outage, and every how many of them."""


@pytest.mark.slow
@pytest.mark.parametrize(("where", "every"), WHERE)
@pytest.mark.parametrize("outage", OUTAGES, ids=lambda each: "-".join(map(str, each.values())))
def test_an_outage_passes_no_dead_model_and_fails_no_live_one(
    site: Mock, outage: dict[str, Any], where: str, every: int
) -> None:
    from msconfig.checking.check import CheckRequest, check  # noqa: PLC0415
    from msconfig.model_ids import GivenId  # noqa: PLC0415
    from msconfig.modelscope.client import ModelScope  # noqa: PLC0415
    from msconfig.modelscope.http_client import HttpClient  # noqa: PLC0415
    from msconfig.modelscope.sites import Endpoints, Site  # noqa: PLC0415

    site.use({"models": WORLD, "faults": [{**outage, "path": where, "every": every}]})
    endpoints = Endpoints.of(Site.CN, hub_url=site.hub_url, inference_url=site.inference_url)
    http = HttpClient(retries=0, timeout=0.2)
    request = CheckRequest(Site.CN, [GivenId(model_id) for model_id in WORLD])
    report = check(ModelScope(endpoints, http), request)
    http.close()
    outcomes = {each.id: str(each.outcome) for each in report.models}
    assert outcomes.pop("acme/dead") in {"fail", "unknown"}
    assert set(outcomes.values()) <= {"pass", "unknown"}
    assert report.exit_code in {1, 4}


def resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_2000_ids_stay_small_and_an_interrupt_ends_them_with_a_report(site: Mock) -> None:
    ids = [f"acme/m{number}" for number in range(2000)]
    Path("ids.txt").write_text("\n".join(ids))
    Path("report.json").write_text("older")
    site.use({"models": dict.fromkeys(ids, model(served=True))})
    arguments = ["check", "--models", "ids.txt", "--format", "json"]
    with running([COMMAND, *arguments], stdout=subprocess.PIPE) as whole:
        assert whole.stdout
        out = bytearray()
        peak = 0.0
        for line in whole.stdout:
            peak = peak or resident_megabytes(whole.pid)  # the highest so far, at the first line
            out += line
    assert whole.returncode == 0
    assert peak < 150
    proof = {"called": 0, "confirmed": 2000, "listed": 0}
    assert json.loads(out)["summary"] == {"pass": 2000, "fail": 0, "unknown": 0, **proof}

    site.use({"models": WORLD, "faults": [{"does": "delay", "seconds": 0.05}]})
    began = len(site.requests)
    with running(
        [COMMAND, *arguments, "--report", "json=report.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while len(site.requests) < began + 50:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        stopped, err = process.communicate(timeout=5)
    report = json.loads(stopped)
    assert (process.returncode, report["complete"]) == (130, False)
    assert len(report["models"]) == 2000
    assert err == b""
    assert json.loads(Path("report.json").read_text()) == report
