"""Lists of models and mappings to models: every element and value counts, and nothing beside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from msconfig.scanning import scanner
from msconfig.scanning.id_rules import FoundId
from msconfig.scanning.scan_request import ScanRequest
from msconfig.scanning.scanner import scan_files
from msconfig.scanning.text_lines import ids_in_lines

HOST = "https://api-inference.modelscope.cn/v1"
ONE, TWO = "acme/one-1", "acme/two-2"
BOTH = [ONE, TWO]

# the file's name, what is in it beside the address, and its ids
FOUND = [
    ("a.java", f'List<String> models = List.of("{ONE}", "{TWO}");', BOTH),
    ("a.java", f'List<String> models = Arrays.asList("{ONE}", "{TWO}");', BOTH),
    ("a.java", f'String[] MODELS = {{"{ONE}", "{TWO}"}};', BOTH),
    ("a.kt", f'val models = listOf("x", "{ONE}", "{TWO}")', BOTH),
    ("a.go", f'models := []string{{"{ONE}", "{TWO}"}}', BOTH),
    ("a.go", f'var Models = []string{{\n\t"{ONE}",\n\t"{TWO}", "x",\n}}', BOTH),
    ("a.go", f'models := map[string]string{{"fast": "{ONE}", "slow": "{TWO}"}}', BOTH),
    ("a.rs", f'let models = vec!["{ONE}", "{TWO}"];', BOTH),
    ("a.rs", f'const MODELS: [&str; 2] = ["{ONE}", "{TWO}"];', BOTH),
    ("a.ts", f"const FREE_MODELS = new Set(['{ONE}', '{TWO}']);", BOTH),
    ("a.ts", f"const modelMap = {{ fast: '{ONE}', slow: '{TWO}', path: 'a/b' }};", BOTH),
    (
        "a.ts",
        f"const MODELS: Record<string, string> = {{\n  fast: '{ONE}',\n  'x': '{TWO}',\n}};",
        BOTH,
    ),
    ("a.py", f'models = {{"fast": "{ONE}", "slow": "{TWO}", "type": "a/b"}}', BOTH),
    ("a.py", f'MODELS = [\n    "x", "{ONE}", "{TWO}",\n]', BOTH),
    ("a.py", f'MODELS = ("{ONE}", "{TWO}")', BOTH),
    ("a.py", f'parser.add_argument("--model", default="{ONE}")', [ONE]),
    ("a.py", f'parser.add_argument("--model", type=str, help="a/b", default="{ONE}")', [ONE]),
    ("a.py", f'@click.option("--model", "-m", default="{ONE}", help="a/b")', [ONE]),
    ("a.ps1", f'$env:LLM_MODEL_ID="{ONE}"\n$env:OPENAI_MODEL = \'{TWO}\'\n$env:PATH = "a/b"', BOTH),
    ("a.md", f'```powershell\n$env:LLM_MODEL_ID="{ONE}"\n```', [ONE]),
    ("a.sh", f"docker run -e B=c/d -e OPENAI_MODEL={ONE} image", [ONE]),
    ("a.sh", f"OPENAI_MODEL={ONE} VISION_MODEL={TWO} serve a/b", BOTH),
    ("a.sh", f"export MODEL_LIST={ONE},x,{TWO}\n", BOTH),
    ("a.sh", f'MODEL_LIST="-all,+{ONE}=One<1:fc>,+{TWO}"\n', BOTH),
    ("a.sh", f"MODEL_LIST='-all,+{ONE}->x=One,+{TWO}->y'\n", BOTH),
    ("a.sh", f'MODELS="{ONE},{TWO}"', BOTH),
    ("a.sh", f"export MODELS='{ONE},x,{TWO}'", BOTH),
    ("a.sh", f"serve --models {ONE},{TWO} --out a/b,c/d", BOTH),
    ("a.sh", f"serve --models={ONE},{TWO}", BOTH),
    ("a.sh", f'serve --models="{ONE},{TWO}" --out="a/b,c/d"', BOTH),
    ("a.sh", f'MODELS=("{ONE}" "{TWO}")\nPATHS=("a/b" "c/d")', BOTH),
    ("a.sh", f"MODELS=('x' '{ONE}'  '{TWO}')", BOTH),
    ("a.sh", f'MODELS=(\n  "{ONE}"\n  "{TWO}"\n)', BOTH),
    ("a.ps1", f'$models = @("{ONE}","{TWO}")\n$paths = @("a/b", "c/d")', BOTH),
    ("a.ps1", f"$models = @('{ONE}', '{TWO}')", BOTH),
    ("a.ps1", f'$models = @(\n  "{ONE}",\n  "{TWO}"\n)', BOTH),
    ("a.yaml", f"args: serve --models {ONE},{TWO}", BOTH),
    ("a.yaml", f"models:\n  fast: {ONE}\n  slow: {TWO}\n  path: a/b\n", BOTH),
    ("a.json", f'{{"model_aliases": {{"fast": "{ONE}", "slow": "{TWO}"}}}}', BOTH),
    ("a.toml", f'[models]\nfast = "{ONE}"\nslow = "{TWO}"\n', BOTH),
]


LISTED = [
    (f"-all,+{ONE}->deployment=One<8192:fc>,+{TWO}->x", BOTH),
    (f"{ONE}@Service=One,{TWO}->x=Two", BOTH),
    ("a/Big-V4-0731:Big-V4,a/Big-V4:big-v4", ["a/Big-V4-0731", "a/Big-V4"]),
    ("a/Big-V4:Big,a/Big-V4:Provider", ["a/Big-V4:Big", "a/Big-V4:Provider"]),
    ("MiniMax/MiniMax-M2.7:MiniMax,x", ["MiniMax/MiniMax-M2.7:MiniMax"]),
]


@pytest.mark.parametrize(("text", "ids"), LISTED)
@pytest.mark.parametrize("name", [".env", "a.yaml", "a.json"])
def test_what_is_shown_for_a_model_is_no_part_of_its_id(
    tmp_path: Path, name: str, text: str, ids: list[str]
) -> None:
    forms = {".env": "MODELS={}", "a.yaml": "env:\n  - MODELS={}", "a.json": '{{"models": "{}"}}'}
    assert ids_of(tmp_path, name, forms[name].format(text)) == ids


@pytest.mark.parametrize(("name", "text", "ids"), FOUND)
def test_every_element_is_found(tmp_path: Path, name: str, text: str, ids: list[str]) -> None:
    assert ids_of(tmp_path, name, text) == ids


NONE = [
    ("a.py", 'f("model", x, "a/b")\nmodel = join(1, "a/b")\nmodels = load("x", "a/b")'),
    (
        "a.py",
        'models = [x]; paths = ["a/b", "c/d"]\nmodel = {"x": 1}; y = {"path": "a/b", "z": "c/d"}',
    ),
    ("a.py", 'models = {"path": "a/b", "url": "c/d"}\nmodel = {"name": "x", "owner": "a/b"}'),
    ("a.py", 'parser.add_argument("--out", default="a/b")\nadd("--model"); x(default="a/b")'),
    (
        "a.sh",
        'MODEL_HINT="and/or more"\nserve --model x "a/b" "c/d" -o a/b,c/d\nfor x in "a/b" "c/d"',
    ),
    ("a.py", 'model = "see" "a/b" "c/d"\nmodels = ["x" "a/b"]'),
    ("a.py", "MODEL_SCALE=width/height\nmodels = [(width/height, 1)]"),
    ("a.ts", "const models = [{ id: 'x', icon: 'a/b' }, { provider: 'a/b' }];"),
    ("a.ts", "const models = [\n  { icon: 'a/b' },\n  {\n    icon: 'c/d',\n  },\n];"),
    ("a.ts", "const models = {\n  x: {\n    icon: 'c/d',\n  },\n};"),
    ("a.md", "models: fast, input/output pairs, and/or others"),
    (
        "a.yaml",
        "models:\n  - icon: a/b\n    name: c/d\n  - x:\n      icon: e/f\nmodel:\n  kind: a/b\n",
    ),
    ("a.json", '{"model_id": {"x": "e.g. a/b"}, "models": {"placeholder": "one of a/b, c/d"}}'),
    ("a.json", '{"i18n": {"models": {"none": "n/a", "unit": "token/s", "io": "input/output"}}}'),
    ("a.yaml", "models:\n  price: n/a\n  tz: Asia/Shanghai\nother: n/a\n"),
    ("a.ts", "const models = { price: 'input/output', unit: 'USD/token' };"),
    ("a.json", '{"models": [{"icon": "a/b"}], "model": {"x": "a/b"}, "models_dir": {"x": "a/b"}}'),
]


@pytest.mark.parametrize(("name", "text"), NONE)
def test_what_is_no_element_is_none(tmp_path: Path, name: str, text: str) -> None:
    assert ids_of(tmp_path, name, text) == []


def test_the_values_of_a_mapping_of_models_are_for_the_service_around_it(tmp_path: Path) -> None:
    text = (
        f"one:\n  base_url: {HOST}\n  models:\n    fast: {ONE}\n"
        "two:\n  base_url: https://api.example.com/v1\n  models:\n    fast: acme/other\n"
    )
    assert ids_of(tmp_path, "b.yaml", text, address="") == [ONE]


def ids_of(folder: Path, name: str, text: str, address: str = HOST) -> list[str]:
    """The ids of a file, each compared with what is at its place."""
    comment = {"java": "//", "kt": "//", "go": "//", "rs": "//", "ts": "//", "json": "//"}
    head = f"{comment.get(name.partition('.')[2], '#')} {address}\n" if address else ""
    file = folder / name
    file.write_text(head + text, "utf-8")
    scanned = scan_files(ScanRequest(paths=[str(file)]), frozenset())
    assert scanned.notes == ()
    lines = (head + text).split("\n")
    for each in scanned.ids:
        (place,) = each.locations
        assert lines[place.line - 1][place.column - 1 :].startswith(each.text)
    return [each.text for each in scanned.ids]


ELSEWHERE = [
    ("a.json", r'{"model": "acme/one-1", "x": ["acme/one-1"]}', 2),
    ("a.json", r'{"model": "acme/one-1", "x": ["acme\/one-1", "openai/acme/one-1"]}', 3),
    ("a.json", r'{"model": "acme/one-1", "x": ["\u0061cme/one-1", "acme\u002fone-1"]}', 3),
    ("a.json", r'{"model": "acme/one-1:Me", "x": ["acme/one-1", "acme/one-1:You"]}', 3),
    ("a.md", "model: acme/one-1\n\nUse acme/one-1. Or `acme/one-1`, acme/one-1->x=One.", 4),
    ("a.py", 'model = "acme/one-1"\nother = "acme/one-1"', 2),
]


@pytest.mark.parametrize(("name", "text", "count"), ELSEWHERE)
def test_an_id_of_one_place_is_one_in_every_other(
    tmp_path: Path, name: str, text: str, count: int
) -> None:
    head = "// " if name == "a.json" else "# "
    (tmp_path / name).write_text(f"{head}{HOST}\n{text}\n", "utf-8")
    scanned = scan_files(ScanRequest(paths=[str(tmp_path)]), frozenset())
    assert len(scanned.ids) == count


@pytest.mark.parametrize(("others", "count"), [("", 1), ("other = 'acme/two-2'\n", 2)])
def test_a_file_is_read_again_only_for_other_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: str, count: int
) -> None:
    read = []

    def noted(*given: Any) -> Iterator[FoundId]:  # noqa: ANN401 - as given
        read.append(given)
        return ids_in_lines(*given)

    monkeypatch.setattr(scanner, "ids_in_lines", noted)
    text = f"# {HOST}\nmodels = ['acme/one-1', 'acme/two-2']\nx = 'a/b'\n{others}"
    assert len(set(ids_of(tmp_path, "a.py", text, ""))) == 2
    assert len(read) == count
