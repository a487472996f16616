"""Repositories and files that are made to hang, to be run, or to lead elsewhere."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from msconfig.errors import FileError, UsageError
from msconfig.scanning.scan_request import Scanned, ScanRequest
from msconfig.scanning.scanner import scan_files
from repositories import ID, files_of, git

KNOWN = frozenset({ID})
MIB = 1024 * 1024


def scan(*paths: Path | str, diff: str | None = None) -> Scanned:
    return scan_files(ScanRequest(paths=list(map(str, paths)), diff=diff), KNOWN)


@pytest.fixture(params=[True, False], ids=["in a repository", "without"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder, in a repository or not."""
    made = tmp_path / "folder"
    made.mkdir()
    if request.param:
        git(made, "init", "-q")
    return made


def test_links_are_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "b.yaml").write_text(f"model: {ID}\n", "utf-8")
    (folder / "a.yaml").write_text(f"model: {ID}\n", "utf-8")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "self").symlink_to("self")
    (folder / "out").symlink_to(outside, target_is_directory=True)
    (folder / "out.yaml").symlink_to(outside / "b.yaml")
    assert files_of(scan(folder)) == ["a.yaml"]
    assert files_of(scan(folder / "out.yaml")) == ["out.yaml"]  # it is named


def test_a_tracked_folder_that_became_a_link_is_not_followed(repository: Path) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "b.yaml").write_text(f"model: {ID}\n", "utf-8")
    git(repository, "add", "-A")
    (repository / "sub").rename(repository.parent / "elsewhere")
    (repository / "sub").symlink_to(repository.parent / "elsewhere", target_is_directory=True)
    assert files_of(scan(repository)) == ["a.yaml"]


def test_what_is_no_regular_file_is_left_out(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    (folder / "a.yaml").write_text(f"model: {ID}\n", "utf-8")
    scanned = scan(folder)
    assert files_of(scanned) == ["a.yaml"]
    assert scanned.files == 1


def test_binaries_large_files_and_git_itself_are_left_out(folder: Path) -> None:
    text = f'model = "{ID}"\n'
    (folder / "a.toml").write_text(text, "utf-8")
    (folder / "b.bin").write_bytes(b"\0" + text.encode())
    (folder / "c.toml").write_text(text + "#" * MIB, "utf-8")
    (folder / ".git").mkdir(exist_ok=True)
    (folder / ".git" / "d.toml").write_text(text, "utf-8")
    scanned = scan(folder)
    assert files_of(scanned) == ["a.toml"]
    assert scanned.files == 1
    named = scan(folder / "b.bin", folder / "c.toml")
    assert files_of(named) == ["b.bin", "c.toml"]


def test_a_named_file_that_is_far_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as stream:
        stream.truncate(64 * MIB + 1)
    with pytest.raises(UsageError, match="larger than 64 MiB"):
        scan(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    "name",
    [
        "new\nline.yaml",
        "--help.yaml",
        "-",
        "ä €.yaml",
        "a\x1b[31m.yaml",
        ":(top)b.yaml",
        '"q".yaml',
    ],
)
def test_names_of_any_kind_are_read(folder: Path, name: str) -> None:
    (folder / name).write_text(f"model: {ID}\n", "utf-8")
    assert files_of(scan(folder)) == [name]


def test_a_name_that_is_no_unicode_is_read(folder: Path) -> None:
    name = b"\xff\xfe.yaml"
    Path(os.fsdecode(bytes(folder) + b"/" + name)).write_text(f"model: {ID}\n", "utf-8")
    assert [os.fsencode(each) for each in files_of(scan(folder))] == [name]


def test_an_unreadable_file_is_named_and_the_rest_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.yaml").write_text(f"model: {ID}\n", "utf-8")
    (folder / "b.yaml").write_text(f"model: {ID}\n", "utf-8")
    original = Path.open

    def refuse(path: Path, mode: str = "r") -> object:
        if path.name == "a.yaml":
            raise PermissionError(13, "Permission denied")
        return original(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    scanned = scan(folder)
    assert files_of(scanned) == ["b.yaml"]
    assert any("a.yaml cannot be read" in note for note in scanned.notes)
    with pytest.raises(FileError):
        scan(folder / "a.yaml")


# --- git


PROGRAMS = {
    "core.fsmonitor": "{}",
    "core.hooksPath": ".",
    "core.sshCommand": "{}",
    "core.pager": "{}",
    "core.editor": "{}",
    "diff.external": "{}",
    "diff.x.textconv": "{}",
    "diff.x.command": "{}",
    "filter.x.clean": "{}",
    "filter.x.smudge": "{}",
    "filter.x.process": "{}",
    "filter.x.required": "true",
    "merge.x.driver": "{}",
    "alias.ls-files": "!{}",
    "alias.rev-parse": "!{}",
    "remote.origin.url": "ext::{}",
    "remote.origin.promisor": "true",
    "remote.origin.uploadpack": "{}",
    "extensions.partialClone": "origin",
    "credential.helper": "!{}",
    "protocol.ext.allow": "always",
}


def test_no_program_of_the_settings_of_a_repository_is_run(repository: Path) -> None:
    trap = repository / "trap"
    ran = repository.parent / "ran"
    trap.write_text(f"#!/bin/sh\necho x >> '{ran}'\ncat\n", "utf-8")
    trap.chmod(0o755)
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout"):
        (repository / hook).write_text(f"#!/bin/sh\necho hook >> '{ran}'\n", "utf-8")
        (repository / hook).chmod(0o755)
    (repository / ".gitattributes").write_text("* filter=x diff=x merge=x\n", "utf-8")
    with (repository / ".git" / "config").open("a", encoding="utf-8") as config:
        for name, value in PROGRAMS.items():
            section, _, key = name.rpartition(".")
            first, _, rest = section.partition(".")
            head = f'[{first} "{rest}"]' if rest else f"[{first}]"
            config.write(f'{head}\n\t{key} = "{value.format(trap)}"\n')
    (repository / "a.yaml").write_text(f"model: {ID}\nmodels: [{ID}]\n", "utf-8")
    (repository / "new.yaml").write_text(f"model: {ID}\n", "utf-8")
    found = scan(repository, diff="HEAD")
    assert files_of(found) == ["a.yaml", "new.yaml"]
    assert len(scan(repository).ids) == 3
    assert not ran.exists(), ran.read_text("utf-8")


def test_an_object_that_is_missing_is_not_fetched(repository: Path) -> None:
    blob = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD:a.yaml"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (repository / "a.yaml").write_text(f"x: 1\nmodel: {ID}\n", "utf-8")
    with pytest.raises(UsageError, match="fetch-depth: 0"):
        scan(repository, diff="HEAD")


def test_a_submodule_is_another_repository(repository: Path) -> None:
    other = repository.parent / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / "s.yaml").write_text(f"model: {ID}\n", "utf-8")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "first")
    git(repository, "submodule", "add", "-q", str(other), "sub")
    scanned = scan(repository)
    assert files_of(scanned) == ["a.yaml"]
    assert any("not scanned" in note and "sub" in note for note in scanned.notes)
    assert files_of(scan(repository / "sub")) == ["s.yaml"]


def test_a_repository_in_a_folder_without_one_keeps_its_rules(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / ".gitignore").write_text("b.yaml\n", "utf-8")
    for name in ("a.yaml", "b.yaml"):
        (inner / name).write_text(f"model: {ID}\n", "utf-8")
    (tmp_path / "c.yaml").write_text(f"model: {ID}\n", "utf-8")
    scanned = scan(tmp_path)
    assert sorted(files_of(scanned)) == ["a.yaml", "c.yaml"]
    (note,) = scanned.notes
    assert "not a git repository" in note


def test_a_broken_repository_is_read_without_rules_and_refuses_a_comparison(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.yaml").write_text(f"model: {ID}\n", "utf-8")
    scanned = scan(tmp_path)
    assert files_of(scanned) == ["a.yaml"]
    with pytest.raises(UsageError):
        scan(tmp_path, diff="HEAD")


def test_a_working_tree_that_is_said_to_be_elsewhere_leads_nowhere(repository: Path) -> None:
    (repository.parent / "secret.yaml").write_text(f"model: {ID}\n", "utf-8")
    git(repository, "config", "core.worktree", str(repository.parent))
    assert "secret.yaml" not in files_of(scan(repository))


def test_variables_of_a_hook_do_not_hide_the_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (repository / ".gitignore").write_text("b.yaml\n", "utf-8")
    (repository / "b.yaml").write_text(f"model: {ID}\n", "utf-8")
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert files_of(scan(repository)) == ["a.yaml"]


# --- time


PIECES = {
    "a.json": [
        '{"a":[',
        '["',
        '"a/b",',
        "[",
        "{",
        '{"a":',
        "// a/b\n",
        "/*",
        '"\\u002f',
        ",",
        "]",
        '"\\"',
        "a/b ",
    ],
    "a.yaml": [
        "- a/b\n",
        "- X=https://api.x/v1\n",
        "- --model\n",
        "- {name: x, value: a/b}\n",
        "- ${model:-a/b}\n",
        "a: b/c\n",
        "[",
        "{",
        "- ",
        '"',
        "? ",
        "&a ",
        "*a ",
        "{a: ",
        "|\n a/b\n",
        "\t",
        ": ",
        "a/b\n\n",
        "!",
        "%",
        "a:\n ",
    ],
    "a.toml": ['a="b/c"\n', "[", "a.", "a=[", "a={b=", '"""', "'", "[[x]]\n", "=", "x = 1\n"],
    ".env": [
        "A=b/c\n",
        "A_URL=https://api.x/v1\nB_URL=https://api-inference.modelscope.ai\n",
        "A='",
        'A="',
        "A",
        " ",
        "export ",
        "\\",
        "A='x' #",
        "#/",
    ],
    "a.py": [
        "model = 'a/b' ",
        "model=",
        "a/b ",
        "a/",
        "/",
        "'a/b',",
        "[",
        "  [\n",
        "--model a/b ",
        "'a/b': 'c/d', ",
        "models = {'x': 'a/b', ",
        "models: [&x; 2] = [] ",
        "map[x]x{new x",
        'x: "a/b",\n',
        "model: ",
        "model " * 20 + "a/b ",
        ":",
    ],
    "a.md": [
        "a/b",
        "a/b\n",
        "modelscope/",
        "ms-",
        "ms-00000000-",
        "ms_oauth",
        "0",
        "-",
        '\\"',
        "model[",
        "a/b,",
        "X=a/b=c<d>,",
        '"--x", default = ',
        "$env:model",
        "https://api-inference.modelscope.ai/v1 ",
    ],
}
ABOUT = "# api-inference.modelscope.cn\n"
LONG = 300_000
"""Characters; a square of it takes minutes."""


# a second on an idle machine
@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.timeout(90)
@pytest.mark.parametrize(("name", "piece"), [(n, p) for n, ps in PIECES.items() for p in ps])
def test_a_long_file_of_anything_takes_seconds_at_most(
    tmp_path: Path, name: str, piece: str
) -> None:
    head = "" if name == "a.json" else ABOUT
    text = head + piece * (LONG // len(piece))
    (tmp_path / name).write_text(text, "utf-8")
    scan(tmp_path / name)


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_hundred_thousand_lines_are_read(tmp_path: Path) -> None:
    lines = [f"model: {ID}\n" if number % 10 == 0 else "x: 1\n" for number in range(100_000)]
    (tmp_path / "a.txt").write_text("".join(lines), "utf-8")
    (tmp_path / "b.yaml").write_text("".join(f"- {line}" for line in lines), "utf-8")
    assert len(scan(tmp_path / "a.txt", tmp_path / "b.yaml").ids) == 20_000
