"""Ids for one site of API-Inference and ids for the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from msconfig.scanning.scan_request import ScanRequest
from msconfig.scanning.scanner import scan_files

CN = "https://api-inference.modelscope.cn/v1"
AI = "https://api-inference.modelscope.ai/v1"
KNOWN = "Qwen/Qwen3-8B"
FAR = "#\n" * 600

# file: content, the ids for site cn, and those for site ai
FILES = {
    ".env": (
        f"OPENAI_BASE_URL={AI}\nOPENAI_MODEL=acme/ai\nFAST_MODEL={KNOWN}\n",
        [],
        ["acme/ai", KNOWN],
    ),
    "no_address.env": (f"OPENAI_MODEL={KNOWN}\n", [KNOWN], [KNOWN]),
    "both.env": (
        f"CN_URL={CN}\nCN_MODEL=acme/cn\nAI_URL={AI}\nAI_MODEL=acme/ai\n",
        ["acme/cn"],
        ["acme/ai"],
    ),
    "reverse.env": (
        f"CN_MODEL=acme/cn\nCN_URL={CN}\nAI_MODEL=acme/ai\nAI_URL={AI}\n",
        ["acme/cn"],
        ["acme/ai"],
    ),
    "several.env": (
        (
            "MODELSCOPE_MODEL=acme/cn\nOPENAI_BASE_URL=https://api.example.com/v1\n"
            f"MODELSCOPE_URL={CN}\nOPENAI_MODEL=acme/openai\n"
        ),
        ["acme/cn"],
        [],
    ),
    "both.json": (
        (
            f'{{"a": {{"model": "{KNOWN}", "base_url": "{AI}"}},\n'
            f' "b": {{"model": "{KNOWN}", "options": {{"baseURL": "{CN}"}}, "models": ["a-b/c"]}}}}'
        ),
        [KNOWN, "a-b/c"],
        [KNOWN],
    ),
    "both.yaml": (
        (
            f"a:\n  - model: acme/ai\n    api_base: {AI}\n  - model: acme/cn\n    api_base: {CN}\n"
            f"run: |\n  export URL={AI}\n  export MODEL=acme/script\n"
        ),
        ["acme/cn"],
        ["acme/ai", "acme/script"],
    ),
    "both.py": (
        (
            f"A = Client('{CN}', model='acme/cn')\n{FAR}B = Client('{AI}', model='acme/ai')\n{FAR}"
            f"C = '{KNOWN}'\n"
        ),
        ["acme/cn", KNOWN],
        ["acme/ai", KNOWN],
    ),
    "undecided.env": (
        f"CN_BASE_URL={CN}\nAI_BASE_URL={AI}\nMODEL={KNOWN}\n",
        [KNOWN],
        [KNOWN],
    ),
    "undecided.py": (
        f"MODEL = '{KNOWN}'\nHOSTS = {{'cn': '{CN}', 'ai': '{AI}'}}\nOTHER_MODEL = 'acme/ours'\n",
        [KNOWN, "acme/ours"],
        [KNOWN, "acme/ours"],
    ),
    "close.py": (
        (
            f"A = Client('{CN}', model='acme/cn')\nB = Client('{AI}', model='acme/ai')\n"
            f"C = Client('{CN}')\nx = 1\nD = Client('{AI}', model='acme/ai-too')\n"
        ),
        ["acme/cn"],
        ["acme/ai", "acme/ai-too"],
    ),
    "one.md": (
        (
            f"Use `model: modelscope/acme/ai` or `{KNOWN}` at {AI}; not at https://api.example.com/v1.\n{FAR}"
            f"`{KNOWN}`\n"
        ),
        [],
        ["acme/ai", KNOWN, KNOWN],
    ),
}


@pytest.mark.parametrize("site", ["cn", "ai"])
@pytest.mark.parametrize("name", FILES)
def test_an_id_counts_for_the_site_whose_address_is_nearest(
    tmp_path: Path, name: str, site: str
) -> None:
    text, *ids = FILES[name]
    (tmp_path / name).write_text(text, "utf-8")
    scanned = scan_files(ScanRequest(paths=[str(tmp_path / name)]), {KNOWN}, site)
    assert [each.text for each in scanned.ids] == ids[site == "ai"]


def test_one_note_has_the_number_of_places_and_the_option(tmp_path: Path) -> None:
    for name, (text, _, _) in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    paths = [str(tmp_path / name) for name in FILES]
    (note,) = scan_files(ScanRequest(paths=paths), {KNOWN}, "cn").notes
    assert note == (
        "13 places in 8 files are left out: the address there is that of site ai, which has other"
        " models than site cn; check with --site ai too"
    )
    (note,) = scan_files(ScanRequest(paths=[str(tmp_path / "both.env")]), {KNOWN}, "ai").notes
    assert note.startswith("1 place in 1 file is left out: the address there is that of site cn")
    assert note.endswith("check with --site cn too")
