"""Wheel and sdist, built from a copy without .git.

The wheel works from another folder; the sdist holds all that its tests read.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatchcase
from importlib.metadata import metadata
from pathlib import Path

import pytest

from msconfig import __version__

ROOT = Path(__file__).resolve().parent.parent
MODEL = "Qwen/Qwen3.5-27B"
_NO_SOURCES = [".git", *(ROOT / ".gitignore").read_text().split()]


def no_sources(folder: str, names: list[str]) -> set[str]:
    """What git ignores; a pattern with a slash at its head holds at the top alone."""
    patterns = [each.removesuffix("/") for each in _NO_SOURCES]
    if Path(folder) == ROOT:
        patterns = [each.removeprefix("/") for each in patterns]
    return {name for name in names if any(fnmatchcase(name, each) for each in patterns)}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("copy") / "source"
    shutil.copytree(ROOT, copy, ignore=no_sources)
    return copy


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def unpacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = built.glob("*.tar.gz")
    folder = tmp_path_factory.mktemp("sdist")
    shutil.unpack_archive(path, folder, filter="data")
    return folder / f"msconfig-{__version__}"


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_holds_schemas_templates_and_data_and_nothing_foreign(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("schemas", "templates"):
        for path in (ROOT / folder).rglob("*.*"):
            assert f"msconfig/{path.relative_to(ROOT).as_posix()}" in names
    for path in (ROOT / "msconfig").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            is_packed = path.relative_to(ROOT).as_posix() in names
            assert is_packed is (path.suffix != ".po"), path
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

    ran = run("generate", "--offline", "--no-token", "-o", "out", MODEL)
    assert ran.returncode == 0, ran.stderr
    assert json.loads((tmp_path / "out/report.json").read_text())["tool"]["version"] == __version__
    assert run("validate", "out/provider.v2.json", "out/provider.v1.json").returncode == 0
    asked = ("--offline", "--no-token", "--target", "guide", "--lang", "ja")
    assert run("generate", *asked, "-o", "guide", MODEL).returncode == 0
    guide = (tmp_path / "guide/guide.ja.md").read_text("utf-8")
    assert "**記録時に提供されていたモデル：1件**" in guide


@pytest.mark.slow
def test_the_same_sources_give_the_same_bytes(source: Path, built: Path, tmp_path: Path) -> None:
    """In another folder, with other times and another umask."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(source, copy, copy_function=shutil.copy)
    for number, path in enumerate(sorted(copy.rglob("*"))):
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
        path.chmod(path.stat().st_mode & ~0o077)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "built", copy],
        check=True,
        capture_output=True,
        umask=0o077,
    )
    again = {path.name: path.read_bytes() for path in (tmp_path / "built").iterdir()}
    assert again == {path.name: path.read_bytes() for path in built.iterdir()}


def test_the_sdist_holds_every_file_of_the_sources(source: Path, unpacked: Path) -> None:
    assert files_in(unpacked) == files_in(source) | {"PKG-INFO"}


def test_the_version_is_written_once() -> None:
    assert metadata("msconfig")["Version"] == __version__
    assert __version__ not in (ROOT / "pyproject.toml").read_text()
