"""Reports in files: one file each, and none that the run reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import Run

CHECK = ("check", "--offline", "--no-token")
MODEL = "Qwen/Qwen3.5-27B"


@pytest.fixture
def here() -> Path:
    """A folder with a link to itself, a file with a second name, and a link to a missing file."""
    folder = Path.cwd()
    Path("folder").mkdir()
    Path("link").symlink_to("folder")
    Path("there.json").write_text("older")
    Path("second.json").hardlink_to("there.json")
    Path("to-new.json").symlink_to("new.json")
    return folder


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("new.json", "new.json"),
        ("new.json", "./new.json"),
        ("new.json", "folder/../new.json"),
        ("new.json", "{here}/new.json"),
        ("new.json", "to-new.json"),
        ("folder/new.json", "link/new.json"),
        ("there.json", "second.json"),
    ],
)
def test_two_reports_to_one_file_are_refused_however_it_is_spelled(
    one: str, other: str, run: Run, here: Path
) -> None:
    reports = [f"json={one}", f"junit={other.format(here=here)}"]
    ran = run(*CHECK, MODEL, "--report", reports[0], "--report", reports[1])
    assert ran.code == 2
    (line,) = ran.err.splitlines()
    assert f"--report {reports[0]} and --report {reports[1]} are one file" in line
    assert not ran.out
    assert not Path("new.json").exists()
    assert not Path("folder/new.json").exists()
    assert Path("there.json").read_text() == "older"


def test_reports_to_different_files_are_written(run: Run) -> None:
    ran = run(*CHECK, MODEL, "--report", "json=a.json", "--report", "junit=folder/a.json")
    assert ran.code == 0, ran.err
    assert Path("a.json").exists()
    assert Path("folder/a.json").exists()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--models", "input"), "--models"),
        (("--snapshot", "input", MODEL), "--snapshot"),
        (("--from", "input"), "--from"),
        (("--config", "input", MODEL), "the settings"),
        (("--baseline", "input", MODEL), "--baseline"),
    ],
)
def test_a_report_never_replaces_a_file_that_the_run_reads(
    options: tuple[str, ...], name: str, run: Run
) -> None:
    if name == "--models":
        Path("input").write_text(f"{MODEL}\n")
    elif name == "--snapshot":
        bundled = Path(__file__).parents[2] / "msconfig" / "mock" / "snapshots"
        Path("input").write_bytes(next(bundled.glob("cn*")).read_bytes())
    elif name == "--from":
        assert run("generate", "--offline", "--no-token", "-o", "out", MODEL).code == 0
        Path("out/provider.v2.json").rename("input")
    elif name == "the settings":
        Path("input").write_text('site = "cn"\n')
    else:
        assert run(*CHECK, MODEL, "--report", "json=input").code == 0
    before = Path("input").read_bytes()
    asked = ("check", "--no-token", *(() if name == "--snapshot" else ("--offline",)))
    ran = run(*asked, *options, "--report", "junit=./input")
    assert ran.code == 2, ran
    assert f"would replace the file of {name} (input)" in ran.err
    assert Path("input").read_bytes() == before


def test_a_json_report_may_become_the_next_baseline(run: Run) -> None:
    for _ in range(2):
        ran = run(*CHECK, MODEL, "--baseline", "last.json", "--report", "json=last.json")
        assert ran.code == 0, ran.err
    assert json.loads(Path("last.json").read_text())["models"][0]["id"] == MODEL


def test_only_the_github_format_keeps_the_step_summary_for_itself(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(Path("summary.md").absolute()))
    report = ("--report", "markdown=summary.md")
    ran = run(*CHECK, MODEL, "--format", "github", *report)
    assert ran.code == 2
    assert "GITHUB_STEP_SUMMARY" in ran.err
    assert not Path("summary.md").exists()
    assert run(*CHECK, MODEL, *report).code == 0
    assert Path("summary.md").read_text()
