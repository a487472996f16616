"""msconfig beside tools that do a part of the same, in turn, in one run.

1. Validating a provider document of 500 models with its schema: whole processes of
   `msconfig validate` and of `check-jsonschema` (its command is named by CHECK_JSONSCHEMA).
2. Chat calls a second that one client gets from the mock, from aimock (AIMOCK names a folder whose
   `node_modules` holds `@copilotkit/aimock`) and from a fixed reply of pytest-httpserver. The
   client sends prepared bytes, and keeps its connection where the server allows it.

A peer that is not named is left out. Run it with ``python benchmarks/peers.py``; it needs the extra
`mock`.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

from pytest_httpserver import HTTPServer

from msconfig.mock.mock import Mock

ROOT = Path(__file__).resolve().parent.parent
MSCONFIG = str(Path(sys.executable).with_name("msconfig"))
MODEL = "Qwen/Qwen3.5-27B"
RUNS = 7
SECONDS = 4.0
AIMOCK = """
import { LLMock } from "@copilotkit/aimock";
const mock = new LLMock({ port: 0 });
mock.onMessage("Hello?", { content: "Hello from a mock." });
await mock.start();
console.log(mock.url);
"""


def seconds(command: list[str]) -> float:
    """Processor time that `command` takes once."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def validation(folder: Path) -> None:
    """Processor time of validating one document."""
    example = ROOT / "tests" / "examples" / "valid" / "provider.v1" / "built-in.json"
    document = json.loads(example.read_text("utf-8"))
    model = document["models"][0]
    document["models"] = [
        {**model, "id": f"acme/model-{number}", "name": f"Model {number}"} for number in range(500)
    ]
    file = folder / "provider.v1.json"
    file.write_text(json.dumps(document), "utf-8")
    schema = ROOT / "schemas" / "provider.v1.schema.json"
    commands = {"msconfig validate": [MSCONFIG, "validate", str(file)]}
    if peer := os.environ.get("CHECK_JSONSCHEMA"):
        commands["check-jsonschema"] = [peer, "--schemafile", str(schema), str(file)]
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    print(f"validating a document of {len(document['models'])} models, processor time")
    for name, each in taken.items():
        ratio = min(taken["msconfig validate"]) / min(each)
        print(f"  {name:18} {min(each) * 1000:6.0f} ms  msconfig / this {ratio:5.2f}")


def calls_a_second(url: str, token: str) -> float:
    """Chat calls that one client completes in a second."""
    address = urlsplit(url)
    body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "Hello?"}]})
    request = (
        f"POST {address.path.rstrip('/')}/chat/completions HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
    done = 0
    connection: socket.socket | None = None
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        if connection is None:
            connection = socket.create_connection((address.hostname or "", address.port or 80))
        connection.sendall(request)
        with connection.makefile("rb", newline=None) as stream:
            status, length, keeps = stream.readline(), 0, True
            while (line := stream.readline().strip().lower()) != b"":
                name, _, value = line.partition(b":")
                if name == b"content-length":
                    length = int(value)
                elif name == b"connection":
                    keeps = value.strip() != b"close"
            stream.read(length)
        if b" 200 " not in status:
            raise SystemExit(f"{url}: {status!r}")
        done += 1
        if not keeps:
            connection.close()
            connection = None
    return done / SECONDS


def _mock(pipe: Connection) -> None:
    with Mock() as mock:
        mock.use({"accounts": [{"token": mock.token, "magicubes": 1_000_000}]})
        pipe.send((mock.inference_url, mock.token))
        pipe.recv()


def _fixed(pipe: Connection) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    reply = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}}]}
    with HTTPServer(threaded=True) as server:
        server.expect_request("/v1/chat/completions", method="POST").respond_with_json(reply)
        pipe.send((server.url_for("/v1"), "any"))
        pipe.recv()


@contextmanager
def process(target: Callable[[Connection], None]) -> Iterator[tuple[str, str]]:
    """Address and token of a server in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=target, args=(theirs,))
    server.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        server.join(10)


@contextmanager
def aimock(packages: Path) -> Iterator[tuple[str, str]]:
    """Address and token of aimock."""
    file = packages / "msconfig-benchmark.mjs"
    file.write_text(AIMOCK, "utf-8")
    command = ["node", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            url = server.stdout.readline().strip() if server.stdout else ""
            yield f"{url}/v1", "any"
        finally:
            server.kill()
            file.unlink()


def mocks() -> None:
    """Chat calls a second, one client."""
    servers = {"msconfig mock": process(_mock), "pytest-httpserver": process(_fixed)}
    if packages := os.environ.get("AIMOCK"):
        servers["aimock"] = aimock(Path(packages))
    print("chat calls a second, one client")
    ours = 0.0
    for name, server in servers.items():
        with server as (url, token):
            found = calls_a_second(url, token)
        ours = ours or found
        print(f"  {name:18} {found:6.0f}     msconfig / this {ours / found:5.2f}")


def main() -> None:
    """Measure, and print the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        validation(Path(folder))
    mocks()


if __name__ == "__main__":
    main()
