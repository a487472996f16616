"""The command group: help, version, and how every error ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from msconfig import __version__
from msconfig.cli import inputs
from msconfig.cli.app import COMMANDS
from support import Run

TOKEN_SHAPES = [
    "ms-00000000-0000-4000-8000-00000000cafe",
    "MS-00000000-0000-4000-8000-00000000CAFE",
    "00000000-0000-4000-8000-00000000cafe",
    "ms_oauth.abcdefghijklmnopqrstuvwxyz",
    "sk-abcdefghijklmnopqrs7",
    "--token=ms-00000000-0000-4000-8000-00000000cafe",
    "--config=00000000-0000-4000-8000-00000000cafe",
    "cherrystudio://providers/api-keys?v=1&data=e30",
]


def test_help_names_every_command(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert all(f"\n  {name} " in ran.out for name in COMMANDS)
    assert "..." not in ran.out.partition("Commands:")[2]


def test_no_command_shows_the_help_and_ends_with_2(run: Run) -> None:
    ran = run()
    assert ran.code == 2
    assert "Commands:" in ran.out


def test_version(run: Run) -> None:
    assert run("--version").out == f"msconfig {__version__}\n"


PARTS = [["link", part] for part in ("encode", "decode", "open")]


@pytest.mark.parametrize("names", [*([name] for name in COMMANDS), *PARTS], ids=" ".join)
def test_every_command_has_help_with_a_line_for_each_option(run: Run, names: list[str]) -> None:
    ran = run(*names, "--help")
    assert ran.code == 0
    assert all(len(line) <= 80 for line in ran.out.splitlines())


@pytest.mark.parametrize("names", [[], *([name] for name in COMMANDS), *PARTS], ids=" ".join)
def test_help_of_a_command_is_the_same_by_the_command_help(run: Run, names: list[str]) -> None:
    by_option, by_command = run(*names, "--help"), run("help", *names)
    assert by_command == by_option
    assert by_command.code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chekc"], "no command 'chekc'; did you mean check?"),
        (["Check"], "no command 'Check'; did you mean check?"),
        (["modles", "image"], "no command 'modles'; did you mean models?"),
        (["xyzzy"], "no command 'xyzzy'; msconfig --help lists the commands"),
        (["link", "decod"], "no command 'decod'; did you mean decode?"),
        (["link", "make"], "no command 'make'; msconfig link --help lists the commands"),
        (["help", "quotta"], "no command 'quotta'; did you mean quota?"),
        (["help", "link", "opn"], "no command 'opn'; did you mean open?"),
        (["help", "check", "now"], "msconfig check has no commands, so no 'now'"),
        (["help", "c" * 100_000], "lists the commands"),
    ],
)
def test_a_misspelt_command_ends_with_2_and_the_nearest(
    run: Run, arguments: list[str], words: str
) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert len(ran.err) < 200


@pytest.mark.parametrize("argument", TOKEN_SHAPES)
@pytest.mark.parametrize("place", [["check"], ["check", "--token-env"], []])
def test_an_argument_that_looks_like_a_token_is_refused_without_being_repeated(
    run: Run, place: list[str], argument: str
) -> None:
    ran = run(*place, argument)
    assert (ran.code, ran.out) == (2, "")
    assert argument not in ran.err
    assert f"argument {len(place) + 1} looks like a token" in ran.err


def test_an_unknown_command_is_told_in_one_safe_line(run: Run) -> None:
    ran = run("chekc\x1b[31m")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "\x1b" not in ran.err


class PanicError(BaseException):
    """As an extension in Rust raises it; jsonschema has one."""


@pytest.mark.parametrize("kind", [RuntimeError, PanicError])
def test_a_bug_ends_with_70_and_a_place_but_without_what_it_held(
    run: Run, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    def burst(*_: object, **__: object) -> None:
        raise kind("held ms-00000000-0000-4000-8000-00000000cafe")

    monkeypatch.setattr(inputs, "prepare", burst)
    ran = run("check", "a/b")
    assert ran.code == 70
    assert f"{kind.__name__} at test_app.py:" in ran.err
    assert "cafe" not in ran.err


@pytest.mark.parametrize(
    "line",
    [
        "ms-00000000-0000-4000-8000-00000000cafe",
        "MODELSCOPE_API_TOKEN=ms-00000000-0000-4000-8000-00000000cafe",
        "ms-00000000-0000-4000-8000-00000000",
        "00000000-0000-4000-8000-00000000cafe",
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_token_in_a_list_of_ids_is_refused_by_its_place_alone(
    run: Run, line: str, form: str
) -> None:
    Path("ids.txt").write_text(f"a/b\n{line}\n")
    ran = run("check", "--offline", "--no-token", "--models", "ids.txt", "--format", form)
    assert (ran.code, ran.out) == (2, "")
    assert "ids.txt: line 2 looks like a token" in ran.err
    assert "0000-4000" not in ran.err


def test_words_that_begin_like_a_key_are_none(run: Run) -> None:
    ran = run("check", "--offline", "--no-token", "--models", "sk-learn-my-project-models/ids.txt")
    assert "cannot read" in ran.err


@pytest.mark.parametrize("option", ["--models", "--from", "--config", "--snapshot"])
def test_a_path_with_a_line_end_begins_no_line_of_its_own(run: Run, option: str) -> None:
    ran = run("check", "--offline", "--no-token", option, "x\n::error::pwned", "a/b")
    assert ran.code == 2
    assert not any(line.lstrip().startswith("::") for line in ran.err.splitlines())


NO_HUB = ("--hub-url", "http://127.0.0.1:1")


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "--offline", "--no-token", "-o", "", "Qwen/Qwen3.5-27B"),
        ("generate", "--offline", "--no-token", "-o", "x" * 300, "Qwen/Qwen3.5-27B"),
        ("check", "--no-token", "--hub-url", "", "a/b"),
        ("check", "--offline", "--no-token", "--baseline", "x" * 300, "Qwen/Qwen3.5-27B"),
        ("check", "--offline", "--no-token", "--baseline", "loop", "Qwen/Qwen3.5-27B"),
        ("check", "--no-token", *NO_HUB, "--reuse", "x" * 300, "a/b"),
        ("check", "--no-token", *NO_HUB, "--reuse", "loop", "a/b"),
    ],
    ids=[
        *("no folder", "long folder", "no URL", "long baseline", "baseline in a circle"),
        *("long report", "report in a circle"),
    ],
)
def test_a_place_that_cannot_be_one_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    if "loop" in arguments:
        Path("loop").symlink_to("loop")
    ran = run(*arguments)
    assert ran.code == 2
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "text", ["a" + ".a" * 100_000 + " = 1", "[" + '"a".' * 50_000 + "a]", "x = 1\n" * 200_000]
)
def test_settings_that_would_take_for_ever_are_refused_at_once(run: Run, text: str) -> None:
    Path("msconfig.toml").write_text(text)
    ran = run("check", "--offline", "--no-token", "a/b")
    assert (ran.code, ran.out) == (2, "")
