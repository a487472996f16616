"""`msconfig check`, as a user runs it."""

from __future__ import annotations

import pytest

from support import TOKEN, Online, Run, Serve, fake


def test_asks_twice_a_model_once_for_the_token_and_once_for_the_catalogue(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = online(serve(fake()))
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    ran = run("check", "Qwen/Alive")
    assert ran.code == 0, ran
    assert len(server.requests) == 4
