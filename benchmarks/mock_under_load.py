"""50 clients at once for 10 seconds against the mock: errors, requests a second, memory.

The mock runs in a process of its own; its memory (Linux's resident set) is read before, half-way
and after. It remembers the last 2,000 requests, and grows until there are so many. Run it with
``python benchmarks/mock_under_load.py``; it needs the extra `mock`.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from msconfig.mock.mock import Mock

CLIENTS = 50
SECONDS = 10.0
MODEL = "Qwen/Qwen3.5-27B"
ACCOUNT = {"token": "ms-5eed0000-0000-4000-8000-000000000001", "magicubes": 1_000_000}


def serve(pipe: Connection) -> None:
    """Serve until something arrives in the pipe."""
    with Mock() as mock:
        mock.use({"accounts": [ACCOUNT]})
        pipe.send((mock.hub_url, mock.token))
        pipe.recv()
        pipe.send(len(mock.requests))


def resident_megabytes(pid: int) -> float:
    """The resident set of a process."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class Client(threading.Thread):
    """Sends one request after another until `ends`."""

    def __init__(self, base: str, token: str, ends: float) -> None:
        super().__init__()
        self.base, self.token, self.ends = base, token, ends
        self.requests = 0
        self.errors: list[str] = []

    def run(self) -> None:
        """Send them."""
        chat = {"model": MODEL, "messages": [{"role": "user", "content": "Hello?"}]}
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.base, headers=headers, timeout=30) as client:
            sends = (
                lambda: client.get("/v1/models"),
                lambda: client.get(f"/openapi/v1/models/{MODEL}"),
                lambda: client.post("/v1/chat/completions", json=chat),
                lambda: client.post("/v1/chat/completions", json={**chat, "stream": True}),
            )
            while time.monotonic() < self.ends:
                try:
                    sends[self.requests % len(sends)]().raise_for_status()
                except httpx.HTTPError as error:
                    self.errors.append(repr(error))
                self.requests += 1


def main() -> None:
    """Load the mock, and print what came of it."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
    process.start()
    base, token = ours.recv()
    pid = process.pid or 0
    clients = [Client(base, token, time.monotonic() + SECONDS) for _ in range(CLIENTS)]
    memory = [resident_megabytes(pid)]
    for client in clients:
        client.start()
    time.sleep(SECONDS / 2)
    memory.append(resident_megabytes(pid))
    for client in clients:
        client.join()
    memory.append(resident_megabytes(pid))
    ours.send("stop")
    kept = ours.recv()
    process.join()
    requests = sum(client.requests for client in clients)
    errors = [error for client in clients for error in client.errors]
    print(f"requests  {requests} ({requests / SECONDS:.0f} a second), {kept} of them remembered")
    print(f"errors    {len(errors)} {errors[:3]}")
    before, half, after = memory
    print(f"memory    {before:.0f} MB before, {half:.0f} half-way, {after:.0f} after")


if __name__ == "__main__":
    main()
