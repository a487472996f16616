"""Ctrl-C after the last reply: whatever is done then, the report is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import pytest

from msconfig.checking import check as checking
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN
from msconfig.modelscope.http_interface import Failure, Reply
from msconfig.modelscope.questions import Question, ask
from support import KEY, Online, Ran, Run, Serve, mock_of
from support import TOKEN as TOKEN_OF_MOCK

# an interrupt between opening a file and holding it leaves that file to the collector
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ARGUMENTS = (
    "check",
    "--offline",
    "--no-token",
    "--report",
    "json=r.json",
    "--report",
    "html=r.html",
)
IDS = ("Qwen/Qwen3.5-27B", "Qwen/Qwen3-8B", "qwen/qwen3.5-27b", "Qwen/Qwen3.5-27", "a")
MOMENTS = 20


Selects: TypeAlias = Callable[[FrameType], bool]


class _Interrupt:
    """Raises `KeyboardInterrupt` at the so many-th of the selected calls after one of `after`."""

    def __init__(self, at: int, selects: Selects, after: str) -> None:
        self.calls = 0
        self._at = at
        self._after = after
        self._selects = selects
        self._package = str(Path(checking.__file__).parents[1])
        self._begun = False

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call" or not frame.f_code.co_filename.startswith(self._package):
            return
        if self._begun:
            self.calls += self._selects(frame)
            if self.calls == self._at and self._selects(frame):
                raise KeyboardInterrupt
        elif frame.f_code.co_name == self._after:
            self._begun = True


def interrupted(
    run: Run,
    at: int,
    selects: Selects = lambda _: True,
    arguments: Sequence[str] = (*ARGUMENTS, *IDS),
    after: str = "_concluded",
) -> tuple[Ran, int]:
    interrupt = _Interrupt(at, selects, after)
    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        return run(*arguments), interrupt.calls
    finally:
        sys.settrace(before)


@pytest.fixture(autouse=True)
def _warm(run: Run) -> None:
    run(*ARGUMENTS, *IDS)  # what is imported or cached later is not called again


def test_an_interrupt_after_the_last_reply_keeps_the_report(run: Run) -> None:
    whole, calls = interrupted(run, at=0)
    assert whole.code == 1
    for part in range(MOMENTS):
        at = 1 + part * (calls - 1) // MOMENTS
        for file in ("r.json", "r.html"):
            Path(file).unlink(missing_ok=True)
        ran, _ = interrupted(run, at)
        report = json.loads(Path("r.json").read_text("utf-8"))
        assert (at, ran.code, report["exit_code"], report["complete"]) == (at, 130, 130, False)
        statuses = {model["id"]: model["status"] for model in report["models"]}
        assert statuses["Qwen/Qwen3.5-27B"] == "enabled"
        assert statuses["Qwen/Qwen3-8B"] == "not_enabled"
        assert Path("r.html").read_text("utf-8").startswith("<!doctype html>")
        assert "Qwen/Qwen3-8B" in ran.out


OURS = {
    *("cli/check.py", "cli/check_output.py", "cli/fixing.py", "operations/check.py"),
    *("cli/doctor.py", "operations/doctor.py"),
}


def is_between(frame: FrameType) -> bool:
    """Whether the command or the operation itself makes this call, between two long pieces of work.

    What is on its way to stdout, or to GitHub's summary, counts as shown.
    """
    caller = frame.f_back
    name = "" if caller is None else "/".join(Path(caller.f_code.co_filename).parts[-2:])
    return name in OURS and frame.f_code.co_name not in {"write_result", "_append_step_summary"}


def test_an_interrupt_between_two_pieces_of_work_keeps_the_report(run: Run) -> None:
    _, calls = interrupted(run, 0, is_between)
    assert calls > MOMENTS
    for at in range(1, calls + 1):
        for file in ("r.json", "r.html"):
            Path(file).unlink(missing_ok=True)
        ran, _ = interrupted(run, at, is_between)
        assert (at, ran.code) == (at, 130)
        report = json.loads(Path("r.json").read_text("utf-8"))
        statuses = {model["id"]: model["status"] for model in report["models"]}
        assert statuses["Qwen/Qwen3.5-27B"] == "enabled"
        assert Path("r.html").exists()
        assert "Qwen/Qwen3-8B" in ran.out


def test_the_summary_of_github_is_written_once_like_the_reports(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = Path("summary.md")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    arguments = ("check", "--offline", "--no-token", "--format", "github", IDS[0], IDS[1])
    _, calls = interrupted(run, 0, is_between, arguments)
    whole = summary.read_text("utf-8").count(IDS[1])
    for at in range(1, calls + 1):
        summary.unlink()
        ran, _ = interrupted(run, at, is_between, arguments)
        assert (at, ran.code, ran.out.count("::error")) == (at, 130, 1)
        assert (at, summary.read_text("utf-8").count(IDS[1])) == (at, whole)


def test_an_interrupted_check_that_fixes_names_what_was_changed(run: Run) -> None:
    old, new = "qwen/qwen3.5-27b", "Qwen/Qwen3.5-27B"
    files = (Path("a.txt"), Path("b.txt"))
    arguments = ["check", "--offline", "--no-token", "--fix", "-q"]
    arguments += [part for file in files for part in ("--models", str(file))]

    def swept(at: int) -> tuple[Ran, int]:
        for file in files:
            file.write_text(old)
        return interrupted(run, at, is_between, arguments)

    swept(0)
    _, calls = swept(0)
    named = []
    for at in range(1, calls + 1):
        ran, _ = swept(at)
        changed = [str(file) for file in files if file.read_text() == new]
        assert len(changed) in {0, len(files)}
        line = f"already changed: {', '.join(changed)}" if changed else "no file was changed"
        assert (at, ran.code, ran.err) in {(at, 130, ""), (at, 130, f"interrupted: {line}\n")}
        named.append(bool(ran.err))
    assert named == sorted(named)  # from the moment at which a change is planned
    assert 10 < sum(named) < calls


def test_an_interrupt_while_reports_are_written_says_nothing_false_of_the_baseline(
    run: Run,
) -> None:
    """The file may be the older report, or already the new one, which is complete."""
    run("check", "--offline", "--no-token", "--report", "json=older.json", IDS[1])
    older, baseline = Path("older.json").read_bytes(), Path("r.json")
    arguments = (*ARGUMENTS, "--baseline", "r.json", *IDS)

    def swept(at: int) -> tuple[Ran, int]:
        baseline.write_bytes(older)
        return interrupted(run, at, is_of_files, arguments)

    _, calls = swept(0)
    kept = set()
    for at in range(1, calls + 1):
        ran, _ = swept(at)
        assert ran.code == 130
        assert "no incomplete report replaces the baseline r.json" in ran.err
        kept.add(baseline.read_bytes() == older)
        assert json.loads(baseline.read_text("utf-8"))["complete"]
    assert kept == {True, False}


def is_of_files(frame: FrameType) -> bool:
    """Whether it is a call, or a context that is left, while files are written."""
    return Path(frame.f_code.co_filename).name == "files.py"


def test_an_interrupted_doctor_shows_what_is_known_of_calls_that_may_be_paid(
    run: Run, modelscope: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    replies = {}

    def remembered(question: Question, *arguments: Any) -> Reply | Failure:  # noqa: ANN401
        if repr(question) not in replies:
            replies[repr(question)] = ask(question, *arguments)
        return replies[repr(question)]

    monkeypatch.setattr("msconfig.operations.doctor.ask", remembered)
    arguments = ("doctor", "-q", "--format", "json")
    run(*arguments)
    whole, calls = interrupted(run, 0, is_after_the_questions, arguments, after="_ask")
    assert (whole.code, len(replies)) == (0, 16)
    assert calls > 3
    for at in range(1, calls + 1):
        ran, _ = interrupted(run, at, is_after_the_questions, arguments, after="_ask")
        assert (at, ran.code) == (at, 130)
        report = json.loads(ran.out)
        assert report["exit_code"] == 130
        assert {each["result"] for each in report["beliefs"][:16]} == {"holds"}


def is_after_the_questions(frame: FrameType) -> bool:
    """Of the calls that `is_between` takes; the last one is for the exit code of what is shown."""
    caller = frame.f_back
    name = "" if caller is None else caller.f_code.co_name
    is_last = (name, frame.f_code.co_name) == ("_ask_service", "exit_code")
    is_glue = name in {"doctor", "report", "_ask_service", "_rendered"}
    return is_glue and is_between(frame) and not is_last


def test_an_interrupt_after_the_reply_of_the_fallback_keeps_its_verdicts(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN_OF_MOCK)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    settings = '[fallback]\nprovider = "dashscope"\nids = ["qwen3-32b", "gone"]\n'
    Path("msconfig.toml").write_text(settings, "utf-8")
    arguments = ("check", "-q", "--format", "json", "Qwen/Alive")
    run(*arguments)
    whole, calls = interrupted(run, 0, is_between, arguments, after="models")
    assert whole.code == 1
    assert calls > 5
    for at in range(1, calls + 1):
        ran, _ = interrupted(run, at, is_between, arguments, after="models")
        assert (at, ran.code) == (at, 130)
        fallback = json.loads(ran.out)["fallback"]
        statuses = [model["status"] for model in fallback["models"]]
        assert (at, statuses) == (at, ["enabled", "not_found"])
