"""`msconfig mock`, as a process."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from msconfig.mock.mock import Mock
from msconfig.mock.scenario import KEY, TOKEN
from processes import running
from support import Run

COMMAND = [sys.executable, "-m", "msconfig", "mock"]
GARBAGE = "ms-00000000-0000-4000-8000-0000000000ff"

if os.name != "posix":  # a mark would come too late for the names of the signals
    pytest.skip("signals of POSIX", allow_module_level=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_prints_what_to_export_logs_and_stops_cleanly(number: signal.Signals) -> None:
    with running(
        [*COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        exported = dict(
            process.stdout.readline().removeprefix("export ").strip().split("=") for _ in range(7)
        )
        base = exported["MSCONFIG_HUB_URL"]
        assert exported["MODELSCOPE_API_TOKEN"] == TOKEN
        assert exported["OPENAI_BASE_URL"] == f"{base}/v1/"
        assert exported["MSCONFIG_FALLBACK_URL"] == f"{base}/compatible-mode/v1/"
        assert exported["DASHSCOPE_API_KEY"] == KEY
        me = f"{base}/openapi/v1/users/me"
        for token, status in ((TOKEN, 200), (GARBAGE, 401)):
            bearer = {"Authorization": f"Bearer {token}"}
            assert httpx.get(me, headers=bearer).status_code == status
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (130, "")
    lines = err.splitlines()
    assert lines[0].startswith("serving facts of 2026-10-07")
    assert lines[1] == "GET /openapi/v1/users/me 200 tester"
    assert lines[2].startswith("GET /openapi/v1/users/me 401 unknown token ")
    assert GARBAGE not in err


def test_check_works_against_it_with_nothing_but_what_it_exports(run: Run) -> None:
    with running(
        [*COMMAND, "--port", "0", "-q"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(7)]
        check = shlex.join([sys.executable, "-m", "msconfig", "check", "Qwen/Qwen3.5-27B"])
        script = f"{''.join(lines)}{check}"
        ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
        process.terminate()
        _, err = process.communicate(timeout=10)
    assert ran.returncode == 0, ran.stderr
    assert "(MODELSCOPE_API_TOKEN) valid." in ran.stdout.replace("\n ", "")
    assert err == ""
    assert run("--version").code == 0


def test_a_taken_port_ends_with_2_and_one_line(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("mock", "--port", str(taken.getsockname()[1]))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "--port 0" in ran.err


def test_without_the_extra_the_line_that_installs_it_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pytest_httpserver", None)
    monkeypatch.setitem(sys.modules, "pytest_httpserver.httpserver", None)
    for name in ("mock", "server"):
        monkeypatch.delitem(sys.modules, f"msconfig.mock.{name}", raising=False)
    ran = run("mock", "--port", "0")
    assert ran.code == 2
    assert "pip install '.[mock]'" in ran.err


@pytest.mark.parametrize("option", ["--scenario", "--snapshot"])
@pytest.mark.parametrize(("content", "words"), [('{"seed": "x"}', "$"), ("", "$: empty")])
def test_a_file_that_is_none_ends_with_2_and_its_json_path(
    run: Run, option: str, content: str, words: str
) -> None:
    Path("file.json").write_text(content)
    ran = run("mock", "--port", "0", option, "file.json")
    assert (ran.code, ran.out) == (2, "")
    assert f"file.json: {words}" in ran.err


def test_a_scenario_decides_the_token_and_the_faults() -> None:
    Path("s.toml").write_text(
        f'[[accounts]]\ntoken = "{GARBAGE}"\n[[faults]]\ndoes = "html"\npath = "/v1/models"\n'
    )
    with running(
        [*COMMAND, "--port", "0", "--scenario", "s.toml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        exported = dict(
            process.stdout.readline().removeprefix("export ").strip().split("=") for _ in range(7)
        )
        reply = httpx.get(f"{exported['OPENAI_BASE_URL']}models")
        process.terminate()
        process.wait(timeout=10)
    assert exported["MODELSCOPE_API_TOKEN"] == GARBAGE
    assert "<title>" in reply.text


def test_odd_requests_are_answered_and_forgotten_in_part(modelscope: Mock) -> None:
    url = f"{modelscope.inference_url}chat/completions"
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    odd = httpx.post(url, content=b'{"model": "\\ud800", "messages": []}', headers=bearer)
    assert (odd.status_code, odd.json()["error"]["message"]) == (400, "Invalid model id: \ud800")
    httpx.post(url, content=b"x" * 1_000_000, headers=bearer)
    assert len(modelscope.requests[-1].body) == 16 * 1024


def test_the_log_shows_no_parameter_that_may_be_a_token() -> None:
    with running(
        [*COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        base = process.stdout.readline().strip().partition("=")[2]
        httpx.get(f"{base}/openapi/v1/users/me?token=secret-of-another-form&ModelId=a/b")
        process.terminate()
        _, err = process.communicate(timeout=10)
    assert "token=…&ModelId=a/b" in err
    assert "secret-of-another-form" not in err
