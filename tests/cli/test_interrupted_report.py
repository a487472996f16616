"""Ctrl-C after the last reply: whatever is done then, the report is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TypeAlias

import pytest

from msconfig.checking import check as checking
from support import Ran, Run

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
    """Raises `KeyboardInterrupt` at the so many-th of the selected calls after the last reply."""

    def __init__(self, at: int, selects: Selects) -> None:
        self.calls = 0
        self._at = at
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
        elif frame.f_code.co_name == "_concluded":
            self._begun = True


def interrupted(run: Run, at: int, selects: Selects = lambda _: True) -> tuple[Ran, int]:
    interrupt = _Interrupt(at, selects)
    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        return run(*ARGUMENTS, *IDS), interrupt.calls
    finally:
        sys.settrace(before)


@pytest.fixture(autouse=True)
def _warm(run: Run) -> None:
    run(*ARGUMENTS, *IDS)  # what is imported or cached later is not called again


# an interrupt between opening a file and holding it leaves that file to the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
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


def is_between(frame: FrameType) -> bool:
    """Whether the command or the operation itself makes this call, between two long pieces of work.

    What is on its way to stdout counts as shown.
    """
    caller = frame.f_back
    name = "" if caller is None else "/".join(Path(caller.f_code.co_filename).parts[-2:])
    is_ours = name in {"cli/check.py", "cli/check_output.py", "operations/check.py"}
    return is_ours and frame.f_code.co_name != "write_result"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
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
