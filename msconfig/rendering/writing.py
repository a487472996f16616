"""Files written so that nobody ever sees half of one, or half of a set."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msconfig.errors import FileError, UsageError

__all__ = ["OutputFile", "Plan", "plan", "write"]


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
    staging: Path | None = None
    try:
        planned.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_leftovers(planned.folder)
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=planned.folder))
        with _undone_on_failure(planned, staging / "older"):
            for file in planned.changed:
                _stage(staging / file.name, file, older=planned.folder / file.name)
            for file in planned.changed:
                (staging / file.name).replace(planned.folder / file.name)
            _flush_folder(planned.folder)
    except OSError as error:
        raise FileError.from_os("write to", planned.folder, error) from None
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
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


def _remove_leftovers(folder: Path) -> None:
    for leftover in folder.glob(f"{_STAGING}*"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _LEFT_OVER_AFTER:
                shutil.rmtree(leftover)


def _stage(path: Path, file: OutputFile, *, older: Path) -> None:
    mode = 0o600 if file.secret else 0o666  # of which the user's mask takes some away
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(file.content)
        stream.flush()
        os.fsync(stream.fileno())
    if not file.secret and older.exists():
        shutil.copymode(older, path)


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
