"""`msconfig validate`, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support import Run

GOOD = {
    "provider": {"providerId": "modelscope", "presetProviderId": "modelscope", "name": "M"},
    "models": [{"providerId": "modelscope", "modelId": "Qwen/A"}],
}
OVERRIDE = {"openai-chat-completions": {"baseUrl": "https://api-inference.modelscope.cn/v1"}}


def write(name: str, document: object) -> Path:
    path = Path(name)
    path.write_text(json.dumps(document))
    return path


def test_a_valid_document_is_named_for_what_it_is(run: Run) -> None:
    ran = run("validate", write("good.json", GOOD))
    assert ran.code == 0
    assert ran.out == "✓ The file is valid.\ngood.json: Cherry Studio v2 provider\n"


def test_an_invalid_document_is_told_by_file_path_and_message(run: Run) -> None:
    ran = run("validate", write("bad.json", {**GOOD, "models": [{"modelId": "a"}]}))
    assert ran.code == 5
    assert "bad.json: $.models[0]: missing key 'providerId'" in ran.out.splitlines()


def test_a_warning_is_an_error_only_when_strict(run: Run) -> None:
    path = write("w.json", {**GOOD, "provider": {**GOOD["provider"], "endpointConfigs": OVERRIDE}})  # type: ignore[dict-item]
    ran = run("validate", path)
    assert ran.code == 0
    assert ": warning: differs from the built-in" in ran.out
    assert run("validate", "--strict", path).code == 5


@pytest.mark.parametrize("path", ["missing.json", "."])
def test_a_file_that_cannot_be_opened_ends_with_2(run: Run, path: str) -> None:
    ran = run("validate", path, write("good.json", GOOD), write("bad.json", {"models": 1}))
    assert ran.code == 2
    assert ran.out.startswith("✗ Of 3 files: 1 invalid, 1 not readable.")
    assert "cannot read" in ran.err


def test_a_key_is_never_repeated(run: Run) -> None:
    key = "ms-00000000-0000-4000-8000-00000000beef"
    provider = {**GOOD["provider"], "apiKeys": [{"id": key, "key": key}], key: key}  # type: ignore[dict-item]
    ran = run("validate", write("leak.json", {**GOOD, "provider": provider, "models": [key]}))
    assert ran.code == 5
    assert key not in ran.out + ran.err


def test_verbose_names_the_schema_and_quiet_leaves_out_what_is_fine(run: Run) -> None:
    path = write("good.json", GOOD)
    assert "schemas/provider.v2.schema.json" in run("validate", "-v", path).err
    assert run("validate", "-q", path).out == "✓ The file is valid.\n"


def test_settings_that_were_named_may_make_it_strict(run: Run) -> None:
    Path("s.toml").write_text("[check]\nstrict = true\n")
    path = write("w.json", {**GOOD, "provider": {**GOOD["provider"], "endpointConfigs": OVERRIDE}})  # type: ignore[dict-item]
    assert run("validate", "--config", "s.toml", path).code == 5
