"""`msconfig init` on a real pseudo-terminal: every question, at two sizes, and every end."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from msconfig.mock.mock import Mock
from msconfig.settings import loading as settings
from msconfig.settings.loading import ModelSettings
from processes import PYTHON_SHEBANG

screen = pytest.importorskip("screen", reason="no pseudo-terminals", exc_type=ImportError)
pytestmark = pytest.mark.slow
ENTER, DOWN, TAB = screen.ENTER, screen.DOWN, screen.TAB
CTRL_C, CTRL_D = screen.CTRL_C, screen.CTRL_D

FILE = Path("msconfig.toml")
SIZES = pytest.mark.parametrize(("columns", "lines"), [(80, 24), (40, 10)], ids=["80x24", "40x10"])


def model(task: str, downloads: int = 0) -> dict[str, Any]:
    return {
        "listed": True,
        "look_up": {"providers": [{"Name": "ModelScope", "EstimatedMagicGrainCost": 1}]},
        "hub": {"exists": True, "tasks": [task], "downloads": downloads},
    }


FACTS = {
    "models": {
        **{f"acme/Chat-{n}B": model("text-generation", 9_000_000 + n) for n in range(1, 31)},
        "acme/Sees-8B": model("image-text-to-text", 42),
        "acme/Dead-1B": {
            "listed": False,
            "look_up": {"providers": []},
            "hub": {"exists": True, "tasks": ["text-generation"]},
        },
    }
}


@pytest.fixture(autouse=True)
def _online(modelscope: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    modelscope.use(FACTS)
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("SHELL", "/bin/bash")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def assert_left_as_it_was(seen: Any, *files: str) -> None:  # noqa: ANN401 - a `Screen`
    """The terminal is set as before, shows its cursor, and only `files` are there."""
    assert seen.modes == seen.before
    assert not seen.screen.cursor.hidden
    assert "Traceback" not in seen.all_text
    assert sorted(os.listdir()) == sorted(files)  # noqa: PTH208


@SIZES
def test_the_way_from_the_site_to_the_file(modelscope: Mock, columns: int, lines: int) -> None:
    # a busy machine answers late, and what is not answered is not in the list
    with screen.Screen("init", "--timeout", "60", columns=columns, lines=lines) as seen:
        seen.answer("Which ModelScope?", ENTER)
        seen.wait_for("modelscope.cn/my/myaccesstoken")
        seen.answer("Token:", modelscope.token + ENTER)
        seen.wait_for("is valid")
        seen.answer("Variable:", ENTER)
        seen.answer("Which models?", ENTER)
        seen.answer("Which list?", ENTER)
        seen.answer("all kinds:", "acme")
        assert b"not read:" not in seen.raw, seen.raw
        seen.wait_for("31 of")
        seen.type(DOWN + " ")
        seen.wait_for("[x] acme/Chat-29B", "1 marked")
        seen.type(TAB + TAB)
        seen.wait_for("vision: 1 of")
        seen.type(" ")
        seen.wait_for("[x] acme/Sees-8B", "2 marked")
        seen.type(ENTER)
        seen.answer("(2 so far)", ENTER)
        seen.answer("Are these kinds right?", DOWN + ENTER)
        seen.answer("Which?", ENTER)
        seen.answer("image-generation", "2" + ENTER)
        seen.wait_for("acme/Chat-29B: vision", "1. yes")  # the question was on the screen before
        seen.answer("Are these kinds right?", ENTER)
        seen.answer("Write this to msconfig.toml?", ENTER)
        seen.answer("Write the guide", "2" + ENTER)
        assert seen.end() == 0, seen.all_text
        assert_left_as_it_was(seen, "msconfig.toml")
        assert "read -rs MODELSCOPE_API_TOKEN && ex" in seen.all_text
        assert modelscope.token.encode() not in seen.raw
    said = settings.load(FILE, found=True)
    assert said.site == "cn"
    assert said.models == (
        ModelSettings("acme/Chat-29B", kind="vision"),
        ModelSettings("acme/Sees-8B", kind="vision"),
    )
    assert modelscope.token not in FILE.read_text("utf-8")
    modelscope.assert_no_quota_spent()


@SIZES
def test_a_token_that_is_none_is_asked_for_again(
    modelscope: Mock, columns: int, lines: int
) -> None:
    unknown = "ms-99999999-9999-4999-8999-999999999999"
    with screen.Screen("init", "acme/Chat-1B", columns=columns, lines=lines) as seen:
        seen.answer("Which ModelScope?", ENTER)
        seen.answer("Token:", "ms-****-1234" + ENTER)
        seen.wait_for("masked token")
        seen.answer("Token:", "\x1b[200~ms-two\nlines-of-it\x1b[201~" + ENTER)
        seen.wait_for("several lines")
        seen.answer("Token:", "\x1b[200~ms-12345678\x07\x01910\x1b[201~" + ENTER)
        seen.wait_for("control or non-ASCII")
        seen.answer("Token:", unknown + ENTER)
        seen.wait_for("is rejected")
        seen.answer("Token:", f"\x1b[200~{modelscope.token}\n\x1b[201~" + ENTER)
        seen.wait_for("is valid")
        seen.answer("Variable:", ENTER)
        seen.answer("Are these kinds right?", ENTER)
        seen.answer("Write this", ENTER)
        seen.answer("Write the guide", "2" + ENTER)
        assert seen.end() == 0, seen.all_text
        assert_left_as_it_was(seen, "msconfig.toml")
        for part in ("ms-****", "lines-of-it", "12345678", unknown, modelscope.token):
            assert part.encode() not in seen.raw


def test_a_token_that_is_pasted_too_early_is_not_shown(modelscope: Mock) -> None:
    modelscope.use({**FACTS, "faults": [{"does": "delay", "seconds": 0.3}]})
    rejected = "ms-99999999-9999-4999-8999-999999999999"
    with screen.Screen("init", "acme/Chat-1B", "--site", "cn") as seen:
        seen.answer("Token:", rejected + ENTER)
        seen.wait_for_cooked_keys()
        seen.type(modelscope.token)
        seen.wait_for("is rejected")
        seen.answer("Token: ****", ENTER)
        seen.answer("Variable:", CTRL_C)
        assert seen.end() == 130
        assert modelscope.token.encode() not in seen.raw
        assert "is valid" in seen.all_text


@pytest.mark.parametrize("folder", [None, "mine"], ids=["cherry-studio", "-o mine"])
def test_it_ends_with_the_guide_which_holds_the_key(
    modelscope: Mock, monkeypatch: pytest.MonkeyPatch, folder: str | None
) -> None:
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    place = Path(folder or "cherry-studio")
    options = ("-o", folder) if folder else ()
    with screen.Screen("init", "acme/Chat-1B", "--site", "cn", *options) as seen:
        seen.answer("Token:", modelscope.token + ENTER)
        seen.answer("Variable:", ENTER)
        seen.answer("Are these kinds right?", ENTER)
        seen.answer("Write this", ENTER)
        if folder is None:
            seen.answer("Write the guide for Cherry Studio to cherry-studio?", ENTER)
        assert seen.end() == 0, seen.all_text
        assert_left_as_it_was(seen, "msconfig.toml", str(place))
        assert "read -rs MODELSCOPE_API_TOKEN" in seen.all_text
        assert f"Next: open {place / 'guide.pt.html'} in a browser." in seen.all_text
        assert modelscope.token.encode() not in seen.raw
    assert modelscope.token in (place / "guide.pt.html").read_text("utf-8")
    assert modelscope.token not in FILE.read_text("utf-8")


def test_a_second_time_the_files_of_the_guide_are_replaced_when_agreed() -> None:
    for name in ("acme/Chat-1B", "acme/Chat-2B"):
        with screen.Screen("init", name, "--site", "cn", "--no-token") as seen:
            seen.answer("Are these kinds right?", ENTER)
            seen.answer("Write this", ENTER)
            seen.answer("Write the guide", ENTER)
            assert seen.end() == 0, seen.all_text
            assert ("yes, replace older files" in seen.all_text) is (name[-2] == "2")
    assert "acme/Chat-2B" in Path("cherry-studio/provider.v2.json").read_text("utf-8")


def test_a_token_that_is_there_already_is_not_asked_for(
    modelscope: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", modelscope.token)
    with screen.Screen("init", "acme/Chat-1B", "--site", "cn", "--kind", "acme/Chat-1B=chat") as it:
        it.answer("Write this", ENTER)
        it.answer("Write the guide", "2" + ENTER)
        assert it.end() == 0, it.all_text
        assert "(MODELSCOPE_API_TOKEN) is valid" in it.all_text
        assert "Variable" not in it.all_text
        assert "read -rs" not in it.all_text


def test_a_token_can_come_later_and_another_variable_hold_it(modelscope: Mock) -> None:
    with screen.Screen("init", "acme/Chat-1B", "--site", "cn") as seen:
        seen.answer("Token:", modelscope.token + ENTER)
        seen.answer("Variable:", "\x15MINE" + ENTER)
        seen.wait_for("msconfig.toml may name no other")
        seen.type("\x15MSCONFIG_MINE" + ENTER)
        seen.answer("Are these kinds right?", ENTER)
        seen.answer("Write this", ENTER)
        seen.answer("Write the guide", "2" + ENTER)
        assert seen.end() == 0, seen.all_text
        assert "read -rs MSCONFIG_MINE" in seen.all_text
    assert settings.load(FILE, found=True).token_env == ("MSCONFIG_MINE",)
    with screen.Screen("init", "acme/Chat-2B", "--site", "cn") as seen:
        seen.wait_for("MSCONFIG_MINE is not set")
        seen.answer("Token:", ENTER)
        seen.answer("Are these kinds right?", ENTER)
        seen.answer("Write this", ENTER)
        seen.answer("Write the guide", "2" + ENTER)
        assert seen.end() == 0, seen.all_text
        assert "read -rs MSCONFIG_MINE" in seen.all_text
    assert len(settings.load(FILE, found=True).models) == 2


OPENER = f"""{PYTHON_SHEBANG}import sys
open("opened", "w").write(" ".join(sys.argv[1:]))
print("chatter of a browser")
"""


def test_the_page_where_a_token_is_made_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(OPENER)
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(opener.parent))
    monkeypatch.setenv("DISPLAY", ":0")
    with screen.Screen("init", "acme/Chat-1B", "--site", "ai") as seen:
        seen.answer("Open that page in the browser?", ENTER)
        seen.answer("Token:", CTRL_C)
        assert seen.end() == 130
        assert "chatter" not in seen.all_text
    assert Path("opened").read_text() == "https://www.modelscope.ai/my/myaccesstoken"


@SIZES
def test_ids_are_typed_and_read_and_what_fails_is_settled(columns: int, lines: int) -> None:
    Path("ids.txt").write_text("# mine\nacme/Dead-1B\nacme/Chat-2B # good\n", "utf-8")
    with screen.Screen("init", "--site", "cn", "--no-token", columns=columns, lines=lines) as seen:
        seen.answer("Which models?", "2" + ENTER)
        seen.answer("IDs:", "acme/chat-1B, acme" + ENTER)
        seen.wait_for("it contains white")
        seen.type("/Chat-3B" + ENTER)
        seen.answer("(2 so far)", "4" + ENTER)
        seen.answer("File", "none.txt" + ENTER)
        seen.wait_for("cannot read none.txt")
        seen.type("\x15ids.txt" + ENTER)
        seen.answer("(4 so far)", ENTER)
        seen.answer("2 models failed.", ENTER)
        seen.answer("Are these kinds right?", ENTER)
        seen.answer("Write this", ENTER)
        seen.answer("Write the guide", "2" + ENTER)
        assert seen.end() == 0, seen.all_text
    ids = [each.id for each in settings.load(FILE, found=True).models]
    assert ids[:2] == ["acme/Chat-1B", "acme/Chat-3B"]
    assert "acme/Chat-2B" in ids
    assert not {"acme/chat-1B", "acme/Dead-1B"} & set(ids)


def test_a_token_among_the_ids_is_refused(modelscope: Mock) -> None:
    with screen.Screen("init", "--site", "cn", "--no-token") as seen:
        seen.answer("Which models?", "2" + ENTER)
        seen.answer("IDs:", modelscope.token + ENTER)
        seen.wait_for("this looks like a token")
        seen.type(CTRL_C)
        assert seen.end() == 130
        assert_left_as_it_was(seen)


def test_offline_the_list_holds_what_was_recorded() -> None:
    with screen.Screen("init", "--offline", "--site", "cn") as seen:
        seen.answer("Which models?", ENTER)
        seen.answer("Find:", "Qwen3.5-27B ")
        seen.wait_for("1 marked")
        seen.type(ENTER)
        seen.answer("(1 so far)", ENTER)
        seen.answer("Are these kinds right?", ENTER)
        seen.answer("Write this", ENTER)
        seen.answer("Write the guide", "2" + ENTER)
        assert seen.end() == 0, seen.all_text
    assert settings.load(FILE, found=True).models == (
        ModelSettings("Qwen/Qwen3.5-27B", kind="vision"),
    )


def test_a_list_of_which_something_is_missing_is_read_again(modelscope: Mock) -> None:
    fault = {"does": "status", "path": "*/models/acme/Chat-7B", "first": 2}
    modelscope.use({**FACTS, "faults": [fault]})
    command = ("init", "--retries", "0", "--site", "cn", "--no-token", "--timeout", "60")
    with screen.Screen(*command) as seen:
        seen.answer("Which models?", ENTER)
        seen.answer("Which list?", ENTER)
        seen.answer("Find:", "acme")
        seen.wait_for("30 of", "incomplete")
        seen.type(ENTER)
        seen.wait_for("not read: acme/Chat-7B", "2. type ids")
        seen.type(ENTER)
        seen.answer("8. all kinds", ENTER)
        seen.answer("all kinds: 62", "acme")
        seen.wait_for("31 of")
        assert "incomplete" not in seen.text
        seen.type(CTRL_C)
        assert seen.end() == 130


@pytest.mark.parametrize("answer", ["1", "2"], ids=["stop", "replace"])
def test_another_site_is_asked_about(answer: str) -> None:
    older = '# mine\nsite = "ai" # why\n'
    FILE.write_text(older, "utf-8")
    with screen.Screen("init", "acme/Chat-1B", "--site", "cn", "--no-token") as seen:
        seen.answer("already has a different site", answer + ENTER)
        if answer == "2":
            seen.answer("Are these kinds right?", ENTER)
            seen.wait_for('- site = "ai" # why', '+ site = "cn" # why')
            seen.answer("Write this", ENTER)
            seen.answer("Write the guide", "2" + ENTER)
        assert seen.end() == 0, seen.all_text
    if answer == "1":
        assert "Nothing is written." in seen.all_text
        assert FILE.read_text("utf-8") == older
    else:
        assert FILE.read_text("utf-8").startswith('# mine\nsite = "cn" # why\n')


def test_no_at_the_end_writes_nothing() -> None:
    with screen.Screen("init", "acme/Chat-1B", "--site", "cn", "--no-token") as seen:
        seen.answer("Are these kinds right?", ENTER)
        seen.answer("Write this", "2" + ENTER)
        assert seen.end() == 0
        assert "Nothing is written." in seen.all_text
        assert_left_as_it_was(seen)


def test_a_file_that_changed_meanwhile_is_not_overwritten() -> None:
    FILE.write_text("# old\n", "utf-8")
    with screen.Screen("init", "acme/Chat-1B", "--site", "cn", "--no-token") as seen:
        seen.answer("Are these kinds right?", ENTER)
        seen.wait_for("Write this")
        FILE.write_text("# new\n", "utf-8")
        seen.answer("Write this", ENTER)
        seen.answer("Write the guide", "2" + ENTER)
        assert seen.end() == 2
        assert "was changed meanwhile" in seen.all_text
    assert FILE.read_text("utf-8") == "# new\n"


QUESTIONS = [
    ("Which ModelScope?", ENTER),
    ("Token:", ENTER),
    ("Which models?", ENTER),
    ("Which list?", ENTER),
    ("Find:", " " + ENTER),
    ("so far", "3" + ENTER),
    ("IDs:", "acme/Dead-1B" + ENTER),
    ("so far", ENTER),
    ("What should happen to it?", ENTER),
    ("Are these kinds right?", "2" + ENTER),
    ("Which?", ENTER),
    ("image-generation", ENTER),
    ("Are these kinds right?", ENTER),
    ("Write this", ENTER),
    ("Write the guide", ENTER),
]


@pytest.mark.parametrize(
    ("stop", "way_out"),
    [
        *((stop, way) for stop in (0, 1, 4) for way in ("Ctrl-C", "Ctrl-D", "SIGTERM", "SIGINT")),
        (1, "SIGHUP"),
        *((stop, "Ctrl-C") for stop in (6, 8, 11, 13, 14)),
    ],
)
def test_whoever_leaves_at_a_question_leaves_nothing_behind(stop: int, way_out: str) -> None:
    with screen.Screen("init", "--retries", "0", columns=60, lines=16) as seen:
        for question, keys in QUESTIONS[:stop]:
            seen.answer(question, keys)
        seen.answer(QUESTIONS[stop][0], {"Ctrl-C": CTRL_C, "Ctrl-D": CTRL_D}.get(way_out, ""))
        if way_out.startswith("SIG"):
            seen.process.send_signal(signal.Signals[way_out])
        assert seen.end() == 130, seen.all_text
        assert_left_as_it_was(seen)
        assert "Interrupted. Nothing is written." in seen.all_text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_leaves_while_models_are_looked_for_leaves_nothing_behind(
    modelscope: Mock, number: signal.Signals
) -> None:
    modelscope.use({**FACTS, "faults": [{"does": "delay", "seconds": 5, "path": "/v1/models"}]})
    with screen.Screen("init", "--site", "cn", "--no-token", "--retries", "0") as seen:
        seen.answer("Which models?", ENTER)
        seen.answer("Which list?", ENTER)
        seen.wait_for_cooked_keys()
        seen.process.send_signal(number)
        assert seen.end() == 130, seen.all_text
        assert_left_as_it_was(seen)


def test_a_terminal_that_is_closed_ends_it_as_ctrl_c_does() -> None:
    with screen.Screen("init", "--retries", "0") as seen:
        seen.wait_for(QUESTIONS[0][0])
        assert seen.hang_up() == 130
    assert not FILE.exists()


def test_yes_asks_nothing() -> None:
    with screen.Screen("init", "--yes", "--no-token", "acme/Chat-1B") as seen:
        assert seen.end() == 0, seen.all_text
        assert "?" not in seen.all_text
    assert FILE.exists()


@pytest.mark.parametrize("name", ["dumb", "unknown", "DUMB"])
def test_a_terminal_that_draws_nothing_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", name)
    with screen.Screen("init") as seen:
        assert seen.end() == 2
        assert "no model id" in seen.all_text
