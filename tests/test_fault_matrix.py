"""What is left of a run, for every fault: the table in docs/faults.md is what happens.

``python tests/test_fault_matrix.py`` writes the table anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from backups import make_v7
from msconfig.mock.fault_choice import Faults
from msconfig.mock.scenario import Fault, FaultKind
from msconfig.mock.server import MockServer
from support import TOKEN, mock_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="limits and signals of POSIX"),
]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "faults.md"
MARK = "<!-- table: matrix -->\n"
PROGRAM = Path(__file__).with_name("faulty_program.py")
OLD = b"old"
SECONDS = 20.0
QUICK = ("--retries", "0", "--timeout", "0.5")
ONLINE = (*QUICK, "Qwen/Alive")


@dataclass(frozen=True, slots=True)
class Case:
    """A command, and the files that it writes."""

    arguments: tuple[str, ...]
    files: tuple[str, ...]
    prepare: Callable[[Path], object] = lambda _folder: None
    old: bytes | None = None
    """Content of the files before the run."""


def _backup(folder: Path) -> None:
    make_v7(folder / "backup.zip", messages=10)


COMMANDS = {
    "check --report": Case(
        ("check", "--report", "json=report.json", *ONLINE), ("report.json",), old=OLD
    ),
    "check --fix": Case(
        ("check", "--fix", "--models", "models.txt", *QUICK), ("models.txt",), old=b"qwen/alive\n"
    ),
    "generate": Case(
        ("generate", "-o", "out", *ONLINE),
        (
            *("out/provider.v2.json", "out/provider.v1.json", "out/links.txt"),
            *("out/guide.en.html", "out/guide.en.md", "out/report.json"),
        ),
    ),
    "apply": Case(
        ("apply", "backup.zip", "-o", "new.zip", "--yes", *ONLINE), ("new.zip",), _backup
    ),
    "snapshot": Case(("snapshot", "-o", "facts.json", *QUICK), ("facts.json",), old=OLD),
    "init": Case(("init", "--yes", *ONLINE), ("msconfig.toml",)),
}
BEFORE = {f"`{kind}`": kind for kind in FaultKind}
"""Faults of the network, all of which come before the first file."""
DURING = {
    "a file may have 8 bytes": "no room",
    "SIGINT before the first rename": "interrupt before",
    "SIGTERM before the first rename": "terminate before",
    "SIGKILL before the first rename": "kill before",
}
AFTER = {
    "SIGTERM after the first rename": "terminate after",
    "SIGKILL after the first rename": "kill after",
}
ROWS = ["none", *BEFORE, *DURING, *AFTER]


@contextmanager
def mock(row: str) -> Iterator[MockServer]:
    """A mock with the row's fault of the network, if it is one."""
    with MockServer(mock_of()) as server:
        if row in BEFORE:
            kind = BEFORE[row]
            pause = 0.1 if kind is FaultKind.SLOW_BODY else 0.01
            server.faults = Faults([Fault(kind, seconds=pause)])
        yield server


def outcome(row: str, command: str, folder: Path) -> str:
    """Exit code and state of the files after the run, as a cell of the table."""
    case = COMMANDS[command]
    case.prepare(folder)
    if case.old is not None:
        for name in case.files:
            (folder / name).write_bytes(case.old)
    fault = {**DURING, **AFTER}.get(row, "none")
    with mock(row) as server:
        began = time.monotonic()
        ran = subprocess.run(
            [sys.executable, str(PROGRAM), fault, *case.arguments],
            cwd=folder,
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                "MODELSCOPE_API_TOKEN": TOKEN,
                "MSCONFIG_HUB_URL": server.endpoints.hub,
                "MSCONFIG_INFERENCE_URL": server.endpoints.inference,
                "TMPDIR": str(folder),
                "LANG": "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE": "1",  # which renames files of its own
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert time.monotonic() - began < SECONDS
    assert "Traceback" not in ran.stderr, ran.stderr
    assert TOKEN not in ran.stdout + ran.stderr
    files = [folder / name for name in case.files]
    states = {_state(file, case.old) for file in files}
    assert len(states) == 1 or ran.returncode < 0, states  # a set is complete or untouched
    if ran.returncode >= 0:
        assert [each.name for each in folder.rglob(".msconfig-*")] == []
    code = "killed" if ran.returncode == -9 else str(ran.returncode)
    return f"{code} · {' or '.join(sorted(states))}"


def _state(file: Path, old: bytes | None) -> str:
    if not file.exists():
        return "none"
    content = file.read_bytes()
    if content == old:
        return "old"
    whole = content.rstrip().endswith((b"}", b"]", b">", b'"')) or file.suffix in {
        *(".zip", ".txt", ".md")
    }
    assert whole, file
    return "new"


def documented() -> dict[tuple[str, str], str]:
    """The cells of the page."""
    table = PAGE.read_text("utf-8").partition(MARK)[2].partition("\n\n")[0].splitlines()
    head, _, *rows = ([cell.strip() for cell in row.strip("|").split("|")] for row in table)
    commands = [cell.strip("`") for cell in head[1:]]
    return {
        (row[0], command): cell
        for row in rows
        for command, cell in zip(commands, row[1:], strict=True)
    }


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("row", ROWS)
def test_a_fault_leaves_what_the_table_says(row: str, command: str, tmp_path: Path) -> None:
    assert outcome(row, command, tmp_path) == documented()[row, command]


def test_the_table_has_every_cell() -> None:
    assert set(documented()) == {(row, command) for row in ROWS for command in COMMANDS}


def main() -> None:
    """Write the table."""
    lines = [
        "| fault | " + " | ".join(f"`{command}`" for command in COMMANDS) + " |",
        "|---" * (len(COMMANDS) + 1) + "|",
    ]
    for row in ROWS:
        cells = []
        for command in COMMANDS:
            with tempfile.TemporaryDirectory() as folder:
                cells.append(outcome(row, command, Path(folder)))
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    head, mark, rest = PAGE.read_text("utf-8").partition(MARK)
    _, _, tail = rest.partition("\n\n")
    PAGE.write_text("\n".join([f"{head}{mark}{lines[0]}", *lines[1:], "", tail.lstrip()]), "utf-8")


if __name__ == "__main__":
    main()
