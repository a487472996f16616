"""A user's schema that takes for ever, and the process that validates by it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from msconfig import user_schemas
from msconfig.errors import UsageError
from msconfig.problems import Problem
from msconfig.user_schemas import problems_under
from processes import running
from support import TOKEN, Run

DOUBLED = {
    "$ref": "#/$defs/a0",
    "$defs": {
        **{f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)},
        "a40": {"type": "string"},
    },
}
ENDLESS = {
    "pattern": {"pattern": "^(a+)+$"},
    "names": {"patternProperties": {"^(a+)+$": False}},
    "references": DOUBLED,
}
VALUES = {"pattern": "a" * 60 + "!", "names": {"a" * 60 + "!": 1}, "references": 1}


@pytest.fixture
def schema_file(tmp_path: Path) -> Path:
    return tmp_path / "own.schema.json"


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_schema_that_takes_for_ever_is_refused_by_its_name(
    schema_file: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(user_schemas, "SECONDS", 2)
    schema_file.write_text(json.dumps(ENDLESS[kind]))
    with pytest.raises(
        UsageError, match=r"validation takes more than 2 s; look for repetitions"
    ) as caught:
        problems_under(VALUES[kind], schema_file)
    assert str(caught.value).startswith(f"{schema_file}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("schema", "value", "problems"),
    [
        ({"const": 1}, 1, []),
        ({"const": 1}, 2, [Problem("$", "must be 1")]),
        ({"pattern": "é"}, "\ud800", [Problem("$", "must match é")]),
    ],
)
def test_another_process_gives_the_same_problems(
    schema_file: Path, schema: object, value: object, problems: list[Problem]
) -> None:
    schema_file.write_text(json.dumps(schema))
    assert problems_under(value, schema_file) == problems


def test_why_a_schema_cannot_be_used_comes_from_there(schema_file: Path) -> None:
    schema_file.write_text('{"type": "text"}')
    with pytest.raises(UsageError, match=r"not a JSON Schema: \$\.type: "):
        problems_under(1, schema_file)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("missing", "Python cannot be run to validate: "),
        ("fails", "validation stopped with 3"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="a program in the shell")
def test_a_process_that_does_not_validate_is_reported(
    schema_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, words: str
) -> None:
    (tmp_path / "fails").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "fails").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / program))
    schema_file.write_text("{}")
    with pytest.raises(UsageError, match=words):
        problems_under(1, schema_file)


# --- as a user runs it


@pytest.fixture
def command(tmp_path: Path) -> list[str | Path]:
    """A run whose template and schema take for ever."""
    template, schema = tmp_path / "t.json.j2", tmp_path / "s.json"
    template.write_text(json.dumps(VALUES["pattern"]))
    schema.write_text(json.dumps(ENDLESS["pattern"]))
    options: list[str | Path] = ["--offline", "--target", "v1", "-o", "out"]
    return ["generate", *options, "--template", template, "--schema", schema, "Qwen/Qwen3.5-27B"]


def test_nothing_is_written_and_the_token_is_not_in_the_process_list(
    run: Run, command: list[str | Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    start = subprocess.run

    def seen(*arguments: object, **options: object) -> object:
        started.extend([arguments, options["env"]])
        return start(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(user_schemas, "SECONDS", 2)
    monkeypatch.setattr(subprocess, "run", seen)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    ran = run(*command)
    assert (ran.code, ran.out) == (2, "")
    assert "s.json: validation takes more than 2 s" in ran.err
    assert not Path("out").exists()
    assert started
    assert TOKEN not in repr(started)


def _has_members(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_ends_it_at_once(command: list[str | Path]) -> None:
    whole = [sys.executable, "-m", "msconfig", *command, "-vv"]
    with running(whole, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "in a process of its own" in line:
                break
        else:
            pytest.fail("it never validated")
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        process.communicate(timeout=user_schemas.SECONDS)
        assert process.returncode == 130
        ends = time.monotonic() + user_schemas.SECONDS
        while _has_members(process.pid):  # the other process has ended, too
            assert time.monotonic() < ends
            time.sleep(0.01)
    assert not Path("out").exists()
