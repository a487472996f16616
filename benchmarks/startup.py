"""Processor time and memory of small commands beside a bare import of click.

Run it with the interpreter that msconfig is installed for: ``python benchmarks/startup.py``. The
ratio is of the least of many alternating runs, so that what else the machine does cancels out.
Compiled modules are used, as after an installation, whatever PYTHONDONTWRITEBYTECODE says.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RUNS = 40
ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "tests" / "examples" / "valid"
BARE = [sys.executable, "-c", "import click"]
MSCONFIG = str(Path(sys.executable).with_name("msconfig"))
MEASURED: dict[str, tuple[float, list[str]]] = {
    "--version": (1.5, ["--version"]),
    "--help": (1.5, ["--help"]),
    "validate": (4.5, ["validate", str(EXAMPLES / "provider.v2" / "built-in.json")]),
    "link decode": (4.5, ["link", "decode", str(EXAMPLES / "link" / "built-in.txt")]),
    "check": (4.5, ["check", "--offline", "--no-token", "Qwen/Qwen3.5-27B"]),
}
"""The most that the ratio is to be, and the arguments."""
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}


def used(command: list[str]) -> tuple[float, float]:
    """Processor time, and the resident set at its largest in MB, of `command` run once.

    Raises:
        SystemExit: it failed.
    """
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ends with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Measure, and print the ratios."""
    commands = {"import click": BARE}
    commands |= {name: [MSCONFIG, *arguments] for name, (_, arguments) in MEASURED.items()}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            taken[name].append(used(command))
    bare, memory = map(min, zip(*taken["import click"], strict=True))
    print(f"{'import click':14} {bare * 1000:6.1f} ms {memory:6.1f} MB")
    for name, (most, _) in MEASURED.items():
        best, megabytes = map(min, zip(*taken[name], strict=True))
        print(
            f"{name:14} {best * 1000:6.1f} ms {megabytes:6.1f} MB  time {best / bare:.2f} times"
            f" (aim: at most {most}), memory {megabytes / memory:.2f} times"
        )


if __name__ == "__main__":
    main()
