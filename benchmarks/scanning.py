"""Scanning a large tree: a repository of many files of every kind, first whole, then with --diff.

The files are what a project of that size has: code and text without ids, some configuration with
ids. Processor time of this process and elapsed time; git's own time is in the second only. Run it
with ``python benchmarks/scanning.py``; further arguments are folders to scan besides.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from msconfig.operations.session import Session
from msconfig.scanning.scan_request import Scanned, ScanRequest
from msconfig.scanning.scanner import scan_files
from msconfig.scanning.vanished import vanished_ids

FILES = 10_000
LINES = 120
ID = "Qwen/Qwen3.5-27B"
KINDS = {
    ".py": 'value = compute(first, second)  # of app/models, see docs/{n}\nname = "a/b"\n',
    ".ts": "export const path = 'src/{n}/index';\nconst a = b / c; // and/or\n",
    ".md": "Some words about input/output in section {n}, and a [link](https://example.com/a/b).\n",
    ".json": "",
    ".yaml": "key{n}:\n  - a/b\n  - path: /usr/lib/{n}\n",
    ".toml": "",
}


def content(number: int, suffix: str) -> str:
    """The text of a file; every hundredth holds an id."""
    if suffix == ".json":
        rows = ",\n".join(f'  "k{line}": "a/b {line}"' for line in range(LINES))
        text = f"{{\n{rows}\n}}\n"
        return text.replace("a/b 7", ID) if number % 100 == 3 else text  # noqa: PLR2004
    if suffix == ".toml":
        text = "".join(f'k{line} = "a/b {line}"\n' for line in range(LINES))
    else:
        text = KINDS[suffix].format(n=number) * (LINES // 2)
    return f"{text}model = '{ID}'\n" if number % 100 == 0 and suffix != ".yaml" else text


def write_tree(folder: Path) -> int:
    """Write the files, and give their size in bytes."""
    size = 0
    for number in range(FILES):
        suffix = list(KINDS)[number % len(KINDS)]
        file = folder / f"d{number % 97}" / f"f{number}{suffix}"
        file.parent.mkdir(exist_ok=True)
        size += file.write_text(content(number, suffix), "utf-8")
    return size


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*command, *arguments], check=True, capture_output=True)


def measure(name: str, folder: Path, diff: str | None = None) -> None:
    """Scan a folder, and print how long it takes."""
    known = {*Session.offline().recorded_ids, *vanished_ids()}
    began, processor = time.monotonic(), time.process_time()
    scanned: Scanned = scan_files(ScanRequest(paths=[str(folder)], diff=diff), known)
    elapsed, used = time.monotonic() - began, time.process_time() - processor
    print(
        f"  {name:26} {scanned.files:6} files {len(scanned.ids):5} places"
        f" {used:6.2f} s of processor {elapsed:6.2f} s"
    )


def main() -> None:
    """Measure, and print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git(folder, "init", "-q")
        size = write_tree(folder)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "first")
        print(f"scan of {FILES} files, {size / 1e6:.0f} MB  (aim: at most 10 s of processor)")
        measure("the whole repository", folder)
        measure("--diff HEAD, nothing new", folder, "HEAD")
    for each in sys.argv[1:]:
        measure(Path(each).name, Path(each))


if __name__ == "__main__":
    main()
