"""Lines that the working tree adds since a revision of git."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from msconfig.errors import UsageError
from msconfig.scanning.git import Git, GitError, NotARepository
from msconfig.scanning.source_text import SourceText
from msconfig.text import shortened, visible

__all__ = ["AddedLines", "Additions"]

_MOST_COMPARED = 200
"""Files that are gone, of which one may be the older name of a file."""


@dataclass(frozen=True, slots=True)
class AddedLines:
    """The lines of a file that are new; None means all."""

    source: SourceText
    numbers: frozenset[int] | None

    def has(self, line: int) -> bool:
        """Whether this line is new."""
        return self.numbers is None or line in self.numbers

    def holds(self, start: int, end: int) -> bool:
        """Whether one of the lines of this part of the text is new."""
        first, last = self.source.place(start)[0], self.source.place(max(start, end - 1))[0]
        return any(map(self.has, range(first, last + 1)))


@dataclass(frozen=True, slots=True)
class _Repository:
    top: Path
    blobs: Mapping[str, str]
    """Object names of the files of the revision, by path from the top."""
    content: Callable[[str], bytes | None]

    def before_rename(self, path: str, text: str) -> str | None:
        """The older text of a file that the revision has under another name, as git compares.

        It is that of a file which is gone now, is of the same type, and shares at least half of its
        lines with `text`; None if there is none.

        Args:
            path: the file, which the revision does not have, from the top.
            text: its text now.
        """
        of_path, lines = PurePosixPath(path), _counted_lines(text)
        best, most = None, max(lines.total() / 2, 1)
        for older in self._gone(of_path)[:_MOST_COMPARED]:
            try:
                content = self.content(self.blobs[older])
            except GitError:
                continue
            before = SourceText.of(older, content or b"").text
            other = _counted_lines(before)
            shared = (lines & other).total()
            if shared >= max(most, other.total() / 2):
                best, most = before, shared + 1
        return best

    def _gone(self, path: PurePosixPath) -> list[str]:
        """Files of the revision of the same type that are gone, those of the same name first."""
        found = [
            each
            for each in map(PurePosixPath, self.blobs)
            if (each.suffix or each.name) == (path.suffix or path.name)
            and not os.path.lexists(self.top / each)
        ]
        return [str(each) for each in sorted(found, key=lambda each: each.name != path.name)]


def _counted_lines(text: str) -> Counter[str]:
    return Counter(line for each in text.split("\n") if (line := each.strip()))


class Additions:
    """A revision, and the repositories that are compared with it."""

    def __init__(self, revision: str, processes: ExitStack) -> None:
        self._revision = revision
        self._processes = processes
        self._repositories: dict[Path, _Repository] = {}

    @classmethod
    @contextmanager
    def since(cls, revision: str, paths: Iterable[str]) -> Iterator[Additions]:
        """What was added since `revision` in the repositories of `paths`.

        Raises:
            UsageError: no git, no repository, or a revision that it does not have.
        """
        with ExitStack() as processes:
            additions = cls(revision, processes)
            for path in paths:
                folder = Path(path) if os.path.isdir(path) else Path(path).parent  # noqa: PTH112
                additions._repository_of(folder)
            yield additions

    def _repository_of(self, folder: Path) -> _Repository:
        """The repository of `folder`, with what the revision holds.

        Raises:
            UsageError: as `since`.
        """
        name = visible(str(folder))
        try:
            git = Git.of(folder)
            top = git.top()
        except NotARepository as error:
            raise _refusal(
                f" compares with a revision of git, and {name} has none: {visible(str(error))};"
                " give a path in a repository, or omit ",
                "",
            ) from None
        except GitError as error:
            raise _refusal(f": git in {name}: {visible(str(error))}") from None
        if top not in self._repositories:
            blobs = self._blobs(git, name)
            content = self._processes.enter_context(git.contents())
            self._repositories[top] = _Repository(top, blobs, content)
        return self._repositories[top]

    def _blobs(self, git: Git, name: str) -> dict[str, str]:
        shown = visible(shortened(self._revision, 60))
        try:
            commit = git.commit(self._revision)
        except GitError:
            why = f"no such revision in the repository of {name}"
            if git.is_shallow:
                why = "not in this shallow clone"
            raise _refusal(
                f" {shown}: {why}; fetch it first (git fetch origin; actions/checkout with"
                " fetch-depth: 0)"
            ) from None
        try:
            return git.blobs(commit)
        except GitError as error:
            raise _refusal(
                f" {shown}: its files cannot be read ({visible(str(error))}); fetch them"
                " first (actions/checkout with fetch-depth: 0)"
            ) from None

    def lines(self, file: str, source: SourceText) -> AddedLines:
        """The lines of `file` that the revision does not have.

        A line that it has, wherever in the file, is not new: one that was moved adds nothing, and
        neither does a file that was renamed.

        Raises:
            UsageError: the file is in a repository without this revision, or it cannot be read.
        """
        path = Path(file)
        repository = self._repository_of(path.parent)
        real = Path(os.path.realpath(path.parent)) / path.name
        try:
            below = real.relative_to(os.path.realpath(repository.top)).as_posix()
        except ValueError:
            below = ""
        blob = repository.blobs.get(below)
        if blob is None:
            before = repository.before_rename(below, source.text) if below else None
            return AddedLines(source, None if before is None else _new_lines(before, source.text))
        try:
            older = repository.content(blob)
        except GitError as error:
            raise _refusal(
                f" {visible(self._revision)}: {visible(file)}: {visible(str(error))}"
            ) from None
        if older is None:
            raise _refusal(
                f" {visible(shortened(self._revision, 60))}: this clone lacks the content of"
                f" {visible(file)} then; fetch it first (actions/checkout with fetch-depth: 0)"
            )
        return AddedLines(source, _new_lines(SourceText.of(file, older).text, source.text))


def _refusal(*words: str) -> UsageError:
    """The error whose message has the name of the argument in front of each of `words`."""
    in_python, with_options = ("".join(f"{name}{each}" for each in words) for name in _NAMES)
    return UsageError(in_python, with_options=with_options)


_NAMES = ("diff", "--diff")


def _new_lines(older: str, newer: str) -> frozenset[int]:
    """Numbers of the lines of `newer` that `older` does not have, or not as often."""
    # the working tree may have CRLF where the repository has LF
    before = [line.rstrip("\r") for line in older.split("\n")]
    after = [line.rstrip("\r") for line in newer.split("\n")]
    same = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        same += 1
    left = Counter(before[same:])
    new = []
    for number, line in enumerate(after[same:], start=same + 1):
        if left[line] > 0:
            left[line] -= 1
        else:
            new.append(number)
    return frozenset(new)
