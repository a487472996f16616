"""`msconfig init` with options for answers: what scripts do."""

from __future__ import annotations

import io
import os
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from msconfig import clock
from msconfig.cli.init.ids import _without_tilde
from msconfig.cli.init.next_steps import line_for_the_shell
from msconfig.mock.mock import Mock
from msconfig.mock.snapshot import bundled, load
from msconfig.modelscope.sites import Site
from msconfig.settings import loading as settings
from msconfig.settings.loading import ModelSettings
from support import ALIVE, DEAD, TOKEN, Online, Run, Serve, mock_of

FILE = Path("msconfig.toml")
MODELS = {"Qwen/Dead": DEAD, "Qwen/M1": ALIVE}


@pytest.fixture(autouse=True)
def _served(serve: Serve, online: Online) -> None:
    online(serve(mock_of(MODELS)))


@pytest.fixture
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)


@pytest.mark.parametrize(("days", "is_told"), [(30, False), (31, True)])
def test_offline_the_age_of_the_facts_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, days: int, is_told: bool
) -> None:
    recorded = load(bundled(Site.CN)).recorded
    monkeypatch.setattr(clock, "utc_now", lambda: recorded + timedelta(days=days))
    ran = run("init", "--offline", "--no-token", "Qwen/Qwen3.5-27B")
    assert (ran.code, "msconfig snapshot -o FILE" in ran.out + ran.err) == (0, is_told)


@pytest.mark.usefixtures("_token")
def test_new_settings_hold_the_models_and_their_kinds_and_no_token(run: Run) -> None:
    ran = run("init", "Qwen/Alive")
    assert ran.code == 0, ran.err
    said = settings.load(FILE, found=True)
    assert (said.site, said.models) == ("cn", (ModelSettings("Qwen/Alive", kind="chat"),))
    assert said.token_env == ()
    assert "✓ token ms-…cafe (MODELSCOPE_API_TOKEN) is valid" in ran.err
    assert TOKEN not in ran.out + ran.err + FILE.read_text("utf-8")
    assert "1. msconfig check\n" in ran.out


@pytest.mark.usefixtures("_token")
def test_what_it_says_to_run_next_runs(run: Run) -> None:
    assert run("init", "Qwen/Alive").code == 0
    assert run("check").code == 0
    assert run("generate", "-o", "cherry-studio").code == 0


@pytest.mark.usefixtures("_token")
@pytest.mark.parametrize(
    ("older", "language", "page"),
    [
        ("", "zh_CN.UTF-8", "guide.zh-CN.html"),
        ('languages = ["pt-BR"]\n', "zh_CN.UTF-8", "guide.pt.html"),
        ('targets = ["link"]\n', "zh_CN.UTF-8", None),
    ],
)
def test_the_last_step_opens_the_guide_that_generate_writes(
    run: Run, monkeypatch: pytest.MonkeyPatch, older: str, language: str, page: str | None
) -> None:
    monkeypatch.setenv("LANG", language)
    FILE.write_text(older, "utf-8")
    ran = run("init", "Qwen/Alive")
    assert ran.code == 0, ran.err
    assert run("generate", "-o", "cherry-studio").code == 0
    if page is None:
        assert ran.out.endswith("msconfig generate -o cherry-studio\n")
    else:
        assert ran.out.endswith(f". open {Path('cherry-studio', page)} in a browser\n")
        assert Path("cherry-studio", page).exists()


@pytest.mark.usefixtures("_token")
def test_with_a_folder_the_guide_is_written_and_its_language_chosen(run: Run) -> None:
    ran = run("init", "Qwen/Alive", "-o", "out", "--lang", "zh-Hant")
    assert ran.code == 0, ran.err
    assert TOKEN in Path("out/guide.zh-TW.html").read_text("utf-8")
    assert TOKEN not in ran.out + ran.err + FILE.read_text("utf-8")
    assert ran.out.endswith(f"Next: open {Path('out', 'guide.zh-TW.html')} in a browser.\n")
    refused = run("init", "Qwen/M1", "-o", "out")
    assert refused.code == 2
    assert "--force replaces" in refused.err
    assert run("init", "Qwen/M1", "-o", "out", "--force").code == 0


@pytest.mark.usefixtures("_token")
def test_with_a_folder_and_models_that_fail_only_the_settings_are_written(run: Run) -> None:
    ran = run("init", "Qwen/Alive", "Qwen/Dead", "--unserved", "keep", "-o", "out")
    assert ran.code == 1
    assert FILE.exists()
    assert not Path("out").exists()
    assert "Nothing is written to out. Every model and token has to pass" in ran.out


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (("Qwen/Alive", "--no-token", "-o", ""), "-o is empty"),
        (("Qwen/Alive", "--no-token", "--lang", "de"), "'de' is not one of en,"),
        ((), "no model id: give some as arguments, with --models or with --from"),
        (("Qwen/Alive",), "--token-env, --token-file or --no-token"),
        (("Qwen/Alive", "--no-token", "--token-env", "X"), "--no-token excludes"),
        (("Qwen/Alive", "--token-env", "MODELSCOPE_X"), "MODELSCOPE_X is not set"),
        (("--models", "-", "--token-file", "-"), "only once"),
        (("Qwen/Alive", "--no-token", "--kind", "a/b=chat"), "a/b is not one of the ids"),
        (("Qwen/Alive", "--no-token", "--kind", "Qwen/Alive=good"), "KIND one of chat"),
        (("Qwen/Alive", "--no-token", "--kind", "chat"), "ID=KIND"),
        (("a/b", "--kind", "a/b=chat", "--kind", "a/b=video"), "a/b has two kinds"),
        (("Qwen/Dead", "--no-token", "--unserved", "leave-out"), "no model remains"),
    ],
)
def test_away_from_a_terminal_what_is_missing_is_named(
    run: Run, arguments: tuple[str, ...], missing: str
) -> None:
    ran = run("init", *arguments)
    assert ran.code == 2
    assert missing in ran.err
    assert not os.listdir()  # noqa: PTH208 - nothing at all


@pytest.mark.parametrize("masked", ["ms-****-cafe", "ms-1234\x1b5678", "two\nlines-of-it"])
def test_a_token_that_is_none_is_refused_before_any_request(
    run: Run, monkeypatch: pytest.MonkeyPatch, masked: str
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", masked)
    ran = run("init", "Qwen/Alive", "-v")
    assert ran.code == 2
    assert masked not in ran.err
    assert "GET" not in ran.err
    assert not FILE.exists()


def test_a_rejected_token_writes_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-00000000-0000-4000-8000-00000000dead")
    ran = run("init", "Qwen/Alive")
    assert ran.code == 3
    assert "✗ token ms-…dead (MODELSCOPE_API_TOKEN) is rejected" in ran.out
    assert not FILE.exists()


def test_a_token_that_cannot_be_verified_is_no_obstacle(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Mock() as mock:
        mock.use({"faults": [{"does": "status", "status": 503, "path": "/openapi/v1/users/me"}]})
        monkeypatch.setenv("MSCONFIG_HUB_URL", mock.hub_url)
        monkeypatch.setenv("MSCONFIG_INFERENCE_URL", mock.inference_url)
        monkeypatch.setenv("MODELSCOPE_API_TOKEN", mock.token)
        ran = run("init", "Qwen/Qwen3.5-27B", "--retries", "0")
    assert ran.code == 4, ran.err
    assert "could not be verified" in ran.err
    assert FILE.exists()


@pytest.mark.parametrize(
    ("answer", "code", "ids"),
    [
        ((), 1, None),
        (("--unserved", "leave-out"), 0, ["Qwen/Alive"]),
        (("--unserved", "replace"), 0, ["Qwen/Alive"]),
        (("--unserved", "keep"), 1, ["Qwen/Alive", "Qwen/Dead", "qwen/alive"]),
    ],
)
def test_what_fails_needs_an_answer(
    run: Run, answer: tuple[str, ...], code: int, ids: list[str] | None
) -> None:
    ran = run("init", "--no-token", "Qwen/Alive", "Qwen/Dead", "qwen/alive", *answer)
    assert ran.code == code, ran.err
    if ids is None:
        assert "--unserved" in ran.out
        assert (ran.out + ran.err).count("✗ Qwen/Dead") == 1
        assert not FILE.exists()
    else:
        assert [each.id for each in settings.load(FILE, found=True).models] == ids


def test_the_first_suggestion_takes_the_place_of_what_fails(run: Run) -> None:
    ran = run("init", "--no-token", "qwen/alive", "--unserved", "replace")
    assert ran.code == 0, ran.err
    assert settings.load(FILE, found=True).models == (ModelSettings("Qwen/Alive", kind="chat"),)


def test_ids_come_from_a_list_and_kinds_from_options(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"Qwen/Alive # mine\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    ran = run("init", "--no-token", "--models", "-", "--kind", "Qwen/Alive=vision")
    assert ran.code == 0, ran.err
    assert settings.load(FILE, found=True).models == (ModelSettings("Qwen/Alive", kind="vision"),)
    assert "msconfig check --no-token" in ran.out


HAND_WRITTEN = """\
# ours
targets = ["v2"]  # no links
# of check

[check]
timeout = 5.0 # slow here

[[models]]
id = 'Qwen/Old'
kind = "vision"  # by hand
"""


def test_what_was_written_by_hand_stays(run: Run) -> None:
    FILE.write_text(HAND_WRITTEN, "utf-8")
    ran = run("init", "--no-token", "Qwen/Alive", "Qwen/Old")
    assert ran.code == 0, ran.err
    added = '\n[[models]]\nid = "Qwen/Alive"\nkind = "chat"\n'
    assert FILE.read_text("utf-8") == HAND_WRITTEN + added
    assert "2 models, 1 of them new" in ran.out
    again = run("init", "--no-token", "Qwen/Alive", "Qwen/Old")
    assert again.code == 0
    assert "is up to date" in again.out
    assert FILE.read_text("utf-8") == HAND_WRITTEN + added


def test_a_kind_that_stands_there_is_not_changed(run: Run) -> None:
    FILE.write_text(HAND_WRITTEN, "utf-8")
    ran = run("init", "--no-token", "Qwen/Old", "--kind", "Qwen/Old=chat")
    assert ran.code == 2
    assert "change it there" in ran.err
    assert FILE.read_text("utf-8") == HAND_WRITTEN


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[[models]\n", "not TOML"),
        (b'site = "cn"\nsite = "ai"\n', "not TOML"),
        (b'sight = "cn"\n', "sight"),
        (b'token = "x"\n', "never read from a file"),
        (b'notes = "\xff"\n', "UTF-8"),
    ],
)
def test_what_is_no_settings_file_is_not_touched(run: Run, content: bytes, said: str) -> None:
    FILE.write_bytes(content)
    ran = run("init", "--no-token", "Qwen/Alive", "--force")
    assert ran.code == 2
    assert said in ran.err
    assert FILE.read_bytes() == content


def test_another_site_needs_force(run: Run) -> None:
    older = 'site = "ai" # why\n'
    FILE.write_text(older, "utf-8")
    refused = run("init", "--no-token", "Qwen/Alive", "--site", "cn")
    assert refused.code == 2
    assert "a different site; use --force" in refused.err
    assert FILE.read_text("utf-8") == older
    assert run("init", "--no-token", "Qwen/Alive", "--site", "cn", "--force").code == 0
    assert FILE.read_text("utf-8").startswith('site = "cn" # why\n')


def test_a_variable_is_named_where_it_has_another_name(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSCONFIG_MINE", TOKEN)
    assert run("init", "Qwen/Alive", "--token-env", "MSCONFIG_MINE").code == 0
    assert settings.load(FILE, found=True).token_env == ("MSCONFIG_MINE",)
    monkeypatch.setenv("MODELSCOPE_X", TOKEN)
    other = run("init", "Qwen/Alive", "--token-env", "MODELSCOPE_X")
    assert other.code == 2
    assert "a different token_env" in other.err


def test_found_settings_name_no_foreign_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", TOKEN)
    refused = run("init", "Qwen/Alive", "--token-env", "MINE")
    assert refused.code == 2
    assert "MODELSCOPE_*" in refused.err
    assert not FILE.exists()
    named = run("init", "Qwen/Alive", "--token-env", "MINE", "--config", "job.toml")
    assert named.code == 0, named.err
    assert "msconfig check --config job.toml" in named.out
    assert settings.load(Path("job.toml"), found=False).token_env == ("MINE",)
    assert not FILE.exists()


def test_offline_nothing_is_asked_and_no_token_needed(run: Run) -> None:
    ran = run("init", "--offline", "Qwen/Qwen3.5-27B")
    assert ran.code == 0, ran.err
    assert "msconfig check --offline" in ran.out
    assert run("check", "--offline").code == 0


def test_quiet_leaves_the_result_alone(run: Run) -> None:
    ran = run("init", "-q", "--no-token", "Qwen/Alive")
    assert ran.code == 0
    assert ran.err == ""
    assert "msconfig.toml is written" in ran.out


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_the_file_has_the_mode_that_it_had(run: Run) -> None:
    FILE.write_text("", "utf-8")
    FILE.chmod(0o640)
    assert run("init", "--no-token", "Qwen/Alive").code == 0
    assert stat.S_IMODE(FILE.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="links need no rights on POSIX alone")
def test_a_link_stays_a_link(run: Run) -> None:
    Path("shared").mkdir()
    FILE.symlink_to(Path("shared") / "settings.toml")
    assert run("init", "--no-token", "Qwen/Alive").code == 0
    assert FILE.is_symlink()
    assert "Qwen/Alive" in Path("shared/settings.toml").read_text("utf-8")


def test_a_folder_in_its_place_is_named(run: Run) -> None:
    FILE.mkdir()
    ran = run("init", "--no-token", "Qwen/Alive")
    assert ran.code == 2
    assert "cannot read msconfig.toml" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="another shell")
@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("/bin/bash", "read -rs X && export X"),
        ("/usr/bin/zsh", "read -rs X && export X"),
        ("/usr/bin/fish", "read -gxs X"),
        ("", "stty -echo; read -r X; stty echo; export X"),
    ],
)
def test_the_line_for_the_shell_asks_for_the_token(
    monkeypatch: pytest.MonkeyPatch, shell: str, line: str
) -> None:
    monkeypatch.setenv("SHELL", shell)
    assert line_for_the_shell("X") == line


def test_a_tilde_without_a_home_folder_stays_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")
    assert Path(_without_tilde("~/ids.txt")) == Path("/home/me/ids.txt")
    assert _without_tilde("~no-such-user/ids.txt") == "~no-such-user/ids.txt"
