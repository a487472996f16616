"""Every fault, as `check` and `generate` meet it: the table in docs/mock.md is what happens."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from msconfig.mock.fault_choice import Faults
from msconfig.mock.faults import INJECTORS
from msconfig.mock.messages import Request
from msconfig.mock.scenario import Fault, FaultKind
from msconfig.mock.server import MockServer
from support import TOKEN, Online, Run, Serve, mock_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mock.md"
ROW = re.compile(r"^\| `([a-z-]+)` \|.*\| `(\w+)` \| (\d) \|$", re.MULTILINE)
TABLE = ROW.findall(PAGE.read_text("utf-8").partition("<!-- table: faults -->")[2])
QUICK = ("--retries", "0", "--timeout", "0.5")


def serve_with(serve: Serve, *faults: Fault) -> MockServer:
    server = serve(mock_of())
    server.faults = Faults(faults)
    return server


def test_the_table_has_a_row_for_every_fault() -> None:
    assert [kind for kind, _, _ in TABLE] == [str(kind) for kind in FaultKind]
    assert set(INJECTORS) == set(FaultKind)


@pytest.mark.parametrize(("kind", "status", "code"), TABLE)
def test_a_fault_ends_as_the_table_says(
    run: Run,
    serve: Serve,
    online: Online,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    status: str,
    code: str,
) -> None:
    seconds = 0.1 if kind == "slow-body" else 0.01
    online(serve_with(serve, Fault(FaultKind(kind), seconds=seconds)))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    began = time.monotonic()
    checked = run("check", "--format", "json", *QUICK, "Qwen/Alive")
    generated = run("generate", "-o", "out", *QUICK, "Qwen/Alive")
    assert time.monotonic() - began < 20
    report = json.loads(checked.out)
    assert [model["status"] for model in report["models"]] == [status]
    assert (checked.code, generated.code) == (int(code), int(code))
    assert Path("out").exists() == (code == "0")


def test_a_fault_that_passes_is_outlived(run: Run, serve: Serve, online: Online) -> None:
    online(serve_with(serve, Fault(FaultKind.STATUS, first=3, status=429, retry_after=0)))
    assert run("check", "--no-token", "Qwen/Alive").code == 0


def test_a_redirect_takes_no_token_elsewhere(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = serve(mock_of())
    fault = Fault(FaultKind.REDIRECT, location=elsewhere.endpoints.hub)
    online(serve_with(serve, fault))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    assert run("check", *QUICK, "Qwen/Alive").code == 4
    assert not elsewhere.requests


@pytest.mark.parametrize(
    ("fault", "met"),
    [
        pytest.param(Fault(FaultKind.HTML, first=2), [1, 1, 0, 0, 0, 0], id="first"),
        pytest.param(Fault(FaultKind.HTML, every=3), [0, 0, 1, 0, 0, 1], id="every"),
        pytest.param(Fault(FaultKind.HTML, method="POST"), [0] * 6, id="other method"),
        pytest.param(Fault(FaultKind.HTML, path="/v1/m*"), [1] * 6, id="pattern"),
        pytest.param(Fault(FaultKind.HTML, path="/openapi/*"), [0] * 6, id="other path"),
    ],
)
def test_which_requests_meet_a_fault(fault: Fault, met: list[int]) -> None:
    faults = Faults([fault])
    request = Request("GET", "/v1/models")
    assert [int(faults.due(request) is fault) for _ in met] == met


def test_chance_falls_the_same_way_with_the_same_seed() -> None:
    def fall(seed: int) -> list[bool]:
        faults = Faults([Fault(FaultKind.HTML, chance=0.5)], seed)
        return [faults.due(Request("GET", "/")) is not None for _ in range(50)]

    assert fall(1) == fall(1) != fall(2)
    assert {True, False} == set(fall(1))
