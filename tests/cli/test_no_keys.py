"""`msconfig validate --no-keys`: no document with a key passes, and every other file does."""

from __future__ import annotations

import base64
import json
import os
import shutil
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from backups import make_data_json, make_v7, v1_providers
from msconfig.languages import Tag, language
from msconfig.rendering.templates import render_own
from support import KEY, TOKEN, Ran, Run

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "valid"
MODEL = "Qwen/Qwen3.5-27B"
MASKED = "ms-0000****cafe"
SECRETS = (TOKEN, KEY, base64.b64encode(TOKEN.encode()).decode()[4:-4])


def validated(run: Run, *files: object) -> Ran:
    """What the command came to; it never shows a key."""
    ran = run("validate", "--no-keys", *files)
    assert not any(secret in ran.out + ran.err for secret in SECRETS)
    return ran


def link(key: str, **changed: str) -> str:
    payload = {"id": "modelscope", "baseUrl": "https://api-inference.modelscope.cn/v1/"}
    text = json.dumps({**payload, "apiKey": key, **changed})
    data = base64.b64encode(text.encode()).decode().replace("=", "%3D")
    return f"cherrystudio://providers/api-keys?v=1&data={data}"


def v1(key: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    document = json.loads((EXAMPLES / "provider.v1" / "built-in.json").read_text())
    return {**document, "apiKey": key, **more}


def v2(*keys: str, **provider: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    document = json.loads((EXAMPLES / "provider.v2" / "without-keys.json").read_text())
    entries = [
        {"id": f"00000000-0000-4000-8000-00000000000{number}", "key": key, "isEnabled": True}
        for number, key in enumerate(keys)
    ]
    document["provider"] |= {"apiKeys": entries, **provider}
    return dict(document)


def write(name: str, content: object) -> Path:
    path = Path(name)
    text = content if isinstance(content, str) else json.dumps(content, indent=2)
    path.write_text(text, encoding="utf-8")
    return path


def test_what_generate_writes_passes_only_without_its_keys(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", TOKEN)
    targets = [f"--target={each}" for each in ("v1", "v2", "link", "guide")]
    assert run("generate", "--offline", "-o", "with", *targets, MODEL).code == 0
    assert run("generate", "--offline", "-o", "without", "--redact", *targets, MODEL).code == 0
    codes = {path.name: validated(run, path).code for path in Path("with").iterdir()}
    assert codes == {
        **dict.fromkeys(("provider.v1.json", "provider.v2.json", "links.txt", "guide.en.html"), 5),
        **dict.fromkeys(("guide.en.md", "report.json"), 0),
    }
    assert validated(run, *Path("without").iterdir()).code == 0


PAGE = "<!doctype html>\n<p>x</p><p><a href=\"{}\">import</a> <a href='x'>y</a></p>\n"


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        pytest.param("p.json", v1(TOKEN), "$.apiKey", id="v1"),
        pytest.param("p.json", v1(f"{MASKED},{KEY}"), "$.apiKey", id="v1, one of two masked"),
        pytest.param("p.json", v1("some-key-of-another"), "$.apiKey", id="v1, of any form"),
        pytest.param("p.json", v1("", notes=f"old: {TOKEN}"), "$.notes", id="in the notes"),
        pytest.param(
            *("p.json", v1("", extra_headers={"Authorization": "Bearer abcdefgh"})),
            "$.extra_headers['Authorization']",
            id="in a header",
        ),
        pytest.param("p.json", {**v1(TOKEN), "models": 1}, "$.apiKey", id="v1, broken"),
        pytest.param("p.json", v2(MASKED, TOKEN), "$.provider.apiKeys[1].key", id="v2"),
        pytest.param(
            *("p.json", v2(providerSettings={"extraHeaders": {"X-Api-Key": "abcdefgh"}})),
            "$.provider.providerSettings.extraHeaders['X-Api-Key']",
            id="v2, in a header",
        ),
        pytest.param("links.txt", link(TOKEN), "line 1", id="link"),
        pytest.param("links.txt", f"{link(MASKED)}\n{link(KEY)}\n", "line 2", id="second link"),
        pytest.param("README.md", f"# Setup\n\n[key]({link(TOKEN)}).\n", "line 3", id="Markdown"),
        pytest.param("x.html", PAGE.format(link(TOKEN)), "line 2", id="saved page"),
        pytest.param(
            "x.html", PAGE.format(link(TOKEN).replace("&", "&amp;")), "line 2", id="escaped"
        ),
        pytest.param("msconfig.toml", f'site = "cn" # {TOKEN}\n', "line 1", id="comment"),
        pytest.param(
            "msconfig.toml", f'[provider]\nnotes = "{TOKEN}"\n', "$.provider.notes", id="settings"
        ),
        pytest.param("msconfig.toml", f"site = \ntoken = {TOKEN}", "line 2", id="not even TOML"),
    ],
)
def test_a_document_with_a_key_is_refused(run: Run, name: str, content: object, place: str) -> None:
    ran = validated(run, write(name, content))
    assert ran.code == 5
    assert ran.out.startswith("✗ Of 1 file: ")
    assert "1 with a key" in ran.out
    assert f"{name}: {place}: holds a key" in ran.out


def test_a_link_in_base64url_carries_the_key_too(run: Run) -> None:
    """Cherry Studio opens nothing; whoever reads the file has the key."""
    text = json.dumps({"id": "m", "apiKey": TOKEN, "baseUrl": "https://x/?", "name": "ÿþ~~??"})
    data = base64.urlsafe_b64encode(text.encode()).decode()
    assert {"-", "_"} & set(data)
    page = PAGE.format(f"cherrystudio://providers/api-keys?v=1&data={data}")
    assert validated(run, write("x.html", page)).code == 5


def test_the_page_of_link_open_is_refused_where_it_was_saved(run: Run) -> None:
    links = [{"link": link(TOKEN), "words": "ModelScope"}]
    page = render_own("open-links.html", {"links": links, "nonce": "x"}, language(Tag.EN))
    assert validated(run, write("Keys for Cherry Studio.html", page)).code == 5


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("p.json", v1(""), id="v1, empty"),
        pytest.param("p.json", v1(MASKED), id="v1, masked"),
        pytest.param("p.json", v2(), id="v2, none"),
        pytest.param("p.json", v2("ms-…cafe"), id="v2, masked"),
        pytest.param("links.txt", link(MASKED), id="masked link"),
        pytest.param("links.txt", link(""), id="link without a key"),
        pytest.param("msconfig.toml", 'token_env = "MODELSCOPE_API_TOKEN"\n', id="settings"),
    ],
)
def test_masked_and_empty_keys_are_none(run: Run, name: str, content: object) -> None:
    ran = validated(run, write(name, content))
    assert ran.code == 0, ran.out
    assert ran.out.startswith("✓ The file is valid and holds no key.\n")


@pytest.mark.usefixtures("both_headers")
def test_a_backup_is_refused_if_a_provider_has_a_key(run: Run, tmp_path: Path) -> None:
    providers = [{**each, "apiKey": ""} for each in v1_providers()]
    bare = make_data_json(tmp_path / "bare.zip", providers=providers)
    v7 = make_v7(tmp_path / "v7.zip", messages=1)
    old = make_data_json(tmp_path / "data.zip")
    ran = validated(run, bare, v7, old)
    assert ran.code == 5
    assert ran.out.startswith("✗ Of 3 files: 2 with a key.")
    assert f"{v7}: provider modelscope: holds a key" in ran.out
    assert f"{old}: provider modelscope: holds a key" in ran.out
    assert validated(run, bare).code == 0


def test_a_refused_backup_does_not_pass(run: Run) -> None:
    with zipfile.ZipFile("newer.zip", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"version": 99}))
    assert validated(run, "newer.zip").code == 5


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("links.txt", "https://example.com/a\nhttps://example.com/b\n"),
        ("package.json", {"type": "module", "name": "x"}),
        ("models.json", {"models": ["a", "b"]}),
        ("app.json", {"tool": {"x": 1}, "links": [], "quota": 3}),
        ("provider.v2.json", {"provider": "aws", "region": "eu"}),
        ("provider.v1.json", [1, 2]),
        ("pyproject.toml", '[project]\nname = "x"\n[tool.x]\nprovider = 1\n'),
        ("broken.toml", "a = \n"),
        ("broken.json", "{,}"),
        ("README.md", "Import with cherrystudio://providers/api-keys?v=1&data=BASE64 or so.\n"),
        ("empty.txt", ""),
        ("page.html", "<!doctype html><title>x</title>"),
    ],
)
def test_files_of_other_programs_pass_with_a_note(run: Run, name: str, content: object) -> None:
    ran = validated(run, write(name, content))
    assert ran.code == 0, ran.out
    assert ran.out == "✓ The file is of other programs.\n"
    assert ran.err == f"{name}: not a document that msconfig knows, so it passes\n"
    assert run("validate", name).code == 5


def test_binary_files_and_other_archives_pass(run: Run) -> None:
    Path("x.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    with zipfile.ZipFile("x.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    Path("cut.zip").write_bytes(b"PK\x03\x04 and no more")
    assert validated(run, "x.png", "x.zip", "cut.zip").code == 0


@pytest.mark.parametrize("chats", [0, 9 * 1024 * 1024])
def test_data_json_out_of_its_backup_is_named_and_does_not_pass(run: Run, chats: int) -> None:
    with zipfile.ZipFile(make_data_json(Path("made.zip"))) as archive:
        whole = archive.read("data.json")
    Path("data.json").write_bytes(whole + b" " * chats)
    for arguments in (("validate", "data.json"), ("validate", "--no-keys", "data.json")):
        ran = run(*arguments)
        assert ran.code == 5
        assert "the data.json of a backup of Cherry Studio; use the .zip or .bak" in ran.out
    with zipfile.ZipFile("zipped.zip", "w") as archive:
        archive.write("data.json")
    assert run("validate", "zipped.zip").code == 0


def test_a_token_in_a_file_of_another_program_is_mentioned(run: Run) -> None:
    ran = validated(run, write("other.json", {"a": 1, "key": TOKEN}))
    assert ran.code == 0
    assert ran.err.endswith("; line 3 looks like it holds a token\n")


def test_a_broken_document_of_ours_is_still_refused(run: Run) -> None:
    broken = write("provider.v1.json", json.dumps(v1(TOKEN))[:-2])
    assert validated(run, broken).code == 5
    assert validated(run, write("msconfig.toml", "site = 1\n")).code == 5
    report = write("report.json", {"schema_version": 1, "tool": {}})
    assert validated(run, report).code == 5


def test_the_verdict_counts_every_sort(run: Run) -> None:
    good, other = write("good.json", v1("")), write("other.txt", "x")
    bad, held = write("bad.json", {**v1(""), "models": 1}), write("held.json", v1(TOKEN))
    assert validated(run, good, other).out.startswith(
        "✓ 1 of 2 files is valid and holds no key; the rest pass.\n"
    )
    assert validated(run, good, good).out.startswith("✓ All 2 files are valid and hold no key.\n")
    ran = validated(run, good, other, bad, held, "missing.json")
    assert ran.code == 2
    assert ran.out.startswith("✗ Of 5 files: 1 invalid, 1 with a key, 1 not readable.\n")


def test_every_valid_example_without_a_key_passes(run: Run) -> None:
    shutil.copytree(EXAMPLES / "scenario", "scenario")  # its tokens are made up
    assert validated(run, *sorted(Path("scenario").iterdir())).code == 0
    for kind in ("report", "snapshot", "quota", "models", "plan", "settings", "decoded-link"):
        files = sorted(each for each in (EXAMPLES / kind).iterdir() if each.suffix != ".warnings")
        ran = validated(run, *files)
        assert ran.code == 0, ran.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_read_once(run: Run) -> None:
    os.mkfifo("pipe")
    content = json.dumps(v1(KEY)).encode()
    writer = threading.Thread(target=lambda: Path("pipe").write_bytes(content))
    writer.start()
    ran = validated(run, "pipe")
    writer.join()
    assert ran.code == 5
    assert "apiKey" in ran.out
