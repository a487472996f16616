"""Where ids come from, and where they stand."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from support import Run

ASK = ("check", "--offline", "--no-token", "--format", "json")
GENERATE = ("generate", "--offline", "--no-token", "-q", "-o", "out")


def places(out: str) -> list[tuple[str, str, int, int] | None]:
    found = []
    for model in json.loads(out)["models"]:
        where = model.get("location")
        found.append(where and (model["id"], where["file"], where["line"], where["column"]))
    return found


def test_an_argument_stands_nowhere(run: Run) -> None:
    assert places(run(*ASK, "Qwen/Qwen3.5-27B").out) == [None]


def test_a_list_tells_line_and_column(run: Run) -> None:
    Path("ids.txt").write_bytes(
        b"\xef\xbb\xbf# ours\r\n\r\n  Qwen/Qwen3.5-27B  # it\r\nno/such\r\n"
    )
    assert places(run(*ASK, "--models", "ids.txt").out) == [
        ("Qwen/Qwen3.5-27B", "ids.txt", 3, 3),
        ("no/such", "ids.txt", 4, 1),
    ]


def test_standard_input_is_a_dash(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\nQwen/Qwen3.5-27B\n")))
    assert places(run(*ASK, "--models", "-").out) == [("Qwen/Qwen3.5-27B", "-", 2, 1)]


def test_the_settings_tell_the_line(run: Run) -> None:
    Path("msconfig.toml").write_text("# ids\n[[models]]\nid = 'Qwen/Qwen3.5-27B'\n")
    assert places(run(*ASK).out) == [("Qwen/Qwen3.5-27B", "msconfig.toml", 3, 7)]


@pytest.mark.parametrize("name", ["provider.v2.json", "provider.v1.json"])
def test_a_provider_document_gives_its_ids(run: Run, name: str) -> None:
    assert run(*GENERATE, "Qwen/Qwen3.5-27B", "Qwen/Qwen3.8-27B").code == 0
    ran = run(*ASK, "--from", f"out/{name}")
    assert ran.code == 0
    found = places(ran.out)
    lines = Path("out", name).read_text().splitlines()
    for place in found:
        assert place is not None
        model_id, file, line, column = place
        assert file == f"out/{name}"
        assert lines[line - 1][column - 1 :].startswith(f'{model_id}"')
    assert [place and place[0] for place in found] == ["Qwen/Qwen3.5-27B", "Qwen/Qwen3.8-27B"]


def test_arguments_come_first_and_an_id_counts_once_where_it_came_first(run: Run) -> None:
    run(*GENERATE, "Qwen/Qwen3.5-27B", "Qwen/Qwen3.8-27B")
    Path("ids.txt").write_text("a/b\nQwen/Qwen3.8-27B\n")
    ran = run(*ASK, "--from", "out/provider.v2.json", "--models", "ids.txt", "a/b")
    ids = [model["id"] for model in json.loads(ran.out)["models"]]
    assert ids == ["a/b", "Qwen/Qwen3.8-27B", "Qwen/Qwen3.5-27B"]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        pytest.param(None, 2, "cannot read", id="missing"),
        pytest.param("{", 5, "not JSON", id="not JSON"),
        pytest.param('{"provider": {}, "models": []}', 5, "$.provider: missing", id="invalid"),
        pytest.param("cherrystudio://x", 5, "$[0]", id="a link"),
        pytest.param('{"seed": 1}', 5, "not a provider document", id="something else"),
    ],
)
def test_a_document_that_gives_none_is_refused(
    run: Run, content: str | None, code: int, words: str
) -> None:
    if content is not None:
        Path("file.json").write_text(content)
    ran = run(*ASK, "--from", "file.json")
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err


def test_a_v1_document_without_models_is_a_source_without_any(run: Run) -> None:
    document = {"id": "x", "type": "openai", "name": "X", "apiKey": "", "models": []}
    Path("file.json").write_text(json.dumps({**document, "apiHost": "https://x.test/v1/"}))
    ran = run(*ASK, "--from", "file.json")
    assert (ran.code, ran.err) == (2, "msconfig: file.json: holds no model id\n")
