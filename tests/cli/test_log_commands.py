"""What a log's runner takes for a command is in no text that comes from a file, a link or a reply.

GitHub's runner reads ``##[`` anywhere in a line and ``::`` at its start, Azure's ``##vso[``.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from backups import make_data_json, v1_providers
from msconfig.mock.messages import Response
from support import TOKEN, Online, Run, Serve

COMMAND = "##vso[task.setvariable]x ##[error]y ::error::z"
FOUND = re.compile(r"##(?:vso)?\[|^\s*::", re.IGNORECASE | re.MULTILINE)


def made(name: str) -> None:
    """Write the file of that name, which is full of commands."""
    Path("::error::here").mkdir()
    match Path(name).suffix:
        case ".zip":
            first, *others = v1_providers()
            make_data_json(Path(name), providers=[{**first, "name": COMMAND}, *others])
        case ".txt":
            payload = {"id": COMMAND, "baseUrl": f"https://x.test/{COMMAND}", "apiKey": "key-0123"}
            data = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode()
            link = f"cherrystudio://providers/api-keys?v=1&data={data}"
            Path(name).write_text(f"{link}\n", "utf-8")
        case _:
            provider = {"providerId": COMMAND, COMMAND: 1}
            Path(name).write_text(json.dumps({"provider": provider, "models": []}), "utf-8")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("validate", "{}"), "::error::here/a.json"),
        (("validate", "--no-keys", "{}"), "::error::here/a.json"),
        (("validate", "{}"), "a.zip"),
        (("validate", "--no-keys", "{}"), "a.zip"),
        (("link", "decode", "{}"), "::error::here/a.txt"),
        (("validate", "{}"), "::error::here/a.txt"),
        (("apply", "{}", "--plan", "--offline", "--no-token", "Qwen/Qwen3.5-27B"), "a.zip"),
    ],
)
def test_a_file_gives_no_command_to_a_runner(run: Run, command: tuple[str, ...], name: str) -> None:
    made(name)
    ran = run(*(each.format(name) for each in command))
    assert ran.out
    assert FOUND.search(ran.out + ran.err) is None


@pytest.mark.parametrize("output", ["::error::here", "##[error]x"])
def test_the_name_of_an_output_gives_none(run: Run, output: str) -> None:
    for more in ("--dry-run", "--force"):
        ran = run("generate", "--offline", "--no-token", "-o", output, more, "Qwen/Qwen3.5-27B")
        assert ran.code == 0
        assert FOUND.search(ran.out + ran.err) is None


@pytest.mark.parametrize("command", [("snapshot", "-o", "s.json"), ("quota",), ("models", "x")])
def test_a_reply_gives_none(
    run: Run,
    serve: Serve,
    online: Online,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    refusal = Response.of_json(400, {"success": False, "code": COMMAND, "message": COMMAND})
    online(serve(lambda _: refusal))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    ran = run(*command, "--retries", "0")
    assert "task.setvariable" in ran.out + ran.err
    assert FOUND.search(ran.out + ran.err) is None
