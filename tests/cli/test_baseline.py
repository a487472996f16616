"""Memory between runs: baselines and ignored models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from msconfig.mock.messages import Request, Response
from support import ALIVE, DEAD, Online, Ran, Run, Serve, mock_of

ASK = ("check", "--no-token", "--retries", "0", "--format", "json")
IDS = ("Qwen/Alive", "Qwen/Dead", "Qwen/Dark")


@pytest.fixture
def site(serve: Serve, online: Online) -> None:
    """`Qwen/Alive` passes, `Qwen/Dead` fails, `Qwen/Dark` is unknown."""
    known = mock_of({"Qwen/Dead": DEAD, "Qwen/Other": ALIVE})

    def answer(request: Request) -> Response:
        dark = "Dark" in request.path + request.query
        return Response.of_json(503, {}) if dark else known(request)

    online(serve(answer))


def baseline(run: Run, **outcomes: str) -> str:
    """A report of the ids with these outcomes; others as they are."""
    report = json.loads(run(*ASK, *IDS).out)
    report["models"] = [
        {**model, "outcome": outcomes.get(model["id"].partition("/")[2], model["outcome"])}
        for model in report["models"]
    ]
    Path("baseline.json").write_text(json.dumps(report))
    return "baseline.json"


def changes(ran: Ran) -> dict[str, Any]:
    return {model["id"]: model.get("baseline") for model in json.loads(ran.out)["models"]}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("model_id", "before", "change", "code"),
    [
        pytest.param("Qwen/Alive", "pass", "same", 0, id="still fine"),
        pytest.param("Qwen/Alive", "fail", "healed", 0, id="healed"),
        pytest.param("Qwen/Alive", "unknown", "healed", 0, id="known again"),
        pytest.param("Qwen/Dark", "pass", "worse", 4, id="no longer known"),
        pytest.param("Qwen/Dark", "unknown", "same", 4, id="still unknown"),
        pytest.param("Qwen/Dark", "fail", "same", 4, id="dead, now unknown"),
        pytest.param("Qwen/Dead", "pass", "worse", 1, id="broke"),
        pytest.param("Qwen/Dead", "unknown", "worse", 1, id="dead after all"),
        pytest.param("Qwen/Dead", "fail", "same", 0, id="still dead"),
    ],
)
def test_only_what_got_worse_counts(
    run: Run, model_id: str, before: str, change: str, code: int
) -> None:
    file = baseline(run, **{model_id.partition("/")[2]: before})
    ran = run(*ASK, "--baseline", file, model_id)
    assert (changes(ran)[model_id], ran.code) == (change, code)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("text", "nothing for now; models that do not pass still need a replacement"),
        ("html", "Nothing for now. Models that do not pass still need a replacement."),
    ],
)
def test_a_known_failure_is_not_called_ignored(run: Run, form: str, words: str) -> None:
    file = baseline(run)
    ran = run(*ASK[:-1], form, "--baseline", file, "Qwen/Dead")
    assert ran.code == 0
    assert words in " ".join(ran.out.split())
    assert "do not count" not in ran.out


@pytest.mark.usefixtures("site")
def test_a_new_id_counts_as_without_a_baseline(run: Run) -> None:
    file = baseline(run)
    report = json.loads(Path(file).read_text())
    report["models"] = [each for each in report["models"] if each["id"] != "Qwen/Dead"]
    Path(file).write_text(json.dumps(report))
    ran = run(*ASK, "--baseline", file, "Qwen/Dead")
    assert (changes(ran)["Qwen/Dead"], ran.code) == ("new", 1)


@pytest.mark.usefixtures("site")
def test_a_missing_baseline_is_an_empty_one_with_a_note(run: Run) -> None:
    ran = run(*ASK, "--baseline", "none.json", "Qwen/Alive")
    assert ran.code == 0
    assert "none.json: no baseline yet" in ran.err


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"site": "ai"}, "site ai", id="other site"),
        pytest.param({"models": 7}, "$.models: must be an array", id="no report"),
        pytest.param({"complete": False}, "interrupted run", id="interrupted"),
    ],
)
def test_a_baseline_that_cannot_be_one_is_refused(
    run: Run, change: dict[str, object], words: str
) -> None:
    file = Path(baseline(run))
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    ran = run(*ASK, "--baseline", file, "Qwen/Alive")
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


@pytest.mark.usefixtures("site")
def test_what_recovered_is_listed(run: Run) -> None:
    file = baseline(run, Alive="fail")
    ran = run(
        "check", "--no-token", "--retries", "0", "--baseline", file, "Qwen/Alive", "Qwen/Dead"
    )
    assert ran.code == 0
    assert "Recovered since the baseline:\n  Qwen/Alive\n" in ran.out
    assert ran.out.startswith("✓ Nothing new: 1 of 2 models is known since the baseline.")


def ignoring(model_id: str, until: str) -> None:
    Path("msconfig.toml").write_text(
        f'[[check.ignore]]\nid = "{model_id}"\nreason = "known"\nuntil = {until}\n'
    )


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("until", ["9999-12-31", '"9999-12-31"'])
def test_an_ignored_model_does_not_count_and_is_shown_as_ignored(run: Run, until: str) -> None:
    ignoring("Qwen/Dead", until)
    ran = run(*ASK, "Qwen/Dead", "Qwen/Alive")
    assert ran.code == 0
    assert json.loads(ran.out)["models"][0]["ignored"] == {"reason": "known", "until": "9999-12-31"}
    text = run("check", "--no-token", "Qwen/Dead").out
    assert "ignored until 9999-12-31: known" in " ".join(text.split())


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("model_id", "until", "code", "words"),
    [
        pytest.param("Qwen/Dead", "2020-01-01", 1, "expired on 2020-01-01", id="expired"),
        pytest.param("Qwen/Alive", "9999-12-31", 0, "needless", id="needless"),
    ],
)
def test_an_entry_that_does_nothing_is_told(
    run: Run, model_id: str, until: str, code: int, words: str
) -> None:
    ignoring(model_id, until)
    ran = run(*ASK, model_id)
    assert ran.code == code
    assert words in json.loads(ran.out)["notes"][0]
    assert words in " ".join(run("check", "--no-token", model_id).out.split())


@pytest.mark.parametrize("until", ['"2026-02-30"', '"soon"', "2026-12-31T10:00:00Z", "7"], ids=str)
def test_a_day_that_is_none_is_refused(run: Run, until: str) -> None:
    ignoring("a/b", until)
    ran = run("check", "--offline", "--no-token", "a/b")
    assert ran.code == 2
    assert "$.check.ignore[0].until" in ran.err


@pytest.mark.usefixtures("site")
def test_an_expired_entry_is_told_even_where_its_model_is_not_checked(run: Run) -> None:
    ignoring("acme/elsewhere", "2020-01-01")
    ran = run(*ASK, "Qwen/Alive")
    assert "expired on 2020-01-01: acme/elsewhere" in json.loads(ran.out)["notes"][0]


@pytest.mark.usefixtures("site")
def test_what_was_ignored_in_the_baseline_counts_when_it_is_no_longer(run: Run) -> None:
    ignoring("Qwen/Dead", "9999-12-31")
    Path("baseline.json").write_text(run(*ASK, "Qwen/Dead").out)
    ignoring("Qwen/Dead", "2020-01-01")
    assert run(*ASK, "--baseline", "baseline.json", "Qwen/Dead").code == 1


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("given", [["--format", "sarif"], ["--report", "sarif=a.sarif"]])
def test_stderr_says_how_many_results_sarif_cannot_place(run: Run, given: list[str]) -> None:
    Path("ids.txt").write_text("Qwen/Dead\n")
    line = "sarif: 1 model is a notification, not a result"
    assert line in run(*ASK, *given, "Qwen/Dead").err
    assert line not in run(*ASK, *given, "-q", "Qwen/Dead").err
    assert line not in run(*ASK, *given, "--models", "ids.txt").err
    assert line not in run(*ASK, "Qwen/Dead").err


@pytest.mark.usefixtures("site")
def test_reports_go_to_their_files_after_the_result_is_told(run: Run) -> None:
    ask = ("check", "--no-token", "Qwen/Alive")
    ran = run(*ask, "--report", "json=a.json", "--report", "junit=b.xml", "--report", "sarif=c/d")
    assert ran.code == 0
    assert all(Path(name).stat().st_size for name in ("a.json", "b.xml", "c/d"))
    Path("file").write_text("")
    ran = run(*ask, "--report", "json=file/a.json")
    assert ran.code == 2
    assert run(*ask, "--report", "json=x", "--report", "junit=x").code == 2
    assert run(*ask, "--report", "json=-").code == 2
    assert run(*ask, "--report", "yaml=x").code == 2


@pytest.mark.usefixtures("site")
def test_a_summary_that_cannot_be_written_is_a_note(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/such/folder.md")
    ran = run("check", "--no-token", "--format", "github", "Qwen/Alive")
    assert ran.code == 0
    assert "cannot write the summary" in ran.err
