"""Processor time of small commands beside a bare import of click.

Run it with the interpreter that msconfig is installed for: ``python benchmarks/startup.py``. The
ratio is of the least of many alternating runs, so that what else the machine does cancels out.
Compiled modules are used, as after an installation, whatever PYTHONDONTWRITEBYTECODE says.
"""

from __future__ import annotations

import os
import resource
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


def seconds(command: list[str]) -> float:
    """Processor time that `command` takes once."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command,
        check=True,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure, and print the ratios."""
    commands = {"import click": BARE}
    commands |= {name: [MSCONFIG, *arguments] for name, (_, arguments) in MEASURED.items()}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    bare = min(taken["import click"])
    print(f"{'import click':14} {bare * 1000:6.1f} ms")
    for name, (most, _) in MEASURED.items():
        best = min(taken[name])
        print(f"{name:14} {best * 1000:6.1f} ms  ratio {best / bare:.2f} (aim: at most {most})")


if __name__ == "__main__":
    main()
