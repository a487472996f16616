"""Sets of files written all or nothing, private temporary folders, and reading of stdin."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from msconfig.errors import FileError, UsageError

_log = logging.getLogger(__name__)

__all__ = [
    "OutputFile",
    "Plan",
    "create",
    "is_same_file",
    "plan",
    "private_folder",
    "read_stdin",
    "write",
]

_STAGING = ".msconfig-staged-"
_LEFT_OVER_AFTER = 3600.0
"""Seconds after which a staging folder belongs to a run that was killed, and may hold a key."""


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file to be written."""

    name: str
    content: bytes
    replaceable: bool = False
    """Whether an older one may be replaced without being asked: reports and guides."""
    secret: bool = True
    """Whether it is for its owner alone (POSIX). Else it has the mode of the older one, or the one
    that the user's files have."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What writing would do, file by file; None where there is no older file."""

    folder: Path
    files: tuple[OutputFile, ...]
    older: Mapping[str, bytes | None]

    @property
    def changed(self) -> tuple[OutputFile, ...]:
        """The files whose content is new."""
        return tuple(file for file in self.files if self.older[file.name] != file.content)

    @property
    def in_the_way(self) -> tuple[str, ...]:
        """Names of older files that differ and may not be replaced without being asked."""
        return tuple(
            file.name
            for file in self.changed
            if self.older[file.name] is not None and not file.replaceable
        )


def is_same_file(one: Path, other: Path) -> bool:
    """Whether both paths name one file, which need not exist.

    The paths may differ in spelling: relative or absolute, with ``.`` or ``..``, through links.
    Letter case counts as the file system says for files that exist; for others, as the platform
    says, so two new files on a Mac may be taken for different ones.
    """
    if os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other)):
        return True
    try:
        return one.samefile(other)
    except OSError:
        return False


def plan(folder: Path, files: Sequence[OutputFile]) -> Plan:
    """Look at what is in `folder` already.

    Raises:
        FileError: an older file that cannot be read.
        UsageError: `folder` is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, and has to be a folder")
    return Plan(folder, tuple(files), {file.name: _content(folder / file.name) for file in files})


def _content(path: Path) -> bytes | None:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UsageError(f"{path} is in the way: it is no regular file")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError.from_os("read", path, error) from None


def write(planned: Plan) -> None:
    """Write what changed: all of it, or, when anything fails or interrupts, none.

    Every file is staged beside its place, with mode 0600 (POSIX) unless it is no secret, and
    renamed over it, so each one is old or new at any moment, whatever kills the program.
    The folder is made 0700 if it is missing.

    Raises:
        FileError: something could not be written; then nothing is.
    """
    missing = [each for each in (planned.folder, *planned.folder.parents) if not each.exists()]
    try:
        planned.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (
            _staging_folder(planned.folder) as staging,
            _undone_on_failure(planned, staging / "older"),
        ):
            for file in planned.changed:
                _stage(staging / file.name, file, older=planned.folder / file.name)
            for file in planned.changed:
                (staging / file.name).replace(planned.folder / file.name)
                _log.debug("wrote %s: %d bytes", planned.folder / file.name, len(file.content))
            flush_folder(planned.folder)
    except OSError as error:
        raise FileError.from_os("write to", planned.folder, error) from None
    finally:
        for folder in missing:
            with contextlib.suppress(OSError):
                folder.rmdir()  # only an empty one goes


@contextlib.contextmanager
def _undone_on_failure(planned: Plan, kept: Path) -> Iterator[None]:
    """Puts the older files back when anything fails or interrupts."""
    kept.mkdir()
    for file in planned.changed:
        if os.path.lexists(planned.folder / file.name):  # a link that leads nowhere too
            _keep(planned.folder / file.name, kept / file.name)
    try:
        yield
    except BaseException:
        for file in planned.changed:
            place = planned.folder / file.name
            if os.path.lexists(kept / file.name):
                (kept / file.name).replace(place)
            else:
                place.unlink(missing_ok=True)
        raise


def _keep(older: Path, kept: Path) -> None:
    try:
        os.link(older, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):  # a file system or platform that cannot
        shutil.copy2(older, kept, follow_symlinks=False)


def _stage(path: Path, file: OutputFile, *, older: Path) -> None:
    mode = 0o600 if file.secret else 0o666  # of which the user's mask takes some away
    with _create(path, mode) as stream:
        stream.write(file.content)
        stream.flush()
        os.fsync(stream.fileno())
    if not file.secret and older.exists():
        shutil.copymode(older, path)


def flush_folder(folder: Path) -> None:
    """Make sure that files which were renamed in `folder` keep their names after a power cut.

    Raises:
        OSError: the disk did not do it.
    """
    if os.name == "posix":  # Windows opens no folders, and its renames need no such call
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def private_folder(beside: Path | None = None) -> Iterator[Path]:
    """A new folder with mode 0700 (POSIX), removed when the context ends.

    Args:
        beside: a file; the folder is made in the same folder. None: among the system's temporary
            ones.

    Raises:
        FileError: it cannot be made.
    """
    where = Path(tempfile.gettempdir()) if beside is None else beside.parent
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(_staging_folder(where))
        except OSError as error:
            raise FileError.from_os("write to", where, error) from None
        yield folder


@contextlib.contextmanager
def _staging_folder(where: Path) -> Iterator[Path]:
    """A folder in `where` for files that are not complete yet; first, old ones are removed."""
    _remove_leftovers(where)
    folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=where.absolute()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(where: Path) -> None:
    """Remove staging folders that killed runs of this user left in `where`."""
    for leftover in where.glob(f"{_STAGING}*"):
        with contextlib.suppress(OSError):
            known = leftover.lstat()
            # the folder may be shared, and root could remove what belongs to other users
            is_ours = os.name != "posix" or known.st_uid == os.geteuid()
            if is_ours and time.time() - known.st_mtime > _LEFT_OVER_AFTER:
                shutil.rmtree(leftover)


def create(path: Path) -> BinaryIO:
    """A new file that only its owner can read (mode 0600, POSIX), open for writing.

    Raises:
        OSError: it exists already, or cannot be made.
    """
    return _create(path, 0o600)


def _create(path: Path, mode: int) -> BinaryIO:
    # without O_BINARY, Windows would turn every line feed into two characters
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, mode), "wb")


def read_stdin(limit: int) -> bytes:
    """Standard input to its end, at most `limit` bytes and one, which tells that it is longer.

    Raises:
        FileError: it is closed or cannot be read.
    """
    if sys.stdin is None:
        raise FileError("cannot read standard input: it is closed")
    try:
        return sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        raise FileError.from_os("read", "standard input", error) from None
