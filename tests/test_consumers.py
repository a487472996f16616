"""What is shipped for CI, read by tools of others: zizmor, check-jsonschema, pre-commit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from test_action import OFFLINE, SERVED, Step, named
from test_packaging import no_sources

from other_tools import tool
from support import KEY, TOKEN

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
WORKFLOWS = ("github", "scan", "nightly")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="bash")


def block(mark: str) -> str:
    found = re.search(rf"<!-- {re.escape(mark)} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found, mark
    return found[1]


def ran(*command: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(each) for each in command],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def workflow(request: pytest.FixtureRequest) -> Path:
    """A workflow of the docs as a file; the steps of `scan` within that of `github`."""
    text = block(f"yaml: {request.param}")
    if request.param == "scan":
        whole = block("yaml: github")
        steps = whole.index("    steps:\n")
        text = whole[:steps] + "".join(f"    {line}\n" for line in text.splitlines())
    path = Path(".github/workflows/models.yml")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("workflow", WORKFLOWS, indirect=True)
@pytest.mark.parametrize("persona", ["regular", "pedantic"])
def test_zizmor_finds_nothing_in_the_workflows(workflow: Path, persona: str) -> None:
    it = ran(tool("zizmor"), "--offline", "--no-config", "--persona", persona, workflow)
    assert it.returncode == 0, it.stdout + it.stderr
    assert "No findings to report" in it.stdout + it.stderr


def test_zizmor_finds_nothing_in_the_action() -> None:
    shutil.copy(ROOT / "action.yml", "action.yml")
    it = ran(tool("zizmor"), "--offline", "--no-config", "--persona", "auditor", "action.yml")
    assert it.returncode == 0, it.stdout + it.stderr


def test_zizmor_would_see_a_mistake() -> None:
    text = block("yaml: github").replace("persist-credentials: false", "fetch-depth: 1")
    path = Path("models.yml")
    path.write_text(text.replace("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7"))
    it = ran(tool("zizmor"), "--offline", "--no-config", path)
    assert it.returncode != 0
    assert "artipacked" in it.stdout
    assert "unpinned-uses" in it.stdout


def problems_by(schema: str, path: Path | str) -> str:
    it = ran(tool("check-jsonschema"), "--builtin-schema", schema, path)
    return "" if it.returncode == 0 else it.stdout + it.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, indirect=True)
def test_the_workflows_are_valid(workflow: Path) -> None:
    assert problems_by("vendor.github-workflows", workflow) == ""
    assert problems_by("custom.github-workflows-require-timeout", workflow) == ""


def test_the_action_is_valid() -> None:
    assert problems_by("vendor.github-actions", ROOT / "action.yml") == ""


def test_the_job_for_gitlab_is_valid() -> None:
    job = Path(".gitlab-ci.yml")
    job.write_text(block("yaml: gitlab"))
    assert problems_by("vendor.gitlab-ci", job) == ""
    job.write_text(block("yaml: gitlab").replace("when: always", "when: sometimes"))
    assert problems_by("vendor.gitlab-ci", job) != ""


def test_the_hooks_are_valid_and_pinned_to_a_tag() -> None:
    pre_commit = tool("pre-commit")
    manifest = ran(pre_commit, "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    assert manifest.returncode == 0, manifest.stdout
    Path("config.yaml").write_text(block("yaml: pre-commit"))
    config = ran(pre_commit, "validate-config", "config.yaml")
    assert config.returncode == 0, config.stdout
    assert "mutable reference" not in config.stdout + config.stderr  # a branch as rev


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_hooks_run_and_let_no_key_be_committed(tmp_path: Path) -> None:
    """Both hooks, installed by pre-commit from a clone of this repository at a tag."""
    pre_commit = tool("pre-commit")
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    shutil.copytree(ROOT, ours, ignore=no_sources)
    theirs.mkdir()
    for folder in (ours, theirs):
        assert ran("git", "init", "-q", folder).returncode == 0
        for name in ("user.name", "user.email"):
            assert ran("git", "-C", folder, "config", name, "x").returncode == 0
    assert ran("git", "-C", ours, "add", "-A").returncode == 0
    assert ran("git", "-C", ours, "commit", "-q", "-m", "x").returncode == 0
    (repository,) = yaml.safe_load(block("yaml: pre-commit"))["repos"]
    assert ran("git", "-C", ours, "tag", repository["rev"]).returncode == 0

    def write(name: str, text: str) -> None:
        (theirs / name).write_text(text)

    config = block("yaml: pre-commit").replace(repository["repo"], str(ours))
    write(".pre-commit-config.yaml", config)
    write("app.py", 'MODEL = "modelscope/Qwen/Qwen3-8B"\n')
    write("settings with blank.yaml", "model: modelscope/Qwen/Qwen3.5-27b\n")
    write("links.txt", "https://example.com/a\nhttps://example.com/b\n")
    write("provider.dashscope.v1.json", json.dumps({"apiHost": "https://x", "apiKey": KEY}))
    environment = {"PRE_COMMIT_HOME": str(tmp_path / "cache"), "PRE_COMMIT_COLOR": "never"}

    def hooks() -> subprocess.CompletedProcess[str]:
        assert ran("git", "-C", theirs, "add", "-A").returncode == 0
        return subprocess.run(
            [pre_commit, "run"],
            cwd=theirs,
            env={**os.environ, **environment, "MODELSCOPE_API_TOKEN": TOKEN},
            capture_output=True,
            text=True,
            check=False,
        )

    it = hooks()
    assert it.returncode == 1, it.stdout + it.stderr
    check, validate = re.findall(r"^(msconfig \w+).*\.(Passed|Failed)$", it.stdout, re.MULTILINE)
    assert (check, validate) == (("msconfig check", "Passed"), ("msconfig validate", "Failed"))
    assert "app.py:1:21: error: Qwen/Qwen3-8B not_enabled" in it.stdout
    assert "settings with blank.yaml:1:19: error: Qwen/Qwen3.5-27b not_found" in it.stdout
    assert "provider.dashscope.v1.json: $.apiKey: holds a key" in it.stdout
    assert "links.txt: not a document that msconfig knows, so it passes" in it.stdout
    assert KEY not in it.stdout + it.stderr
    (theirs / "provider.dashscope.v1.json").unlink()
    it = hooks()
    assert it.returncode == 0, it.stdout + it.stderr
    assert ran("git", "-C", theirs, "commit", "-q", "-m", "x").returncode == 0
    assert "no files to check" in hooks().stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_action_installs_once_in_a_job_and_by_hashes(tmp_path: Path) -> None:
    tool("pre-commit")  # needs a package index, as its hooks do
    step = Step(tmp_path)
    action = tmp_path / "_actions" / "OWNER" / "msconfig" / "v1"
    shutil.copytree(ROOT, action, ignore=no_sources)
    step.environment = {
        "GITHUB_ACTION_PATH": str(action),
        **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
        "MSCONFIG_COMMAND": "",
        "MODELSCOPE_API_TOKEN": TOKEN,
    }
    Path("constraints.txt").write_text("click==0.1\n")
    step.environment["PIP_CONSTRAINT"] = str(Path("constraints.txt").resolve())
    it = step.run(ids=SERVED, **named(OFFLINE))
    assert it.code == 0, it.out + it.err
    assert it.outputs["exit-code"] == "0"
    step.environment |= {"PIP_NO_INDEX": "1", "PIP_INDEX_URL": "https://index.invalid"}
    again = step.run(ids="Qwen/Qwen3-8B", **named(OFFLINE))
    assert again.code == 1, again.out + again.err
    assert len(list(step.temporary.glob("msconfig-*/complete"))) == 1
