"""Ctrl-C at moments of a check of many ids in a process of its own, against the mock.

3,000 and 10,000 ids, a third each served, not served and unknown, 64 requests at a time; then
a hub that answers every second request with 429. SIGINT comes while msconfig starts, while the list
is read, during the requests and after the last reply, while reports are made. For each: the time
of the processor from the signal to the end (aim: at most 2 s), which hardly depends on what else
the machine does, the time on the clock, the exit code, and whether the report is kept. Run it with
``python benchmarks/interrupt.py``; it needs the extra `mock` and Linux. ``--quick`` does a tenth.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import many_ids
from msconfig.mock.snapshot import RecordedModel

DIVISOR = 10 if "--quick" in sys.argv[1:] else 1
SECONDS = 300.0
"""Limit of a run."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    code: int
    cpu: float
    """Seconds of the processor from the signal on; of the whole run without one."""
    clock: float
    """Seconds on the clock from then on."""
    error: str
    kept: bool | None
    """What the report says of being complete; None without a report."""
    left: tuple[str, ...]
    """Files in the folder that were not asked for."""


def models(count: int) -> dict[str, RecordedModel]:
    """A third each served, not served and unknown."""
    ids = [f"owner-{number % 97}/model-{number}" for number in range(count)]
    facts = (many_ids.SERVED, many_ids.NOT_SERVED, many_ids.UNKNOWN)
    return {each: facts[number % 3] for number, each in enumerate(ids)}


def run(
    folder: Path,
    environment: Mapping[str, str],
    ids: Sequence[str],
    at: float,
    requested: Callable[[], tuple[int, float]],
) -> tuple[Ended, int]:
    """A check, interrupted after `at` seconds of the processor; inf for never.

    The number is that of the requests that it made before the signal.
    """
    (folder / "ids.txt").write_text("".join(f"{each}\n" for each in ids), "utf-8")
    command = [sys.executable, "-m", "msconfig", "check", "--no-token", "--models", "ids.txt"]
    command += ["--concurrency", "64", "--report", "json=r.json", "--report", "html=r.html"]
    requested()
    with (folder / "err").open("wb") as error:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=error
        )
    began = signalled = time.monotonic()
    before, requests = 0.0, 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        now = time.monotonic()
        if pid:
            break
        if now - began > SECONDS:
            process.kill()
        elif _cpu(process.pid) >= at and _handles_signals(process.pid):
            before, signalled, at = _cpu(process.pid), time.monotonic(), float("inf")
            process.send_signal(signal.SIGINT)
            requests = requested()[0]
        time.sleep(0.002)
    process.returncode = os.waitstatus_to_exitcode(status)
    report = folder / "r.json"
    kept = json.loads(report.read_text("utf-8"))["complete"] if report.exists() else None
    known = {"ids.txt", "err", "r.json", "r.html"}
    left = tuple(sorted(each.name for each in folder.iterdir() if each.name not in known))
    text = (folder / "err").read_text("utf-8")
    for each in folder.iterdir():
        each.unlink()
    ended = Ended(
        process.returncode,
        usage.ru_utime + usage.ru_stime - before,
        now - signalled,
        text,
        kept,
        left,
    )
    return ended, requests


def _handles_signals(pid: int) -> bool:
    """Whether the handlers of msconfig are there; what comes before them is Python's own start."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def _cpu(pid: int) -> float:
    """Seconds of the processor that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measured(title: str, count: int, every: int, parts: Iterable[float]) -> None:
    """Interrupt a check of `count` ids at each of `parts` of its time, and print what it took."""
    known = models(count)
    with (
        tempfile.TemporaryDirectory() as name,
        many_ids.serving(known, list(known)[::3], every, 0.001) as (endpoints, requested),
    ):
        environment = {
            **os.environ,
            "MSCONFIG_HUB_URL": endpoints.hub,
            "MSCONFIG_INFERENCE_URL": endpoints.inference,
        }
        whole, _ = run(Path(name), environment, list(known), float("inf"), requested)
        print(f"{title}: {whole.cpu:.2f} s of the processor, {requested()[0]} requests")
        for part in parts:
            ended, requests = run(Path(name), environment, list(known), whole.cpu * part, requested)
            kept = {None: "no report", False: "report kept", True: "complete"}[ended.kept]
            odd = "; ".join([*ended.left, *(["a traceback"] if "Traceback" in ended.error else [])])
            print(
                f"  {part:4.0%}, {requests:6} requests: {ended.cpu:6.2f} s, {ended.clock:6.2f} s on"
                f" the clock, exit code {ended.code}, {kept}{f'; {odd}' if odd else ''}",
                flush=True,
            )


PARTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
"""Of the time of the processor that a whole run takes, where the signal comes."""


def main() -> None:
    """Measure, and print the times."""
    # a shell lets what it runs in the background ignore SIGINT, and msconfig would respect that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for title, count, every, parts in (
        ("3,000 ids", 3000, 0, PARTS),
        ("10,000 ids", 10_000, 0, PARTS[::3]),
        ("300 ids, every second request 429", 300, 2, PARTS[::3]),
    ):
        measured(title, count // DIVISOR, every, parts)


if __name__ == "__main__":
    main()
