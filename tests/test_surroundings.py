"""Every command where its surroundings are hostile: streams, code pages, folders, environment."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backups import make_v7
from msconfig.cli.app import run as run_command_line
from support import TOKEN, Online, Serve, mock_of

COMMANDS = {
    "--help": 0,
    "--version": 0,
    "": 2,
    "chekc": 2,
    "check --nope": 2,
    "check --help": 0,
    "link encode -h": 0,
    "help generate": 0,
    "check Qwen/Alive Qwen/Nope": 1,
    "check -vv Qwen/Alive": 0,
    "check --format markdown Qwen/Alive": 0,
    "check --report json=模型.json Qwen/Alive": 0,
    "check --fix --models models.txt": 1,
    "check --scan .": 0,
    "generate -o out --lang zh-CN Qwen/Alive": 0,
    "generate --dry-run -o out --lang ja Qwen/Alive": 0,
    "apply backup.zip -o new.zip --plan Qwen/Alive": 0,
    "apply backup.zip -o new.zip --yes Qwen/Alive": 0,
    "validate backup.zip": 0,
    "models": 0,
    "quota": 0,
    "doctor": 1,
    "link encode": 0,
    "link decode links.txt": 5,
    "snapshot -o facts.json": 0,
    "init --yes Qwen/Alive": 0,
}
"""Commands, and their exit codes where nothing is wrong."""
MODELS = "qwen/alive # 模型 é\n"


@pytest.fixture(autouse=True)
def _files(serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch) -> None:
    online(serve(mock_of()))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    make_v7(Path("backup.zip"), messages=1)
    Path("models.txt").write_text(MODELS, "utf-8")
    Path("links.txt").write_text("cherrystudio://模型\n", "utf-8")


# --- code pages


@pytest.mark.parametrize(
    "page",
    [
        "utf-16",  # shows whatever is written as text, even if every code page has it
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("cp437", "cp936")),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_code_page_stops_a_command_or_changes_its_bytes(
    monkeypatch: pytest.MonkeyPatch, command: str, page: str
) -> None:
    streams = {name: io.BytesIO() for name in ("stdout", "stderr")}
    for name, raw in streams.items():
        monkeypatch.setattr(sys, name, io.TextIOWrapper(raw, page, errors="strict"))
    code = run_command_line(command.split())
    sys.stdout.flush()
    sys.stderr.flush()
    assert code == COMMANDS[command], streams["stderr"].getvalue()
    for raw in streams.values():
        assert "\x00" not in raw.getvalue().decode("utf-8")
    assert streams["stdout"].getvalue() or streams["stderr"].getvalue()


# --- processes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is hostile about a run."""

    streams: str = ""
    """How a shell starts it."""
    variables: Mapping[str, str | None] = field(default_factory=dict)
    """Variables of the environment; None unsets one."""
    code: int | None = None
    """The exit code of commands that have something to show; None where it is the usual one."""
    error: str = ""
    """A pattern for all of stderr; "" where it is not looked at."""


FULL = r"msconfig: cannot write to standard output: No space left on device\n"
PLAIN_C = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SURROUNDINGS = {
    "no stdout": Surroundings(">&-"),
    "no stderr": Surroundings("2>&-"),
    "no stream at all": Surroundings("<&- >&- 2>&-"),
    "a full disk behind stdout": Surroundings(">/dev/full", code=2, error=FULL),
    "a full disk behind both": Surroundings(">/dev/full 2>&1", code=2),
    "a reader that is gone": Surroundings("> >(exec true)"),
    "no HOME": Surroundings(variables={"HOME": None, "XDG_CONFIG_HOME": None}),
    "a HOME that is not there": Surroundings(variables={"HOME": "/nowhere"}),
    "an ASCII locale": Surroundings(variables=PLAIN_C),
    "a strict code page": Surroundings(variables={"PYTHONIOENCODING": "cp437:strict"}),
}
STARTED = (
    *("--help", "chekc", "check Qwen/Alive Qwen/Nope"),
    "generate -o out --lang zh-CN Qwen/Alive",
)


def start(command: str, around: Surroundings) -> tuple[int, str]:
    """Run the command in a shell; its exit code and what is on stderr."""
    environment = {**os.environ, **around.variables}
    script = f'{{ "$0" -m msconfig {command}; echo $? >code; }} {around.streams}'
    ran = subprocess.run(
        ["bash", "-c", script, sys.executable],
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return int(Path("code").read_text()), ran.stderr.decode()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("command", STARTED)
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_a_process_in_hostile_surroundings_ends_as_documented(name: str, command: str) -> None:
    around = SURROUNDINGS[name]
    code, error = start(command, around)
    shows_nothing = command == "chekc"
    expected = around.code if around.code is not None and not shows_nothing else COMMANDS[command]
    assert code == expected, error
    assert "Traceback" not in error
    assert "ignored" not in error
    if around.error and not shows_nothing:
        assert re.fullmatch(around.error, error)


# --- folders that may only be read

WRITING = {
    "check --report json=kept/report.json Qwen/Alive": "kept",
    "check --fix --models kept/models.txt": "kept",
    "generate -o kept Qwen/Alive": "kept",
    "generate -o kept/out Qwen/Alive": "kept/out",
    "apply backup.zip -o kept/new.zip --yes Qwen/Alive": "kept",
    "snapshot -o kept/facts.json": "kept",
    "init --yes --config kept/msconfig.toml Qwen/Alive": "kept",
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="capabilities of Linux")
@pytest.mark.parametrize("command", WRITING)
def test_in_a_folder_that_may_only_be_read_nothing_is_written(command: str) -> None:
    kept = Path("kept")
    kept.mkdir()
    (kept / "models.txt").write_text(MODELS, "utf-8")
    kept.chmod(0o555)
    before = set(Path().rglob("*"))
    # root may write everywhere, unless it gives that up
    without = (
        ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    )
    ran = subprocess.run(
        [*without, sys.executable, "-m", "msconfig", *command.split()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    kept.chmod(0o755)
    assert ran.returncode == 2, ran
    assert "Permission denied" in ran.stderr
    assert WRITING[command] in ran.stderr
    assert "Traceback" not in ran.stderr
    assert set(Path().rglob("*")) == before
