"""`msconfig check --fix`: failing ids replaced in the files that they come from."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from msconfig.mock.mock import Mock
from msconfig.mock.scenario import TOKEN
from support import DEAD, FakeClock, Online, Ran, Run, Serve, log_lines, mock_of
from support import KEY as KEY_OF_FALLBACK
from support import TOKEN as OTHER_TOKEN

posix = pytest.mark.skipif(os.name != "posix", reason="file modes and links of POSIX")

CHECK = ("check", "--offline", "--no-token")
FIX = (*CHECK, "--fix")
FIX_ANY = (*CHECK, "--fix-any")

RIGHT = "Qwen/Qwen3.5-27B"
WRONG_CASE = "Qwen/Qwen3.5-27b"
VANISHED = "Qwen/Qwen3-8B"
"""Another model is suggested for it."""
NEXT = "Qwen/Qwen3.5-27B"
"""The first suggestion for it."""
KEY = "sk-proj-0a1B2c3D4e5F6a7B8c9D"


@pytest.fixture
def site(modelscope: Mock, monkeypatch: pytest.MonkeyPatch, quick: FakeClock) -> Mock:
    """A mock ModelScope that the command line asks, with a token."""
    assert quick.now
    monkeypatch.setenv("MSCONFIG_HUB_URL", modelscope.hub_url)
    monkeypatch.setenv("MSCONFIG_INFERENCE_URL", modelscope.inference_url)
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    return modelscope


OWN = {"providers": [{"Name": "ModelScope"}]}
NONE: dict[str, object] = {"providers": []}
CHAT = {"exists": True, "tasks": ["text-generation"]}
LISTED = {"look_up": OWN, "hub": CHAT, "listed": True}
SERVED = (RIGHT, "ZhipuAI/GLM-5.2", "deepseek-ai/DeepSeek-V4-Pro-0813")


@pytest.fixture
def served(site: Mock) -> Mock:
    """A mock ModelScope that serves `SERVED`."""
    site.use({"models": dict.fromkeys(SERVED, LISTED)})
    return site


def written(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines_of(ran: Ran) -> list[str]:
    """What is listed as not changed."""
    start = "not changed: "
    return [line.removeprefix(start) for line in ran.err.splitlines() if line.startswith(start)]


# --- what replaces what


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        pytest.param(WRONG_CASE, RIGHT, id="letter case"),
        pytest.param("zai-org/GLM-5.2", "ZhipuAI/GLM-5.2", id="owner"),
        pytest.param(
            "deepseek-ai/DeepSeek-V4-Pro-0611", "deepseek-ai/DeepSeek-V4-Pro-0813", id="newer date"
        ),
        pytest.param("Qwen/Qwen-3.5_27b", RIGHT, id="other signs"),
        pytest.param(f"openai/{RIGHT}", RIGHT, id="a prefix, which makes it malformed"),
        pytest.param("glm-5.2", "ZhipuAI/GLM-5.2", id="no owner"),
        pytest.param(RIGHT.replace("/", "%2F"), RIGHT, id="as in an address"),
        pytest.param(RIGHT.replace("-", "\u2011"), RIGHT, id="typographic hyphens"),
        pytest.param(f"{WRONG_CASE}:free", f"{RIGHT}:free", id="a suffix stays"),
        pytest.param(
            f"https://modelscope.cn/models/{WRONG_CASE}/summary",
            f"https://modelscope.cn/models/{RIGHT}/summary",
            id="an address",
        ),
        pytest.param(f'- "{WRONG_CASE}",', f'- "{RIGHT}",', id="decorations"),
        pytest.param(f"{WRONG_CASE}, a/b", f"{RIGHT}, a/b", id="several in a line"),
        pytest.param(f"{WRONG_CASE} {WRONG_CASE}", f"{RIGHT} {RIGHT}", id="twice in a line"),
        pytest.param(f"{WRONG_CASE}  # {WRONG_CASE}", f"{RIGHT}  # {WRONG_CASE}", id="a comment"),
    ],
)
def test_the_same_model_is_replaced_and_the_rest_of_the_line_stays(
    run: Run, served: Mock, older: str, newer: str
) -> None:
    path = written("ids.txt", f"# {older}\n{older}\n")
    ran = run("check", "--fix", "--models", path)
    served.assert_no_quota_spent()
    assert path.read_text() == f"# {older}\n{newer}\n"
    assert "1 file changed" in ran.out


@pytest.mark.parametrize(
    ("older", "newer", "why"),
    [
        pytest.param(VANISHED, NEXT, f"--fix-any takes {NEXT} (newer release", id="another model"),
        pytest.param(
            "deepseek-ai/DeepSeek-V4-Pro-0901",
            "deepseek-ai/DeepSeek-V4-Pro-0813",
            "(another dated release of the same model)",
            id="an older date",
        ),
        pytest.param("Qwen/Qwen35-27B", RIGHT, f"--fix-any takes {RIGHT}", id="another number"),
        pytest.param(f"{VANISHED}:free", None, ":free chooses another provider", id="a suffix"),
        pytest.param(f"{RIGHT}:free", None, ":free chooses another provider", id="only a suffix"),
        pytest.param("acme-unheard-of-zz", None, "there is no suggestion for it", id="nothing"),
        pytest.param(f"{RIGHT}|{VANISHED}", None, "more than an ID", id="several, malformed"),
        pytest.param(f"{RIGHT}#mine", None, "more than an ID", id="what would be lost"),
        pytest.param(
            f"{RIGHT}%2C{VANISHED}".replace("/", "%2F"), None, "more than an ID", id="encoded, two"
        ),
        pytest.param(
            f"https://x.test/?id={RIGHT.replace('/', '%2F')}&n=1",
            None,
            "more than an ID",
            id="encoded, in an address",
        ),
    ],
)
def test_another_model_is_left_to_fix_any_and_some_to_the_user(
    run: Run, served: Mock, older: str, newer: str | None, why: str
) -> None:
    path = written("ids.txt", f"{older}\n")
    ran = run("check", "--fix", "--models", path)
    served.assert_no_quota_spent()
    assert (ran.code, path.read_text()) == (1, f"{older}\n")
    assert "No ID was changed.\n" in ran.out
    (line,) = lines_of(ran)
    assert line.startswith(f"{older} (ids.txt:1): ")
    assert why in line
    ran = run("check", "--fix-any", "--models", path)
    assert (ran.code, path.read_text()) == (1, f"{newer or older}\n")
    assert len(lines_of(ran)) == (0 if newer else 1)


def test_what_passes_or_is_unknown_is_neither_changed_nor_listed(run: Run) -> None:
    path = written("ids.txt", f"{RIGHT}\nacme/unheard-of\nPaddlePaddle/ERNIE-4.5-0.3B-PT\n")
    before = path.read_bytes()
    ran = run(*FIX_ANY, "--models", path)
    assert (ran.code, path.read_bytes(), lines_of(ran)) == (4, before, [])


def test_a_second_run_passes_and_changes_nothing(run: Run) -> None:
    path = written("ids.txt", f"{WRONG_CASE}\n{VANISHED}\nqwen/qwen3.8-27b\n")
    assert run(*FIX_ANY, "--models", path).code == 1
    after = path.stat()
    ran = run(*FIX_ANY, "--models", path)
    assert ran.code == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_an_ignored_model_stays(run: Run) -> None:
    settings = f"""\
[[models]]
id = "{WRONG_CASE}"
[[check.ignore]]
id = "{WRONG_CASE}"
reason = "its owner renames it back"
until = "2999-12-31"
"""
    path = written("msconfig.toml", settings)
    ran = run(*FIX)
    assert (ran.code, path.read_text()) == (0, settings)
    assert lines_of(ran) == [f"{WRONG_CASE} (msconfig.toml:2): it is ignored by the settings"]


# --- requests, and the verdict on a suggestion


@pytest.mark.parametrize(
    ("suggested", "options", "is_changed"),
    [
        pytest.param({"look_up": OWN, "hub": CHAT, "listed": True}, (), True, id="confirmed"),
        pytest.param({"look_up": NONE, "hub": CHAT, "listed": True}, (), False, id="disputed"),
        pytest.param({"hub": CHAT, "listed": True}, (), True, id="listed"),
        pytest.param(
            {"look_up": NONE, "hub": CHAT, "listed": True}, ("--yes", "--probe"), False, id="--yes"
        ),
        pytest.param(
            {"look_up": OWN, "hub": CHAT, "listed": True},
            ("--require", "confirmed"),
            True,
            id="confirmed, as required",
        ),
        pytest.param(
            {"look_up": OWN, "hub": CHAT, "listed": True},
            ("--require", "called", "--probe"),
            False,
            id="not called, as required",
        ),
    ],
)
def test_only_a_suggestion_that_passes_itself_is_written(
    run: Run, site: Mock, suggested: dict[str, object], options: tuple[str, ...], is_changed: bool
) -> None:
    site.use({"models": {"acme/Oak-7B": suggested, "acme/Elm-1B": {**suggested, "look_up": OWN}}})
    path = written("ids.txt", "other/Oak-7B\n")
    ran = run("check", "--fix", "--models", path, *options)
    assert path.read_text() == ("acme/Oak-7B\n" if is_changed else "other/Oak-7B\n")
    if not is_changed:
        (line,) = lines_of(ran)
        assert line.startswith("other/Oak-7B (ids.txt:1): acme/Oak-7B is ")


def test_one_look_up_for_each_suggestion_that_was_not_checked(run: Run, site: Mock) -> None:
    models = dict.fromkeys(("acme/Oak-7B", "acme/Elm-1B", "acme/Ash-2B"), LISTED)
    site.use({"models": models})
    path = written("ids.txt", "x/Oak-7B\ny/Oak-7B\nx/Elm-1B\nacme/Elm-1B\n")
    run("check", "--models", path)
    plain = [f"{request.path}?{request.query}" for request in site.requests]
    site.reset()
    site.use({"models": models})
    run("check", "--fix", "--models", path)
    assert path.read_text() == "acme/Oak-7B\nacme/Oak-7B\nacme/Elm-1B\nacme/Elm-1B\n"
    paths = [f"{request.path}?{request.query}" for request in site.requests]
    for each in plain:
        paths.remove(each)
    (more,) = paths
    assert "Oak-7B" in more


# --- bytes, modes, links


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ],
    ids=["UTF-8", "UTF-8 with a mark", "UTF-16", "UTF-16, big-endian"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n  \n"])
def test_encoding_line_ends_and_the_end_of_the_file_stay(
    run: Run, mark: bytes, codec: str, end: str, last: str
) -> None:
    text = f"# 模型 🙂{end}\t{WRONG_CASE} # 🙂 é{end}{RIGHT}{last}"
    path = written("ids.txt", mark + text.encode(codec))
    run(*FIX, "--models", path)
    assert path.read_bytes() == mark + text.replace(WRONG_CASE, RIGHT).encode(codec)


@posix
def test_the_mode_stays(run: Run) -> None:
    path = written("ids.txt", WRONG_CASE)
    path.chmod(0o640)
    run(*FIX, "--models", path)
    assert path.read_text() == RIGHT
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in Path().iterdir()] == ["ids.txt"]


@posix
def test_a_link_stays_and_the_file_behind_it_is_changed(run: Run) -> None:
    Path("real").mkdir()
    real = written("real/ids.txt", WRONG_CASE)
    Path("ids.txt").symlink_to("real/ids.txt")
    run(*FIX, "--models", "ids.txt")
    assert Path("ids.txt").is_symlink()
    assert real.read_text() == RIGHT


def _read_only(path: Path) -> None:
    path.chmod(0o444)


def _with_another_name(path: Path) -> None:
    os.link(path, "other.txt")


@posix
@pytest.mark.parametrize(
    ("made", "why"),
    [(_read_only, "the file is read-only"), (_with_another_name, "a hard link")],
    ids=["read-only", "a hard link"],
)
def test_a_file_that_is_not_to_be_replaced_stays(run: Run, made: object, why: str) -> None:
    path = written("ids.txt", WRONG_CASE)
    assert callable(made)
    made(path)
    ran = run(*FIX, "--models", path)
    assert (ran.code, path.read_text()) == (1, WRONG_CASE)
    (line,) = lines_of(ran)
    assert why in line


# --- which files


def test_arguments_and_standard_input_are_listed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.BytesIO(b"qwen/qwen3.8-27b\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(text))
    ran = run(*FIX, "--models", "-", WRONG_CASE)
    assert ran.code == 1
    assert lines_of(ran) == [
        f"{WRONG_CASE}: it is an argument; use {RIGHT}",
        "qwen/qwen3.8-27b (standard input:1): standard input is not written; use Qwen/Qwen3.8-27B",
    ]


def test_a_file_of_from_is_not_changed(run: Run) -> None:
    document = json.dumps({"object": "list", "data": [{"id": WRONG_CASE}]})
    path = written("reply.json", document)
    listed = written("ids.txt", WRONG_CASE)
    ran = run(*FIX, "--from", path, "--models", listed)
    assert (path.read_text(), listed.read_text()) == (document, RIGHT)
    (line,) = lines_of(ran)
    assert line.startswith(f"{WRONG_CASE} (reply.json:1): only files of --scan and --models")


@posix
@pytest.mark.parametrize("name", ["/dev/stdin", "/proc/self/fd/0"])
def test_what_is_behind_standard_input_is_not_changed(name: str) -> None:
    path = written("ids.txt", WRONG_CASE)
    with path.open("rb") as stream:
        command = [sys.executable, "-m", "msconfig", *FIX, "--models", name]
        ran = subprocess.run(command, stdin=stream, capture_output=True, check=False, text=True)
    assert (ran.returncode, path.read_text()) == (1, WRONG_CASE)
    assert f"({name}:1): only files of" in ran.stderr


@posix
def test_a_pipe_is_not_changed() -> None:
    script = f"exec '{sys.executable}' -m msconfig {' '.join(FIX)} --models <(echo {WRONG_CASE})"
    ran = subprocess.run(["bash", "-c", script], capture_output=True, check=False, text=True)
    assert ran.returncode == 1, ran
    assert "only files of" in ran.stderr


def test_a_file_that_is_named_twice_is_changed_once(run: Run) -> None:
    path = written("ids.txt", f"{WRONG_CASE}\n{WRONG_CASE}\n")
    ran = run(*FIX, "--models", path, "--models", "./ids.txt", "--models", path.resolve())
    assert path.read_text() == f"{RIGHT}\n{RIGHT}\n"
    assert "2 places in 1 file changed" in ran.out
    assert lines_of(ran) == []


def test_a_file_that_changed_after_it_was_read_stays(run: Run, site: Mock) -> None:
    path = written("ids.txt", f"{WRONG_CASE}\n")

    other = written("other.txt", f"{WRONG_CASE}\n")
    site.use({"models": {RIGHT: {"look_up": OWN, "hub": CHAT, "listed": True}}})
    with log_lines(lambda _: path.write_text(f"# new\n{WRONG_CASE}\n")):  # with each request
        ran = run("check", "--fix", "--models", path, "--models", other)
    assert path.read_text() == f"# new\n{WRONG_CASE}\n"
    assert other.read_text() == f"{RIGHT}\n"
    (line,) = lines_of(ran)
    assert line == f"{WRONG_CASE} (ids.txt:1): the file has changed since it was read; run again"


def test_a_file_that_changes_while_others_are_written_stays(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = written("ids.txt", WRONG_CASE), written("other.txt", WRONG_CASE)

    def replace(each: Path, target: Path) -> None:
        path.write_text(f"{WRONG_CASE} # theirs")
        each.rename(target)

    monkeypatch.setattr(os, "replace", replace)
    ran = run(*FIX, "--models", other, "--models", path)
    assert (path.read_text(), other.read_text()) == (f"{WRONG_CASE} # theirs", RIGHT)
    assert "1 place in 1 file changed" in ran.out
    (line,) = lines_of(ran)
    assert line == f"{WRONG_CASE} (ids.txt:1): the file has changed since it was read; run again"


@posix
def test_a_file_of_another_user_stays(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written("ids.txt", WRONG_CASE)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    ran = run(*FIX, "--models", path)
    assert path.read_text() == WRONG_CASE
    (line,) = lines_of(ran)
    assert line.endswith("the file belongs to another user or group")


def test_interrupted_while_a_suggestion_is_looked_up_nothing_is_changed(
    run: Run, served: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    assert served.requests is not None
    monkeypatch.setattr("msconfig.operations.fix.check_models", interrupt)
    path = written("ids.txt", WRONG_CASE)
    ran = run("check", "--fix", "--models", path, "--format", "json")
    report = json.loads(ran.out)
    assert (ran.code, report["complete"], report["exit_code"]) == (130, False, 130)
    assert path.read_text() == WRONG_CASE


# --- the settings

SETTINGS = f"""\
# {WRONG_CASE}
site = "cn"

[[models]]
name = "Mine"   # mine
id = '{WRONG_CASE}'
group = "{WRONG_CASE}"

[[models]]
id = "{VANISHED}"
kind = "chat"
"""


def test_in_the_settings_the_id_alone_changes(run: Run) -> None:
    path = written("msconfig.toml", SETTINGS.replace("\n", "\r\n"))
    run(*FIX)
    expected = SETTINGS.replace(f"id = '{WRONG_CASE}'", f"id = '{RIGHT}'")
    assert path.read_bytes().decode() == expected.replace("\n", "\r\n")


def test_settings_never_hold_an_id_twice(run: Run) -> None:
    path = written("msconfig.toml", SETTINGS)
    ran = run(*FIX_ANY)
    assert path.read_text() == SETTINGS.replace(f"id = '{WRONG_CASE}'", f"id = '{RIGHT}'")
    assert lines_of(ran) == [
        f"{VANISHED} (msconfig.toml:10): {RIGHT} is in the settings already; remove one of them"
    ]
    assert run(*FIX_ANY).code == 1


def test_an_id_in_a_comment_is_not_taken_for_that_of_the_model(run: Run) -> None:
    settings = f'[[models]]\n# id = "{WRONG_CASE}"\nid = "{WRONG_CASE}"\n'
    path = written("msconfig.toml", settings)
    ran = run(*FIX)
    assert path.read_text() == f'[[models]]\n# id = "{WRONG_CASE}"\nid = "{RIGHT}"\n'
    assert lines_of(ran) == []


def test_an_id_at_a_doubtful_place_of_the_settings_stays(run: Run) -> None:
    settings = f"""\
[provider]
notes = '''
[[models]]
id = "{WRONG_CASE}"
'''
[[models]]
id = '''{WRONG_CASE}'''
"""
    path = written("msconfig.toml", settings)
    ran = run(*FIX)
    assert path.read_text() == settings
    assert lines_of(ran) == [
        f"{WRONG_CASE} (msconfig.toml:4): the settings would not stay valid; use {RIGHT}"
    ]


def test_settings_that_are_not_in_use_stay(run: Run) -> None:
    path = written("msconfig.toml", SETTINGS)
    listed = written("ids.txt", WRONG_CASE)
    run(*FIX, "--models", listed)
    assert (path.read_text(), listed.read_text()) == (SETTINGS, RIGHT)


FALLBACK = """\
[[models]]
id = "Qwen/Alive"
[fallback]
provider = "dashscope"
ids = ["{}", 'deepseek-v4-pro']  # "qwen3_32b"
"""


def test_an_id_of_the_fallback_is_replaced_as_bailian_spells_it(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", OTHER_TOKEN)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY_OF_FALLBACK)
    path = written("msconfig.toml", FALLBACK.format("qwen3_32b"))
    assert run("check", "--fix").code == 1
    assert path.read_text() == FALLBACK.format("qwen3-32b")
    assert run("check", "--fix").code == 0
    path.write_text(FALLBACK.format("qwen2.5-7b"))
    ran = run("check", "--fix")
    assert "--fix-any takes qwen2.5-7b-instruct" in ran.err
    assert run("check", "--fix-any").code == 1
    assert path.read_text() == FALLBACK.format("qwen2.5-7b-instruct")


def test_an_id_of_bailian_never_replaces_one_of_modelscope(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of({"Qwen/Qwen3-32B": DEAD})))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", OTHER_TOKEN)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY_OF_FALLBACK)
    content = FALLBACK.format("qwen3-32b").replace("Qwen/Alive", "Qwen/Qwen3-32B")
    path = written("msconfig.toml", content)
    ran = run("check", "--fix-any")
    assert path.read_text() == content
    (line,) = lines_of(ran)
    assert line == "Qwen/Qwen3-32B (msconfig.toml:2): there is no suggestion for it", ran.err


@pytest.mark.parametrize("key", ["fix", "fix-any", "fix_any", "dry-run"])
def test_fixing_is_never_read_from_the_settings(run: Run, key: str) -> None:
    path = written("msconfig.toml", f"{SETTINGS}\n[check]\n{key} = true\n")
    ran = run(*CHECK)
    assert ran.code == 2
    assert "never read from a file" in ran.err
    assert WRONG_CASE in path.read_text()


# --- --dry-run


def test_dry_run_shows_the_changed_lines_alone(run: Run) -> None:
    content = f"{RIGHT}\n{WRONG_CASE}  # API_KEY={KEY}\n{VANISHED}\n"
    path = written("ids.txt", content)
    ran = run(*FIX, "--dry-run", "--models", path)
    assert (ran.code, path.read_text()) == (1, content)
    assert ran.out.endswith(
        f"""
Nothing is written (--dry-run). 1 place in 1 file would change:

--- ids.txt (now)
+++ ids.txt (would be)
@@ -2 +2 @@
-{WRONG_CASE}  # API_KEY=***
+{RIGHT}  # API_KEY=***
"""
    )
    assert len(lines_of(ran)) == 1
    assert KEY not in ran.out + ran.err


def test_dry_run_with_a_document_on_stdout_shows_the_lines_on_stderr(run: Run) -> None:
    path = written("ids.txt", f"{WRONG_CASE}\n")
    ran = run(*FIX, "--dry-run", "-q", "--format", "json", "--models", path)
    assert json.loads(ran.out)["exit_code"] == 1
    assert f"\n-{WRONG_CASE}\n+{RIGHT}\n" in ran.err


def test_dry_run_cuts_a_long_line_around_the_change(run: Run) -> None:
    path = written("ids.txt", f"{WRONG_CASE} # {'far away ' * 2000}\n")
    ran = run(*FIX, "--dry-run", "--models", path)
    lines = ran.out.splitlines()
    assert lines[-2].startswith(f"-{WRONG_CASE} # far away")
    assert lines[-1].endswith("…")
    assert max(map(len, lines[-2:])) < 100


def test_a_line_with_control_characters_is_shown_escaped(run: Run) -> None:
    path = written("ids.txt", f"{WRONG_CASE} # \x1b[31m\n")
    ran = run(*FIX, "--dry-run", "--models", path)
    assert "\x1b" not in ran.out
    assert f"+{RIGHT} # \\x1b[31m\n" in ran.out


@pytest.mark.parametrize("command", ["::error::x", "##[error]x", "##vso[task.x]"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_line_never_holds_a_command_of_a_runner(run: Run, command: str, form: str) -> None:
    path = written("ids.txt", f"{WRONG_CASE} # {command}\n")
    ran = run(*FIX, "--dry-run", "--models", path, "--format", form)
    assert f"+{RIGHT} # " in ran.out + ran.err
    assert command not in ran.out + ran.err


@pytest.mark.slow
@pytest.mark.no_cover  # its loops are long, and shorter tests pass the same lines
def test_thousands_of_places_are_changed_in_seconds(run: Run) -> None:
    path = written("ids.txt", f"{WRONG_CASE}\n{VANISHED}\n" * 10_000)
    run(*FIX_ANY, "--dry-run", "--models", path)
    ran = run(*FIX_ANY, "--models", path)
    assert "20000 places in 1 file changed" in ran.out
    assert path.read_text() == f"{RIGHT}\n" * 20_000


def test_yes_widens_nothing(run: Run) -> None:
    path = written("ids.txt", f"{WRONG_CASE}\n{VANISHED}\n")
    ran = run(*FIX, "--yes", "--models", path)
    assert (ran.code, path.read_text()) == (1, f"{RIGHT}\n{VANISHED}\n")
    assert run(*CHECK, "--yes", RIGHT).code == 2


def test_dry_run_without_fix_is_a_usage_error(run: Run) -> None:
    ran = run(*CHECK, "--dry-run", RIGHT)
    assert (ran.code, ran.err) == (2, "msconfig: --dry-run has no effect without --fix\n")


# --- results and exit codes


@pytest.mark.parametrize("warn_only", [False, True])
def test_the_exit_code_is_that_of_the_check_before_the_change(run: Run, warn_only: bool) -> None:
    path = written("ids.txt", f"{WRONG_CASE}\n")
    options = ["--warn-only"] if warn_only else []
    assert run(*FIX, "--models", path, *options).code == (0 if warn_only else 1)
    assert path.read_text() == f"{RIGHT}\n"


def test_the_report_is_that_of_the_check_before_the_change(run: Run) -> None:
    path = written("ids.txt", f"{WRONG_CASE}\n")
    ran = run(*FIX, "--models", path, "--format", "json", "--report", "junit=report.xml")
    assert [model["id"] for model in json.loads(ran.out)["models"]] == [WRONG_CASE]
    assert WRONG_CASE in Path("report.xml").read_text()
    assert f"1  {WRONG_CASE} → {RIGHT}" in ran.err


@pytest.mark.parametrize(
    ("ids", "options", "step"),
    [
        ([WRONG_CASE], ["--fix"], "Next: run it again; --fix replaces all failing IDs."),
        (
            [WRONG_CASE, VANISHED],
            ["--fix"],
            "Next: replace or remove the failing IDs that --fix leaves, and run again.",
        ),
        ([VANISHED], ["--fix"], "Next: replace or remove the failing IDs and run again."),
        (
            [WRONG_CASE],
            ["--fix", "--dry-run"],
            "Next: run it without --dry-run, which replaces all failing IDs.",
        ),
        ([WRONG_CASE], [], "Next: replace or remove the failing IDs and run again."),
    ],
)
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_the_next_step_leaves_out_what_the_run_replaces_itself(
    run: Run, ids: list[str], options: list[str], step: str, form: str
) -> None:
    Path("ids.txt").write_text("".join(f"{each}\n" for each in ids))
    command = ("check", "--offline", "--no-token", "--models", "ids.txt", "--format", form)
    ran = run(*command, *options)
    assert ran.code == 1
    assert [line for line in ran.out.splitlines() if line.startswith("Next:")] == [step]


def test_an_argument_is_left_by_fix_and_is_the_next_step(run: Run) -> None:
    ran = run(*FIX, WRONG_CASE)
    assert "Next: replace or remove the failing IDs and run again." in ran.out


def test_a_change_is_shown_in_narrow_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    path = written("ids.txt", f"{WRONG_CASE}\n")
    ran = run(*FIX, "--models", path)
    shown = ran.out.partition("changed:\n")[2]
    assert shown == f"  ids.txt\n    1  {WRONG_CASE}\n       → {RIGHT}\n"
    for content in (WRONG_CASE, RIGHT):
        path.write_text(content)
        ran = run(*FIX, "--dry-run", "--models", path)
        shown = "Nothing is" + ran.out.partition("Nothing is")[2]
        assert max(map(len, shown.splitlines())) <= 40


def test_an_id_never_begins_a_command_of_a_runner(run: Run) -> None:
    path = written("ids.txt", f"{WRONG_CASE}\n::error::x/##[error]y\n")
    ran = run(*FIX, "--models", path, "--format", "github")
    assert path.read_text() == f"{RIGHT}\n::error::x/##[error]y\n"
    assert "##[" not in ran.err
    assert not any(line.startswith("::") for line in ran.err.splitlines())
