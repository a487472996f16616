"""Files of a megabyte: the processor time of each command that reads one, at its worst.

Run it with ``PYTHONPATH=tests python benchmarks/large_files.py``. Each command reads each file
once; the ratio is to the same command with an empty file.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hostile_files import COMMANDS, LINE, UNITS, as_keys, as_lines, as_texts, as_toml, lines

SIZE = 1_000_000
TOO_LONG = 120
"""Seconds."""
MSCONFIG = str(Path(sys.executable).with_name("msconfig"))


def files() -> Iterator[tuple[str, bytes]]:
    """What each file holds, and its bytes."""
    for begin in range(0, len(UNITS), SIZE // LINE):
        some = lines()[begin : begin + SIZE // LINE]
        yield "long lines", as_lines(some).encode()
        yield "long keys in JSON", as_keys(some).encode()
        yield "long texts in JSON", as_texts(some[::2]).encode()
        yield "long keys in TOML", as_toml(some).encode()
    yield "distinct ids", b"".join(b"acme%d/Model-%05d-B\n" % (n % 97, n) for n in range(48_000))
    yield "short ids", b"".join(b"a/%d\n" % number for number in range(120_000))
    yield "one id", b"owner/name-of-a-model\n" * (SIZE // 22)
    yield "short lines", b"a\n" * (SIZE // 2)
    yield "open brackets", b"[" * SIZE
    yield "zeros", bytes(SIZE)
    yield "random bytes", random.Random(1).randbytes(SIZE)  # noqa: S311 - no secret


def seconds(arguments: tuple[str, ...], folder: str) -> float:
    """Processor time of msconfig with `arguments`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [MSCONFIG, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TOO_LONG,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Measure, and print the worst file of each command."""
    print(f"{'':20}{'empty':>9}{'half of them':>15}{'worst':>9}  ratio  which")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "file.j2")
        for command, arguments in COMMANDS.items():
            file.write_bytes(b"")
            empty = seconds(arguments(file.name), folder)
            taken = []
            for name, content in files():
                file.write_bytes(content)
                taken.append((seconds(arguments(file.name), folder), name))
            taken.sort()
            half, (worst, name) = taken[len(taken) // 2][0], taken[-1]
            print(
                f"{command:20}{empty:7.2f} s{half:13.2f} s{worst:7.2f} s"
                f"{worst / empty:7.1f}  {name}",
                flush=True,
            )


if __name__ == "__main__":
    main()
