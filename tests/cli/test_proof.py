"""`--require`, `--reuse` and `--max-age` on the command line, and reports of interrupted checks."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backups import make_v7
from msconfig import clock
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN
from support import FakeClock, Ran, Run

CHAT = {"exists": True, "tasks": ["text-generation"]}
OWN = {"providers": [{"Name": "ModelScope", "EstimatedMagicGrainCost": 1}]}
MODELS = {
    "acme/confirmed": {"look_up": OWN, "hub": CHAT, "listed": True},
    "acme/listed": {"hub": CHAT, "listed": True},
}
ASK = ("check", "--format", "json", "--retries", "0")
DARK = {"does": "status", "path": "/api/v1/inference/*"}


@pytest.fixture
def site(modelscope: Mock, monkeypatch: pytest.MonkeyPatch, quick: FakeClock) -> Mock:
    """A mock whose look-up names ModelScope, or is dark where a test wants it."""
    assert quick.now
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    modelscope.use({"models": MODELS})
    return modelscope


def models_of(ran: Ran) -> dict[str, dict[str, Any]]:
    return {model["id"]: model for model in json.loads(ran.out)["models"]}


@pytest.mark.parametrize(
    ("dark", "options", "status", "proof", "code"),
    [
        (False, (), "enabled", "confirmed", 0),
        (False, ("--require", "listed"), "enabled", "confirmed", 0),
        (False, ("--require", "confirmed"), "enabled", "confirmed", 0),
        (True, ("--require", "listed"), "enabled", "listed", 0),
        (True, ("--require", "confirmed"), "unverified", "listed", 4),
        (True, ("--require", "confirmed", "--strict"), "unverified", "listed", 1),
        (True, ("--require", "confirmed", "--warn-only"), "unverified", "listed", 0),
        (False, ("--require", "called", "--reuse", "none.json"), "unverified", "confirmed", 4),
        (False, ("--require", "called", "--probe"), "enabled", "called", 0),
        (
            False,
            ("--require", "called", "--probe", "--max-cost", "0"),
            "unverified",
            "confirmed",
            4,
        ),
    ],
)
def test_less_proof_than_required_is_unverified(
    run: Run, site: Mock, dark: bool, options: tuple[str, ...], status: str, proof: str, code: int
) -> None:
    site.use({"models": MODELS, "faults": [DARK] if dark else []})
    ran = run(*ASK, *options, "acme/confirmed")
    (found,) = models_of(ran).values()
    assert (found["status"], found["proof"], ran.code) == (status, proof, code)
    summary = json.loads(ran.out)["summary"]
    assert summary["pass"] == summary["called"] + summary["confirmed"] + summary["listed"]
    if status == "unverified":
        required = options[options.index("--require") + 1]
        assert found["reason"] == f"its proof is {proof}, and {required} is required"


@pytest.mark.parametrize(
    "options", [("--reuse", "none.json"), ("--probe", "--max-cost", "0")], ids=" ".join
)
@pytest.mark.parametrize("form", ["text", "markdown", "github", "junit", "html"])
@pytest.mark.usefixtures("site")
def test_where_only_calls_are_missing_the_next_step_is_to_make_them(
    run: Run, options: tuple[str, ...], form: str
) -> None:
    out = run("check", "--require", "called", *options, "--format", form, "acme/confirmed").out
    assert "later" not in out
    if form == "html":
        assert "The required proof is missing. Run the check with --probe" in out
    else:
        assert "Next: run it with --probe and enough --max-cost" in " ".join(out.split())


@pytest.mark.parametrize(
    ("behaviour", "options", "noted"),
    [
        ("answers", ("--probe",), False),
        ("no_provider", ("--probe",), False),
        ("answers", (), True),
        ("answers", ("--probe", "--max-cost", "0"), True),
    ],
)
def test_an_older_refusal_is_noted_only_where_no_newer_call_says_more(
    run: Run, site: Mock, behaviour: str, options: tuple[str, ...], noted: bool
) -> None:
    dead = {"acme/confirmed": {**MODELS["acme/confirmed"], "behaviour": "no_provider"}}
    site.use({"models": dead})
    run(*ASK, "--probe", "--report", "json=last.json", "acme/confirmed")
    site.use({"models": {"acme/confirmed": {**MODELS["acme/confirmed"], "behaviour": behaviour}}})
    (found,) = models_of(run(*ASK, "--reuse", "last.json", *options, "acme/confirmed")).values()
    assert any(note.startswith("an earlier call") for note in found.get("notes", ())) is noted


@pytest.mark.usefixtures("site")
def test_beside_an_outage_missing_calls_are_not_the_next_step(run: Run, site: Mock) -> None:
    site.use({"models": MODELS, "faults": [{"does": "status", "path": "/openapi/v1/users/me"}]})
    options = ("--require", "called", "--reuse", "none.json", "--retries", "0")
    assert "Next: run it again later" in run("check", *options, "acme/confirmed").out


@pytest.mark.parametrize(
    ("own", "options", "code"),
    [
        pytest.param("confirmed", (), 4, id="the settings raise the default"),
        pytest.param("confirmed", ("--require", "listed"), 4, id="and the option"),
        pytest.param("listed", ("--require", "confirmed"), 4, id="and lower none"),
        pytest.param("listed", (), 0, id="no more than the default"),
        pytest.param("called", ("--require", "listed"), 2, id="what no model can have"),
    ],
)
def test_settings_can_raise_what_is_required_and_never_lower_it(
    run: Run, site: Mock, own: str, options: tuple[str, ...], code: int
) -> None:
    site.use({"models": MODELS, "faults": [DARK]})
    Path("msconfig.toml").write_text(f'[check]\nrequire = "{own}"\n')
    assert run(*ASK, *options, "acme/confirmed").code == code


@pytest.mark.usefixtures("site")
def test_proof_by_calls_without_calls_is_refused_before_any_request(run: Run, site: Mock) -> None:
    backup = make_v7(Path("backup.zip"))
    for command in (
        ["check"],
        ["generate", "-o", "out"],
        ["apply", str(backup), "-o", "new.zip", "--yes"],
    ):
        ran = run(*command, "--require", "called", "acme/confirmed")
        assert (ran.code, ran.out) == (2, ""), command
        assert "use check with --probe or --reuse" in ran.err
    assert not site.requests
    assert not Path("out").exists()


def test_offline_a_recorded_call_is_proof_enough(run: Run) -> None:
    ran = run("check", "--offline", "--no-token", "--require", "called", "Qwen/Qwen3.5-27B")
    assert ran.code in {0, 4}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("command", ["generate", "apply"])
def test_documents_are_made_of_models_with_the_required_proof(
    run: Run, site: Mock, command: str
) -> None:
    target = (
        ["generate", "-o", "out"]
        if command == "generate"
        else ["apply", str(make_v7(Path("backup.zip"))), "-o", "new.zip", "--yes"]
    )
    site.use({"models": MODELS, "faults": [DARK]})
    assert run(*target, "--require", "confirmed", "acme/confirmed").code == 4
    assert not Path("out").exists()
    assert not Path("new.zip").exists()
    site.use({"models": MODELS})
    assert run(*target, "--require", "confirmed", "acme/confirmed").code == 0


@pytest.mark.usefixtures("site")
def test_a_report_is_reused_and_replaced_by_the_next(
    run: Run, site: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = ("--reuse", "last.json", "--report", "json=last.json")
    first = run(*ASK, "--probe", *memory, "acme/confirmed")
    assert "last.json: no report yet; no call is reused" in first.err
    site.use({"models": MODELS})
    second = run(*ASK, *memory, "--require", "called", "acme/confirmed")
    (found,) = models_of(second).values()
    assert (found["proof"], second.code) == ("called", 0)
    assert found["probe"] == models_of(first)["acme/confirmed"]["probe"]
    assert found["since"] == models_of(first)["acme/confirmed"]["since"]
    site.assert_no_quota_spent()
    later = clock.utc_now() + timedelta(days=2)
    monkeypatch.setattr("msconfig.clock.utc_now", lambda: later)
    third = run(*ASK, *memory, "--max-age", "36h", "--require", "called", "acme/confirmed")
    assert (models_of(third)["acme/confirmed"]["proof"], third.code) == ("confirmed", 4)
    assert json.loads(Path("last.json").read_text()) == json.loads(third.out)


@pytest.mark.usefixtures("site")
def test_a_status_is_as_old_as_the_baseline_says(run: Run) -> None:
    run(*ASK, "--report", "json=last.json", "acme/confirmed")
    document = json.loads(Path("last.json").read_text())
    document["models"][0]["since"] = "2026-01-01T00:00:00Z"
    Path("last.json").write_text(json.dumps(document))
    found = models_of(run(*ASK, "--baseline", "last.json", "acme/confirmed", "acme/none"))
    assert found["acme/confirmed"]["since"] == "2026-01-01T00:00:00Z"
    assert found["acme/none"]["since"] > "2026-01-01T00:00:00Z"
    assert "since" not in models_of(run(*ASK, "acme/confirmed"))["acme/confirmed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--max-age", "7d"), "--max-age has no effect without --reuse"),
        (("--max-age", "soon", "--reuse", "last.json"), "write 90m, 36h or 7d"),
        (("--reuse", "broken.json"), "broken.json: $"),
        (("--reuse", "last.json", "--report", "junit=./last.json"), "the file of --reuse"),
        (("--require", "sure"), "'sure' is not one of"),
        (("--probe-concurrency", "2"), "--probe-concurrency has no effect without --probe"),
        (("--probe", "--probe-concurrency", "0"), "0 is not in the range"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    run: Run, options: tuple[str, ...], words: str
) -> None:
    Path("broken.json").write_text("{}")
    Path("last.json").write_text(
        run("check", "--offline", "--no-token", "--format", "json", "a/b").out
    )
    before = Path("last.json").read_text()
    ran = run("check", "--no-token", *options, "a/b")
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert Path("last.json").read_text() == before


class Interrupted:
    """Ctrl-C after so many pieces of work."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, done: Any) -> BaseException | None:  # noqa: ANN401 - as `_next` takes it
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        error: BaseException | None = done.get(timeout=10)
        return error


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("after", [0, 1, 2, 4, 5, 6])
def test_an_interrupted_check_writes_its_reports(
    run: Run, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    memory = ("--reuse", "last.json", "--report", "json=last.json", "--report", "junit=last.xml")
    assert run(*ASK, "--probe", *memory[:4], "acme/confirmed").code == 0
    called = models_of(run(*ASK, *memory[:2], "acme/confirmed"))["acme/confirmed"]["probe"]
    monkeypatch.setattr("msconfig.checking.concurrency._next", Interrupted(after))
    ran = run(*ASK, "--probe", "--concurrency", "1", *memory, "acme/confirmed", "acme/listed")
    assert ran.code == 130
    report = json.loads(Path("last.json").read_text())
    assert report == json.loads(ran.out)
    assert (report["complete"], report["exit_code"]) == (False, 130)
    assert len(report["models"]) == 2
    assert report["models"][0]["probe"]["at"] >= called["at"]
    assert Path("last.xml").exists()
    monkeypatch.undo()


@pytest.mark.usefixtures("site")
def test_an_interrupted_check_leaves_the_baseline(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = ("--baseline", "last.json", "--report", "json=last.json")
    run(*ASK, *memory, "acme/confirmed")
    before = Path("last.json").read_text()
    monkeypatch.setattr("msconfig.checking.concurrency._next", Interrupted(0))
    ran = run(*ASK, *memory, "acme/confirmed")
    assert (ran.code, Path("last.json").read_text()) == (130, before)
    assert "no incomplete report replaces the baseline last.json" in ran.err
