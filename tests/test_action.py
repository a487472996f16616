"""The action as GitHub's runner would run it: action.yml's own line, an empty environment.

What only GitHub or Windows can show is not tested: annotations on its pages, and Git's bash.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from msconfig.cli.app import command_named
from processes import running

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
(STEP,) = ACTION["runs"]["steps"]
SERVED, WRONG = "Qwen/Qwen3.5-27B", "Qwen/Qwen3.5-27b"
OFFLINE = {"offline": "true", "no-token": "true"}

if os.name != "posix":  # a mark would come too late for the names of the signals
    pytest.skip("bash", allow_module_level=True)


class Step:
    """A step of a job that uses the action."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        self.temporary = folder / "temp"
        self.summary = folder / "summary.md"
        for each in (self.workspace, self.temporary):
            each.mkdir()
        self.command = folder / "msconfig"
        self.command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m msconfig "$@"\n')
        self.command.chmod(0o755)
        self.environment: dict[str, str] = {}

    def write(self, name: str, text: str) -> None:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, **inputs: str) -> Ran:
        """Run it with the defaults of action.yml for what is not given; ``_`` is ``-``."""
        wanted = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert wanted.keys() <= ACTION["inputs"].keys()
        values = {name: each["default"] for name, each in ACTION["inputs"].items()} | wanted
        output = self.workspace.parent / "output"
        output.write_text("")
        environment = {
            "PATH": os.environ["PATH"],
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.temporary),
            "CI": "true",
            "MSCONFIG_COMMAND": str(self.command),
            **{name: values[_input_of(text)] for name, text in STEP["env"].items()},
            **self.environment,
        }
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", STEP["run"]],
            cwd=self.workspace,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return Ran(ran.returncode, ran.stdout, ran.stderr, outputs)


class Ran:
    """What a step came to."""

    def __init__(self, code: int, out: str, err: str, outputs: dict[str, str]) -> None:
        self.code, self.out, self.err, self.outputs = code, out, err, outputs

    @property
    def errors(self) -> list[str]:
        return [line for line in self.out.splitlines() if line.startswith("::error")]


def _input_of(expression: str) -> str:
    found = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", expression)
    assert found
    return found[1]


@pytest.fixture(autouse=True)
def _this_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The action runs the `python3` of the PATH, which may be of another version, or missing."""
    folder = tmp_path / "this-python"
    folder.mkdir()
    (folder / "python3").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.fixture
def step(tmp_path: Path) -> Step:
    made = Step(tmp_path)
    made.write("models.txt", f"# ours\n{SERVED}\n{WRONG}\n")
    return made


def test_it_annotates_writes_a_summary_and_sets_outputs(step: Step) -> None:
    ran = step.run(models="models.txt", **named(OFFLINE))
    assert ran.code == 1, ran.err
    assert ran.errors[0].startswith("::error file=models.txt,line=3,col=1,")
    assert SERVED in step.summary.read_text()
    counts = {name: ran.outputs[name] for name in ("exit-code", "failed", "unknown")}
    assert counts == {"exit-code": "1", "failed": "1", "unknown": "0"}
    report = json.loads(Path(ran.outputs["report"]).read_text())
    assert [model["id"] for model in report["models"]] == [SERVED, WRONG]
    assert json.loads(Path(ran.outputs["sarif"]).read_text())["version"] == "2.1.0"
    assert set(ran.outputs) == set(ACTION["outputs"])
    assert list(step.workspace.iterdir()) == [step.workspace / "models.txt"]


def named(inputs: dict[str, str]) -> dict[str, str]:
    """`inputs` as arguments of `Step.run`."""
    return {name.replace("-", "_"): value for name, value in inputs.items()}


def test_every_output_is_that_of_its_step() -> None:
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.{STEP['id']}.outputs.{name} }}}}"


def test_every_input_is_an_option_of_check_and_is_handed_over() -> None:
    handed = {_input_of(text) for text in STEP["env"].values()}
    assert handed == set(ACTION["inputs"])
    for name, text in STEP["env"].items():
        assert name == f"MSCONFIG_{_input_of(text).replace('-', '_').upper()}"
    options = {each for param in command_named("check").params for each in param.opts}
    own = {"ids", "working-directory", "fail-on-unknown"}
    assert {f"--{name}" for name in handed - own} <= options
    module = action_module()
    assert {*module.VALUES, *module.LISTS, *module.FLAGS, *own} == handed


def test_reports_that_are_asked_for_are_the_outputs(step: Step) -> None:
    step.write("a/models.txt", SERVED)
    ran = step.run(
        models="models.txt",
        working_directory="a",
        report='json=r.json "sarif=my file.sarif"\nmarkdown=r.md',
        **named(OFFLINE),
    )
    assert ran.code == 0, ran.err
    assert Path(ran.outputs["report"]) == step.workspace / "a" / "r.json"
    assert Path(ran.outputs["sarif"]) == step.workspace / "a" / "my file.sarif"
    names = {path.name for path in (step.workspace / "a").iterdir()}
    assert names == {"models.txt", "r.json", "my file.sarif", "r.md"}


def test_it_takes_ids_as_people_write_them(step: Step) -> None:
    ids = f'- {SERVED}\n\n  - "Qwen/Qwen3.8-27B",\nQwen/Qwen-Image, {SERVED}\n'
    ran = step.run(ids=ids, **named(OFFLINE))
    assert ran.code == 0, ran.err
    models = json.loads(Path(ran.outputs["report"]).read_text())["models"]
    assert [each["id"] for each in models] == [SERVED, "Qwen/Qwen3.8-27B", "Qwen/Qwen-Image"]


@pytest.mark.parametrize(
    ("given", "files"),
    [
        ('"a b.txt"', ["a b.txt"]),
        ("'a b.txt' c.txt", ["a b.txt", "c.txt"]),
        ("a\\b.txt\n\n  c.txt ", ["a\\b.txt", "c.txt"]),
        ('"it\'s.txt"', ["it's.txt"]),
        ("*.txt $(x)#.txt", ["*.txt", "$(x)#.txt"]),
    ],
)
def test_file_names_may_have_blanks_and_anything(step: Step, given: str, files: list[str]) -> None:
    for number, file in enumerate(files):
        step.write(file, f"Qwen/Qwen3.{(8, 5)[number]}-27B\n")
    ran = step.run(models=given, **named(OFFLINE))
    assert ran.code == 0, ran.out + ran.err
    report = json.loads(Path(ran.outputs["report"]).read_text())
    assert [model["location"]["file"] for model in report["models"]] == files


def test_it_scans_and_reads_settings(step: Step) -> None:
    step.write("app.py", f'MODEL = "{WRONG}"\nURL = "https://api-inference.modelscope.cn/v1"\n')
    ran = step.run(scan=".", **named(OFFLINE))
    assert ran.code == 1, ran.err
    assert "::error file=app.py,line=1," in ran.out
    step.write("other.toml", f'[[models]]\nid = "{SERVED}"\n')
    assert step.run(config="other.toml", **named(OFFLINE)).code == 0


def test_it_writes_suggestions_into_files(step: Step) -> None:
    step.write("models.txt", f"# ours\n{WRONG}  # kept\n")
    ran = step.run(models="models.txt", fix="true", **named(OFFLINE))
    assert ran.code == 1, ran.err
    text = (step.workspace / "models.txt").read_text()
    assert text == f"# ours\n{SERVED}  # kept\n"
    assert step.run(models="models.txt", **named(OFFLINE)).code == 0


FLAGS = [name for name, each in ACTION["inputs"].items() if each["default"] == "false"]


@pytest.mark.parametrize("name", FLAGS)
def test_a_boolean_that_is_neither_true_nor_false_is_refused(step: Step, name: str) -> None:
    ran = step.run(**named({"ids": SERVED, **OFFLINE, name: "yes"}))
    assert ran.code == 2
    assert ran.errors == [f"::error title=msconfig::input {name}: 'yes' is neither true nor false"]
    assert ran.outputs == {"exit-code": "2"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((text, True) for text in ("true", "True", "TRUE", " true\n")),
        *((text, False) for text in ("false", "False", "")),
        *((text, None) for text in ("yes", "1", "on", "truthy", "tru e", "0", "no")),
    ],
)
def test_a_boolean_is_written_as_yaml_does(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: bool | None
) -> None:
    module = action_module()
    monkeypatch.setenv("MSCONFIG_STRICT", value)
    if expected is None:
        with pytest.raises(module.Refused, match="neither true nor false"):
            module.is_true("strict")
    else:
        assert module.is_true("strict") is expected


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"ids": "a/b"}, "MODELSCOPE_API_TOKEN"),
        ({"models": "missing.txt", **OFFLINE}, "cannot read missing.txt"),
        ({"models": "*.txt", **OFFLINE}, "cannot read *.txt"),
        ({"models": "'a.txt", **OFFLINE}, "input models: a quotation mark has no end"),
        ({"report": '"sarif=a\nfailed=0"', **OFFLINE}, "input report: a control character"),
        ({"report": "pdf=a", "ids": SERVED, **OFFLINE}, "FORMAT"),
        ({"working-directory": "missing", **OFFLINE}, "working-directory: missing: No such file"),
        ({"max-age": "36h", "ids": SERVED, **OFFLINE}, "--max-age has no effect without --reuse"),
        ({"ids": SERVED, "probe": "true", "no-token": "true"}, "--probe makes real calls"),
        ({"ids": SERVED, "site": "de", **OFFLINE}, "site"),
        ({"diff": "HEAD", "ids": SERVED, **OFFLINE}, "--diff"),
    ],
)
def test_what_cannot_run_is_an_annotation(step: Step, inputs: dict[str, str], message: str) -> None:
    ran = step.run(**named(inputs))
    assert ran.code == 2
    (error,) = ran.errors
    assert error.startswith("::error title=msconfig::")
    assert message in error
    assert ran.outputs == {"exit-code": "2"}


def test_a_limit_of_calls_is_left_out_where_none_is_made(step: Step) -> None:
    """A workflow may probe on a schedule alone: `probe: ${{ github.event_name == 'schedule' }}`."""
    assert step.run(ids=SERVED, max_cost="5", **named(OFFLINE)).code == 0


@pytest.mark.parametrize(("fail", "code"), [("false", 0), ("true", 4)])
def test_an_outage_is_a_warning_unless_it_is_to_fail(step: Step, fail: str, code: int) -> None:
    ran = step.run(ids="nobody/none", fail_on_unknown=fail, **named(OFFLINE))
    assert ran.code == code
    assert ("::warning title=msconfig::Nothing fails" in ran.out) == (code == 0)
    assert (ran.outputs["exit-code"], ran.outputs["unknown"]) == ("4", "1")


def test_what_the_baseline_and_the_settings_excuse_is_not_counted(step: Step) -> None:
    ids = f"{WRONG} Qwen/Qwen3-8B ZhipuAI/GLM-4.7"
    first = step.run(ids=WRONG, report="json=old.json", **named(OFFLINE))
    assert first.outputs["failed"] == "1"
    ignored = '[[check.ignore]]\nid = "Qwen/Qwen3-8B"\nreason = "x"\nuntil = 2999-12-31\n'
    step.write("msconfig.toml", ignored)
    ran = step.run(ids=ids, baseline="old.json", **named(OFFLINE))
    assert (ran.code, ran.outputs["failed"]) == (1, "1")


HOSTILE = (
    *("--help", "$(touch pwned)", "`touch pwned`", ";touch pwned", "*", "::set-output name=x::y"),
    *("##[error]x", "../../etc/passwd", "--token-env=HOME", "a\nfailed=0", "%0A::error::x", "-"),
    *("\\", "é字\u202e", "--", "'", '"'),
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_in_an_input_becomes_another_option(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hostile: str
) -> None:
    module = action_module()
    for name in (*module.VALUES, *module.LISTS, "ids"):
        for each in (*module.VALUES, *module.LISTS, "ids"):
            value = hostile if each == name else ""
            monkeypatch.setenv(f"MSCONFIG_{each.replace('-', '_').upper()}", value)
        try:
            (*options, dashes), ids = _split(module.arguments(tmp_path)[0])
        except module.Refused:
            continue
        assert dashes == "--"
        names = {each.partition("=")[0].removeprefix("--") for each in options}
        assert names <= {"check", "format", "github", *module.VALUES, *module.LISTS}
        assert ids == (hostile.splitlines() if name == "ids" else [])


def _split(command: list[str]) -> tuple[list[str], list[str]]:
    at = command.index("--") + 1
    return command[:at], command[at:]


@pytest.mark.parametrize("name", ["ids", "models", "scan"])
def test_nothing_in_an_input_is_a_command(step: Step, name: str) -> None:
    quoted = "\n".join(each for each in HOSTILE if "'" not in each and '"' not in each)
    ran = step.run(**named({"ids": SERVED, **OFFLINE, name: quoted}))
    assert ran.code in {1, 2}
    assert {path.name for path in step.workspace.iterdir()} == {"models.txt"}
    for line in (ran.out + ran.err).splitlines():
        assert not line.lstrip().startswith("::") or re.match("::(error|warning|notice) ", line)
        assert "##[" not in line
    assert set(ran.outputs) <= set(ACTION["outputs"])


def test_a_module_in_the_repository_does_not_take_the_place_of_ours(step: Step) -> None:
    for name in ("msconfig.py", "json.py", "shlex.py", "sitecustomize.py"):
        step.write(name, "open('pwned', 'w')\nraise SystemExit('taken over')\n")
    ran = step.run(ids=SERVED, **named(OFFLINE))
    assert ran.code == 0, ran.err
    assert not (step.workspace / "pwned").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_job_that_is_cancelled_still_has_its_outputs(step: Step, number: signal.Signals) -> None:
    # no `wait`: a shell may miss a signal that comes just before it
    program = (
        "trap 'exit 130' INT TERM\necho ready >&2\ni=0\n"
        "while [ $i -lt 600 ]; do i=$((i + 1)); sleep 0.05; done\n"
    )
    step.command.write_text(f"#!/bin/sh\n{program}")
    output = step.temporary / "output"
    environment = {"PATH": os.environ["PATH"], "GITHUB_ACTION_PATH": str(ROOT)}
    environment |= {"MSCONFIG_COMMAND": str(step.command), "GITHUB_OUTPUT": str(output)}
    environment |= {"RUNNER_TEMP": str(step.temporary)}
    command = ["bash", str(ROOT / "ci" / "action.sh")]
    with running(command, env=environment, stderr=subprocess.PIPE, start_new_session=True) as job:
        assert job.stderr is not None
        assert job.stderr.readline() == b"ready\n"
        job.send_signal(number)
    assert job.returncode == 130
    assert output.read_text() == "exit-code=130\n"


def test_an_old_python_gets_a_sentence(step: Step, tmp_path: Path) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    program = '#!/bin/sh\ncase "$*" in *exit*) exit 1;; *) echo 3.10;; esac\n'
    for name in ("python3", "python", "py"):
        (old / name).write_text(program)
        (old / name).chmod(0o755)
    step.environment["PATH"] = f"{old}:{os.environ['PATH']}"
    ran = step.run(ids=SERVED, **named(OFFLINE))
    assert (ran.code, ran.outputs) == (2, {"exit-code": "2"})
    (error,) = ran.errors
    assert "Python 3.11 or newer is needed, found 3.10; add a step with actions/setup-py" in error


def test_a_stub_in_place_of_python3_is_passed_over(step: Step, tmp_path: Path) -> None:
    stubs = tmp_path / "bin"
    stubs.mkdir()
    (stubs / "python3").write_text("#!/bin/sh\nexit 9009\n")
    (stubs / "python").symlink_to(sys.executable)
    (stubs / "python3").chmod(0o755)
    step.environment["PATH"] = f"{stubs}:{os.environ['PATH']}"
    assert step.run(ids=SERVED, **named(OFFLINE)).code == 0


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[ModuleType, list[str]]:
    """The script as a module, and the commands of its installation, none of which is run."""
    module = action_module()
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    monkeypatch.delenv("MSCONFIG_COMMAND", raising=False)
    ran: list[str] = []

    def record(*command: str) -> None:
        ran.append(" ".join(command))
        if "venv" in command:
            Path(command[-1]).mkdir()

    monkeypatch.setattr(module, "_run", record)
    return module, ran


def test_a_second_step_of_a_job_installs_nothing(commands: tuple[ModuleType, list[str]]) -> None:
    module, ran = commands
    command = module.installed()
    assert command[1:] == ["-I", "-m", "msconfig"]
    venv, packages, ours = ran
    assert "-m venv --clear" in venv
    assert f"--require-hashes -r {ROOT / 'ci' / 'requirements.txt'}" in packages
    assert ours.endswith(f"--no-deps --no-build-isolation {ROOT}")
    assert module.installed() == command
    assert len(ran) == 3


def test_an_installation_that_was_cut_off_is_begun_anew(
    commands: tuple[ModuleType, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, ran = commands
    record = module._run

    def fail(*command: str) -> None:
        record(*command)
        if "--require-hashes" in command:
            raise module.Refused("no network")

    monkeypatch.setattr(module, "_run", fail)
    with pytest.raises(module.Refused):
        module.installed()
    ran.clear()
    monkeypatch.setattr(module, "_run", record)
    with pytest.raises(FileExistsError):  # the stand-in of venv makes the folder, and there is one
        module.installed()
    assert "--clear" in ran[0]


def test_another_version_is_another_installation(
    commands: tuple[ModuleType, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module, _ = commands
    before = module.digest()
    assert module.digest() == before
    changed = tmp_path / "requirements.txt"
    monkeypatch.setattr(module, "REQUIREMENTS", changed)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    for text in ("a==1", "a==2"):
        changed.write_text(text)
        assert module.digest() != before
        before = module.digest()


def test_an_installation_that_fails_is_an_annotation_and_gets_no_token(
    step: Step, tmp_path: Path
) -> None:
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nenv > "{tmp_path}/env"\necho "no venv" >&2\nexit 1\n')
    program.chmod(0o755)
    code = (
        f"import sys, runpy; sys.executable = {str(program)!r};"
        f"runpy.run_path({str(ROOT / 'ci' / 'action.py')!r}, run_name='__main__')"
    )
    output = tmp_path / "output"
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code],
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_OUTPUT": str(output),
            "MODELSCOPE_API_TOKEN": "ms-secret",
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=step.workspace,
    )
    assert ran.returncode == 2
    assert "::error title=msconfig::msconfig cannot be installed: no venv" in ran.stdout
    assert output.read_text() == "exit-code=2\n"
    assert "ms-secret" not in (tmp_path / "env").read_text()


def test_what_is_installed_is_what_is_tested() -> None:
    """The pins of the action are those of the gate."""
    pins = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==([^ ;]+)", re.MULTILINE)
    ours = dict(pins.findall((ROOT / "ci" / "requirements.txt").read_text()))
    tested = dict(pins.findall((ROOT / ".ci" / "requirements.txt").read_text()))
    assert ours.items() <= tested.items()
    needed = {
        re.split(r"[<>=!~\[]", each)[0]
        for each in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    }
    build = {"hatchling", "polib"}
    assert needed | build <= ours.keys(), "see ci/requirements.in"


def action_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("action", ROOT / "ci" / "action.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
