"""Which files a scan reads."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msconfig.errors import FileError
from msconfig.scanning.git import Git, GitError
from msconfig.text import counted, visible

__all__ = ["LARGEST_IN_FOLDERS", "FileList", "list_files"]

LARGEST_IN_FOLDERS = 1024 * 1024
"""Bytes; larger files are read only if they are named."""


@dataclass(slots=True)
class FileList:
    """Files to read, each once, in the order of the paths that were given."""

    named: dict[str, None] = field(default_factory=dict)
    """Files that were named, and are read whatever they hold."""
    found: dict[str, None] = field(default_factory=dict)
    """Files in folders."""
    notes: list[str] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)
    """Other repositories in a repository; they are not read."""
    without_git: dict[str, str] = field(default_factory=dict)
    """Folders in which nothing is ignored, with the reason."""


def list_files(paths: Iterable[str], left_out: Sequence[Path] = ()) -> FileList:
    """The files that are named, and those in the folders that are named.

    In a folder git's ignore rules hold; without git or a repository nothing is ignored. `.git`,
    symbolic links, what is no regular file and files of more than 1 MiB are left out in folders.

    Args:
        paths: files and folders.
        left_out: files that are left out in folders.

    Raises:
        FileError: a path does not exist, or a folder cannot be read.
    """
    files = FileList()
    skipped = {os.path.realpath(each) for each in left_out}
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 - one call
        except (OSError, ValueError) as error:
            if isinstance(error, ValueError):
                raise FileError(f"cannot scan {visible(path)}: not a path") from None
            raise FileError.from_os("scan", path, error) from None
        if not is_folder:
            files.named.setdefault(_shown(path))
            continue
        for file in _in_folder(path, files):
            name = _shown(os.path.join(path, file))  # noqa: PTH118 - keeps the path as given
            if _is_wanted(name) and os.path.realpath(name) not in skipped:
                files.found.setdefault(name)
    for name in files.named:
        files.found.pop(name, None)
    files.notes += _notes(files)
    return files


def _in_folder(path: str, files: FileList) -> list[str]:
    folder = Path(path)
    try:
        return _tracked(Git.of(folder), path, files)
    except GitError as error:
        files.without_git.setdefault(path, str(error))
        return _walked(path, files)


def _tracked(git: Git, path: str, files: FileList) -> list[str]:
    listed = git.files()
    for each in listed:
        whole = os.path.join(path, each)  # noqa: PTH118
        if each.endswith("/") or (os.path.isdir(whole) and not os.path.islink(whole)):  # noqa: PTH112, PTH114
            files.nested.append(_shown(whole))
    top = os.path.realpath(path)
    folders: dict[str, bool] = {}
    kept = []
    for each in listed:
        below = os.path.dirname(each)  # noqa: PTH120
        if below not in folders:
            # an index may name files behind a link, or outside (`core.worktree`)
            there = os.path.join(top, below) if below else top  # noqa: PTH118
            folders[below] = os.path.realpath(there) == there
        if folders[below] and not each.endswith("/"):
            kept.append(each)
    return kept


def _walked(top: str, files: FileList) -> list[str]:
    """Files of a folder that git does not know; a repository in it is left to git."""
    found: list[str] = []
    waiting = [""]
    while waiting:
        below = waiting.pop()
        folder = os.path.join(top, below)  # noqa: PTH118
        try:
            entries = sorted(os.scandir(folder), key=lambda each: each.name)
        except OSError as error:
            if not below:
                raise FileError.from_os("scan", top, error) from None
            files.notes.append(f"{visible(folder)} cannot be read: {error.strerror}")
            continue
        if below and any(entry.name == ".git" for entry in entries):
            try:
                inner = _tracked(Git.of(Path(folder)), folder, files)
            except GitError:
                pass
            else:
                found += (os.path.join(below, each) for each in inner)  # noqa: PTH118
                continue
        for entry in entries:
            if entry.name == ".git" or entry.is_symlink():
                continue
            name = os.path.join(below, entry.name)  # noqa: PTH118
            if entry.is_dir(follow_symlinks=False):
                waiting.append(name)
            else:
                found.append(name)
    return sorted(found)


def _is_wanted(path: str) -> bool:
    """Whether it is a regular file of at most 1 MiB, on the way to which no link is followed."""
    try:
        known = os.lstat(path)
    except OSError:  # deleted, but still in the index
        return False
    return stat.S_ISREG(known.st_mode) and known.st_size <= LARGEST_IN_FOLDERS


def _shown(path: str) -> str:
    """`path` without ``./``, and from the working folder where it is below."""
    normal = os.path.normpath(path)
    if os.path.isabs(normal):  # noqa: PTH117
        here = os.getcwd()  # noqa: PTH109
        if normal.startswith(os.path.join(here, "")):  # noqa: PTH118
            return os.path.relpath(normal, here)
    return normal


_MOST_NAMED = 3


def _notes(files: FileList) -> list[str]:
    notes = []
    if files.without_git:
        path, reason = next(iter(files.without_git.items()))
        more = f" and {counted(len(files.without_git) - 1, 'more folder')}"
        notes.append(
            f"no ignore rules of git in {visible(path)}{more if len(files.without_git) > 1 else ''}"
            f" ({visible(reason)}): all files in it are read"
        )
    if files.nested:
        shown = ", ".join(visible(each) for each in files.nested[:_MOST_NAMED])
        more = f" and {len(files.nested) - _MOST_NAMED} more"
        notes.append(
            f"other repositories in this one are not scanned: {shown}"
            f"{more if len(files.nested) > _MOST_NAMED else ''}; name one as PATH"
        )
    return notes
