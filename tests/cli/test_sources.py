"""Where ids come from, and where they stand."""

from __future__ import annotations

import io
import json
import re
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
        pytest.param("{", 2, "not JSON", id="not JSON"),
        pytest.param('{"models": [{"modelId": "a/b"', 5, "not JSON", id="cut off"),
        pytest.param('{"provider": {}, "models": []}', 5, "$.provider: missing", id="invalid"),
        pytest.param('{"apiHost": "", "apiKey": ""}', 5, "missing key", id="v1 without models"),
        pytest.param("cherrystudio://x", 2, "Cherry Studio links", id="a link"),
        pytest.param('{"seed": 1}', 2, "scenario of the mock", id="a document without models"),
        pytest.param('{"provider": {"ms": {"models": {}}}}', 2, "another program", id="opencode"),
        pytest.param('["a/b"]', 2, "another program", id="an array"),
        pytest.param("a/b\n", 2, "--models", id="a list"),
        pytest.param('{"models": [{"modelId": "a/b"}]}', 5, "$: missing key", id="v2 halved"),
        pytest.param('{"apiHost": "", "models": []}', 5, "missing key", id="v1 halved"),
        pytest.param(
            '{"type": "openai", "models": [{"id": "a/b", "provider": "p", "group": "a"}]}',
            *(5, "missing key"),
            id="v1 without an address",
        ),
        pytest.param(
            '{"models": [{"title": "T", "provider": "openai", "model": "a/b", "apiBase": "x"}]}',
            *(2, "JSON of another program; --scan"),
            id="Continue",
        ),
        pytest.param(
            '{"models": [{"name": "b:1b", "model": "b:1b"}]}', 2, "another program", id="Ollama"
        ),
        pytest.param('{"models": ["a/b"]}', 2, "another program", id="models by name"),
        pytest.param(
            '{"models": {"providers": {"p": {"models": [{"id": "a/b"}]}}}}',
            *(2, "JSON of another program; --scan"),
            id="OpenClaw",
        ),
        pytest.param('{"models": {"a/b": 1}}', 2, "nor a valid scenario", id="broken scenario"),
        pytest.param('{"models": {"a": 1}, "seed": 1}', 2, "nor a valid scenario", id="a seed"),
        pytest.param("models:\n  - a/b\n", 2, "nor a backup; --scan finds", id="YAML"),
        pytest.param(
            ' {"time": 1, "localStorage": {"persist:cherry-studio": "{}"}}',
            *(2, "the data.json of a backup of Cherry Studio; use the .zip or .bak"),
            id="data.json",
        ),
        pytest.param(
            '\ufeff{"time": 1, "localStorage": {"persist:cherry-studio": "{}"}}',
            *(2, "the data.json of a backup of Cherry Studio; use the .zip or .bak"),
            id="data.json with a mark",
        ),
        pytest.param('{"data": [{"name": "x"}]}', 2, "another program", id="data without ids"),
        pytest.param('{"object": "list", "data": []}', 2, "holds no model id", id="empty reply"),
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


def test_toml_that_is_no_settings_is_not_called_settings(run: Run) -> None:
    Path("other.toml").write_text('[[models]]\nid = "a/b"\nbase_url = "https://x.test"\n')
    ran = run(*ASK, "--from", "other.toml")
    assert ran.code == 2
    assert "not a document with models, nor valid msconfig settings; --scan" in ran.err


def test_a_v1_document_without_models_is_a_source_without_any(run: Run) -> None:
    document = {"id": "x", "type": "openai", "name": "X", "apiKey": "", "models": []}
    Path("file.json").write_text(json.dumps({**document, "apiHost": "https://x.test/v1/"}))
    ran = run(*ASK, "--from", "file.json")
    assert (ran.code, ran.err) == (2, "msconfig: file.json: holds no model id\n")


def test_a_saved_reply_of_v1_models_gives_its_ids(run: Run) -> None:
    entries = [{"id": "Qwen/Qwen3.5-27B", "object": "model", "created": 1}, {"id": "a/b"}]
    Path("reply.json").write_text(json.dumps({"object": "list", "data": entries}, indent=1))
    assert places(run(*ASK, "--from", "reply.json").out) == [
        ("Qwen/Qwen3.5-27B", "reply.json", 5, 11),
        ("a/b", "reply.json", 10, 11),
    ]


# --- pasted

SERVED = "Qwen/Qwen3.5-27B"


def quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


@pytest.mark.parametrize(
    "text",
    [
        *(f"{SERVED} ", f"\u00a0{SERVED}", f'"{SERVED}",', f"`{SERVED}`", f"- {SERVED}"),
        f"https://modelscope.cn/models/{SERVED}/files?x=1",
        f"\u201c{SERVED}\u201d",
    ],
)
def test_a_pasted_argument_is_read_as_meant_with_one_note(run: Run, text: str) -> None:
    ran = run(*ASK, "--", text)
    (model,) = json.loads(ran.out)["models"]
    assert (ran.code, model["id"], model["given"]) == (0, SERVED, text)
    blank = f"white space around {SERVED} is left out\n"
    assert ran.err == (blank if text.strip() == SERVED else f"read {quoted(text)} as {SERVED}\n")
    assert run(*ASK, "-q", "--", text).err == ""


@pytest.mark.parametrize("command", ["check", "generate", "snapshot", "doctor"])
def test_an_entry_of_a_list_is_no_option(run: Run, command: str) -> None:
    ran = run(command, f"- {SERVED}", "--no-such-option")
    assert ran.code == 2
    assert re.match(r"msconfig: No such option:? '?--no-such-option\b", ran.err)  # click's words


def test_an_entry_of_a_list_is_read_as_an_id(run: Run) -> None:
    ran = run(*ASK, f"- {SERVED}", f"-\u00a0{SERVED}", "--", f"- {SERVED}")
    (model,) = json.loads(ran.out)["models"]
    assert (ran.code, model["id"], model["given"]) == (0, SERVED, f"- {SERVED}")


def test_the_value_of_an_option_may_look_like_an_entry_of_a_list(run: Run) -> None:
    Path("- ids.txt").write_text(SERVED)
    assert run(*ASK, "--models", "- ids.txt").code == 0


@pytest.mark.parametrize("name", ["ids.txt", "lists/ids.txt", "./ids.txt"])
@pytest.mark.parametrize("command", [ASK, GENERATE[:3] + GENERATE[4:]])
def test_an_argument_that_is_a_file_is_named(run: Run, command: tuple[str, ...], name: str) -> None:
    Path("lists").mkdir()
    Path(name).write_text("Qwen/Qwen3.5-27B\n")
    Path("other").write_text("")
    ran = run(*command, name, "other")
    assert ran.code in {1, 4}
    assert f"{name} is a file, but read as an id; --models {name} reads the ids in it" in ran.err
    assert "1 more argument likewise" in ran.err
    assert "is a file" not in run(*command, "Qwen/Qwen3.5-27B", "lists", "--quiet").err


def test_a_dash_as_an_argument_is_named(run: Run) -> None:
    ran = run(*ASK, "-")
    assert ran.code == 1
    assert "- is read as an id; --models - reads standard input" in ran.err


def test_an_id_in_place_of_a_list_is_named(run: Run) -> None:
    ran = run(*ASK, "--models", "Qwen/Qwen3.5-27B")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot read Qwen/Qwen3.5-27B: No such file or directory" in ran.err
    assert "it is a model id: give it without --models" in ran.err
    assert "give it without" not in run(*ASK, "--models", "missing.txt").err


def test_several_ids_in_one_text_are_read_each_at_its_place(run: Run) -> None:
    Path("ids.txt").write_text(f"a/b, {SERVED}\n# c/d\n  '{SERVED}'\n")
    ran = run(*ASK, "--models", "ids.txt")
    first, second = json.loads(ran.out)["models"]
    assert (first["id"], first["given"]) == ("a/b", f"a/b, {SERVED}")
    assert second["location"] == {"file": "ids.txt", "line": 1, "column": 6}
    assert second["locations"] == [
        {"file": "ids.txt", "line": 1, "column": 6, "given": f"a/b, {SERVED}"},
        {"file": "ids.txt", "line": 3, "column": 4, "given": f"'{SERVED}'"},
    ]
    assert f'read "a/b, {SERVED}" as a/b and {SERVED}\n' in ran.err


def test_one_note_counts_the_other_texts(run: Run) -> None:
    ran = run(*ASK, "a/b,", "`c/d`", '"e/f"', SERVED)
    assert ran.err.count("read ") == 1
    assert 'read "a/b," as a/b; 2 more texts likewise\n' in ran.err


def test_an_id_of_the_settings_is_read_as_meant(run: Run) -> None:
    Path("msconfig.toml").write_text(f'[[models]]\nid = "{SERVED} "\nname = "Mine"\n')
    ran = run(*ASK)
    (model,) = json.loads(ran.out)["models"]
    assert (ran.code, model["id"], model["given"]) == (0, SERVED, f"{SERVED} ")
    assert model["location"]["line"] == 2
    assert run(*GENERATE).code == 0
    assert '"Mine"' in Path("out/provider.v2.json").read_text()


def test_a_page_of_the_other_site_is_refused(run: Run) -> None:
    address = "https://www.modelscope.ai/models/Qwen/Qwen3-8B"
    ran = run(*ASK, address)
    assert (ran.code, ran.out) == (2, "")
    assert f"{address} is a page of site ai, but site cn is checked; give --site ai" in ran.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Qwen3.5-27B", "the owner is missing"),
        (f"openai/{SERVED}", "openai/, a prefix of another tool"),
        (f"{SERVED}# the cheap one", "a comment needs white space in front of its #"),
        ("Qwen\uff0fQwen3.5-27B", "full-width signs"),
        (f'"model": "{SERVED}",', "a setting (model:)"),
        (f"Qwen (https://modelscope.cn/models/{SERVED})", "around the address of a model's page"),
        (f"{SERVED}@master", "a revision, or a provider"),
        ("models--Qwen--Qwen3.5-27B", "a cache folder"),
    ],
)
def test_the_id_in_a_malformed_text_is_the_first_suggestion(
    run: Run, text: str, words: str
) -> None:
    Path("ids.txt").write_text(f"no/such\n{text}")
    for source in (("--", "no/such", text), ("--models", "ids.txt")):
        ran = run(*ASK, *source)
        (_, model) = json.loads(ran.out)["models"]
        assert (ran.code, model["status"]) == (1, "malformed")
        assert words in model["reason"]
        assert model["suggestions"][0]["id"] == SERVED


@pytest.mark.parametrize("text", ["Qwen3.5-27B", f"openai/{SERVED}", f'["{SERVED}"]'])
def test_there_are_suggestions_where_every_id_is_malformed(run: Run, text: str) -> None:
    (model,) = json.loads(run(*ASK, text).out)["models"]
    assert (model["status"], model["suggestions"][0]["id"]) == ("malformed", SERVED)


# --- lists that are something else


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'["a/b", "c/d"]', "looks like JSON"),
        (b'\n  {"model": "a/b"}', "looks like JSON"),
        ("a/b\n".encode("utf-16-le"), "NUL bytes"),
        (b"PK\x03\x04\0\0", "NUL bytes"),
        (b"models:\n  - name: a/b\n", "looks like YAML, TOML or code"),
        (b'[\n  "a/b"\n]', "looks like JSON"),
        (b'[[models]]\nid = "a/b"\n', "looks like TOML or INI"),
        (b"[models]\nchat = a/b\n", "looks like TOML or INI"),
        (b"[A model](https://modelscope.cn/models/a/b)\n", "looks like Markdown with links"),
        (b"[A model][1]\n\n[1]: https://modelscope.cn/models/a/b\n", "looks like Markdown with"),
        (b'model = "a/b"\n', "looks like YAML, TOML or code"),
        (b"providers:\n", "looks like YAML, TOML or code"),
    ],
)
def test_a_list_that_is_visibly_something_else_is_refused(
    run: Run, content: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("list").write_bytes(content)
    ran = run(*ASK, "--models", "list")
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert "--from" in ran.err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert words in run(*ASK, "--models", "-").err


def test_a_list_with_one_id_is_a_list_whatever_else_it_holds(run: Run) -> None:
    Path("list").write_text(f"models:\n{SERVED}\n")
    ran = run(*ASK, "--models", "list")
    assert (ran.code, [model["status"] for model in json.loads(ran.out)["models"]]) == (
        1,
        ["malformed", "enabled"],
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_every_text_file_may_be_utf_16_with_a_byte_order_mark(run: Run, encoding: str) -> None:
    def save(name: str, text: str) -> str:
        Path(name).write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode(encoding))
        return name

    list_file = save("list", f"# \u6a21\u578b\n{SERVED}\n")
    config = save("m.toml", f'[[models]]\nid = "{SERVED}"\n')
    token = save("token", "ms-00000000-0000-4000-8000-00000000cafe\n")
    assert places(run(*ASK, "--models", list_file).out) == [(SERVED, "list", 2, 1)]
    ran = run("check", "--offline", "--config", config, "--token-file", token, "--format", "json")
    assert places(ran.out) == [(SERVED, "m.toml", 2, 7)]
    baseline = save("old.json", ran.out)
    assert run(*ASK, SERVED, "--baseline", baseline).code == 0
    assert run(*GENERATE, SERVED).code == 0
    document = save("v2.json", Path("out/provider.v2.json").read_text())
    assert len(places(run(*ASK, "--from", document).out)) == 1
    assert run("validate", document, config).code == 0


def test_init_extends_settings_in_their_own_encoding(run: Run) -> None:
    path = Path("msconfig.toml")
    path.write_bytes('\ufeff[[models]]\nid = "Qwen/Qwen3.8-27B"\n'.encode("utf-16-le"))
    assert run("init", "--offline", "--no-token", "--yes", SERVED).code == 0
    text = path.read_bytes().decode("utf-16")
    assert text.startswith("[[models]]\n")
    assert SERVED in text


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_token_in_a_pasted_address_is_not_shown(run: Run, form: str) -> None:
    token = "ms-00000000-0000-4000-8000-00000000cafe"
    Path("ids.txt").write_text(f"https://modelscope.cn/models/{SERVED}?token={token}\n", "utf-8")
    ran = run("check", "--offline", "--no-token", "--models", "ids.txt", "--format", form)
    assert ran.code == 0
    assert token not in ran.out + ran.err
