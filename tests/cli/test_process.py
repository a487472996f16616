"""The command as a process: pipes, signals, full disks, and what others can see of it."""

from __future__ import annotations

import os
import random
import shlex
import signal
import subprocess
import sys
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from msconfig.mock.messages import Request, Response
from processes import running
from support import ALIVE, TOKEN, Online, Serve, mock_of

COMMAND = [sys.executable, "-m", "msconfig"]
OFFLINE = ["--offline", "--no-token", "Qwen/Qwen3.5-27B"]

if os.name != "posix":  # a mark would come too late for the names of the signals
    pytest.skip("signals and pipes of POSIX", allow_module_level=True)


def start(*arguments: str, **options: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return running([*COMMAND, *arguments], **options)


class Holding:
    """A mock that answers nothing about models until it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_go = threading.Event()
        self._fake = mock_of()

    def __call__(self, request: Request) -> Response:
        if "models/" in request.path or "list_model_providers" in request.path:
            self.asked.set()
            self.let_go.wait(30)
        return self._fake(request)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_with_130_within_a_moment_and_no_traceback(
    serve: Serve, online: Online, number: signal.Signals
) -> None:
    holding = Holding()
    online(serve(holding))
    with start(
        *("check", "--no-token", "--format", "json", "--report", "json=report.json", "Qwen/Alive"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert holding.asked.wait(20)
        process.send_signal(number)
        out, err = process.communicate(timeout=5)
    holding.let_go.set()
    assert process.returncode == 130
    assert b'"complete": false' in out
    assert Path("report.json").read_bytes() == out
    assert err == b""


def test_an_interrupted_search_shows_nothing(serve: Serve, online: Online) -> None:
    holding = Holding()
    online(serve(holding))
    with start("models", "alive", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert holding.asked.wait(20)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=5)
    holding.let_go.set()
    assert (process.returncode, out, err) == (130, b"", b"")


def test_an_interrupted_generate_writes_nothing(serve: Serve, online: Online) -> None:
    holding = Holding()
    online(serve(holding))
    arguments = ("generate", "--no-token", "-o", "out", "Qwen/Alive")
    with start(*arguments, stdout=subprocess.DEVNULL) as process:
        assert holding.asked.wait(20)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=5) == 130
    holding.let_go.set()
    assert not Path("out").exists()


def test_a_reader_that_closes_early_changes_nothing() -> None:
    script = f"{shlex.join([*COMMAND, 'generate', '-o', 'out', *OFFLINE])}; echo $? >code"
    ran = subprocess.run(
        ["bash", "-c", f"({script}) | true"], capture_output=True, check=False, timeout=60
    )
    assert (ran.stdout, ran.stderr) == (b"", b"")
    assert Path("code").read_text() == "0\n"
    assert Path("out/report.json").exists()


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_a_closed_stream_changes_nothing(closed: str) -> None:
    script = f"{shlex.join([*COMMAND, 'check', *OFFLINE])} {closed}"
    ran = subprocess.run(["bash", "-c", script], capture_output=True, check=False, timeout=60)
    assert ran.returncode == 0
    assert ran.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_behind_stdout_ends_with_2_and_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*COMMAND, "check", *OFFLINE], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 2
    assert ran.stderr == b"msconfig: cannot write to standard output: No space left on device\n"


@pytest.mark.skipif(
    not sys.executable.isascii(), reason="Python does not start from this folder in an ASCII locale"
)
def test_output_is_plain_utf_8_whatever_the_locale() -> None:
    ran = subprocess.run(
        [*COMMAND, "check", *OFFLINE],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
    )
    assert ran.stdout.decode("utf-8").startswith("✓ ")
    assert b"\x1b" not in ran.stdout


def test_the_token_is_in_no_argument_of_the_process(
    serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    holding = Holding()
    online(serve(holding))
    with start("generate", "-o", "out", "Qwen/Alive", stdout=subprocess.DEVNULL) as process:
        assert holding.asked.wait(20)
        listing = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, check=True)
        holding.let_go.set()
        assert process.wait(timeout=20) == 0
    assert b"generate -o out Qwen/Alive" in listing.stdout
    assert TOKEN.encode() not in listing.stdout


@pytest.mark.slow
def test_killed_at_any_moment_each_file_is_old_or_new(
    serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    online(serve(mock_of({"Qwen/Other": ALIVE})))

    def generate(*ids: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return start(
            *("generate", "--force", "-q", "-o", "out", *ids),
            *("--target", "v2", "--target", "v1", "--target", "link"),  # a guide holds the time
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    choices = [("Qwen/Alive",), ("Qwen/Alive", "Qwen/Other")]
    names = ["provider.v2.json", "provider.v1.json", "links.txt"]
    allowed: dict[str, set[bytes]] = {name: set() for name in names}
    longest = 0.0
    for ids in choices:
        began = time.monotonic()
        with generate(*ids) as process:
            assert process.wait() == 0
        longest = max(longest, time.monotonic() - began)
        for name in names:
            allowed[name].add(Path("out", name).read_bytes())
    moments = random.Random(7)  # noqa: S311 - moments, no secrets
    for number in range(30):
        # the files are written at the very end, so most moments fall there
        delay = longest * (moments.uniform(0.7, 1.05) if number % 5 else moments.random())
        with generate(*choices[number % 2]) as process:
            try:
                process.wait(timeout=delay)
            except subprocess.TimeoutExpired:
                process.kill()
        for name in names:
            assert Path("out", name).read_bytes() in allowed[name]
    with generate(*choices[0]) as process:
        assert process.wait() == 0
