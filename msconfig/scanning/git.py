"""git, asked about files and revisions only, and so that a repository's settings run no program.

A repository that was unpacked from an archive brings its own `.git/config`, and with it programs:
`core.fsmonitor`, hooks, `diff.*.textconv`, `filter.*.clean`, remote helpers. So nothing is asked
that reads files of the working tree through them: no diff and no status. Contents of a revision
come from `cat-file`, which applies none of these.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, cast

from msconfig.tokens import without_token_variables

__all__ = ["Git", "GitError", "NotARepository"]

_log = logging.getLogger(__name__)

_SETTINGS = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.untrackedCache=false", "-c", "protocol.allow=never"),
    # for the commands that show contents; none is asked to compare any
    *("-c", "diff.external=", "-c", "core.quotePath=false"),
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",  # the index is not refreshed, so no hook can be due
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone gets no objects from its remote
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_NOT_OURS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")
"""Variables that a hook of git finds set; they would hide the repository of a folder."""
_NONE = "not a git repository"
_SECONDS = 120.0
_LARGEST = 64 * 1024 * 1024
"""Bytes of a content of a revision that is read."""


class GitError(Exception):
    """git did not do what it was asked; the message is its own, in one line."""


class NotARepository(GitError):
    """There is no git, or the folder is in no repository that git accepts."""


@dataclass(frozen=True, slots=True)
class Git:
    """git for one folder."""

    program: str
    folder: Path

    @classmethod
    def of(cls, folder: Path) -> Git:
        """Run git in `folder`, which must be in a working tree.

        Raises:
            NotARepository: it is not, or git is not installed.
        """
        program = shutil.which("git")
        # Windows looks in the working folder first, which may be the repository that is scanned
        if program is None or Path(program).resolve().parent == Path.cwd():
            raise NotARepository("git is not installed")
        git = cls(program, folder)
        try:
            is_inside = git.run("rev-parse", "--is-inside-work-tree").strip() == b"true"
        except GitError as error:
            raise NotARepository(str(error)) from None
        if not is_inside:
            raise NotARepository("not in the working tree of a repository")
        return git

    def run(self, *arguments: str) -> bytes:
        """The output of one command.

        Raises:
            GitError: it failed.
        """
        try:
            ran = subprocess.run(  # noqa: S603 - arguments are fixed, or behind --end-of-options
                self._command(*arguments),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_SECONDS,
                env=_environment(),
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise GitError(f"git {arguments[0]}: {error}") from None
        if ran.returncode != 0:
            lines = ran.stderr.decode("utf-8", "replace").strip().splitlines()
            said = lines[0].removeprefix("fatal: ") if lines else f"git {arguments[0]} failed"
            raise GitError("not a git repository" if said.startswith(_NONE) else said)
        return ran.stdout

    def top(self) -> Path:
        """The folder of the working tree.

        Raises:
            GitError: there is none.
        """
        shown = self.run("rev-parse", "--show-toplevel").removesuffix(b"\n")
        return Path(os.fsdecode(shown))

    def files(self) -> list[str]:
        """Paths of tracked files, and of others that are not ignored, from the folder.

        A path that ends in ``/``, or is a folder, is another repository in this one.

        Raises:
            GitError: git did not list them.
        """
        listed = self.run(
            *("ls-files", "-z", "--cached", "--others", "--exclude-standard"),
            *("--end-of-options", "."),
        )
        return sorted({os.fsdecode(each) for each in listed.split(b"\0") if each})

    def commit(self, revision: str) -> str:
        """The object name of the commit that `revision` means.

        Raises:
            GitError: it means none.
        """
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return self.run(*asked).decode("ascii").strip()

    @property
    def is_shallow(self) -> bool:
        """Whether older commits are missing from the clone."""
        try:
            return self.run("rev-parse", "--is-shallow-repository").strip() == b"true"
        except GitError:
            return False

    def blobs(self, commit: str) -> dict[str, str]:
        """Object names of the regular files of `commit`, by path from the top.

        Raises:
            GitError: the commit cannot be read.
        """
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
        found = {}
        for row in listed.split(b"\0"):
            about, _, path = row.partition(b"\t")
            if about.startswith(b"100"):
                found[os.fsdecode(path)] = about.split()[2].decode("ascii")
        return found

    @contextmanager
    def contents(self) -> Iterator[Callable[[str], bytes | None]]:
        """Reads the contents of blobs, one by one, by one process of git.

        The function gives None for a blob that is missing; it raises `GitError` for one of more
        than 64 MiB, or if git stopped.
        """
        with subprocess.Popen(  # noqa: S603 - the arguments are fixed
            self._command("cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        ) as process:
            pipes = cast("tuple[IO[bytes], IO[bytes]]", (process.stdin, process.stdout))
            try:
                yield partial(_content, *pipes)
            finally:
                process.kill()
                with suppress(OSError):  # what a git that stopped did not read is still to be sent
                    pipes[0].close()

    def _command(self, *arguments: str) -> list[str]:
        command = [self.program, *_SETTINGS, "--no-pager", "-C", str(self.folder), *arguments]
        _log.debug("run %s", command)
        return command


def _environment() -> dict[str, str]:
    environment = without_token_variables(os.environ)
    kept = {name: value for name, value in environment.items() if name not in _NOT_OURS}
    return kept | _ENVIRONMENT


def _content(stdin: IO[bytes], stdout: IO[bytes], name: str) -> bytes | None:
    try:
        stdin.write(name.encode("ascii") + b"\n")
        stdin.flush()
    except OSError as error:
        raise GitError(f"git cat-file: {error.strerror}") from None
    head = stdout.readline().split()
    if not head:
        raise GitError("git cat-file stopped")
    if len(head) < 3:  # noqa: PLR2004 - "NAME missing"
        return None
    size = int(head[2])
    if size > _LARGEST:
        raise GitError(f"{name} is larger than 64 MiB")
    content = stdout.read(size + 1)[:-1]
    return content if len(content) == size else None
