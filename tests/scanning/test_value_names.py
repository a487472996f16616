"""Values that a document names in other ways than by keys: `NAME=value`, options, entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from msconfig.scanning.scan_request import ScanRequest
from msconfig.scanning.scanner import scan_files

KNOWN = frozenset({"Qwen/Qwen3-8B"})
HOST = "https://api-inference.modelscope.cn/v1"
OTHER_HOST = "https://api.example.com/v1"


def found(folder: Path, name: str, text: str) -> list[str]:
    """The ids of a file, each compared with what is at its place."""
    file = folder / name
    file.write_text(text, "utf-8")
    scanned = scan_files(ScanRequest(paths=[str(file)]), KNOWN)
    assert scanned.notes == ()
    lines = text.splitlines()
    for each in scanned.ids:
        (place,) = each.locations
        assert lines[place.line - 1][place.column - 1 :].startswith(place.given or each.text)
    return [each.text for each in scanned.ids]


COMPOSE = f"""
services:
  web:
    image: example/app
    environment:
      - OPENAI_BASE_URL={HOST}
      - OPENAI_MODEL=acme/one
      - 'VISION_MODEL="acme/two"'
      - EMBEDDING_MODEL=Qwen/Qwen3-8B
      - MODEL_LIST=-all,+acme/three=Three<8192:fc>,acme/four
      - FAST_MODEL=${{FAST_MODEL:-acme/five}}
      - SLOW_MODEL=${{SLOW}}
      - MODEL_PATH=data/weights
"""
POD = f"""
spec:
  containers:
    - name: app
      env:
        - name: OPENAI_MODEL
          value: acme/one
        - name: OPENAI_BASE_URL
          value: {HOST}
        - value: acme/two
          key: VISION_MODEL
        - name: LOG_LEVEL
          value: some/thing
"""
ONE_SERVICE = {
    "compose.yaml": (
        COMPOSE,
        ["acme/one", "acme/two", "Qwen/Qwen3-8B", "acme/three", "acme/four", "acme/five"],
    ),
    "pod.yaml": (POD, ["acme/one", "acme/two"]),
    "task.json": (
        (
            f'{{"env": ["B={HOST}", "OPENAI_MODEL=acme/one", "M_MODEL=Qwen/Qwen3-8B", "A=a/b"],\n'
            ' "more": [{"value": "acme/two", "name": "MODEL"}, {"name": "X", "value": "a/b"}]}'
        ),
        ["acme/one", "Qwen/Qwen3-8B", "acme/two"],
    ),
    "escaped.json": (
        f'["{HOST}", "A_MODEL=acme\\/one"]',
        ["acme/one"],
    ),
    "launch.json": (
        (
            f'{{"args": ["--base-url", "{HOST}", "--model", "acme/one", "--vl-model=acme/two",\n'
            ' "--out", "a/b", "--model", "--x", "c/d"]}'
        ),
        ["acme/one", "acme/two"],
    ),
    "args.yaml": (
        (
            f'url: {HOST}\nargs: ["--model=acme/one"]\nmore:\n  - --model\n  - acme/two\n  - a/b\n'
            "command: docker run -e OPENAI_MODEL=acme/three -e X=a/b image\n"
        ),
        ["acme/one", "acme/two", "acme/three"],
    ),
    "args.toml": (
        f'url = "{HOST}"\nargs = ["--model", "acme/one"]\nenv = ["MODEL=acme/two", "A=a/b"]\n',
        ["acme/one", "acme/two"],
    ),
    "workflow.yaml": (
        (
            f"env:\n  URL: {HOST}\n  MODEL: ${{{{ vars.MODEL || 'acme/one' }}}}\n"
            "run: |\n  export OPENAI_MODEL=acme/two\n  VISION_MODEL=acme/three serve\n"
            "more: |\n  SCALE = width/height\n"
        ),
        ["acme/one", "acme/two", "acme/three"],
    ),
}


@pytest.mark.parametrize("name", ONE_SERVICE)
def test_a_value_is_named_by_what_is_in_front_of_it_or_beside_it(tmp_path: Path, name: str) -> None:
    text, ids = ONE_SERVICE[name]
    assert found(tmp_path, name, text) == ids


@pytest.mark.parametrize("name", ["compose.yaml", "args.yaml", "workflow.yaml", "args.toml"])
def test_a_parsed_file_gives_what_the_same_text_gives(tmp_path: Path, name: str) -> None:
    text, ids = ONE_SERVICE[name]
    assert set(found(tmp_path, "text.txt", text)) <= set(ids)


SEVERAL_SERVICES = {
    "compose.yaml": f"""
services:
  first:
    environment:
      - OPENAI_BASE_URL={HOST}
      - OPENAI_MODEL=acme/ours
  second:
    environment:
      - OPENAI_BASE_URL={OTHER_HOST}
      - OPENAI_MODEL=acme/theirs
  third:
    environment:
      OPENAI_BASE_URL: {OTHER_HOST}
      OPENAI_MODEL: acme/theirs-too
""",
    "pod.yaml": f"""
containers:
  - name: first
    env:
      - name: OPENAI_BASE_URL
        value: {HOST}
      - name: OPENAI_MODEL
        value: acme/ours
  - name: second
    env:
      - name: OPENAI_BASE_URL
        value: {OTHER_HOST}
      - name: OPENAI_MODEL
        value: acme/theirs
""",
    "launch.json": f"""[
{{"args": ["--model", "acme/theirs", "--base-url", "{OTHER_HOST}"]}},
{{"args": ["--model", "acme/ours", "--base-url={HOST}"]}},
{{"env": ["URL={OTHER_HOST}", "MODEL=acme/theirs-too"]}}
]""",
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "settings.json",
            (
                f'{{"modelProviders": {{"openai": [{{"id": "acme/ours", "baseUrl": "{HOST}"}},\n'
                f'{{"id": "acme/theirs", "baseUrl": "{OTHER_HOST}"}}, {{"id": "acme/none"}}]}}}}'
            ),
        ),
        (
            "settings.toml",
            (
                f'[[p.openai]]\nid = "acme/ours"\nbaseUrl = "{HOST}"\n'
                f'[[p.openai]]\nid = "acme/theirs"\nbaseUrl = "{OTHER_HOST}"\n'
            ),
        ),
        (
            "settings.yaml",
            f"- id: acme/theirs\n  url: {OTHER_HOST}\n- id: acme/ours\n  url: {HOST}\n",
        ),
    ],
)
def test_an_id_with_an_address_of_its_own_is_that_of_a_model(
    tmp_path: Path, name: str, text: str
) -> None:
    assert found(tmp_path, name, text) == ["acme/ours"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", f'{{"id": "acme/app", "llm": {{"baseURL": "{HOST}", "model": "acme/ours"}}}}'),
        ("a.yaml", f"- id: acme/app\n  provider:\n    base_url: {HOST}\n    model: acme/ours\n"),
        (
            "a.json",
            (
                '{"mcpServers": [{"id": "acme/fetch", "url":'
                ' "https://mcp.api-inference.modelscope.cn/sse/x"}],\n'
                f'"b": [{{"id": "acme/ours", "url": "{HOST}"}}]}}'
            ),
        ),
    ],
)
def test_an_id_around_an_address_in_a_mapping_of_its_own_is_that_of_no_model(
    tmp_path: Path, name: str, text: str
) -> None:
    assert found(tmp_path, name, text) == ["acme/ours"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "opencode.json",
            (
                f'{{"modelscope": {{"options": {{"baseURL": "{HOST}"}},\n'
                '"models": {"acme/ours": 1}},\n'
                '"openrouter": {"models": {"acme/theirs": {}}, "model": "acme/theirs-too"}}'
            ),
        ),
        (
            "config.yaml",
            (
                "models:\n"
                f"  - {{provider: openai, model: acme/ours, apiBase: {HOST}}}\n"
                "  - {provider: ollama, model: acme/theirs}\n"
                "  - {model: acme/theirs-too, provider: langgenius/siliconflow/siliconflow}\n"
                f"  - {{provider: huggingface, model: acme/ours, apiBase: {HOST}}}\n"
            ),
        ),
        (
            "config.toml",
            (
                f'[modelscope]\nurl = "{HOST}"\nmodel = "acme/ours"\n'
                '[together-ai]\nmodel = "acme/theirs"\n[LMStudio]\nmodel = "acme/theirs"\n'
            ),
        ),
    ],
)
def test_a_service_may_be_named_in_place_of_its_address(
    tmp_path: Path, name: str, text: str
) -> None:
    assert set(found(tmp_path, name, text)) == {"acme/ours"}


@pytest.mark.parametrize("key", ["embedding_provider", "defaultProvider", "rerank-provider"])
def test_a_service_for_something_else_leaves_the_model_its_own(tmp_path: Path, key: str) -> None:
    text = f"services:\n  url: {HOST}\napp:\n  {key}: huggingface\n  model: acme/ours\n"
    assert found(tmp_path, "config.yaml", text) == ["acme/ours"]


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        (
            "map.yaml",
            f'url: {HOST}\nMODEL_MAP: \'{{"model": "acme/one", "x": "Qwen/Qwen3-8B"}}\'\n',
            ["acme/one", "Qwen/Qwen3-8B"],
        ),
        (
            "channel.json",
            (
                f'{{"base_url": "{HOST}", "model_mapping":'
                ' "{\\"gpt-4\\": \\"Qwen/Qwen3-8B\\", \\"model\\": \\"acme/one\\"}"}'
            ),
            ["Qwen/Qwen3-8B", "acme/one"],
        ),
        (
            "body.toml",
            f'url = "{HOST}"\nbody = \'[{{"model": "acme/one", "content": "and/or"}}]\'\n',
            ["acme/one"],
        ),
        ("text.json", '{"a": "[see Qwen/Qwen3-8B]", "b": "{Qwen/Qwen3-8B}"}', []),
    ],
)
def test_json_in_a_value_is_read(tmp_path: Path, name: str, text: str, ids: list[str]) -> None:
    assert found(tmp_path, name, text) == ids


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        (".env", "DEFAULT_MODELS=acme/one;acme/two\n", ["acme/one", "acme/two"]),
        (".env", "OPENROUTER_MODEL=acme/theirs\nLLM_MODEL=acme/one\n", ["acme/one"]),
        (
            "flow.json",
            '{"model": {"mode": "list", "value": "acme/one", "text": "a/b"}}',
            ["acme/one"],
        ),
    ],
)
def test_other_forms_of_tools_are_read(
    tmp_path: Path, name: str, text: str, ids: list[str]
) -> None:
    comment = "//" if name.endswith("json") else "#"
    assert found(tmp_path, name, f"{comment} {HOST}\n{text}") == ids


@pytest.mark.parametrize("name", ["application.yml", "app.properties", "run.sh"])
def test_the_default_of_a_placeholder_is_found(tmp_path: Path, name: str) -> None:
    sign = ":" if name.endswith("yml") else "="
    lines = (
        f"base-url{sign} {HOST}",
        f"model{sign} ${{LLM_MODEL:acme/one}}",
        f"other{sign} ${{llm.name:Qwen/Qwen3-8B}}",
        f"path{sign} ${{HOME_DIR:some/folder}}",
    )
    assert found(tmp_path, name, "\n".join(lines)) == ["acme/one", "Qwen/Qwen3-8B"]


@pytest.mark.parametrize("name", SEVERAL_SERVICES)
def test_the_address_is_found_in_the_same_way(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, name, SEVERAL_SERVICES[name]) == ["acme/ours"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "command: --model=acme/one --port 80 --draft-model=acme/two"),
        ("a.yaml", 'args:\n  - "--model=acme/one --port=${PORT}"\n  - --model=acme/two'),
        ("a.yaml", "run: MODEL=acme/one python x.py --model acme/two"),
        ("a.yaml", 'x: "PORT=80 MODEL=acme/one VISION_MODEL=acme/two serve a/b"'),
        (".env", 'VLLM_ARGS="--model=acme/one --port 80"\nMODEL_ARGS="--x=1 --model acme/two"'),
        ("a.json", '{"x": "--model=acme/one --draft-model=acme/two"}'),
        ("a.json", '{"models": ["--model=acme/one --draft-model=acme/two"]}'),
        ("a.json", '{"models": ["MODELS=acme/one,acme/two", "--x --model=acme/one"]}'),
    ],
)
def test_a_line_that_begins_with_a_name_is_read_to_its_end(
    tmp_path: Path, name: str, text: str
) -> None:
    comment = "//" if name == "a.json" else "#"
    assert sorted(set(found(tmp_path, name, f"{comment} {HOST}\n{text}\n"))) == [
        "acme/one",
        "acme/two",
    ]


OURS = f"""  ours:
    OPENAI_BASE_URL: {HOST}
    OPENAI_MODEL: ${{MODEL:-acme/one}}
    command: python serve.py --model acme/two
"""
THEIRS = f"""  theirs:
    OPENAI_BASE_URL: {OTHER_HOST}
    OPENAI_MODEL: ${{MODEL:-acme/theirs}}
    command: --model acme/theirs-too
"""


@pytest.mark.parametrize("text", [OURS + THEIRS, THEIRS + OURS])
def test_expressions_and_arguments_are_for_the_service_beside_them(
    tmp_path: Path, text: str
) -> None:
    assert found(tmp_path, "a.yaml", f"services:\n{text}") == ["acme/one", "acme/two"]


def test_arguments_without_an_address_beside_them_are_for_the_nearest(tmp_path: Path) -> None:
    far = "#\n" * 600
    text = (
        f"- {{url: {OTHER_HOST}}}\n- {{cmd: x --model acme/theirs}}\n{far}"
        f"- {{url: {HOST}}}\n- {{cmd: x --model acme/ours}}\n"
    )
    assert found(tmp_path, "a.yaml", text) == ["acme/ours"]
