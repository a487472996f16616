"""`msconfig check --scan PATH --fix`: files of other programs, changed in the ids alone."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from support import Run

WRONG_CASE = "Qwen/Qwen3.5-27b"
RIGHT = "Qwen/Qwen3.5-27B"
VANISHED = "Qwen/Qwen3-8B"
NEXT = "Qwen/Qwen3.5-27B"
HOST = "https://api-inference.modelscope.cn/v1"

FIX = ("check", "--offline", "--no-token", "--scan", ".")

SHAPES = {
    "litellm/config.yaml": f"""\
# models of the proxy
model_list:
  - model_name: small   # ours
    litellm_params:
      model: openai/{WRONG_CASE}
      api_base: {HOST}
      api_key: os.environ/MODELSCOPE_API_KEY
  - model_name: "{VANISHED}"
    litellm_params: {{ model: 'modelscope/{VANISHED}', api_key: "os.environ/X" }}
""",
    "opencode.jsonc": f"""\
{{
  // of opencode
  "$schema": "https://opencode.ai/config.json",
  "provider": {{
    "modelscope": {{
      "npm": "@ai-sdk/openai-compatible",
      "options": {{ "baseURL": "{HOST}" }},
      "models": {{ "{VANISHED}": {{ "name": "Eight" }}, }},
    }}
  }},
  "model": "modelscope/{WRONG_CASE}",
}}
""",
    "continue/config.yaml": f"""\
name: ours
models:
  - name: Qwen
    provider: openai
    model: {WRONG_CASE}
    apiBase: {HOST}
    roles: [chat, edit]
""",
    "ccr.json": json.dumps(
        {
            "Providers": [
                {
                    "name": "modelscope",
                    "api_base_url": f"{HOST}/chat/completions",
                    "models": [WRONG_CASE, VANISHED],
                }
            ],
            "Router": {"default": f"modelscope,{VANISHED}"},
        }
    ),
    "promptfooconfig.yaml": f"""\
providers:
  - id: openai:chat:{VANISHED}
    config: {{ apiBaseUrl: {HOST}, temperature: 0 }}
""",
    ".env": f"export MODEL_NAME='{WRONG_CASE}' # {HOST}\nOPENAI_BASE_URL={HOST}\n"
    f'OTHER_MODEL="{VANISHED}"\nMODELSCOPE_MODEL_LIST=-all,+{VANISHED}=Eight,+{WRONG_CASE}\n',
    "app.py": f"""\
client = OpenAI(base_url="{HOST}", api_key=key)
answer = client.chat.completions.create(model='{WRONG_CASE}', messages=[])
MODELS = ("{VANISHED}", f"{VANISHED}")
""",
    "src/models.ts": f"""\
export const baseURL = '{HOST}';
export const chatModels = [{{ id: "{VANISHED}", enabled: true }}, {{ id: `{VANISHED}` }}];
const checkModel = "{WRONG_CASE}";
""",
    "README.md": f"""\
# Models

The default is `{VANISHED}`; see {HOST}.

```sh
curl {HOST}/chat/completions -d '{{"model": "{VANISHED}"}}'
```
""",
    "models.toml": f"""\
base_url = "{HOST}"
[models]
default_model = "{WRONG_CASE}" # é
others = ["{VANISHED}",
  '{VANISHED}']
""",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with every shape, in both line ends."""
    folder = tmp_path / "repository"
    for name, text in SHAPES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        path.with_name(f"crlf.{path.name.lstrip('.')}").write_bytes(
            b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
        )
    monkeypatch.chdir(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def replaced(files: dict[str, bytes], older: str, newer: str) -> dict[str, bytes]:
    return {name: raw.replace(older.encode(), newer.encode()) for name, raw in files.items()}


def test_every_shape_is_changed_in_the_ids_alone(run: Run, repository: Path) -> None:
    before = contents(repository)
    ran = run(*FIX, "--fix", "--dry-run")
    assert (ran.code, contents(repository)) == (1, before)
    changes = [line for line in ran.out.splitlines() if line[:1] in {"-", "+"} and line[3:4]]
    assert sum(WRONG_CASE in line for line in changes) == sum(
        raw.count(WRONG_CASE.encode()) for raw in before.values()
    )
    ran = run(*FIX, "--fix")
    fixed = replaced(before, WRONG_CASE, RIGHT)
    assert ran.code == 1
    assert contents(repository) == fixed
    ran = run(*FIX, "--fix-any")
    assert ran.code == 1
    assert contents(repository) == replaced(fixed, VANISHED, NEXT)
    ran = run(*FIX, "--fix-any")
    assert ran.code == 0, ran.err + ran.out
    assert "not changed" not in ran.err
    assert contents(repository) == replaced(fixed, VANISHED, NEXT)


def test_dry_run_shows_no_key_of_a_line(run: Run, repository: Path) -> None:
    (repository / "one.json").write_text(
        f'{{"apiKey":"ms-00000000-0000-4000-8000-00000000cafe","k":"0a1B2c3D4e5F6a7B8c9D",'
        f'"baseURL":"{HOST}","model":"{WRONG_CASE}"}}'
    )
    ran = run(*FIX, "--fix", "--dry-run")
    assert f'"model":"{RIGHT}"' in ran.out
    assert "cafe" not in ran.out
    assert "2c3D" not in ran.out


@pytest.mark.parametrize(
    ("name", "older", "newer"),
    [
        pytest.param(
            "a.json", r'{"model": "Qwen\/Qwen3-8B"}', r'{"model": "Qwen\/Qwen3.5-27B"}', id="PHP"
        ),
        pytest.param(
            "b.json",
            r'{"model": "Qwen\u002fQwen3\u002D8B:x", "y": "\u002f"}',
            None,
            id="a suffix, which stays with the user",
        ),
        pytest.param(
            "c.json",
            r'{"model": "Qwen\u002fQwen3\u002D8B", "y": "\u002f"}',
            r'{"model": "Qwen/Qwen3.5-27B", "y": "\u002f"}',
            id="other escapes",
        ),
        pytest.param(
            "d.yaml", 'model: "Qwen\\x2fQwen3-8B"\n', 'model: "Qwen/Qwen3.5-27B"\n', id="YAML"
        ),
        pytest.param(
            "e.py",
            b"x = '\xff'\nMODEL = 'Qwen/Qwen3-8B'\n",
            b"x = '\xff'\nMODEL = 'Qwen/Qwen3.5-27B'\n",
            id="not UTF-8",
        ),
        pytest.param(
            "f.yaml",
            "model: Qwen/Qwen3-8B\r\n".encode("utf-16"),
            "model: Qwen/Qwen3.5-27B\r\n".encode("utf-16"),
            id="UTF-16",
        ),
    ],
)
def test_other_spellings_and_encodings(
    run: Run, name: str, older: str | bytes, newer: str | bytes | None
) -> None:
    raw = older if isinstance(older, bytes) else older.encode()
    wanted = newer if isinstance(newer, bytes) else newer.encode() if newer else raw
    Path(name).write_bytes(raw)
    run(*FIX, "--fix-any")
    assert Path(name).read_bytes() == wanted


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", f'{{"models": {{"{VANISHED}": {{}}, "{NEXT}": {{}}}}}}'),
        ("a.jsonc", f'{{"models": {{"{NEXT}": {{}}, /* x */ "{VANISHED}": {{}},}}}}'),
        ("a.yaml", f"models:\n  {VANISHED}: {{x: 1}}\n  ? '{NEXT}'\n  : 2\n"),
        ("a.toml", f'[models]\n"{VANISHED}" = 1\n"{NEXT}" = 2\n'),
    ],
)
def test_no_mapping_has_a_key_twice(run: Run, name: str, content: str) -> None:
    Path(name).write_text(content)
    Path("b.json").write_text(f'{{"{VANISHED}": [{{"{VANISHED}": "{VANISHED}"}}]}}')
    ran = run(*FIX, "--fix-any")
    assert Path(name).read_text() == content
    assert "would be a key twice" in ran.err
    assert Path("b.json").read_text() == f'{{"{NEXT}": [{{"{NEXT}": "{NEXT}"}}]}}'


def test_two_keys_that_would_become_one_stay_two(run: Run) -> None:
    content = f"models:\n  {VANISHED}: 1\n  Qwen/Qwen3-4B: 2\nnext: {VANISHED}\n"
    Path("a.yaml").write_text(content)
    ran = run(*FIX, "--fix-any")
    assert Path("a.yaml").read_text() == content.replace(VANISHED, NEXT)
    assert "not changed: Qwen/Qwen3-4B (" in ran.err
    assert "a.yaml:3" in ran.err


@pytest.mark.parametrize("named", [False, True])
def test_a_backup_of_the_app_is_never_changed(run: Run, named: bool) -> None:
    content = json.dumps({"version": 5, "localStorage": {"x": VANISHED}, "indexedDB": {}})
    Path("data.json").write_text(content)
    archive = b"PK\x03\x04" + f'\0"{VANISHED}"\n'.encode()
    Path("backup.zip").write_bytes(archive)
    more = ("--scan", "backup.zip", "--scan", "data.json") if named else ()
    ran = run(*FIX, "--fix-any", *more)
    assert Path("data.json").read_text() == content
    assert Path("backup.zip").read_bytes() == archive
    assert "backups are changed by apply alone" in ran.err


@pytest.mark.parametrize("name", ["a.yaml", "a.txt", "a.json"])
def test_a_fixed_file_with_shown_names_passes(run: Run, name: str) -> None:
    model = f"{VANISHED}:{VANISHED.partition('/')[2]}"
    content = json.dumps({"models": f"{model},x", "model": model, "url": HOST}, indent=1)
    Path(name).write_text(content, "utf-8")
    assert run(*FIX[:-1], name, "--fix-any").code == 1
    assert VANISHED.partition("/")[2] + '"' not in Path(name).read_text("utf-8")
    ran = run(*FIX[:-1], name)
    assert ran.code == 0
    assert f"{name}:" not in ran.out


def test_what_is_for_the_other_site_is_left_as_it_is(run: Run) -> None:
    content = (
        "OPENAI_BASE_URL=https://api-inference.modelscope.ai/v1\nOPENAI_MODEL=zai-org/GLM-5.2\n"
    )
    Path("a.env").write_text(content)
    ran = run(*FIX, "--fix-any")
    assert ran.code == 0
    assert Path("a.env").read_text() == content
    assert ran.out.count("--site ai") == 1


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_nothing_behind_a_link_in_a_folder_is_changed(run: Run, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(f"model: {VANISHED}\n")
    Path("in.yaml").symlink_to(outside)
    Path("folder").symlink_to(tmp_path)
    run(*FIX, "--fix-any")
    assert outside.read_text() == f"model: {VANISHED}\n"


def test_only_what_is_new_since_a_revision_is_changed(run: Run) -> None:
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b.c")
    Path("a.yaml").write_text(f"model: {VANISHED}\n")
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "first")):
        subprocess.run([*git, *arguments], check=True)
    Path("a.yaml").write_text(f"model: {VANISHED}\nmodel_2: {VANISHED}\n")
    run(*FIX, "--fix-any", "--diff", "HEAD")
    assert Path("a.yaml").read_text() == f"model: {VANISHED}\nmodel_2: {NEXT}\n"


def test_the_settings_in_a_scanned_folder_stay_valid(run: Run) -> None:
    content = f"""\
[[models]]
id = "{VANISHED}"
[[models]]
id = "{NEXT}"
[[check.ignore]]
id = "{VANISHED}"
reason = "expired"
until = "2026-01-01"
"""
    Path("msconfig.toml").write_text(content)
    ran = run(*FIX, "--fix-any")
    assert Path("msconfig.toml").read_text() == content
    assert "is in the settings already" in ran.err
    Path("msconfig.toml").write_text(content.replace(NEXT, "ZhipuAI/GLM-5.2"))
    run(*FIX, "--fix-any")
    (first, rest) = content.replace(NEXT, "ZhipuAI/GLM-5.2").split("[[check", 1)
    assert Path("msconfig.toml").read_text() == first.replace(VANISHED, NEXT) + "[[check" + rest


KEYS = st.sampled_from(["model", "name", "x", VANISHED, WRONG_CASE, "é"])
VALUES = st.recursive(
    st.sampled_from([VANISHED, f"openai/{VANISHED}", WRONG_CASE, "a/b", "é 🙂", 1, None, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40)
@given(document=st.dictionaries(KEYS, VALUES, max_size=4), form=st.sampled_from(["json", "yaml"]))
def test_a_document_is_the_same_but_for_the_ids(
    document: dict[str, object], form: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from msconfig.cli.app import run  # noqa: PLC0415 - as the fixture does

    path = tmp_path_factory.mktemp("one") / f"a.{form}"
    text = (
        json.dumps(document, ensure_ascii=False, indent=1)
        if form == "json"
        else yaml.safe_dump(document, allow_unicode=True)
    )
    path.write_text(text, "utf-8")
    arguments = ["check", "--offline", "--no-token", "-q", "--scan", str(path), "--fix-any"]
    run(arguments)
    fixed = path.read_text("utf-8")
    read = json.loads if form == "json" else yaml.safe_load
    assert _bare(read(fixed)) == _bare(document)
    run(arguments)
    assert path.read_text("utf-8") == fixed


def _bare(value: object) -> object:
    """`value` in which every id that may be replaced is the same."""
    if isinstance(value, dict):
        return sorted((str(_bare(key)), repr(_bare(each))) for key, each in value.items())
    if isinstance(value, list):
        return list(map(_bare, value))
    if isinstance(value, str):
        return value.replace(VANISHED, NEXT).replace(WRONG_CASE, RIGHT)
    return value
