"""`msconfig models` where the hub lists 3,000 models of the task, and each of them is looked up.

The mock runs in a process of its own and answers after 20 ms. Printed are the models found, the
requests that took, seconds, and the most memory that the command held (Linux's resident set, at its
highest); then the same offline, from a snapshot of as many models. Run it with
``python benchmarks/discovery.py``; it needs the extra `mock`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from msconfig.mock.handler import MockModelScope
from msconfig.mock.messages import Request, Response
from msconfig.mock.server import MockServer
from msconfig.mock.snapshot import load

ROWS = 3000
LATENCY = 0.020
COMMAND = """\
import sys
from pathlib import Path
from msconfig.cli.app import run

code = run(["models", "--kind", "image-generation", "--format", "json", *sys.argv[1:]])
status = Path("/proc/self/status").read_text()
highest = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(highest, file=sys.stderr)
raise SystemExit(code)
"""


def write_snapshot(path: Path) -> None:
    """Facts of `ROWS` text-to-image models, every other one of them served."""
    hub = {
        "exists": True,
        "tasks": ["text-to-image-synthesis"],
        "downloads": 28525,
        "likes": 265,
        "license": "MIT License",
        "last_modified": "2025-12-09T15:22:57Z",
    }
    served = {"providers": [{"Name": "ModelScope", "EstimatedMagicGrainCost": 1}]}
    models: dict[str, dict[str, object]] = {
        f"some-owner-{number % 100}/a-model-with-quite-a-name-{number}": {
            "look_up": served if number % 2 else {"providers": []},
            "hub": hub,
        }
        for number in range(ROWS)
    }
    facts = {
        "schema_version": 1,
        "site": "cn",
        "recorded": "2026-10-07T10:59:59Z",
        "catalogue": list(models)[1:2],
        "models": models,
    }
    path.write_text(json.dumps(facts))


def serve(pipe: Connection, path: Path) -> None:
    """Answer after `LATENCY`, until told to stop."""
    mock = MockModelScope(load(path))
    asked = 0

    def late(request: Request) -> Response:
        nonlocal asked
        asked += 1
        time.sleep(LATENCY)
        return mock(request)

    with MockServer(late) as server:
        pipe.send(server.endpoints)
        pipe.recv()
        pipe.send(asked)


def measure(environment: dict[str, str], *arguments: str) -> str:
    """What the command found and took."""
    began = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
        text=True,
    )
    seconds = time.perf_counter() - began
    megabytes = int(ran.stderr.split()[-1]) / 1024
    found = json.loads(ran.stdout)["found"]
    return f"{found} models in {seconds:.1f} s, at most {megabytes:.0f} MB (aim: under 100)"


def main() -> None:
    """Measure on a port and offline."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "facts.json")
        write_snapshot(path)
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=serve, args=(theirs, path), daemon=True
        )
        process.start()
        endpoints = ours.recv()
        urls = {
            "MSCONFIG_HUB_URL": endpoints.hub,
            "MSCONFIG_INFERENCE_URL": endpoints.inference,
        }
        online = measure(urls)
        ours.send("stop")
        print(f"on a port  {online}, {ours.recv()} requests")
        process.join()
        print(f"offline    {measure({}, '--snapshot', str(path))}")


if __name__ == "__main__":
    main()
