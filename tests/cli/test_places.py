"""Places in the formats of `check`: for people by the working folder, else by the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from support import Run

DEAD = "Qwen/Qwen3-8B"
CHECK = ("check", "--offline", "--no-token")


@pytest.fixture(autouse=True)
def _in_a_subfolder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repository"
    for folder in (".git", "sub"):
        (root / folder).mkdir(parents=True)
    (root / "top.txt").write_text(f"# ours\n{DEAD}\n")
    (root / "sub" / "models.txt").write_text(f"{DEAD}\n\n  {DEAD}\n")
    monkeypatch.chdir(root / "sub")


LISTS = ("--models", "models.txt", "--models", "../top.txt")
PLACES = [("sub/models.txt", 1), ("sub/models.txt", 3), ("top.txt", 2)]


def test_text_has_them_as_compilers_write_them(run: Run) -> None:
    ran = run(*CHECK, *LISTS)
    assert [line for line in ran.out.splitlines() if ".txt:" in line] == [
        f"models.txt:1:1: error: {DEAD} not_enabled",
        f"models.txt:3:3: error: {DEAD} not_enabled",
        f"../top.txt:2:1: error: {DEAD} not_enabled",
    ]


def test_json_has_them(run: Run) -> None:
    (model,) = json.loads(run(*CHECK, "--format", "json", *LISTS).out)["models"]
    assert [(each["file"], each["line"]) for each in model["locations"]] == PLACES
    assert model["location"] == {"file": "sub/models.txt", "line": 1, "column": 1}


def test_annotations_have_them(run: Run) -> None:
    lines = run(*CHECK, "--format", "github", *LISTS).out.splitlines()
    starts = [line.split(",col")[0] for line in lines if line.startswith("::error")]
    assert starts == [f"::error file={file},line={line}" for file, line in PLACES]


def test_the_job_summary_of_github_has_them(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    Path("keys.txt").write_text("ms-5eed0000-0000-4000-8000-0000000000aa\n")
    run(*CHECK, "--format", "github", "--scan", "keys.txt")
    run(*CHECK, "--report", "markdown=report.md", "--scan", "keys.txt")
    assert "sub/keys.txt:1:1" in Path("report.md").read_text()
    assert summary.read_text() == Path("report.md").read_text()


def test_reports_in_files_have_them(run: Run) -> None:
    names = ("sarif", "gitlab", "junit")
    ran = run(*CHECK, *(f"--report={name}=r.{name}" for name in names), *LISTS)
    assert ran.code == 1
    sarif, gitlab = (json.loads(Path(f"r.{name}").read_text()) for name in names[:2])
    found: list[Any] = [each["locations"][0] for each in sarif["runs"][0]["results"]]
    physical = [each["physicalLocation"] for each in found]
    assert [
        (each["artifactLocation"]["uri"], each["region"]["startLine"]) for each in physical
    ] == PLACES
    assert [
        (each["location"]["path"], each["location"]["lines"]["begin"]) for each in gitlab
    ] == PLACES
    failure = ET.parse("r.junit").find(".//failure")  # noqa: S314 - our own
    assert failure is not None
    assert failure.text
    assert "sub/models.txt:1:1\nsub/models.txt:3:3\ntop.txt:2:1" in failure.text


def test_generate_writes_them_into_its_report(run: Run) -> None:
    Path("good.txt").write_text("Qwen/Qwen3.5-27B\n")
    ran = run("generate", "--offline", "--no-token", "-o", "out", "--models", "good.txt")
    assert ran.code == 0, ran.err
    (model,) = json.loads(Path("out/report.json").read_text())["models"]
    assert model["location"]["file"] == "sub/good.txt"


def test_a_file_outside_of_the_repository_is_shown_only_to_people(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text(DEAD)
    given = ("--models", str(outside))
    assert f"{outside}:1:1: error: " in run(*CHECK, *given).out
    for form in ("sarif", "gitlab"):
        ran = run(*CHECK, "--format", form, *given)
        assert str(outside) not in ran.out
        assert f"{form}: 1 model is " in ran.err
    (model,) = json.loads(run(*CHECK, "--format", "json", *given).out)["models"]
    assert "location" not in model
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    (model,) = json.loads(run(*CHECK, "--format", "json", *given).out)["models"]
    assert model["location"]["file"] == "outside.txt"


@pytest.mark.parametrize("columns", ["20", "40"])
def test_places_are_on_a_line_each_however_narrow_it_is(
    run: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert f"models.txt:3:3: error: {DEAD} not_enabled\n" in run(*CHECK, *LISTS).out
