"""Files and repositories that are neither sound nor hostile: what is read of them, and what not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from msconfig.errors import FileError, UsageError
from msconfig.scanning import git as git_module
from msconfig.scanning.scan_request import Scanned, ScanRequest
from msconfig.scanning.scanner import scan_files
from repositories import ID, files_of

OTHER = "ZhipuAI/GLM-5.2"


def scan(*paths: Path | str, diff: str | None = None) -> Scanned:
    return scan_files(ScanRequest(paths=list(map(str, paths)), diff=diff), frozenset({ID, OTHER}))


# name, content, what is found, and what the note says (nothing if the file is sound)
FILES: dict[str, tuple[str, str, list[str], str]] = {
    "many lists that are not deep": ("a.json", f'[{"[{}]," * 200} "{ID}"]', [ID], ""),
    "an escape that JSON has not": ("a.json", rf'{{"a": "\u12", "b": "{ID}"}}', [ID], ""),
    "an escape that TOML has not": ("a.toml", f'a = "\\ud800"\nb = "{ID}"\n', [ID], ""),
    "YAML that is too deep": ("a.yaml", f'{"[" * 300}"{ID}"{"]" * 300}', [ID], "line by line"),
    "a long gap in a .env file": (
        ".env",
        f"A={' ' * 300}x\nMODEL={ID}\n",
        [ID],
        "far too much white space in a line",
    ),
    "an error behind letters of several bytes": (
        "a.json",
        f'{{"模型": "{ID}", ]}}',
        [ID],
        "line 1, column 26",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_an_odd_file_is_read_as_far_as_it_can_be(name: str, tmp_path: Path) -> None:
    file, content, ids, note = FILES[name]
    (tmp_path / file).write_text(content, "utf-8")
    scanned = scan(tmp_path / file)
    assert [each.text for each in scanned.ids] == ids
    assert [note in each for each in scanned.notes] == [True] * bool(note)


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(FileError, match="not a path"):
        scan("a\0b")


def test_a_file_that_is_deleted_but_tracked_is_left_out(repository: Path) -> None:
    (repository / "b.yaml").write_text(f"model: {OTHER}\n", "utf-8")
    (repository / "a.yaml").unlink()
    assert files_of(scan(repository)) == ["b.yaml"]


def test_a_folder_of_git_itself_is_read_as_one_without_rules(repository: Path) -> None:
    folder = repository / ".git" / "notes"
    folder.mkdir()
    (folder / "a.yaml").write_text(f"model: {ID}\n", "utf-8")
    scanned = scan(folder)
    assert files_of(scanned) == ["a.yaml"]
    assert "not in the working tree of a repository" in scanned.notes[0]


def test_a_broken_repository_below_is_read_without_rules(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    (inner / ".git").mkdir(parents=True)
    (inner / "a.yaml").write_text(f"model: {ID}\n", "utf-8")
    assert files_of(scan(tmp_path)) == ["a.yaml"]


@pytest.mark.skipif(os.name != "posix", reason="programs of POSIX")
def test_a_git_that_cannot_be_run_is_one_that_is_not_there(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_bytes(b"\x7fELF of no machine")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    scanned = scan(repository)
    assert files_of(scanned) == ["a.yaml"]
    assert "git rev-parse: [Errno" in scanned.notes[0]
    with pytest.raises(UsageError, match="git rev-parse"):
        scan(repository, diff="HEAD")


@pytest.mark.parametrize("below", [False, True])
def test_a_folder_that_cannot_be_read_stops_a_scan_only_if_it_is_named(
    below: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "a.yaml").write_text(f"model: {ID}\n", "utf-8")
    read = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return read(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read everything
    if below:
        scanned = scan(tmp_path)
        assert files_of(scanned) == ["a.yaml"]
        assert any("closed cannot be read: Permission denied" in each for each in scanned.notes)
    else:
        with pytest.raises(FileError, match="closed: Permission denied"):
            scan(closed)


def test_an_older_file_that_is_too_large_to_compare_with_is_one_clear_line(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_module, "_LARGEST", 5)
    (repository / "a.yaml").write_text(f"x: 1\nmodel: {ID}\n", "utf-8")
    with pytest.raises(UsageError, match="larger than 64 MiB"):
        scan(repository, diff="HEAD")


def test_a_git_that_stops_is_an_error_and_no_empty_file(repository: Path) -> None:
    found = git_module.Git.of(repository)
    (blob,) = found.blobs(found.commit("HEAD")).values()
    with found.contents() as content:
        assert content(blob) == f"model: {ID}\n".encode()
        assert content("0" * 40) is None
        (repository / ".git" / "HEAD").unlink()
    with found.contents() as content, pytest.raises(git_module.GitError, match="git cat-file"):
        content(blob)
    assert not found.is_shallow
