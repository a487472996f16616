"""On a real pseudo-terminal: progress that goes away, and a question before anything is spent."""

from __future__ import annotations

from pathlib import Path

import pytest

from backups import make_v7
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN

terminal = pytest.importorskip("terminal", reason="no pseudo-terminals", exc_type=ImportError)
screen = pytest.importorskip("screen", reason="no pseudo-terminals", exc_type=ImportError)
CTRL_C = terminal.CTRL_C

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
    """Exit code of a command, and everything that its terminal was sent."""
    answers = {"Spend them?": answer} if answer else {}
    ran: tuple[int, str] = terminal.on_a_terminal(command, *arguments, answers=answers)
    return ran


def test_progress_shows_and_the_result_is_in_colour(modelscope: Mock) -> None:
    ids = [f"acme/m{number}" for number in range(30)]
    fault = {"does": "delay", "seconds": 0.05}
    modelscope.use({"models": dict.fromkeys(ids, MODEL), "faults": [fault]})
    code, seen = on_a_terminal(*ids)
    assert code == 0
    assert "Checking" in seen
    assert seen.index("Checking") < seen.index("All 30 models are served (")
    assert "\x1b[" in seen


def test_progress_shows_before_the_first_model_that_is_found(modelscope: Mock) -> None:
    modelscope.use({"models": {"acme/x": MODEL}, "faults": [{"does": "delay", "seconds": 0.2}]})
    code, seen = on_a_terminal("acme", command="models")
    assert code == 0
    assert seen.index("Checking") < seen.index("1 served model.")


def test_models_that_are_found_are_marked_in_colour(modelscope: Mock) -> None:
    dead = {"look_up": {"providers": []}, "hub": MODEL["hub"]}
    modelscope.use({"models": {"acme/x": MODEL, "acme/y": dead}})
    code, seen = on_a_terminal("acme", "--all", "-q", command="models")
    assert code == 0
    assert "\x1b[32m✓\x1b[0m  acme/x" in seen
    assert "\x1b[31m✗\x1b[0m  acme/y" in seen


@pytest.mark.parametrize("command", ["check", "models"])
def test_no_color_is_respected(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("CI", "1")
    code, seen = on_a_terminal("-q", "Qwen/Qwen3.5-27B", command=command)
    assert code == 0
    assert "\x1b[" not in seen


@pytest.mark.parametrize(
    ("answer", "spent"), [("y\n", 1), ("n\n", 0), ("\n", 0)], ids=["yes", "no", "enter"]
)
def test_it_asks_before_it_spends(modelscope: Mock, answer: str, spent: float) -> None:
    modelscope.use({"models": {"acme/x": MODEL}})
    code, seen = on_a_terminal("--probe", "-q", "acme/x", answer=answer)
    assert code == 0
    plan = "probing 1 of 1 model with 1 token, for at most 1 Magicube, in about 2 s;"
    assert plan in " ".join(seen.split())
    assert modelscope.spent == spent


def test_progress_does_not_draw_over_the_question(modelscope: Mock) -> None:
    modelscope.use({"models": {"acme/x": MODEL}})
    with screen.Screen("check", "--probe", "acme/x") as seen:
        seen.wait_for("Spend them?")
        seen.settle()
        assert seen.text.endswith("Spend them? [y/N]:")
        assert "Checking" not in seen.text
        seen.type("n\r")
        assert seen.end() == 0


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


@pytest.fixture
def backup(modelscope: Mock) -> Path:
    modelscope.use({"models": {"acme/x": MODEL}})
    return make_v7(Path("backup.zip"), messages=5)


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 130), ("\n", 130), (CTRL_C, 130)])
def test_apply_shows_its_plan_and_asks_before_it_writes(
    backup: Path, answer: str, code: int
) -> None:
    arguments = ("apply", str(backup), "-o", "new.zip", "acme/x")
    ended, seen = terminal.on_a_terminal(*arguments, answers={"Write new.zip?": answer})
    assert ended == code, seen
    assert Path("new.zip").exists() is (code == 0)
    assert seen.index("+ acme/x") < seen.index("Write new.zip?")
    assert ("restore this file" in seen) is (code == 0)
    assert ("Nothing is written." in seen) is (answer in {"n\n", "\n"})
    assert "Traceback" not in seen


def test_progress_does_not_draw_over_the_plan_of_apply(backup: Path) -> None:
    with screen.Screen("apply", str(backup), "-o", "new.zip", "acme/x") as seen:
        seen.wait_for("Write new.zip?")
        seen.settle()
        assert seen.text.endswith("Write new.zip? [y/N]:")
        assert "Checking" not in seen.text
        seen.type("y\r")
        assert seen.end() == 0


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 130)])
def test_apply_shows_its_plan_before_the_question_whatever_stdout_gets(
    backup: Path, answer: str, code: int
) -> None:
    arguments = ("apply", str(backup), "-o", "new.zip", "acme/x", "--format", "json")
    ended, seen = terminal.on_a_terminal(*arguments, answers={"Write new.zip?": answer})
    assert ended == code, seen
    assert seen.index("+ acme/x") < seen.index("Write new.zip?")
    assert ('"written": true' in seen) is (code == 0)


def test_apply_with_yes_asks_nothing_on_a_terminal(backup: Path) -> None:
    code, seen = terminal.on_a_terminal("apply", str(backup), "-o", "new.zip", "--yes", "acme/x")
    assert code == 0
    assert "Write new.zip?" not in seen
    assert Path("new.zip").exists()
