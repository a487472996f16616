"""How long `msconfig --version` and `--help` take beside a bare import of click.

Run it with the interpreter that msconfig is installed for: ``python benchmarks/startup.py``. The
ratio is of the fastest of many alternating runs, so that what else the machine does cancels out.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

RUNS = 40
BARE = [sys.executable, "-c", "import click"]
MSCONFIG = str(Path(sys.executable).with_name("msconfig"))
MEASURED = {"--version": [MSCONFIG, "--version"], "--help": [MSCONFIG, "--help"]}


def seconds(command: list[str]) -> float:
    """How long `command` takes once."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print the ratios."""
    commands = {"import click": BARE, **MEASURED}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    bare = min(taken["import click"])
    print(f"{'import click':14} {bare * 1000:6.1f} ms")
    for name in MEASURED:
        best = min(taken[name])
        print(f"{name:14} {best * 1000:6.1f} ms  ratio {best / bare:.2f} (aim: at most 1.5)")


if __name__ == "__main__":
    main()
