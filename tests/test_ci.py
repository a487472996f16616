"""What is shipped for CI: the action's script under bash, the hooks, the blocks of docs/ci.md."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from msconfig.reports import Format
from msconfig.settings import loading as settings

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="bash")


def block(mark: str) -> str:
    found = re.search(rf"<!-- {re.escape(mark)} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found, mark
    return found[1]


@pytest.fixture(autouse=True)
def _files() -> None:
    Path("models.txt").write_text("# ours\nQwen/Qwen3.5-27B\nQwen/Qwen3.5-27b\n")
    command = Path("msconfig")
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m msconfig "$@"\n')
    command.chmod(0o755)


def run_action(**inputs: str) -> subprocess.CompletedProcess[str]:
    environment = {f"MSCONFIG_{name.upper()}": value for name, value in inputs.items()}
    return subprocess.run(
        ["bash", str(ROOT / "ci" / "action.sh")],
        env={
            **os.environ,
            "MSCONFIG_COMMAND": "./msconfig",
            "GITHUB_STEP_SUMMARY": "summary.md",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_action_annotates_and_writes_a_summary() -> None:
    ran = run_action(models="models.txt", offline="true", no_token="true")
    assert ran.returncode == 1, ran.stderr
    assert "::error file=models.txt,line=3,col=1" in ran.stdout
    assert "Qwen/Qwen3.5-27B" in Path("summary.md").read_text()


def test_the_action_hands_every_input_over() -> None:
    common = {"offline": "true", "no_token": "true", "site": "cn", "strict": "true"}
    ran = run_action(ids="Qwen/Qwen3.5-27B  Qwen/Qwen3.8-27B", report="json=a.json", **common)
    assert ran.returncode == 0, ran.stderr
    ran = run_action(ids="*", baseline="a.json", **common)
    assert ran.returncode == 1
    assert "::error title=" in ran.stdout
    declared = yaml.safe_load((ROOT / "action.yml").read_text())
    handed = declared["runs"]["steps"][0]["env"]
    script = (ROOT / "ci" / "action.sh").read_text()
    assert {name.removeprefix("MSCONFIG_").lower() for name in handed} == {
        name.replace("-", "_") for name in declared["inputs"]
    }
    assert all(name in script for name in handed)


def test_the_action_takes_ids_as_people_write_them() -> None:
    ids = '- Qwen/Qwen3.5-27B\n\n  - "Qwen/Qwen3.8-27B",\nQwen/Qwen-Image, Qwen/Qwen3.5-27B\n'
    ran = run_action(ids=ids, offline="true", no_token="true", report="json=a.json")
    assert ran.returncode == 0, ran.stderr
    models = json.loads(Path("a.json").read_text())["models"]
    assert [model["id"] for model in models] == [
        *("Qwen/Qwen3.5-27B", "Qwen/Qwen3.8-27B", "Qwen/Qwen-Image"),
    ]


def test_the_action_without_a_token_says_what_is_missing() -> None:
    ran = run_action(ids="a/b")
    assert ran.returncode == 2
    assert "MODELSCOPE_API_TOKEN" in ran.stderr


def test_the_action_hands_over_what_is_reused_and_required() -> None:
    reused = {"reuse": "last.json", "max_age": "36h", "require": "called"}
    ran = run_action(ids="Qwen/Qwen3.5-27B", offline="true", no_token="true", **reused)
    assert "last.json: no report yet" in ran.stderr
    assert ran.returncode in {0, 4}
    ran = run_action(ids="a/b", probe="true", max_cost="0.2", no_token="true")
    assert ran.returncode == 2
    assert "--probe makes real calls" in ran.stderr


def test_the_nightly_job_saves_the_report_that_it_reuses_after_every_run() -> None:
    steps = yaml.safe_load(block("yaml: nightly"))["jobs"]["models"]["steps"]
    by_use = {step["uses"].partition("@")[0]: step for step in steps}
    given = by_use["OWNER/msconfig"]["with"]
    file = given["reuse"]
    assert given["report"] == f"json={file}"
    assert given["probe"] is True
    restore, save = by_use["actions/cache/restore"], by_use["actions/cache/save"]
    assert restore["with"]["path"] == save["with"]["path"] == file
    assert restore["with"]["key"] == save["with"]["key"]
    assert save["with"]["key"].startswith(restore["with"]["restore-keys"])
    assert save["if"].startswith("always()")
    assert by_use["actions/upload-artifact"]["if"].startswith("always()")
    order = [step["uses"].partition("@")[0] for step in steps]
    assert order.index("actions/cache/restore") < order.index("OWNER/msconfig")
    assert order.index("OWNER/msconfig") < order.index("actions/cache/save")


def test_the_settings_of_the_docs_raise_what_is_required() -> None:
    Path("msconfig.toml").write_text(block("toml: require"))
    assert settings.find(None).require == "confirmed"
    assert settings.find(None).max_age == "36h"


@pytest.mark.parametrize("name", ["github", "nightly"])
def test_the_workflows_use_inputs_that_there_are(name: str) -> None:
    workflow = yaml.safe_load(block(f"yaml: {name}"))
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    steps = workflow["jobs"]["models"]["steps"]
    (ours,) = (step for step in steps if "msconfig@" in step.get("uses", ""))
    assert set(ours["with"]) <= set(inputs)
    assert set(ours["env"]) == {"MODELSCOPE_API_TOKEN"}


def test_the_job_for_gitlab_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    job = yaml.safe_load(block("yaml: gitlab"))["models"]
    monkeypatch.setenv("PATH", f"{Path.cwd()}{os.pathsep}{os.environ['PATH']}")
    (line,) = job["script"]
    ran = subprocess.run(["bash", "-c", f"{line} --offline --no-token"], check=False)
    assert ran.returncode == 1
    assert Path(job["artifacts"]["reports"]["junit"]).exists()
    assert Path(job["artifacts"]["paths"][0]).exists()
    assert job["allow_failure"]["exit_codes"] == 4


def test_the_hooks_of_the_docs_are_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = {
        hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    }
    (repository,) = yaml.safe_load(block("yaml: pre-commit"))["repos"]
    monkeypatch.setenv("PATH", f"{Path.cwd()}{os.pathsep}{os.environ['PATH']}")
    codes = []
    for used in repository["hooks"]:
        hook = hooks[used["id"]]
        files = [] if hook.get("pass_filenames") is False else [str(ROOT / "README.md")]
        command = [*hook["entry"].split(), *used.get("args", []), *files]
        codes.append(subprocess.run(command, check=False).returncode)
    assert codes == [0, 5]


@pytest.mark.parametrize(
    ("model_id", "code"),
    [
        pytest.param("acme/newer-than-the-facts", 0, id="never heard of"),
        pytest.param("Qwen/Qwen3-8B", 0, id="vanished"),
        pytest.param("--no-such-option", 2, id="wrong use"),
    ],
)
def test_the_hook_shows_verdicts_and_blocks_no_commit(
    monkeypatch: pytest.MonkeyPatch, model_id: str, code: int
) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (check,) = (hook for hook in hooks if hook["id"] == "msconfig-check")
    monkeypatch.setenv("PATH", f"{Path.cwd()}{os.pathsep}{os.environ['PATH']}")
    assert subprocess.run([*check["entry"].split(), model_id], check=False).returncode == code


@pytest.mark.parametrize("name", ["provider.v2.json", "a/provider.v1.json", "msconfig.toml"])
def test_the_validating_hook_takes_the_documents(name: str) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (validate,) = (hook for hook in hooks if hook["id"] == "msconfig-validate")
    assert re.search(validate["files"], name)


def test_the_ignore_entry_of_the_docs_is_accepted() -> None:
    Path("msconfig.toml").write_text(block("toml: ignore"))
    assert settings.find(None).ignore[0].id == "Qwen/Qwen3-8B"


def test_the_tolerant_line_lets_an_outage_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path.cwd()}{os.pathsep}{os.environ['PATH']}")
    for code, expected in ((0, 0), (4, 0), (1, 1), (2, 1)):
        Path("msconfig").write_text(f"#!/bin/sh\nexit {code}\n")
        ran = subprocess.run(["bash", "-c", block("run: tolerant")], check=False)
        assert ran.returncode == expected


def test_every_format_is_told() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(Format)


@pytest.mark.parametrize(("fail", "expected"), [("false", 0), ("true", 4)])
def test_an_outage_does_not_fail_the_action_unless_told(fail: str, expected: int) -> None:
    Path("msconfig").write_text("#!/bin/sh\nexit 4\n")
    ran = run_action(ids="a/b", fail_on_unknown=fail)
    assert ran.returncode == expected
    assert ("::warning::" in ran.stdout) == (expected == 0)
