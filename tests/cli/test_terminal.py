"""On a real pseudo-terminal: progress that goes away, and a question before anything is spent."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time

import pytest

from msconfig.fake.mock import Mock
from msconfig.fake.scenario import TOKEN

pty = pytest.importorskip("pty", reason="no pseudo-terminals")

COMMAND = [sys.executable, "-m", "msconfig"]
CTRL_C = "\x03"
MODEL = {
    "listed": True,
    "look_up": {"providers": [{"Name": "ModelScope", "EstimatedMagicGrainCost": 1}]},
    "hub": {"exists": True, "tasks": ["text-generation"]},
}


@pytest.fixture(autouse=True)
def _online(modelscope: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    monkeypatch.setenv("TERM", "xterm-256color")


def on_a_terminal(*arguments: str, answer: str = "", command: str = "check") -> tuple[int, str]:
    """Exit code, and everything that a terminal of 80 columns was sent."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, command, *arguments], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        asked = b"Spend them?" in seen
        if asked and answer == CTRL_C:
            # the terminal controls no session that would turn the sign into a signal; and one that
            # comes just before the reading begins is noticed only after it, so it is sent again
            process.send_signal(signal.SIGINT)
        elif asked and answer:
            os.write(ours, answer.encode())
            answer = ""
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            piece = os.read(ours, 4096)
        except OSError:  # how Linux says that the other side is gone
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    return process.wait(timeout=10), seen.decode()


def test_progress_shows_and_the_result_is_in_colour(modelscope: Mock) -> None:
    ids = [f"acme/m{number}" for number in range(30)]
    fault = {"does": "delay", "seconds": 0.05}
    modelscope.use({"models": dict.fromkeys(ids, MODEL), "faults": [fault]})
    code, seen = on_a_terminal(*ids)
    assert code == 0
    assert "Checking" in seen
    assert seen.index("Checking") < seen.index("All 30 models are served.")
    assert "\x1b[" in seen


def test_progress_shows_before_the_first_model_that_is_found(modelscope: Mock) -> None:
    modelscope.use({"models": {"acme/x": MODEL}, "faults": [{"does": "delay", "seconds": 0.2}]})
    code, seen = on_a_terminal("acme", command="models")
    assert code == 0
    assert seen.index("Checking") < seen.index("1 served model.")


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("CI", "1")
    code, seen = on_a_terminal("-q", "Qwen/Qwen3.5-27B")
    assert code == 0
    assert "\x1b[" not in seen


@pytest.mark.parametrize(
    ("answer", "spent"), [("y\n", 1), ("n\n", 0), ("\n", 0)], ids=["yes", "no", "enter"]
)
def test_it_asks_before_it_spends(modelscope: Mock, answer: str, spent: float) -> None:
    modelscope.use({"models": {"acme/x": MODEL}})
    code, seen = on_a_terminal("--probe", "-q", "acme/x", answer=answer)
    assert code == 0
    assert "probing 1 of 1 models with 1 token, for at most 1 Magicubes; available: 250" in seen
    assert modelscope.spent == spent


def test_an_interrupt_at_the_question_keeps_the_free_verdicts(modelscope: Mock) -> None:
    modelscope.use({"models": {"acme/x": MODEL}})
    code, seen = on_a_terminal("--probe", "acme/x", answer=CTRL_C)
    assert code == 130, seen
    assert "Interrupted." in seen
    modelscope.assert_no_quota_spent()


def test_yes_asks_nothing(modelscope: Mock) -> None:
    modelscope.use({"models": {"acme/x": MODEL}})
    code, seen = on_a_terminal("--probe", "--yes", "acme/x")
    assert code == 0
    assert "Spend them?" not in seen
    assert modelscope.spent == 1
