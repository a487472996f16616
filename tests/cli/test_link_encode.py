"""`msconfig link encode`, as a user and a script run it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from msconfig.cherry.link import decode_v1, decode_v2
from support import TOKEN, Run

OTHER = "ms-5eed0000-0000-4000-8000-000000000009"
CN = "https://api-inference.modelscope.cn/v1/"


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # whoever asks is not answered


def test_a_pipe_gets_the_link_whole_and_nothing_else(run: Run) -> None:
    ran = run("link", "encode")
    assert (ran.code, ran.err) == (0, "")
    (link,) = ran.out.splitlines()
    expected = {"id": "modelscope", "apiKey": TOKEN, "baseUrl": CN, "type": "openai"}
    assert decode_v1(link) == decode_v2(link) == expected


def test_each_token_has_a_link_and_equal_ones_have_one(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSCONFIG_SECOND", OTHER)
    Path("token.txt").write_text(f"{TOKEN}\n")
    places = ["--token-env", "MSCONFIG_SECOND", "--token-env", "MODELSCOPE_API_TOKEN"]
    ran = run("link", "encode", *places, "--token-file", "token.txt")
    assert [decode_v2(link)["apiKey"] for link in ran.out.splitlines()] == [OTHER, TOKEN]


def test_the_provider_is_the_one_of_the_settings_and_the_site(run: Run) -> None:
    Path("msconfig.toml").write_text('site = "ai"\n[provider]\nid = "mine"\nname = "Mine (own)"\n')
    payload = decode_v2(run("link", "encode", "-q").out.strip())
    assert (payload["id"], payload["name"]) == ("mine", "Mine (own)")
    assert payload["baseUrl"] == "https://api-inference.modelscope.ai/v1/"
    named = run("link", "encode", "--config", "msconfig.toml", "--site", "cn")
    assert decode_v2(named.out.strip())["baseUrl"] == CN


def test_a_name_that_v1_cannot_open_is_refused_with_5(run: Run) -> None:
    Path("msconfig.toml").write_text('[provider]\nid = "mine"\nname = "It\'s mine"\n')
    ran = run("link", "encode", "-o", "links.txt")
    assert (ran.code, ran.out) == (5, "")
    assert "write ’" in ran.err
    assert not Path("links.txt").exists()


def test_no_token_is_2_and_tells_where_one_is_made(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MODELSCOPE_API_TOKEN")
    ran = run("link", "encode")
    assert (ran.code, ran.out) == (2, "")
    assert "MODELSCOPE_API_TOKEN" in ran.err
    assert "https://modelscope.cn/my/myaccesstoken" in ran.err.replace("www.", "")
    assert "--no-token" not in ran.err


def test_a_file_is_for_nobody_else_and_the_terminal_sees_no_key(run: Run) -> None:
    ran = run("link", "encode", "-v", "-o", "links.txt")
    assert ran.code == 0
    assert stat.S_IMODE(Path("links.txt").stat().st_mode) == 0o600
    assert decode_v2(Path("links.txt").read_text().strip())["apiKey"] == TOKEN
    assert "data=" not in ran.out + ran.err
    assert TOKEN not in ran.out + ran.err
    assert ran.out.startswith(
        "✓ 1 link written to links.txt:\n  ms-…cafe (e2e68dd5) for modelscope"
    )
    assert "MODELSCOPE_API_TOKEN → a link for the provider modelscope" in ran.err


def test_a_file_that_differs_is_replaced_only_when_told(run: Run) -> None:
    Path("links.txt").write_text("mine")
    refused = run("link", "encode", "-o", "links.txt")
    assert (refused.code, refused.out) == (2, "")
    assert "links.txt" in refused.err
    assert Path("links.txt").read_text() == "mine"
    assert run("link", "encode", "-o", "links.txt", "--force").code == 0
    assert Path("links.txt").read_text().startswith("cherrystudio:")
    assert run("link", "encode", "-o", "links.txt").code == 0  # equal, so nothing is in the way
    assert [path.name for path in Path().iterdir()] == ["links.txt"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--force"], "-o FILE"),
        (["-o", "x", "--reveal"], "--reveal"),
        (["-o", ""], "name of a file"),
        (["-o", "folder"], "folder"),
        (["--no-token"], "No such option"),
        (["--offline"], "No such option"),
        (["--token-env", "MSCONFIG_UNSET"], "MSCONFIG_UNSET is not set"),
        (["--token-file", "missing"], "missing"),
    ],
)
def test_what_cannot_be_used_is_2_in_one_line(run: Run, arguments: list[str], words: str) -> None:
    Path("folder").mkdir()
    ran = run("link", "encode", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert ran.err.count("\n") == 1
    assert not Path("x").exists()
