"""1,000 ids at concurrency 16 against the fake in a process of its own, 20 ms away.

Two things stand beside it, in the same run: the arithmetic minimum (2 requests a model and one for
the catalogue, 16 at a time, 20 ms each), and a bare httpx loop that makes the same requests with as
many threads and reads nothing into them. Run it with ``python benchmarks/many_ids.py``; it needs
the extra `mock`.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from types import MappingProxyType

import httpx

from msconfig.checking.check import CheckRequest, check
from msconfig.errors import ExitCode
from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
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

IDS = [f"owner/model-{number}" for number in range(1000)]
CONCURRENCY = 16
LATENCY = 0.020
ROUNDS = 3


def serve(pipe: Connection) -> None:
    """Answer with `LATENCY`, until told to stop."""
    facts = load(bundled(Site.CN))
    served = RecordedModel(
        RecordedLookUp(({"Name": "ModelScope"},)), RecordedHub(True, ("text-generation",))
    )
    models = MappingProxyType(dict.fromkeys(IDS, served))
    fake = MockModelScope(Snapshot(facts.site, facts.recorded, facts.catalogue, models))

    def late(request: Request) -> Response:
        time.sleep(LATENCY)
        return fake(request)

    with MockServer(late) as server:
        pipe.send(server.endpoints)
        pipe.recv()


def with_msconfig(endpoints: Endpoints) -> float:
    """Seconds that a check takes."""
    http = HttpClient(concurrency=CONCURRENCY)
    request = CheckRequest(Site.CN, [GivenId(text) for text in IDS], concurrency=CONCURRENCY)
    began = time.perf_counter()
    report = check(ModelScope(endpoints, http), request)
    taken = time.perf_counter() - began
    http.close()
    if report.exit_code is not ExitCode.OK:
        raise SystemExit(f"not all ids passed: {report.exit_code!r}")
    return taken


def with_bare_httpx(endpoints: Endpoints) -> float:
    """Seconds that the same requests take in a loop over httpx."""
    look_up = f"{endpoints.hub}/api/v1/inference/list_model_providers?ModelId="
    with httpx.Client(limits=httpx.Limits(max_connections=CONCURRENCY)) as client:

        def ask(model_id: str) -> None:
            client.get(f"{endpoints.hub}/openapi/v1/models/{model_id}").raise_for_status()
            client.get(look_up + model_id).raise_for_status()

        began = time.perf_counter()
        client.get(f"{endpoints.inference}models").raise_for_status()
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(ask, IDS))
        return time.perf_counter() - began


def main() -> None:
    """Measure in turn, and print the ratios."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
    process.start()
    endpoints = ours.recv()
    msconfig, bare = [], []
    for _ in range(ROUNDS):
        bare.append(with_bare_httpx(endpoints))
        msconfig.append(with_msconfig(endpoints))
    ours.send("stop")
    process.join()
    minimum = (2 * len(IDS) + 1) * LATENCY / CONCURRENCY
    took = statistics.median(msconfig)
    loop = statistics.median(bare)
    print(f"arithmetic minimum  {minimum:5.2f} s")
    print(f"bare httpx loop     {loop:5.2f} s")
    print(f"msconfig            {took:5.2f} s")
    print(f"msconfig / minimum  {took / minimum:5.2f}  (aim: at most 1.5)")
    print(f"msconfig / loop     {took / loop:5.2f}  (aim: at most 1.2)")


if __name__ == "__main__":
    main()
