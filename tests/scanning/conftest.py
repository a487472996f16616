"""Repositories for the tests of scanning."""

from __future__ import annotations

from pathlib import Path

import pytest

from repositories import ID, git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a file that holds `ID`."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "a.yaml").write_text(f"model: {ID}\n", "utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    return folder
