"""The wheel: built from a copy without .git, installed elsewhere, run from another folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import metadata
from pathlib import Path

import pytest

from msconfig import __version__

ROOT = Path(__file__).resolve().parent.parent
_SOURCES = ("msconfig", "schemas", "templates", "tests", "benchmarks")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    source = folder / "source"
    for name in _SOURCES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, source)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_schemas_templates_and_data_and_nothing_foreign(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("schemas", "templates"):
        for path in (ROOT / folder).rglob("*.*"):
            assert f"msconfig/{path.relative_to(ROOT).as_posix()}" in names
    for path in (ROOT / "msconfig").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(ROOT).as_posix() in names
    assert {name.split("/")[0] for name in names} == {
        "msconfig",
        f"msconfig-{__version__}.dist-info",
    }


def test_the_wheel_works_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = f"import sys; sys.path.insert(0, {str(site)!r}); import msconfig.__main__ as m; m.main()"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-c", code, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )

    ran = run("generate", "--offline", "--no-token", "-o", "out", "Qwen/Qwen3.5-27B")
    assert ran.returncode == 0, ran.stderr
    assert json.loads((tmp_path / "out/report.json").read_text())["tool"]["version"] == __version__
    assert run("validate", "out/provider.v2.json", "out/provider.v1.json").returncode == 0


def test_the_version_is_written_once() -> None:
    assert metadata("msconfig")["Version"] == __version__
    assert __version__ not in (ROOT / "pyproject.toml").read_text()
