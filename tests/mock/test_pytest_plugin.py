"""The pytest plugin, in projects that have nothing to do with this one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from msconfig.mock.mock import Mock

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pytest"
WITHOUT_THE_EXTRA = """
import sys
sys.modules["pytest_httpserver"] = None
import pytest
sys.exit(pytest.main(["-q", "-p", "msconfig.mock.pytest_plugin", "-p", "no:cacheprovider"]))
"""


def run_pytest(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_example_project_passes(tmp_path: Path) -> None:
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    ran = run_pytest(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert ran.returncode == 0, ran.stdout
    assert "6 passed" in ran.stdout


def test_without_the_extra_a_project_keeps_a_working_pytest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "test_it.py").write_text("def test_fine():\n    pass\n")
    ran = run_pytest(tmp_path, "-c", WITHOUT_THE_EXTRA)
    assert ran.returncode == 0, ran.stdout
    (tmp_path / "test_it.py").write_text("def test_mock(modelscope):\n    pass\n")
    ran = run_pytest(tmp_path, "-c", WITHOUT_THE_EXTRA)
    assert ran.returncode == 1
    assert "needs msconfig's extra `mock`" in ran.stdout


def test_nothing_heavy_is_imported_until_the_fixture_is_used(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_light():\n"
        "    heavy = {'httpx', 'jsonschema', 'jinja2', 'msconfig.mock.server'}\n"
        "    assert 'msconfig.mock.pytest_plugin' in sys.modules\n"
        "    assert not heavy & set(sys.modules)\n"
    )
    ran = run_pytest(
        tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"
    )
    assert ran.returncode == 0, ran.stdout


def test_the_mock_of_a_session_is_the_same_in_every_test(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "seen = set()\n"
        "def test_one(modelscope_session, modelscope):\n"
        "    modelscope_session.use({'accounts': [{'token': 'ms-another-token'}]})\n"
        "    seen.add(modelscope_session.hub_url)\n"
        "    assert modelscope.hub_url not in seen\n"
        "def test_two(modelscope_session):\n"
        "    assert seen == {modelscope_session.hub_url}\n"
        "    assert modelscope_session.token == 'ms-another-token'\n"
        "    modelscope_session.reset()\n"
        "    assert modelscope_session.token != 'ms-another-token'\n"
    )
    ran = run_pytest(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert ran.returncode == 0, ran.stdout


def test_use_begins_anew(modelscope: Mock) -> None:
    import httpx  # noqa: PLC0415

    chat = f"{modelscope.inference_url}chat/completions"
    bearer = {"Authorization": f"Bearer {modelscope.token}"}
    body = {"model": "Qwen/Qwen3.5-27B", "messages": []}
    assert httpx.post(chat, json=body, headers=bearer).status_code == 200
    assert modelscope.spent == 1
    with pytest.raises(AssertionError, match="1 Magicubes were spent: POST /v1/chat"):
        modelscope.assert_no_quota_spent()
    modelscope.use({})
    assert (modelscope.spent, modelscope.requests) == (0, ())
