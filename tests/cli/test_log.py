"""The log on stderr: -v, -vv and MSCONFIG_DEBUG, and that no secret is ever in it."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app_database import OFF_KEY, OLD_KEY
from backups import make_v7
from msconfig.cli import inputs
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Account, Scenario
from msconfig.tokens import Secret, keep_secrets, without_kept_secrets
from support import ALIVE, TOKEN, Online, Run, Serve, snapshot

ODD_TOKEN = "Tr0ub4dor+and+a/half"  # without the shape of any token
OFFLINE = ("check", "--offline", "--no-token", "Qwen/Qwen3.5-27B")


@pytest.fixture(autouse=True)
def _logger_is_left_as_it_was() -> Iterator[None]:
    yield
    logger = logging.getLogger("msconfig")
    assert (logger.handlers, logger.level) == ([], logging.NOTSET)
    assert Secret._kept is None


@pytest.fixture
def _answering(serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock that knows `ODD_TOKEN` and repeats the Authorization of requests it refuses."""
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", ODD_TOKEN)
    facts = snapshot({"Qwen/Alive": ALIVE})
    known = MockModelScope(facts, Scenario(accounts=(Account(ODD_TOKEN),)))

    def answer(request: Request) -> Response:
        reply = known(request)
        if request.path.endswith("/users/me"):
            said = {"message": f"who is {request.headers.get('authorization')}?"}
            return Response.of_json(401, {"errors": said, "error": said, **said})
        return reply

    online(serve(answer))


def debug_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("debug ")]


def test_v_shows_requests_alone(run: Run) -> None:
    shown = run(*OFFLINE, "-v").err.splitlines()
    assert len([line for line in shown if line.startswith("GET ")]) == len(shown) > 0


def test_vv_shows_what_is_read_decided_and_how_it_ends(run: Run) -> None:
    Path("msconfig.toml").write_text('site = "cn"\n')
    err = run(*OFFLINE, "-vv").err
    lines = "\n".join(debug_lines(err))
    assert "GET https://" in err
    assert "read msconfig.toml: 12 bytes" in lines
    assert "facts of site cn, recorded" in lines
    assert "Qwen/Qwen3.5-27B is enabled, kind vision:" in lines
    assert lines.endswith("exit code 0")


def test_v_twice_and_the_variable_are_the_same_as_vv(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def messages(*arguments: str) -> list[str]:
        lines = debug_lines(run(*OFFLINE, *arguments).err)
        return [line.split(": ", 1)[1] for line in lines]

    expected = messages("-vv")
    assert messages("-v", "-v") == expected != []
    monkeypatch.setenv("MSCONFIG_DEBUG", "1")
    assert messages() == expected


@pytest.mark.parametrize("value", ["", "0"])
def test_an_empty_variable_or_0_shows_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("MSCONFIG_DEBUG", value)
    assert run(*OFFLINE).err == ""


def test_what_is_logged_is_not_in_the_result(run: Run) -> None:
    assert run(*OFFLINE, "-vv").out == run(*OFFLINE).out


def test_files_that_are_written_are_logged(run: Run) -> None:
    ran = run("generate", *OFFLINE[1:], "-vv", "-o", "out", "--target", "v1")
    assert f"wrote {Path('out/provider.v1.json')}: " in ran.err


@pytest.mark.usefixtures("_answering")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "Qwen/Alive"),
        ("check", "--probe", "--yes", "Qwen/Alive"),
        ("generate", "-o", "out", "Qwen/Alive"),
        ("apply", "backup.zip", "-o", "new.zip", "--yes", "Qwen/Alive"),
        ("apply", "backup.zip", "--plan", "--format", "json", "Qwen/Alive"),
        ("quota",),
        ("link", "encode", "-o", "links.txt"),
        ("validate", "backup.zip"),
    ],
    ids=lambda value: " ".join(value[:2]),
)
def test_no_secret_is_in_the_log_even_where_a_host_repeats_it(
    run: Run, arguments: tuple[str, ...]
) -> None:
    make_v7(Path("backup.zip"), messages=2)
    ran = run(*arguments, "-vv")
    assert debug_lines(ran.err)
    assert "a bug" not in ran.err
    for secret in (ODD_TOKEN, OLD_KEY, OFF_KEY):
        assert secret not in ran.err


PAYLOAD = base64.b64encode(json.dumps({"apiKey": ODD_TOKEN}).encode()).decode()


@pytest.mark.parametrize(
    ("held", "secret"),
    [
        (ODD_TOKEN, ODD_TOKEN),
        (TOKEN, TOKEN),
        (TOKEN.removeprefix("ms-"), TOKEN.removeprefix("ms-")),
        ("Authorization: Bearer dapi-unknown", "dapi-unknown"),
        ('{"apiKey": "AIzaSyA1234567890abcdefghijk"}', "AIzaSyA1234567890abcdefghijk"),
        (f"cherrystudio://providers/api-keys?v=1&data={PAYLOAD}", PAYLOAD),
    ],
    ids=["token", "known shape", "older token", "header", "another provider's key", "link"],
)
def test_a_bug_shows_its_traceback_without_what_it_held(
    run: Run, monkeypatch: pytest.MonkeyPatch, held: str, secret: str
) -> None:
    def burst(*_: object, **__: object) -> None:
        Secret(ODD_TOKEN)
        try:
            raise ValueError(f"first {held} first")
        except ValueError as error:
            raise RuntimeError(f"then {held}\n  {held} then") from error

    monkeypatch.setattr(inputs, "prepare", burst)
    ran = run(*OFFLINE, "-vv")
    assert ran.code == 70
    assert "ValueError: first " in ran.err
    assert "RuntimeError: then " in ran.err
    assert "test_log.py" in ran.err
    assert secret not in ran.err
    assert "ValueError" not in run(*OFFLINE).err


def test_a_line_end_in_a_record_begins_no_command_of_a_runner(run: Run) -> None:
    ran = run("check", "--offline", "--no-token", "-vv", "x\n::error::pwned")
    assert not any(line.lstrip().startswith("::") for line in ran.err.splitlines())


def test_the_longest_of_two_secrets_is_masked_first() -> None:
    keep_secrets()
    try:
        both = [Secret("abcdefgh"), Secret("abcdefgh-0123456789")]
        assert without_kept_secrets("x abcdefgh-0123456789 x") == "x …6789 x"
        assert len(both) == 2
    finally:
        Secret._kept = None


def test_the_library_configures_no_handler() -> None:
    code = (
        "import logging, msconfig.modelscope.client, msconfig.checking.check\n"
        "assert not logging.getLogger().handlers and not logging.getLogger('msconfig').handlers"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
