"""Run the benchmarks one after the other, and write their figures to RESULTS.md.

Run it with ``python benchmarks/run.py`` on a machine that does nothing else; it takes some fifteen
minutes, and needs the extras `test` and `browser`. Peers are measured where the variables of
`peers.py` name them. A name or several (``startup growth``) run these alone and print them only.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from msconfig import __version__

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "RESULTS.md"
PLOT = FOLDER / "growth.svg"
SCRIPTS: dict[str, list[str]] = {
    "startup": [],
    "settings_file": [],
    "large_files": [],
    "scanning": [],
    "suggestions": [],
    "many_ids": [],
    "interrupt": [],
    "growth": ["--plot", str(PLOT)],
    "probing": [],
    "discovery": [],
    "peers": [],
    "mock_under_load": [],
    "page": [],
    "backup": [],
}
"""Name of the script, and its arguments."""


def machine() -> str:
    """Processor, cores, memory, system and Python."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text("utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        processor = names[0] if names else processor
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{processor}, {os.cpu_count()} cores, {pages / 2**30:.0f} GiB, {platform.system()},"
        f" {platform.python_implementation()} {platform.python_version()}"
    )


def output(name: str, arguments: list[str]) -> str:
    """The figures that a script prints.

    Raises:
        SystemExit: it failed.
    """
    print(f"{name} …", file=sys.stderr)
    ran = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), *arguments],
        env={**os.environ, "PYTHONPATH": str(FOLDER.parent / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(f"{name}: {ran.stderr}")
    return ran.stdout.rstrip()


def section(name: str, figures: str) -> str:
    """A section of RESULTS.md: the first sentence of the script, and its figures."""
    source = (FOLDER / f"{name}.py").read_text("utf-8")
    title = source.partition('"""')[2].partition("\n")[0].rstrip(".")
    picture = "\n\n![Seconds by the number of IDs](growth.svg)" if name == "growth" else ""
    return f"## {title}\n\n`benchmarks/{name}.py`{picture}\n\n```text\n{figures}\n```\n"


def main() -> None:
    """Run what is named, else everything."""
    chosen = sys.argv[1:]
    if chosen:
        for name in chosen:
            print(output(name, SCRIPTS[name]))
        return
    sections = [section(name, output(name, arguments)) for name, arguments in SCRIPTS.items()]
    head = (
        "# Figures\n\n"
        "Written by `python benchmarks/run.py`, all in one run. Each claim of speed is a ratio to\n"
        "something named in the same block; the seconds depend on the machine.\n\n"
        f"msconfig {__version__}, {datetime.now(UTC):%Y-%m-%d}; {machine()}.\n"
    )
    RESULTS.write_text("\n".join([head, *sections]), "utf-8")


if __name__ == "__main__":
    main()
