"""What counts as a terminal, for every command that asks, draws or masks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from backups import make_v7
from msconfig.cli.console import can_ask, can_draw, is_terminal
from support import TOKEN, Online, Serve, mock_of

pty = pytest.importorskip("pty", reason="no pseudo-terminals", exc_type=ImportError)


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r+b", buffering=0) as raw, open(raw.fileno(), "w", closefd=False) as it:
        yield it
    os.close(ours)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[TextIO]:
    with (tmp_path / "file").open("w+", encoding="utf-8") as stream:
        yield stream


def test_only_an_open_stream_on_a_terminal_is_one(terminal: TextIO, file: TextIO) -> None:
    assert is_terminal(terminal)
    assert not is_terminal(file)
    assert not is_terminal(None)
    file.close()
    assert not is_terminal(file)


@pytest.mark.parametrize(
    ("stdin", "stderr", "expected"),
    [
        ("terminal", "terminal", True),
        ("terminal", "file", False),
        ("terminal", None, False),
        ("file", "terminal", False),
        (None, "terminal", False),
    ],
)
def test_a_question_needs_a_terminal_on_stdin_and_on_stderr(
    stdin: str | None,
    stderr: str | None,
    expected: bool,
    terminal: TextIO,
    file: TextIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    streams = {"terminal": terminal, "file": file, None: None}
    monkeypatch.setattr(sys, "stdin", streams[stdin])
    monkeypatch.setattr(sys, "stderr", streams[stderr])
    assert can_ask() is expected
    monkeypatch.setenv("TERM", "dumb")
    assert can_ask() is expected, "a plain question needs no drawing"


@pytest.mark.parametrize(("term", "expected"), [("xterm", True), ("", True), ("dumb", False)])
def test_a_dumb_terminal_is_not_drawn_on(
    term: str, expected: bool, terminal: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    assert can_draw(terminal) is expected


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("apply backup.zip -o new.zip --no-token Qwen/Alive", 2),
        ("link open", 2),
        ("init", 2),
        ("check --probe Qwen/Alive", 0),
    ],
)
def test_without_stderr_no_command_asks_on_a_terminal(
    command: str, code: int, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    make_v7(Path("backup.zip"), messages=1)
    ours, theirs = pty.openpty()
    ran = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m msconfig {command} 2>&-"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(theirs)
    os.close(ours)
    assert ran.returncode == code, ran
    assert not Path("new.zip").exists()
