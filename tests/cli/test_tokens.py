"""Values that are plainly no token, in every command that uses one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from backups import make_v7
from support import TOKEN, Online, Run, Serve, mock_of

COMMANDS = {
    "check": ("check", "Qwen/Alive"),
    "check offline": ("check", "--offline", "Qwen/Alive"),
    "generate": ("generate", "-o", "out", "Qwen/Alive"),
    "generate offline": ("generate", "--offline", "-o", "out", "Qwen/Qwen3.5-27B"),
    "apply": ("apply", "backup.zip", "-o", "new.zip", "--yes", "Qwen/Alive"),
    "quota": ("quota",),
    "link encode": ("link", "encode"),
    "link open": ("link", "open", "--yes"),
    "init": ("init", "--yes", "Qwen/Alive"),
}
VALUES = {
    f'"{TOKEN}"': "quotation marks",
    f"Bearer {TOKEN}": "Bearer",
    f"MODELSCOPE_API_TOKEN={TOKEN}": "NAME=value",
    "${MODELSCOPE_API_TOKEN}": "the name of a variable",
    f"{TOKEN},{TOKEN}": "joined by commas",
    "ms-0000••••cafe": "a masked token",
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_what_is_plainly_no_token_is_refused_before_any_request(
    command: tuple[str, ...],
    run: Run,
    serve: Serve,
    online: Online,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = online(serve(mock_of()))
    make_v7(Path("backup.zip"))
    monkeypatch.setenv("DISPLAY", ":0")  # for link open, which looks for a desktop first
    opener = Path("bin", "xdg-open").absolute()
    opener.parent.mkdir()
    opener.touch(0o755)
    monkeypatch.setenv("PATH", str(opener.parent), prepend=os.pathsep)
    for value, words in VALUES.items():
        monkeypatch.setenv("MODELSCOPE_API_TOKEN", value)
        ran = run(*command)
        assert (ran.code, ran.out) == (2, ""), (value, ran.err)
        assert ran.err.startswith("msconfig: MODELSCOPE_API_TOKEN ")
        assert words in ran.err
        assert TOKEN[:12] not in ran.err
    assert not server.requests
    assert not Path("out").exists()
    assert not Path("new.zip").exists()


@pytest.mark.parametrize("command", ["check", "quota", "link encode", "init"])
def test_a_variable_that_may_be_meant_is_named_where_there_is_no_token(
    command: str, run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    for name in ("MODELSCOPE_API_TOKEN", "MODELSCOPE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MODELSOCPE_API_KEY", TOKEN)
    ran = run(*COMMANDS[command])
    assert (ran.code, ran.out) == (2, "")
    assert "MODELSOCPE_API_KEY is set, but is not read by default" in ran.err
    assert "--token-env MODELSOCPE_API_KEY" in ran.err
    assert TOKEN not in ran.err


def test_a_suffix_that_is_no_provider_is_named_as_such(
    run: Run, serve: Serve, online: Online
) -> None:
    online(serve(mock_of()))
    ran = run("check", "--no-token", "--format", "json", "Qwen/Alive:free", "Qwen/Alive:latest")
    for model in json.loads(ran.out)["models"]:
        assert model["status"] == "third_party_only"
        assert "is not a provider of this model (the look-up names ModelScope)" in model["reason"]
        assert [each["id"] for each in model["suggestions"]] == ["Qwen/Alive"]
