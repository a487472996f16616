"""Files as other programs have them (`shapes/`): every id is found with its place, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from msconfig.scanning.scan_request import ScanRequest
from msconfig.scanning.scanner import scan_files

SHAPES = Path(__file__).with_name("shapes")
LARGE = "Qwen/Qwen3.5-27B"
SMALL = "Qwen/Qwen3-8B"
CODER = "Qwen/Qwen3-Coder-480B-A35B-Instruct"
HUGE = "Qwen/Qwen3.5-397B-A17B"
KNOWN = frozenset({LARGE, SMALL, CODER, HUGE})
UNKNOWN = "acme-lab/Retired-7B"
"""No list has it; rule (b) finds it."""

EXPECTED = {
    ".continue/config.yaml": [(6, 12, CODER), (11, 12, UNKNOWN)],
    ".env": [(4, 22, LARGE), (5, 17, UNKNOWN), (6, 29, SMALL), (6, 61, UNKNOWN)],
    "README.md": [
        *[(3, 7, LARGE), (3, 75, SMALL), (7, 77, UNKNOWN), (8, 13, UNKNOWN), (9, 14, UNKNOWN)]
    ],
    "app.py": [
        *[(9, 6, LARGE), (10, 6, UNKNOWN), (12, 42, UNKNOWN), (18, 23, LARGE), (20, 50, UNKNOWN)]
    ],
    "app.ts": [(5, 37, UNKNOWN), (6, 27, LARGE), (8, 4, SMALL), (9, 4, UNKNOWN)],
    "claude-code-router.json": [
        *[(7, 19, CODER), (7, 58, UNKNOWN), (8, 73, UNKNOWN), (17, 28, CODER), (18, 31, UNKNOWN)]
    ],
    "dify.yml": [(14, 19, LARGE), (22, 19, UNKNOWN)],
    "litellm.yaml": [(5, 21, HUGE), (9, 37, UNKNOWN)],
    "opencode.json": [(3, 24, LARGE), (10, 10, LARGE), (11, 10, UNKNOWN)],
    "promptfooconfig.yaml": [(5, 21, LARGE), (9, 17, SMALL)],
    "src/models/modelscope.ts": [(8, 10, LARGE), (16, 10, SMALL)],
}


def test_every_shape_is_expected() -> None:
    files = {path.relative_to(SHAPES).as_posix() for path in SHAPES.rglob("*") if path.is_file()}
    assert files == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_every_id_of_a_shape_is_found_and_no_other(name: str) -> None:
    scanned = scan_files(ScanRequest(paths=[str(SHAPES / name)]), KNOWN)
    found = [
        (place.line, place.column, each.text) for each in scanned.ids for place in each.locations
    ]
    assert found == EXPECTED[name]
    assert scanned.notes == ()
    assert scanned.tokens == ()


def test_the_shapes_are_found_as_a_folder_too() -> None:
    scanned = scan_files(ScanRequest(paths=[str(SHAPES)]), KNOWN)
    assert len(scanned.ids) == sum(map(len, EXPECTED.values()))
    assert scanned.files == len(EXPECTED)


NOT_IDS = {
    "a.json": [
        '{"a": "https://huggingface.co/Qwen/Qwen3-8B"}',
        '{"a": "./Qwen/Qwen3-8B", "b": "/models/Qwen/Qwen3-8B", "c": "models/Qwen/Qwen3-8B"}',
        '{"a": "Qwen/Qwen3-8B/config.json", "b": "Qwen/Qwen3-8B-Base"}',
        '{"a": "deepinfra/Qwen/Qwen3-8B", "openrouter/Qwen/Qwen3-8B": 1}',
        '{"a": "the model Qwen/Qwen3-8B is gone"}',
        '{"u": "https://api-inference.modelscope.cn/v1", "model": "gpt-4o", "b": "owner/name"}',
        '{"u": "https://api-inference.modelscope.cn/v1", "model_path": "checkpoints/best"}',
        '{"u": "https://api-inference.modelscope.cn/v1", "model": "openai/gpt-4o"}',
        '{"u": "https://api-inference.modelscope.cn/v1", "modelscope_repo": "a/b"}',
        '{"model": "owner/name"}',
    ],
    "a.py": [
        "m = 'hf/Qwen/Qwen3-8B' + './Qwen/Qwen3-8B'\n",
        "# api-inference.modelscope.cn\nmodel = width/height\nmodel_type = 'text/plain'\n",
        "# api-inference.modelscope.cn\nx = remodel('a/b')\ny = load.model('a/b', 1)\n",
        "# api-inference.modelscope.cn\nSILICONFLOW_MODEL = 'a/b1'\nollama_model = 'a/b2'\n",
        "# api-inference.modelscope.cn\nx = model_path or 'a/b'\nmodel_of('a/b')\n",
        "# api-inference.modelscope.cn\nmodel = 'a/b' + suffix\nx = model('a/b.png')\n",
        "# api-inference.modelscope.cn\n# the model and/or the data, input/output of model a/b\n",
        "model = 'owner/name'\n",
        "from modelscope/hub/api import model\nmodel: 'src/app'\n",
    ],
    "a.md": [
        "api-inference.modelscope.cn: model and/or data; 24/7; TCP/IP; models in src/models\n",
        "pip install git+https://github.com/Qwen/Qwen3-8B and @Qwen/Qwen3-8B, ~/Qwen/Qwen3-8B\n",
    ],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, ts in NOT_IDS.items() for t in ts])
def test_what_only_looks_like_an_id_is_none(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert scan_files(ScanRequest(paths=[str(tmp_path / name)]), KNOWN).ids == ()


@pytest.mark.parametrize(
    "line",
    [
        'model = "{}"',
        "model: str = '{}'",
        'const modelName: string = "{}";',
        'client.chat(model="{}", n=1)',
        "--model {}",
        "--model={}",
        '["--chat-model", "{}"]',
        'MODEL="${{MODEL:-{}}}"',
        'model := "{}"',
        'models = {{"{}": 1}}',
        'chat_model: str = Field(default="{}", description="x")',
        'chat_model: str = Field("{}")',
        'model = os.environ.get("MODEL") or "{}"',
        'model = settings.model or "{}"',
        'const MODEL: &str = "{}";',
        'pub const DEFAULT_MODEL: &\'static str = "{}";',
        'client.builder().modelName("{}").build()',
        'openai.WithModel("{}"),',
        'request.setModel( "{}" );',
        'req.model("{}")',
        "MODEL ?= {}",
        '    "{}",',
    ],
)
def test_a_value_that_is_named_after_a_model_is_an_id(tmp_path: Path, line: str) -> None:
    file = tmp_path / "a.sh"
    before = "# api-inference.modelscope.cn\nMODELS=(\n"
    file.write_text(f"{before}{line.format('some-owner/some-name')}\n", "utf-8")
    (found,) = scan_files(ScanRequest(paths=[str(file)]), KNOWN).ids
    assert found.text == "some-owner/some-name"


MIXED = (
    """
CLIENTS = {
    "first": {"base_url": "https://api.example.com/v1", "model": "some-vendor/large"},
    "second": {
        "base_url": "https://api-inference.modelscope.cn/v1",
        "model": "some-owner/some-name",
    },
}
"""
    + "#\n" * 600
)


@pytest.mark.parametrize("name", ["a.py", "a.md", "a.ts"])
def test_among_several_services_the_nearest_address_decides(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(f'{MIXED}model = "other/one"\nmodel = "modelscope/other/two"\n', "utf-8")
    found = [each.text for each in scan_files(ScanRequest(paths=[str(file)]), KNOWN).ids]
    assert found == ["some-owner/some-name", "other/two"]


OURS = """  ours: {{
    baseUrl: "https://api-inference.modelscope.cn/v1",
    models: [{{ value: "acme/ours", name: "Ours" }}],
    defaultModel: "acme/ours",
  }},
"""
THEIRS = """  theirs{}: {{
    baseUrl: "https://api.example.com/v1", keyHint: "where the key of this service is created",
    defaultModel: "acme/theirs",
  }},
"""


@pytest.mark.parametrize("order", [(OURS, THEIRS), (THEIRS, OURS), (THEIRS, OURS, THEIRS)])
@pytest.mark.parametrize("address_last", [False, True])
def test_an_address_in_the_same_brackets_decides_before_a_nearer_one(
    tmp_path: Path, order: tuple[str, ...], *, address_last: bool
) -> None:
    entries = [each.format(number) for number, each in enumerate(order)]
    if address_last:
        entries = ["".join(_with_address_last(each.splitlines(keepends=True))) for each in entries]
    file = tmp_path / "presets.ts"
    file.write_text(f"export const PRESETS = {{\n{''.join(entries)}}};\n", "utf-8")
    found = [each.text for each in scan_files(ScanRequest(paths=[str(file)]), KNOWN).ids]
    assert found == ["acme/ours", "acme/ours"]


def _with_address_last(lines: list[str]) -> list[str]:
    first, address, *others, last = lines
    return [first, *others, address, last]


def test_in_a_tools_own_naming_only_a_prefix_of_modelscope_counts(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    names = ["anthropic/claude", "mimo/mimo-v2", "modelscope/some-owner/some-name"]
    models = ", ".join(f'{{"model": "{name}"}}' for name in names)
    file.write_text(f"[{models}]", "utf-8")
    found = [each.text for each in scan_files(ScanRequest(paths=[str(file)]), KNOWN).ids]
    assert found == ["some-owner/some-name"]
