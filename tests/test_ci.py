"""What is shipped for CI: the hooks, and the blocks of docs/ci.md. The action: `test_action.py`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from msconfig.rendering.guides import FILE_NAMES as GUIDE_NAMES
from msconfig.rendering.targets import Target
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


def test_the_nightly_job_saves_the_report_that_it_reuses_after_every_run() -> None:
    all_steps = yaml.safe_load(block("yaml: nightly"))["jobs"]["models"]["steps"]
    steps = [step for step in all_steps if "uses" in step]
    by_use = {step["uses"].partition("@")[0]: step for step in steps}
    given = by_use["OWNER/msconfig"]["with"]
    file = given["reuse"]
    assert f"json={file}" in given["report"].split()
    assert given["baseline"] == file
    restore, save = by_use["actions/cache/restore"], by_use["actions/cache/save"]
    assert restore["with"]["path"] == save["with"]["path"] == file
    assert restore["with"]["key"] == save["with"]["key"]
    assert save["with"]["key"].startswith(restore["with"]["restore-keys"])
    assert save["if"].startswith("always()")
    assert by_use["actions/upload-artifact"]["if"].startswith("always()")
    order = [step["uses"].partition("@")[0] for step in steps]
    assert order.index("actions/cache/restore") < order.index("OWNER/msconfig")
    assert order.index("OWNER/msconfig") < order.index("actions/cache/save")


@pytest.mark.skipif(shutil.which("jq") is None, reason="no jq, which GitHub's runners have")
def test_one_issue_is_open_as_long_as_a_model_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = yaml.safe_load(block("yaml: nightly"))["jobs"]["models"]["steps"]
    (step,) = (step for step in steps if "run" in step)
    assert set(step["env"]) == {"GH_TOKEN", "GH_REPO", "REPORT"}
    Path("gh").write_text(
        '#!/bin/sh\necho "$1 $2 $3" >> log\ncase "$1 $2" in "issue create") echo 7 > open;;'
        ' "issue close") rm open;; "issue list") cat open 2>/dev/null;; esac\nexit 0\n'
    )
    Path("gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{Path.cwd()}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("REPORT", "report.json")

    def night(*ids: str) -> list[str]:
        """What is done about issues after a check of `ids`."""
        command = ["./msconfig", "check", "--offline", "--no-token", "--report=json=report.json"]
        subprocess.run([*command, *ids], check=False, capture_output=True)
        Path("log").write_text("")
        subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], check=True)
        lines = Path("log").read_text().splitlines()
        return [line for line in lines if line.startswith("issue") and "list" not in line]

    good, bad = "Qwen/Qwen3.5-27B", "Qwen/Qwen3-8B"
    assert night(good) == []
    assert night(good, bad) == ["issue create --label"]
    assert night(good, bad) == ["issue edit 7"]
    assert night(bad) == ["issue edit 7"]
    ignore = f'[[check.ignore]]\nid = "{bad}"\nreason = "x"\nuntil = 2999-12-31\n'
    Path("msconfig.toml").write_text(ignore)
    assert night(good, bad) == ["issue close 7"]
    assert night(good) == []


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
    for form in ("junit", "codequality"):
        assert Path(job["artifacts"]["reports"][form]).exists()
    assert Path(job["artifacts"]["paths"][0]).exists()
    assert job["allow_failure"]["exit_codes"] == 4


HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def run_hook(name: str, *files: str) -> int:
    """The exit code of a hook on files, as pre-commit runs it; with itself: `test_consumers.py`."""
    return subprocess.run([*HOOKS[name]["entry"].split(), *files], check=False).returncode


def test_the_hooks_of_the_docs_are_those_that_there_are() -> None:
    (repository,) = yaml.safe_load(block("yaml: pre-commit"))["repos"]
    assert [used["id"] for used in repository["hooks"]] == [*HOOKS]
    assert re.fullmatch(r"v\d+\.\d+\.\d+", repository["rev"])


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["x = 1"], id="no id"),
        pytest.param(["model = 'modelscope/acme/newer-than-the-facts'"] * 2, id="newer"),
        pytest.param(["model = 'modelscope/Qwen/Qwen3-8B'", "x"], id="vanished"),
    ],
)
def test_the_hook_shows_verdicts_and_blocks_no_commit(
    monkeypatch: pytest.MonkeyPatch, texts: list[str]
) -> None:
    monkeypatch.setenv("PATH", f"{Path.cwd()}{os.pathsep}{os.environ['PATH']}")
    files = [f"a {number}.py" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        Path(file).write_text(text)
    assert run_hook("msconfig-check", *files) == 0
    hook = HOOKS["msconfig-check"]
    assert hook["verbose"] is True
    assert not {"always_run", "pass_filenames"} & hook.keys()


def test_the_validating_hook_takes_all_documents_that_generate_writes() -> None:
    pattern = re.compile(HOOKS["msconfig-validate"]["files"])
    targets = [each for each in Target if each is not Target.GUIDE]
    written = {each.file_name(fallback=more) for each in targets for more in (False, True)}
    assert {"provider.dashscope.v2.json", "links.dashscope.txt"} <= written
    with_keys = {name for name in GUIDE_NAMES if name.endswith(".html")}
    for name in (*written, *with_keys, "msconfig.toml", "cherry-studio.20261125.zip"):
        assert pattern.search(name), name
        assert pattern.search(f"a/{name}"), name
    for name in ("package.json", "my-links.txt", "guide.html", "xmsconfig.toml", "provider.json"):
        assert not pattern.search(name), name


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
    table = PAGE[PAGE.index("## Formats") :]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(Format)
