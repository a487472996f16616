"""`msconfig quota`, against the mock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN
from msconfig.schemas import schema_problems
from support import Run

OTHER = "ms-5eed0000-0000-4000-8000-000000000009"


@pytest.fixture(autouse=True)
def _online(modelscope: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)


def test_what_is_left_is_told_with_fractions_and_frozen_parts(run: Run, modelscope: Mock) -> None:
    modelscope.use({"accounts": [{"token": TOKEN, "magicubes": 12.5, "frozen": 2}]})
    ran = run("quota", "--format", "json")
    report = json.loads(ran.out)
    (quota,) = report["quota"]
    assert (ran.code, quota["total"], quota["available"], quota["frozen"]) == (0, 12.5, 10.5, 2)
    assert schema_problems(report, "quota") == []
    assert TOKEN not in ran.out
    text = run("quota").out
    assert text.startswith("✓ 10.5 Magicubes are available.")
    assert all(len(line) <= 80 for line in text.splitlines())


def test_calls_left_are_counted_by_cost(run: Run, modelscope: Mock) -> None:
    row = {"Name": "ModelScope", "EstimatedMagicGrainCost": 2}
    dear = {"look_up": {"providers": [row]}, "hub": {"exists": True}}
    modelscope.use({"accounts": [{"token": TOKEN, "magicubes": 5}], "models": {"acme/dear": dear}})
    Path("msconfig.toml").write_text('[[models]]\nid = "acme/dear"\n[[models]]\nid = "no/such"\n')
    ran = run("quota", "--format", "json")
    calls = {each["id"]: list(each["calls"].values()) for each in json.loads(ran.out)["models"]}
    assert (ran.code, calls) == (0, {"acme/dear": [2], "no/such": [None]})
    text = run("quota").out
    assert text.splitlines()[5:8] == [
        "  MODEL         COST  CALLS LEFT",
        "  acme/dear        2           2",
        "  no/such    unknown     unknown",
    ]
    modelscope.assert_no_quota_spent()


@pytest.mark.parametrize(
    "does", ["status", "html", "garbage", "reset"], ids=lambda does: f"balance: {does}"
)
def test_a_balance_that_cannot_be_read_is_unknown_never_0(
    run: Run, modelscope: Mock, does: str
) -> None:
    modelscope.use({"faults": [{"does": does, "path": "*/balance"}]})
    ran = run("quota", "--retries", "0", "--format", "json")
    assert ran.code == 4
    assert json.loads(ran.out)["quota"][0]["available"] is None
    text = run("quota", "--retries", "0").out
    assert "unknown" in text.splitlines()[0]
    assert "Not read from GET" in text
    assert "Read from" not in text


def test_a_rejected_token_ends_with_3(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", OTHER)
    ran = run("quota")
    assert ran.code == 3
    assert ran.out.startswith("✗ A token is rejected.")


def test_each_token_has_a_line(run: Run, modelscope: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    modelscope.use({"accounts": [{"token": TOKEN, "magicubes": 1}, {"token": OTHER}]})
    monkeypatch.setenv("OTHER_TOKEN", OTHER)
    ran = run("quota", "--token-env", "MODELSCOPE_API_TOKEN", "--token-env", "OTHER_TOKEN")
    assert ran.code == 0
    assert ran.out.startswith("✓ 251 Magicubes are available, on 2 tokens together.")


@pytest.mark.parametrize("option", ["--no-token", "--offline", "--snapshot=facts.json", "--yes"])
def test_no_option_is_offered_or_named_that_cannot_apply(
    run: Run, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"{option.partition('=')[0]} " not in run("quota", "--help").out
    ran = run("quota", option)
    assert (ran.code, ran.out) == (2, "")
    assert "No such option" in ran.err
    monkeypatch.delenv("MODELSCOPE_API_TOKEN")
    without = run("quota")
    assert (without.code, without.out) == (2, "")
    assert without.err.startswith("msconfig: no token: set MODELSCOPE_API_TOKEN (create a token at")
    assert option.partition("=")[0] not in without.err


@pytest.mark.parametrize(
    ("magicubes", "first"),
    [
        ((0,), "! 0 Magicubes are available."),
        ((0, 0), "! 0 Magicubes are available, on 2 tokens together."),
        ((0.5,), "✓ 0.5 Magicubes are available."),
        ((1,), "✓ 1 Magicube is available."),
        ((0, 1), "✓ 1 Magicube is available, on 2 tokens together."),
    ],
)
def test_a_spent_quota_has_no_tick(
    run: Run,
    modelscope: Mock,
    monkeypatch: pytest.MonkeyPatch,
    magicubes: tuple[float, ...],
    first: str,
) -> None:
    tokens = (TOKEN, OTHER)[: len(magicubes)]
    pairs = zip(tokens, magicubes, strict=True)
    modelscope.use({"accounts": [{"token": each, "magicubes": left} for each, left in pairs]})
    monkeypatch.setenv("OTHER_TOKEN", OTHER)
    names = ["MODELSCOPE_API_TOKEN", "OTHER_TOKEN"][: len(magicubes)]
    ran = run("quota", *(f"--token-env={name}" for name in names))
    assert (ran.code, ran.out.splitlines()[0]) == (0, first)


def test_40_columns_are_enough(run: Run, modelscope: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("OTHER_TOKEN", OTHER)
    model = "a-rather-long-owner/and-a-long-name"
    Path("msconfig.toml").write_text(f'[[models]]\nid = "{model}"\n')
    modelscope.use({"accounts": [{"token": TOKEN}, {"token": OTHER, "magicubes": 12345.5}]})
    lines = run("quota", "--token-env=MODELSCOPE_API_TOKEN", "--token-env=OTHER_TOKEN").out
    assert model in lines
    assert max(len(line) for line in lines.splitlines() if "https://" not in line) <= 40


def test_both_ages_and_what_to_do_at_the_limit_are_told(run: Run) -> None:
    text = run("quota").out
    for words in ("24 hours", "00:00 UTC+8", "Bailian"):
        assert words in text
