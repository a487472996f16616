"""`msconfig generate`, as a user runs it."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from msconfig.cherry.link import decode_v1, decode_v2
from msconfig.mock.messages import Response
from msconfig.mock.server import MockServer
from msconfig.mock.snapshot import RecordedHub, RecordedModel
from support import ALIVE, DEAD, TOKEN, Online, Ran, Run, Serve, mock_of, served_by

Generate = Callable[..., Ran]


@pytest.fixture
def server(serve: Serve, online: Online, monkeypatch: pytest.MonkeyPatch) -> MockServer:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    many = {f"Qwen/M{number}": ALIVE for number in range(501)}
    return online(serve(mock_of({"Qwen/Dead": DEAD, **many})))


GUIDES = {"guide.en.html", "guide.en.md"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def test_writes_valid_files_that_nobody_else_can_read(run: Run, server: MockServer) -> None:
    ran = run("generate", "-o", "out", "Qwen/Alive")
    folder = Path("out")
    assert ran.code == 0, ran
    assert set(contents(folder)) == {
        *("provider.v2.json", "provider.v1.json", "links.txt", "report.json"),
        *GUIDES,
    }
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    documents = sorted(path for path in folder.iterdir() if path.name not in GUIDES)
    assert run("validate", "--strict", *documents).code == 0
    assert ran.out.splitlines()[-1] == f"Next: open {folder / 'guide.en.html'} in a browser."
    assert all("chat" not in request.path for request in server.requests)


@pytest.mark.usefixtures("server")
def test_the_key_is_in_the_documents_and_nowhere_else(run: Run) -> None:
    ran = run("generate", "-v", "-o", "out", "Qwen/Alive")
    files = contents(Path("out"))
    assert json.loads(files["provider.v1.json"])["apiKey"] == TOKEN
    assert json.loads(files["provider.v2.json"])["provider"]["apiKeys"][0]["key"] == TOKEN
    link = files["links.txt"].decode().strip()
    assert decode_v1(link)["apiKey"] == decode_v2(link)["apiKey"] == TOKEN
    assert TOKEN not in ran.out + ran.err + files["report.json"].decode()
    uses = ("in the form of desktop v2", "for desktop v1 and the mobile app", "what to do next")
    assert all(f"{use}, with your key in it" in ran.out for use in uses)


@pytest.mark.usefixtures("server")
def test_the_same_input_gives_the_same_bytes_and_exit_code_0(run: Run) -> None:
    assert run("generate", "-o", "out", "Qwen/Alive").code == 0
    first = contents(Path("out"))
    assert run("generate", "-o", "out", "Qwen/Alive").code == 0
    second = contents(Path("out"))
    del first["report.json"], second["report.json"]
    assert first == second


@pytest.mark.usefixtures("server")
def test_an_older_file_that_differs_is_replaced_only_when_told(run: Run) -> None:
    run("generate", "-o", "out", "Qwen/Alive")
    older = contents(Path("out"))
    refused = run("generate", "-o", "out", "Qwen/Alive", "Qwen/M1")
    assert refused.code == 2
    assert "provider.v2.json" in refused.err
    assert "provider.v1.json" in refused.err
    assert "links.txt" not in refused.err
    assert contents(Path("out")) == older
    assert run("generate", "-o", "out", "--force", "Qwen/Alive", "Qwen/M1").code == 0
    assert contents(Path("out"))["provider.v2.json"] != older["provider.v2.json"]


@pytest.mark.usefixtures("server")
def test_a_dry_run_shows_a_diff_without_keys_and_writes_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("generate", "-o", "out", "Qwen/Alive")
    older = contents(Path("out"))
    ran = run("generate", "-o", "out", "--dry-run", "--redact", "Qwen/Alive", "Qwen/M1")
    assert ran.code == 0
    assert '+      "modelId": "Qwen/M1",' in ran.out
    assert TOKEN not in ran.out
    assert contents(Path("out")) == older
    monkeypatch.chdir("out")
    assert run("generate", "-o", "new", "--dry-run", "Qwen/Alive").code == 0
    assert not Path("new").exists()


@pytest.mark.usefixtures("server")
def test_nothing_is_written_unless_everything_passes(run: Run) -> None:
    ran = run("generate", "-o", "out", "Qwen/Alive", "Qwen/Dead", "--force")
    assert ran.code == 1
    assert "Nothing is written to out." in ran.out
    assert not Path("out").exists()


@pytest.mark.usefixtures("server")
def test_a_failing_verdict_goes_before_a_file_in_the_way(run: Run) -> None:
    run("generate", "-o", "out", "Qwen/Alive")
    assert run("generate", "-o", "out", "Qwen/Dead").code == 1


@pytest.mark.usefixtures("server")
def test_only_usable_leaves_out_what_does_not_pass_and_says_so(run: Run) -> None:
    ran = run("generate", "-o", "out", "--only-usable", "Qwen/Dead", "Qwen/Alive", "bad")
    report = json.loads(Path("out/report.json").read_text())
    document = json.loads(Path("out/provider.v2.json").read_text())
    assert ran.code == report["exit_code"] == 0
    assert ran.err.splitlines() == ["left out: Qwen/Dead", "left out: bad"]
    assert report["dropped"] == ["Qwen/Dead", "bad"]
    assert [model["modelId"] for model in document["models"]] == ["Qwen/Alive"]


@pytest.mark.usefixtures("server")
def test_only_usable_with_nothing_left_fails(run: Run) -> None:
    assert run("generate", "-o", "out", "--only-usable", "Qwen/Dead").code == 1
    assert not Path("out").exists()


def test_only_usable_with_nothing_known_is_inconclusive(
    run: Run, serve: Serve, online: Online
) -> None:
    online(serve(lambda _: Response.of_json(503, {})))
    ran = run("generate", "-o", "out", "--no-token", "--only-usable", "--retries", "0", "a/b")
    assert ran.code == 4


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("how", ["--redact", "--no-token"])
def test_redacted_documents_hold_no_key_and_there_is_no_link(run: Run, how: str) -> None:
    ran = run("generate", "-o", "out", how, "Qwen/Alive")
    files = contents(Path("out"))
    assert ran.code == 0
    assert "keys and links were left out" in ran.out
    assert "links.txt" not in files
    assert json.loads(files["provider.v1.json"])["apiKey"] == ""
    assert json.loads(files["provider.v2.json"])["provider"]["apiKeys"] == []
    assert not any(TOKEN.encode() in content for content in files.values())


@pytest.mark.usefixtures("server")
def test_a_link_of_an_earlier_run_is_pointed_at(run: Run) -> None:
    run("generate", "-o", "out", "Qwen/Alive")
    ran = run("generate", "-o", "out", "--redact", "--force", "Qwen/Alive")
    assert f"{Path('out', 'links.txt')} of an earlier run still holds a key." in ran.out


@pytest.mark.usefixtures("server")
def test_targets_choose_the_files(run: Run) -> None:
    assert run("generate", "-o", "out", "--target", "link", "Qwen/Alive").code == 0
    assert set(contents(Path("out"))) == {"links.txt", "report.json"}


def test_more_models_than_v2_takes_are_refused_before_any_request(
    run: Run, server: MockServer
) -> None:
    ids = [f"Qwen/M{number}" for number in range(501)]
    ran = run("generate", "-o", "out", *ids)
    assert ran.code == 5
    assert "no more than 500" in ran.err
    assert not server.requests


def test_site_ai_gets_a_provider_of_its_own(run: Run, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    common = {"schema_version": 1, "site": "ai", "recorded": "2026-01-01T00:00:00Z"}
    facts.write_text(json.dumps({**common, "catalogue": ["zai-org/GLM-5.2"], "models": {}}))
    ask = ("--snapshot", facts, "--site", "ai", "--no-token", "zai-org/GLM-5.2")
    assert run("generate", "-o", "out", *ask).code == 0
    provider = json.loads(Path("out/provider.v2.json").read_text())["provider"]
    assert provider["providerId"] == "modelscope-ai"
    assert provider["name"] == "ModelScope (International)"
    assert "presetProviderId" not in provider
    urls = [config["baseUrl"] for config in provider["endpointConfigs"].values()]
    assert all(".modelscope.ai" in url for url in urls)
    Path("msconfig.toml").write_text('[provider]\nid = "modelscope"\n')
    refused = run("generate", "-o", "other", *ask)
    assert refused.code == 2
    assert "modelscope" in refused.err


@pytest.mark.usefixtures("server")
def test_an_unknown_kind_is_written_as_chat_and_the_report_says_so(run: Run) -> None:
    ran = run("generate", "--offline", "--no-token", "-o", "out", "stepfun-ai/Step-3.5-Flash")
    report = json.loads(Path("out/report.json").read_text())
    assert ran.code == 0
    assert "written as chat" in report["models"][0]["notes"][0]


AUDIO = {
    "a/Hears": ("auto-speech-recognition",),
    "a/Speaks": ("text-to-speech",),
    "a/Set": (),
    "a/Open": (),
}


def test_an_audio_model_gets_its_capability_or_the_report_notes_that_it_is_treated_as_chat(
    run: Run, serve: Serve, online: Online
) -> None:
    served = served_by("ModelScope")
    models = {
        each: RecordedModel(served, RecordedHub(True, tasks)) for each, tasks in AUDIO.items()
    }
    online(serve(mock_of(models)))
    Path("msconfig.toml").write_text(
        '[[models]]\nid = "a/Set"\nkind = "audio"\ncapabilities = ["audio-generation"]\n'
        '[[models]]\nid = "a/Open"\nkind = "audio"\n'
    )
    ran = run("generate", "--no-token", "-o", "out", *AUDIO)
    assert ran.code == 0, ran
    document = json.loads(Path("out/provider.v2.json").read_text())
    assert {each["modelId"]: each["capabilities"] for each in document["models"]} == {
        "a/Hears": ["audio-transcript"],
        "a/Speaks": ["audio-generation"],
        "a/Set": ["audio-generation"],
        "a/Open": [],
    }
    assert not any("inputModalities" in each for each in document["models"])
    report = json.loads(Path("out/report.json").read_text())
    noted = [
        each["id"]
        for each in report["models"]
        if "treat it as a chat model" in " ".join(each.get("notes", ()))
    ]
    assert noted == ["a/Open"]


@pytest.mark.usefixtures("server")
def test_kind_unknown_in_the_settings_is_left_to_the_hub(run: Run) -> None:
    Path("msconfig.toml").write_text('[[models]]\nid = "Qwen/Alive"\nkind = "unknown"\n')
    assert run("generate", "-o", "out").code == 0
    assert json.loads(Path("out/report.json").read_text())["models"][0]["kind"] == "chat"


@pytest.mark.usefixtures("server")
def test_settings_override_what_goes_into_the_documents(run: Run) -> None:
    Path("msconfig.toml").write_text(
        'targets = ["v1"]\n[provider]\nname = "Ours"\nrate_limit_seconds = 3\nnotes = "n"\n'
        '[[models]]\nid = "Qwen/Alive"\nname = "A"\ngroup = "G"\nkind = "vision"\n'
    )
    ran = run("generate", "-o", "out")
    assert ran.code == 0
    assert ran.err == "settings: msconfig.toml\n"
    document = json.loads(Path("out/provider.v1.json").read_text())
    model = document["models"][0]
    assert (document["name"], document["rateLimit"], document["notes"]) == ("Ours", 3, "n")
    assert (model["name"], model["group"]) == ("A", "G")
    assert [each["type"] for each in model["capabilities"]] == ["vision"]
    assert not Path("out/provider.v2.json").exists()


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param('token_env = ["AWS_SECRET_ACCESS_KEY"]', id="another secret"),
        pytest.param('hub-url = "https://evil.test"', id="another host"),
        pytest.param('[check]\nhub_url = "https://evil.test"', id="another host, hidden"),
        pytest.param("force = true", id="force"),
    ],
)
def test_a_hostile_settings_file_that_was_merely_found_is_refused(
    run: Run, settings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-for-you-at-all")
    Path("msconfig.toml").write_text(settings)
    ran = run("generate", "-o", "out", "Qwen/Alive")
    assert (ran.code, ran.out) == (2, "")
    assert "not-for-you" not in ran.err
    assert not Path("out").exists()


@pytest.mark.usefixtures("server")
def test_a_link_that_v1_would_not_open_is_refused_with_the_reason(run: Run) -> None:
    Path("msconfig.toml").write_text('[provider]\nid = "mine"\nname = "It\'s mine"\n')
    ran = run("generate", "-o", "out", "Qwen/Alive")
    assert ran.code == 5
    assert "v1 opens nothing" in ran.err
    assert not Path("out").exists()
    assert run("generate", "-o", "out", "--target", "v2", "Qwen/Alive").code == 0


TEMPLATES = [
    pytest.param("t.json.j2", '{"n": {{ models | length }}}', 0, "", id="JSON"),
    pytest.param("t.env.j2", "N={{ provider.name }}\n", 0, "", id="other text"),
    pytest.param("t.json.j2", "{{ nothing }}", 5, "line 1", id="undefined"),
    pytest.param("t.json.j2", "\n{% if %}", 5, "line 2", id="syntax"),
    pytest.param("t.json.j2", "not json", 5, "not JSON", id="not JSON"),
    pytest.param("t.json.j2", "{{ ''.__class__.__mro__ }}", 5, "SecurityError", id="sandbox"),
    pytest.param("t.json", "{}", 2, "ends in .j2", id="no .j2"),
    pytest.param("links.txt.j2", "", 2, "overwrite", id="name taken"),
]


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(("name", "template", "code", "words"), TEMPLATES)
def test_a_template_of_the_user_goes_through_the_same_gate(
    run: Run, tmp_path: Path, name: str, template: str, code: int, words: str
) -> None:
    path = tmp_path / name
    path.write_text(template)
    ran = run("generate", "-o", "out", "--template", path, "Qwen/Alive")
    assert ran.code == code, ran
    assert words in ran.err
    assert Path("out", name.removesuffix(".j2")).exists() == (code == 0)


@pytest.mark.usefixtures("server")
def test_a_schema_of_the_user_is_kept(run: Run, tmp_path: Path) -> None:
    template, schema = tmp_path / "t.json.j2", tmp_path / "s.json"
    template.write_text('{"key": {{ joined_key | tojson }}}')
    schema.write_text('{"properties": {"key": {"const": "x"}}}')
    ask = ("generate", "-o", "out", "--template", template, "--schema", schema, "Qwen/Alive")
    ran = run(*ask)
    assert ran.code == 5
    assert "t.json: $.key: must be 'x'" in ran.err
    assert TOKEN not in ran.err
    schema.write_text('{"properties": {"key": {"minLength": 3}}}')
    assert run(*ask).code == 0
    assert run("generate", "-o", "o", "--schema", schema, "Qwen/Alive").code == 2


@pytest.mark.usefixtures("server")
def test_a_folder_that_is_a_file_is_refused(run: Run) -> None:
    Path("out").write_text("mine")
    ran = run("generate", "-o", "out", "Qwen/Alive")
    assert ran.code == 2
    assert Path("out").read_text() == "mine"


# --- the guide


@pytest.mark.usefixtures("server")
def test_a_guide_is_written_when_asked_for_and_is_where_to_go_next(run: Run) -> None:
    ran = run("generate", "-o", "out", "--target", "guide", "Qwen/Alive")
    files = contents(Path("out"))
    assert ran.code == 0, ran
    assert set(files) == {*GUIDES, "report.json"}
    assert TOKEN.encode() in files["guide.en.html"]
    assert TOKEN.encode() not in files["guide.en.md"]
    assert TOKEN not in ran.out + ran.err
    if os.name == "posix":
        assert stat.S_IMODE(Path("out/guide.en.html").stat().st_mode) == 0o600
    assert "with your key in it" in ran.out
    assert f"Next: open {Path('out', 'guide.en.html')} in a browser" in ran.out


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("said", "given", "written"),
    [
        pytest.param("", ["--target", "guide"], ["en"], id="default"),
        pytest.param(
            "", ["--target", "guide", *("--lang", "ja") * 2, "--lang", "es"], ["ja", "es"], id="two"
        ),
        pytest.param(
            'targets = ["guide"]\nlanguages = ["ru", "pt"]', [], ["ru", "pt"], id="settings"
        ),
        pytest.param(
            'targets = ["guide"]\nlanguages = ["ru"]', ["--lang", "fr"], ["fr"], id="both"
        ),
    ],
)
def test_guides_are_in_the_languages_asked_for(
    run: Run, said: str, given: list[str], written: list[str]
) -> None:
    Path("msconfig.toml").write_text(said)
    assert run("generate", "-o", "out", *given, "Qwen/Alive").code == 0
    pages = {name for name in contents(Path("out")) if name.endswith(".html")}
    assert pages == {f"guide.{tag}.html" for tag in written}


def test_a_language_without_a_guide_is_refused_before_any_request(
    run: Run, server: MockServer
) -> None:
    ran = run("generate", "-o", "out", "--target", "link", "--lang", "ja", "Qwen/Alive")
    assert (ran.code, ran.out) == (2, "")
    assert "add --target guide" in ran.err
    assert not server.requests


@pytest.mark.usefixtures("server")
def test_the_guide_is_in_the_language_of_the_system(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    ran = run("generate", "-o", "out", "--no-token", "Qwen/Alive")
    assert ran.code == 0, ran
    assert set(contents(Path("out"))) == {
        *("provider.v2.json", "provider.v1.json", "report.json", "guide.pt.html", "guide.pt.md")
    }
    assert ran.out.splitlines()[-1] == f"Next: open {Path('out', 'guide.pt.html')} in a browser."


@pytest.mark.usefixtures("server")
def test_an_older_guide_is_replaced_without_being_asked(run: Run) -> None:
    ask = ("generate", "-o", "out", "--target", "guide")
    assert run(*ask, "Qwen/Alive").code == 0
    assert run(*ask, "Qwen/M1").code == 0
    assert b"Qwen/M1" in contents(Path("out"))["guide.en.html"]


@pytest.mark.usefixtures("server")
def test_a_redacted_guide_takes_the_place_of_one_with_a_key_and_others_are_named(run: Run) -> None:
    ask = ("generate", "-o", "out", "--target", "guide", "Qwen/Alive")
    run(*ask, "--lang", "en", "--lang", "ja")
    ran = run(*ask, "--redact")
    assert TOKEN.encode() not in contents(Path("out"))["guide.en.html"]
    page = Path("out", "guide.ja.html")
    assert f"{page} of an earlier run still holds a key." in ran.out
    assert "guide.ja.md of an earlier run" not in ran.out


@pytest.mark.usefixtures("server")
def test_a_dry_run_shows_no_guide_that_holds_a_key(run: Run) -> None:
    ran = run("generate", "-o", "out", "--dry-run", "--target", "guide", "Qwen/Alive")
    assert ran.code == 0
    assert "guide.en.html  new" in ran.out
    assert TOKEN not in ran.out
    assert not Path("out").exists()


@pytest.mark.parametrize(
    "options",
    [(), ("--target", "link", "--target", "v1"), ("--dry-run",), ("--strict",), ("--redact",)],
    ids=" ".join,
)
@pytest.mark.parametrize("ids", [("Qwen/Qwen3.5-27B",), ("no-such/model",)], ids=" ".join)
def test_40_columns_are_enough(
    run: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], ids: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", "ms-00000000-0000-4000-8000-00000000cafe")
    out = run("generate", "--offline", "-o", "out", *options, *ids).out
    lines = out.partition("\n---")[0].splitlines()  # the diff of --dry-run is as wide as the files
    assert max(map(len, lines)) <= 40
    assert ("guide.en.html" in out) == (ids[0] == "Qwen/Qwen3.5-27B" and "--target" not in options)
