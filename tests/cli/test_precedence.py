"""Command line before settings before defaults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from msconfig.mock.messages import Response
from support import TOKEN, Online, Run, Serve, mock_of

ASK = ("check", "--no-token", "--format", "json")


def settings(text: str) -> None:
    Path("msconfig.toml").write_text(text)


def test_ids_of_the_settings_are_used_only_when_no_others_are_given(run: Run) -> None:
    settings('[[models]]\nid = "Qwen/Qwen3.5-27B"\nkind = "chat"\n')
    alone = json.loads(run(*ASK, "--offline").out)["models"]
    assert [model["id"] for model in alone] == ["Qwen/Qwen3.5-27B"]
    given = json.loads(run(*ASK, "--offline", "Qwen/Qwen3.8-27B").out)["models"]
    assert [model["id"] for model in given] == ["Qwen/Qwen3.8-27B"]


def test_what_settings_say_about_a_model_applies_either_way(run: Run) -> None:
    settings('[[models]]\nid = "Qwen/Qwen3.5-27B"\nkind = "chat"\n')
    given = json.loads(run(*ASK, "--offline", "Qwen/Qwen3.5-27B").out)["models"]
    assert given[0]["kind"] == "chat"


@pytest.mark.parametrize(
    ("said", "arguments", "tries"),
    [
        pytest.param("", ["--retries", "1"], 2, id="command line"),
        pytest.param("retries = 0", [], 1, id="settings"),
        pytest.param("retries = 0", ["--retries", "1"], 2, id="both"),
    ],
)
def test_the_command_line_goes_before_the_settings(
    run: Run, serve: Serve, online: Online, said: str, arguments: list[str], tries: int
) -> None:
    settings(f"[check]\n{said}\n")
    gone = Response.of_json(503, {})
    server = online(serve(lambda _: Response(503, gone.body, {"Retry-After": "0"})))
    run("check", "--no-token", *arguments, "a/b")
    assert sum(request.path == "/v1/models" for request in server.requests) == tries


def test_strict_may_stand_in_the_settings(run: Run, serve: Serve, online: Online) -> None:
    settings("[check]\nstrict = true\nretries = 0\n")
    online(serve(lambda _: Response.of_json(503, {})))
    assert run("check", "--no-token", "a/b").code == 1


def test_the_site_may_stand_in_the_settings(run: Run) -> None:
    settings('site = "ai"\n')
    assert "site ai" in run("check", "--offline", "--no-token", "a/b").err
    assert run("check", "--offline", "--no-token", "--site", "cn", "Qwen/Qwen3.5-27B").code == 0


def test_a_variable_named_in_the_settings_is_where_the_token_is(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = online(serve(mock_of()))
    settings('token_env = "MODELSCOPE_WORK"\n')
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "some-other-token")
    unset = run("check", "Qwen/Alive")
    assert unset.code == 2
    assert "MODELSCOPE_WORK is not set" in unset.err
    assert run("check", "--offline", "Qwen/Qwen3.5-27B").code == 0
    monkeypatch.setenv("MODELSCOPE_WORK", TOKEN)
    assert run("check", "Qwen/Alive").code == 0
    assert TOKEN in {request.token for request in server.requests}


def test_a_settings_file_that_was_named_may_name_any_variable(
    run: Run, serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(serve(mock_of()))
    monkeypatch.setenv("ANY_NAME", TOKEN)
    settings('token_env = ["ANY_NAME"]\n')
    assert run("check", "Qwen/Alive").code == 2
    assert run("check", "--config", "msconfig.toml", "Qwen/Alive").code == 0
