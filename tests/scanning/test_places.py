"""Places are exact: what is at each is what `given` says, in every format and encoding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msconfig.model_ids import Location
from msconfig.scanning.scan_request import ScanRequest
from msconfig.scanning.scanner import scan_files

ID = "Qwen/Qwen3.5-27B"
OTHER = "ZhipuAI/GLM-5.2"
KNOWN = frozenset({ID, OTHER})
BOM = "\ufeff"


def scanned(file: Path, known: frozenset[str] = KNOWN) -> list[tuple[str, Location]]:
    """The ids of a file with their places, each compared with what is in the file there."""
    found = scan_files(ScanRequest(paths=[str(file)]), known)
    text = _decoded(file.read_bytes())
    places = [(each.text, place) for each in found.ids for place in each.locations]
    for text_of_id, place in places:
        expected = place.given or text_of_id
        line_start = 0
        for _ in range(place.line - 1):
            line_start = text.index("\n", line_start) + 1
        start = line_start + place.column - 1
        assert text[start : start + len(expected)] == expected, place
        assert "\n" not in text[line_start:start]
    return places


def _decoded(raw: bytes) -> str:
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    return raw.decode(encoding)


TEXTS = [
    pytest.param("a.json", f'{{"a": "{ID}"}}', [(1, 8, None)], id="json"),
    pytest.param(
        "a.json", '{"a": "Qwen\\/Qwen3.5-27B"}', [(1, 8, "Qwen\\/Qwen3.5-27B")], id="escaped slash"
    ),
    pytest.param(
        "a.json",
        '{"a":\n "modelscope/Qw\\u0065n/Qwen3.5-27B"}',
        [(2, 14, "Qw\\u0065n/Qwen3.5-27B")],
        id="prefix and escape",
    ),
    pytest.param(
        "a.json",
        '{"\\ud83d\\ude00 \\"": 1, "a": ["' + ID + '"]}',
        [(1, 31, None)],
        id="after escapes",
    ),
    pytest.param("a.json", f'{{"{ID}": {{}}}}', [(1, 3, None)], id="key"),
    pytest.param(
        "a.json", f'// {OTHER}\n{{"模型": "{ID}", /* x */}}', [(2, 9, None)], id="comments"
    ),
    pytest.param("a.json", f'["😀", "{ID}"]', [(1, 8, None)], id="astral"),
    pytest.param(
        "a.yaml",
        f"a: {ID}\nb: '{ID}'\nc: \"{ID}\"\n",
        [(1, 4, None), (2, 5, None), (3, 5, None)],
        id="yaml",
    ),
    pytest.param(
        "a.yaml", f"é: [x, {ID}, {{m: {ID}}}]\n", [(1, 8, None), (1, 30, None)], id="flow"
    ),
    pytest.param(
        "a.yaml", f"- - {ID}\n  - ? {ID}\n    : x\n", [(1, 5, None), (2, 7, None)], id="nested"
    ),
    pytest.param(
        "a.yaml", 'a: "Qwen\\/Qwen3.5-27B"\n', [(1, 5, "Qwen\\/Qwen3.5-27B")], id="yaml escape"
    ),
    pytest.param(
        "a.yaml",
        'a: "Qwen/\\\n   Qwen3.5-27B"\n',
        [(1, 5, "Qwen/\\\n   Qwen3.5-27B")],
        id="continued line",
    ),
    pytest.param(
        "a.yaml",
        f"a: >-\n  {ID}\nb: |\n  {ID}\n",
        [(2, 3, None), (4, 3, None)],
        id="blocks of one line",
    ),
    pytest.param("a.yaml", f"run: |\n  x\n  msconfig check {ID}\n", [(3, 18, None)], id="script"),
    pytest.param(
        "a.yaml", f"run: vllm serve --model {ID} --port 1\n", [(1, 25, None)], id="argument"
    ),
    pytest.param(
        "a.yaml",
        f"a: &x {ID} # {OTHER}\nb: *x\n---\nc: !t {ID}\n",
        [(1, 7, None), (4, 7, None)],
        id="anchors, tags, comments",
    ),
    pytest.param("a.yaml", f"a: openai:chat:{ID}\n", [(1, 16, None)], id="promptfoo"),
    pytest.param(
        "a.toml", f"[a]\nb = \"{ID}\"\nc = '{ID}'\n", [(2, 6, None), (3, 6, None)], id="toml"
    ),
    pytest.param(
        "a.toml",
        f'["{ID}".x]\n"{OTHER}" = {{ "模": ["", "{ID}"] }}\n',
        [(1, 3, None), (2, 34, None)],
        id="toml keys",
    ),
    pytest.param(
        "a.toml",
        'a = "Qwen\\u002FQwen3.5-27B"\n',
        [(1, 6, "Qwen\\u002FQwen3.5-27B")],
        id="toml escape",
    ),
    pytest.param(
        "a.toml",
        f"a = \"\"\"\n{ID}\"\"\"\nb = '''{ID}'''\n",
        [(2, 1, None), (3, 8, None)],
        id="toml lines",
    ),
    pytest.param(
        ".env",
        f"A={ID}\nexport B='{ID}' # {OTHER}\nC = \"{ID}\"\n",
        [(1, 3, None), (2, 11, None), (3, 6, None)],
        id=".env",
    ),
    pytest.param("x.env", f"# {OTHER}\n\nA=\nB={ID} # x\n", [(4, 3, None)], id="comment in .env"),
    pytest.param(".env.local", f"MODELS=+{ID}=Q<1:2>,-all\n", [(1, 9, None)], id="list in .env"),
    pytest.param(
        "a.py", f"x = '{ID}'; y = f(\"{ID}\")\n", [(1, 6, None), (1, 32, None)], id="code"
    ),
    pytest.param(
        "a.md",
        f"Use `{ID}` ({ID}), or\n[{ID}](https://modelscope.cn/models/{ID}).\n",
        [(1, 6, None), (1, 25, None), (2, 2, None)],
        id="markdown",
    ),
    pytest.param(
        "a.md", f"使用{ID}模型，{ID}。\n", [(1, 3, None), (1, 22, None)], id="chinese text"
    ),
    pytest.param(
        "a.ipynb",
        f'{{"cells": [{{"source": ["m = \\"{ID}\\"\\n"]}}]}}',
        [(1, 31, None)],
        id="notebook",
    ),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("name", "text", "expected"), TEXTS)
def test_a_place_is_exact(
    tmp_path: Path,
    name: str,
    text: str,
    expected: list[tuple[int, int, str | None]],
    newline: str,
    encoding: str,
) -> None:
    file = tmp_path / name
    written = (BOM if encoding == "utf-16-be" else "") + text.replace("\n", newline)
    file.write_bytes(written.encode(encoding))
    found = [
        (place.line, place.column, place.given and place.given.replace("\r\n", "\n"))
        for text_of_id, place in scanned(file)
        if text_of_id == ID
    ]
    assert found == expected


_values = st.one_of(
    st.sampled_from([ID, OTHER, f"openai/{ID}", f"modelscope:{OTHER}", f"modelscope,{ID}"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
_documents = st.recursive(
    _values,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=6) | st.sampled_from([ID, "model"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def _count(value: object) -> int:
    """How many strings of a document are known ids, with a prefix or without."""
    if isinstance(value, str):
        return any(
            value in {each, f"openai/{each}", f"modelscope:{each}", f"modelscope,{each}"}
            for each in KNOWN
        )
    if isinstance(value, list):
        return sum(map(_count, value))
    assert isinstance(value, dict)
    return sum(map(_count, value)) + sum(map(_count, value.values()))


@given(_documents, st.booleans(), st.sampled_from([None, 1]))
def test_every_id_of_a_json_document_is_found_at_its_place(
    tmp_path_factory: pytest.TempPathFactory,
    value: object,
    ascii_only: bool,
    indent: int | None,
) -> None:
    file = tmp_path_factory.getbasetemp() / "generated.json"
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    file.write_bytes(text.encode("utf-8"))
    assert len(scanned(file)) == _count(value)


@given(_documents, st.booleans(), st.booleans(), st.sampled_from([20, 80, 1000]))
def test_every_id_of_a_yaml_document_is_found_at_its_place(
    tmp_path_factory: pytest.TempPathFactory,
    value: object,
    unicode: bool,
    flow: bool,
    width: int,
) -> None:
    import yaml  # noqa: PLC0415

    file = tmp_path_factory.getbasetemp() / "generated.yaml"
    text = yaml.safe_dump(value, allow_unicode=unicode, default_flow_style=flow, width=width)
    file.write_bytes(text.encode("utf-8"))
    assert len(scanned(file)) == _count(value)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,5}", fullmatch=True),
        _documents.filter(lambda each: isinstance(each, str | list)),
        max_size=5,
    )
)
def test_every_id_of_a_toml_document_is_found_at_its_place(
    tmp_path_factory: pytest.TempPathFactory, value: dict[str, object]
) -> None:
    import tomlkit  # noqa: PLC0415

    file = tmp_path_factory.getbasetemp() / "generated.toml"
    text = tomlkit.dumps(value)
    file.write_bytes(text.encode("utf-8"))
    written = sum(text.count(each) for each in KNOWN)  # a key can be in several headers
    assert _count(value) <= len(scanned(file)) <= written


@given(
    st.lists(
        st.sampled_from([*"\"'`\\/{{}}[]:,-# \r\n\tQwen3.5&*|>=", ID, "openai/", "model"]),
        max_size=60,
    ).map("".join),
    st.sampled_from(["a.json", "a.yaml", "a.toml", ".env", "a.py", "a.md"]),
)
def test_whatever_a_file_holds_places_are_exact(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    file = tmp_path_factory.getbasetemp() / name
    file.write_bytes(text.encode("utf-8"))
    scanned(file)


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.toml", ".env"])
def test_a_file_that_does_not_parse_is_read_line_by_line_and_named(
    tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_text(f'{{ [ "{ID}" : \'\n\t}} = : @ \n', "utf-8")
    found = scan_files(ScanRequest(paths=[str(file)]), KNOWN)
    assert [each.text for each in found.ids] == [ID]
    (note,) = found.notes
    assert name in note
    assert "read line by line" in note


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.py"])
def test_other_encodings_are_read_line_by_line(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes("模型 ".encode("gb18030") + f'"{ID}"\n'.encode())
    (found,) = scan_files(ScanRequest(paths=[str(file)]), KNOWN).ids
    assert found.locations[0].line == 1


NAMES = ["a.json", "a.yaml", "a.toml", ".env", "a.py", "a.md", "a.ipynb"]
_PIECES = st.sampled_from(
    [
        *"\"'`\\/{}[]:,-#&*!|>=+ \r\n\t\0\x0b\x85\u2028\ufeff\U0001f600",
        ID,
        "model",
        "\\u002f",
        "'a=b'=",
    ]
)


@given(
    st.binary(max_size=80)
    | st.lists(_PIECES, max_size=40).map(lambda each: "".join(each).encode()),
    st.sampled_from(NAMES),
    st.booleans(),
)
def test_no_file_stops_a_scan(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, name: str, is_about_modelscope: bool
) -> None:
    file = tmp_path_factory.getbasetemp() / name
    about = b"# https://api-inference.modelscope.cn/v1 " if is_about_modelscope else b""
    file.write_bytes(about + raw)
    scan_files(ScanRequest(paths=[str(file)]), KNOWN)
