"""Checks of many ids against the mock in a process of its own, 20 ms away.

1. 1,000 listed ids that the bundled snapshot does not hold, and a token, at concurrency 16: the
   requests, and the time beside a bare httpx loop that makes one request a model with as many
   threads and reads nothing into it, and beside the arithmetic minimum. In turn, in one run.
2. 10,000 ids at the default concurrency, and the same at a hub that answers every tenth request
   with 429: how much longer it takes, and that the verdicts are the same.
3. 3,000 ids, a third each served, not served and unknown: the time of the processor after the last
   reply, with the report as text and as JSON.
4. Lists of a megabyte, in each command that reads one, offline: the time of the processor.

Run it with ``python benchmarks/many_ids.py``; it needs the extra `mock`. ``--quick`` does a tenth.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType

import httpx

from msconfig.checking.check import CheckRequest, check
from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.report import Report, Status
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.scenario import Account, Scenario
from msconfig.mock.server import MockServer
from msconfig.mock.snapshot import (
    RecordedHub,
    RecordedLookUp,
    RecordedModel,
    Snapshot,
    bundled,
    load,
)
from msconfig.model_ids import GivenId
from msconfig.modelscope.client import ModelScope
from msconfig.modelscope.http_client import HttpClient
from msconfig.modelscope.sites import Endpoints, Site
from msconfig.reports import Format, render
from msconfig.tokens import Secret, Token

TOKEN = Token(Secret("ms-00000000-0000-4000-8000-00000000cafe"), "BENCHMARK")
LATENCY = 0.020
ROUNDS = 3
DIVISOR = 10 if "--quick" in sys.argv[1:] else 1

SERVED = RecordedModel(
    RecordedLookUp(({"Name": "ModelScope"},)), RecordedHub(True, ("text-generation",))
)
NOT_SERVED = RecordedModel(RecordedLookUp(()), RecordedHub(True, ("text-generation",)))
UNKNOWN = RecordedModel(None, RecordedHub(exists=False))


def _serve(
    pipe: Connection,
    models: Mapping[str, RecordedModel],
    catalogue: Sequence[str],
    every: int,
    latency: float,
) -> None:
    """Answer after `latency` seconds, each `every`-th request with 429; count the requests."""
    facts = load(bundled(Site.CN))
    snapshot = Snapshot(facts.site, facts.recorded, tuple(catalogue), MappingProxyType({**models}))
    mock = MockModelScope(snapshot, Scenario(accounts=(Account(TOKEN.secret.reveal()),)))
    numbers = count(1)
    paths: Counter[str] = Counter()
    last = 0.0

    def late(request: Request) -> Response:
        nonlocal last
        if latency:
            time.sleep(latency)
        last = time.monotonic()
        paths[request.path] += 1
        if every and not next(numbers) % every:
            return Response.of_json(429, {"success": False, "code": "RateLimitExceed"})
        return mock(request)

    with MockServer(late) as server:
        pipe.send(server.endpoints)
        while pipe.recv() != "stop":
            pipe.send((paths.total(), last))
            paths.clear()


@contextmanager
def serving(
    models: Mapping[str, RecordedModel],
    catalogue: Sequence[str] = (),
    every: int = 0,
    latency: float = LATENCY,
) -> Iterator[tuple[Endpoints, Callable[[], tuple[int, float]]]]:
    """The endpoints of a mock in another process; its requests since the last look, and when."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs, models, catalogue, every, latency)
    )
    process.start()

    def requested() -> tuple[int, float]:
        ours.send("look")
        found: tuple[int, float] = ours.recv()
        return found

    try:
        yield ours.recv(), requested
    finally:
        ours.send("stop")
        process.join(10)


def with_msconfig(
    endpoints: Endpoints,
    ids: Sequence[str],
    concurrency: int,
    tokens: Sequence[Token] = (),
    progress: Progress = no_progress,
) -> tuple[float, Report]:
    """Seconds that a check takes, and its report."""
    http = HttpClient(concurrency=concurrency)
    request = CheckRequest(
        Site.CN, [GivenId(text) for text in ids], tokens, concurrency=concurrency
    )
    began = time.perf_counter()
    report = check(ModelScope(endpoints, http), request, progress)
    taken = time.perf_counter() - began
    http.close()
    return taken, report


def with_bare_httpx(endpoints: Endpoints, ids: Sequence[str], concurrency: int) -> float:
    """Seconds that one request a model takes in a loop over httpx."""
    look_up = f"{endpoints.hub}/api/v1/inference/list_model_providers?ModelId="
    with httpx.Client(limits=httpx.Limits(max_connections=concurrency)) as client:

        def ask(model_id: str) -> None:
            client.get(look_up + model_id).raise_for_status()

        began = time.perf_counter()
        with ThreadPoolExecutor(concurrency) as pool:
            list(pool.map(ask, ids))
        return time.perf_counter() - began


def listed() -> None:
    """1,000 listed ids beside a bare loop and the arithmetic minimum."""
    ids = [f"owner/model-{number}" for number in range(1000 // DIVISOR)]
    concurrency = 16
    ours, bare, requests = [], [], []
    with serving(dict.fromkeys(ids, SERVED), ids) as (endpoints, requested):
        for _ in range(ROUNDS):
            bare.append(with_bare_httpx(endpoints, ids, concurrency))
            requested()
            taken, report = with_msconfig(endpoints, ids, concurrency, [TOKEN])
            ours.append(taken)
            requests.append(requested()[0])
            if {model.status for model in report.models} != {Status.ENABLED}:
                raise SystemExit("not all ids passed")
    minimum = len(ids) * LATENCY / concurrency
    took, loop = statistics.median(ours), statistics.median(bare)
    print(f"{len(ids)} listed ids, concurrency {concurrency}")
    print(f"  requests            {max(requests):6}  (aim: at most {len(ids) + 2} and the token's)")
    print(f"  arithmetic minimum  {minimum:6.2f} s")
    print(f"  bare httpx loop     {loop:6.2f} s")
    print(f"  msconfig            {took:6.2f} s")
    print(f"  msconfig / minimum  {took / minimum:6.2f}")
    print(f"  msconfig / loop     {took / loop:6.2f}  (aim: at most 1.25)")


def throttled() -> None:
    """10,000 ids at a hub that answers every tenth request with 429, and at one that does not."""
    ids = [f"owner/model-{number}" for number in range(10_000 // DIVISOR)]
    models = dict.fromkeys(ids[::2], SERVED) | dict.fromkeys(ids[1::2], NOT_SERVED)
    found = []
    for every in (0, 10):
        with serving(models, ids[:2], every) as (endpoints, requested):
            taken, report = with_msconfig(endpoints, ids, 8)
            requests = requested()[0]
        statuses = Counter(str(model.status) for model in report.models)
        found.append((taken, statuses, requests))
    (free, statuses, requests), (held, statuses_held, requests_held) = found
    print(f"{len(ids)} ids, half of them served, concurrency 8")
    print(f"  without 429         {free:6.2f} s, {requests} requests")
    print(f"  every tenth 429     {held:6.2f} s, {requests_held} requests")
    print(f"  ratio               {held / free:6.2f}  (aim: at most 3)")
    print(f"  same verdicts       {statuses == statuses_held}  {dict(statuses_held)}")


def after_the_last_reply() -> None:
    """3,000 ids, a third each served, not served and unknown."""
    ids = [f"A/{number}" for number in range(3000 // DIVISOR)]
    models = dict.fromkeys(ids[::3], SERVED) | dict.fromkeys(ids[1::3], NOT_SERVED)
    models |= dict.fromkeys(ids[2::3], UNKNOWN)
    seconds = [0.0]

    def answered(_done: int, _total: int, /) -> None:
        seconds.append(time.process_time())

    with serving(models, ids[::3]) as (endpoints, _):
        _, report = with_msconfig(endpoints, ids, 16, progress=answered)
    for form in (Format.TEXT, Format.JSON):
        render(report, form)
    after = time.process_time() - seconds[-1]
    print(f"{len(ids)} ids, a third served; seconds of the processor")
    print(f"  after last reply    {after:6.2f} s  (aim: at most 2)")


def lists() -> None:
    """Lists of a megabyte in each command that reads one, in a process of its own, offline."""
    size = 1_000_000 // DIVISOR
    lines = {
        "one letter": "a\n" * (size // 2),
        "one id": "a/b\n" * (size // 4),
        "ids": "".join(f"owner-{number % 997}/model-{number}\n" for number in range(size // 20)),
        "no ids": "".join(f"no-owner-of-{number:07}\n" for number in range(size // 20)),
    }
    print(f"lists of {size:,} bytes; seconds of the processor  (aim: at most 4)")
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "check": ("check", "--offline", "--no-token", "--models", "list.txt"),
            "check, json": (
                *("check", "--offline", "--no-token", "--models", "list.txt"),
                *("--format", "json"),
            ),
            "check --scan": ("check", "--offline", "--no-token", "--scan", "list.txt"),
            "check --fix": (
                *("check", "--offline", "--no-token", "--models", "list.txt"),
                *("--fix", "--dry-run"),
            ),
            "generate": (
                *("generate", "--offline", "--no-token", "--only-usable", "--force"),
                *("--models", "list.txt", "-o", "out"),
            ),
            "init": (
                *("init", "--yes", "--offline", "--no-token", "--unserved", "keep"),
                *("--models", "list.txt", "--config", "made.toml"),
            ),
            "validate": ("validate", "list.txt"),
        }
        for name, text in lines.items():
            (Path(folder) / "list.txt").write_text(text, "utf-8")
            (Path(folder) / "made.toml").unlink(missing_ok=True)
            print(f"  {name}, {text.count(chr(10)):,} lines")
            for title, command in commands.items():
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                ran = subprocess.run(
                    [sys.executable, "-m", "msconfig", *command],
                    cwd=folder,
                    capture_output=True,
                    check=False,
                )
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                print(f"    {title:14} {taken:6.2f} s, exit code {ran.returncode}", flush=True)


def main() -> None:
    """Measure, and print the ratios."""
    listed()
    throttled()
    after_the_last_reply()
    lists()


if __name__ == "__main__":
    main()
