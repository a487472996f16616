"""Sets of files written all or nothing, private temporary folders, and bounded reading."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from msconfig.errors import FileError, UsageError

_log = logging.getLogger(__name__)

_STAGING = ".msconfig-staged-"
_PAGE = "msconfig-links-"
_LEFT_OVER_AFTER = 3600.0
"""Seconds after which one of these belongs to a run that was killed, and may hold a key."""
_IS_WINDOWS = os.name == "nt"
_LONGEST_WAIT = 5.0
"""Seconds to wait for another run that writes to the same folder."""


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file to write."""

    name: str
    content: bytes
    replaceable: bool = False
    """Whether an older one may be replaced without `--force`: reports and guides."""
    secret: bool = True
    """Whether only its owner may read it (POSIX). Else it gets the mode of the older file, or of
    the user's new files."""


@dataclass(frozen=True, slots=True)
class FileChanges:
    """Files to write to a folder, compared with those that exist in it."""

    folder: Path
    files: tuple[OutputFile, ...]
    older: Mapping[str, bytes | None]
    """Content of the existing files by name; None where there is none."""

    @property
    def changed(self) -> tuple[OutputFile, ...]:
        """The files whose content is new."""
        return tuple(file for file in self.files if self.older[file.name] != file.content)

    @property
    def existing(self) -> tuple[str, ...]:
        """Names of existing files that differ and may not be replaced without `--force`."""
        return tuple(
            file.name
            for file in self.changed
            if self.older[file.name] is not None and not file.replaceable
        )


def is_same_file(one: Path, other: Path) -> bool:
    """Whether both paths name one file, which need not exist.

    The paths may differ in spelling: relative or absolute, with ``.`` or ``..``, through links.
    Letter case counts as the file system says.
    """
    real, other_real = (os.path.normcase(os.path.realpath(each)) for each in (one, other))
    if real == other_real:
        return True
    try:
        return one.samefile(other)
    except OSError:
        return real.casefold() == other_real.casefold() and _ignores_case(Path(real).parent)


def _ignores_case(folder: Path) -> bool:
    """Whether the file system of `folder`, which need not exist, ignores the case of letters.

    It is read off a name that exists, as nothing is to be written: one in the folder, else its own.
    """
    while not folder.exists() and folder.parent != folder:
        folder = folder.parent
    with contextlib.suppress(OSError):
        names = {entry.name for entry in os.scandir(folder)}
        for name in names:
            other = name.swapcase()
            if other != name and other not in names:
                return (folder / other).exists()
    other_case = folder.with_name(folder.name.swapcase()) if folder.name else folder
    return other_case.name != folder.name and other_case.exists() and other_case.samefile(folder)


def is_missing(path: Path) -> bool:
    """Whether there is no file or folder at `path`, which Python's own answer does not say.

    Since 3.14, `Path.exists` is false also for a path that cannot be looked at: in a folder without
    permission, or too long. Links in a circle were always missing.

    Raises:
        FileError: it cannot be looked at.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last for a NUL in the name
        return True
    except OSError as error:
        raise FileError.from_os("read", path, error) from None
    return False


def changes_in(folder: Path, files: Sequence[OutputFile]) -> FileChanges:
    """Compare `files` with those that exist in `folder`.

    Raises:
        FileError: an older file that cannot be read.
        UsageError: `folder` is a file, an older file is not a regular one, or a name is none that
            Windows can use.
    """
    for file in files:
        refuse_unusable_name(folder / file.name)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, and has to be a folder")
    return FileChanges(
        folder, tuple(files), {file.name: _content(folder / file.name) for file in files}
    )


def refuse_unusable_name(path: Path) -> None:
    """Refuse a new file whose name Windows would give to a device or change; nothing elsewhere.

    Raises:
        UsageError: the name cannot be used.
    """
    if _IS_WINDOWS:
        from msconfig.windows_names import why_unusable  # noqa: PLC0415 - not needed elsewhere

        if why := why_unusable(path.name):
            raise UsageError(f"{path}: {why}; give the file another name")


def _content(path: Path) -> bytes | None:
    # to read a pipe would wait for ever; a folder gives an error of its own below
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UsageError(f"{path} exists and is not a regular file")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError.from_os("read", path, error) from None


def write(changes: FileChanges) -> None:
    """Write the files that changed: all of them, or none when anything fails or interrupts.

    Every file is staged beside its place, with mode 0600 (POSIX) if it is secret, and renamed over
    it, so each one is old or new at any moment, even if the program is killed. The folder is
    created with mode 0700 if it is missing.

    Raises:
        FileError: something could not be written; then nothing is.
    """
    missing = [each for each in (changes.folder, *changes.folder.parents) if not each.exists()]
    try:
        changes.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _staging_folder(changes.folder) as staging, contextlib.ExitStack() as stack:
            kept, new = staging / "older", staging / "new"  # apart: a file may have either name
            new.mkdir()
            for file in changes.changed:
                _stage(new / file.name, file, older=changes.folder / file.name)
            # a report or a snapshot alone is one rename, and waits for no one
            if len(changes.changed) > 1 or _kept_without_force(changes):
                stack.enter_context(_turn_of([changes.folder]))
            _refuse_overtaken(changes)
            _keep_older(changes, kept)
            try:
                for file in changes.changed:
                    (new / file.name).replace(changes.folder / file.name)
                    _log.debug("wrote %s: %d bytes", changes.folder / file.name, len(file.content))
                flush_folder(changes.folder)
            # no context manager: an interrupt that keeps it from being left would let it undo
            # everything later, when what was kept is gone
            except BaseException:  # KeyboardInterrupt too
                _put_back(changes, kept)
                raise
    except OSError as error:
        raise FileError.from_os("write to", changes.folder, error) from None
    finally:
        for folder in missing:
            with contextlib.suppress(OSError):
                folder.rmdir()  # fails unless it is empty, so it stays where writing succeeded


@contextlib.contextmanager
def _turn_of(folders: Iterable[Path]) -> Iterator[None]:
    """Wait until no other run writes to the folders, so that two sets of files do not mix.

    All runs lock in the same order, so that no two wait for each other. Another user may lock a
    folder that is shared, so the wait has an end; nothing waits on Windows.
    """
    descriptors: list[int] = []
    try:
        ends = time.monotonic() + _LONGEST_WAIT
        for folder in sorted(folders) if os.name == "posix" else ():
            descriptors.append(os.open(folder, os.O_RDONLY))
            while _is_locked(descriptors[-1]) and time.monotonic() < ends:
                time.sleep(0.02)
        yield
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _kept_without_force(changes: FileChanges) -> list[OutputFile]:
    """The new files that may replace no older one without `--force`."""
    return [each for each in changes.changed if not each.replaceable]


def _refuse_overtaken(changes: FileChanges) -> None:
    """Refuse to replace what another program wrote since the files were compared.

    Raises:
        FileError: a file that may not be replaced without `--force` holds something else by now.
    """
    for file in _kept_without_force(changes):
        path = changes.folder / file.name
        if _content(path) not in {changes.older[file.name], file.content}:
            raise FileError(
                f"{path} was written by another program meanwhile; nothing is written, run again"
            )


def _keep_older(changes: FileChanges, kept: Path) -> None:
    """Keep the files that will be replaced in the new folder `kept`."""
    kept.mkdir()
    for file in changes.changed:
        if os.path.lexists(changes.folder / file.name):  # a link that leads nowhere too
            _keep(changes.folder / file.name, kept / file.name)


def _put_back(changes: FileChanges, kept: Path) -> None:
    """Undo the changes: the files in `kept` in their places, and no others."""
    for file in changes.changed:
        place = changes.folder / file.name
        if os.path.lexists(kept / file.name):
            (kept / file.name).replace(place)
        else:
            place.unlink(missing_ok=True)


def _keep(older: Path, kept: Path) -> None:
    try:
        os.link(older, kept, follow_symlinks=False)  # no copy: owner, times and rest stay
    except (OSError, NotImplementedError):  # a file system or platform that cannot
        shutil.copy2(older, kept, follow_symlinks=False)


def _stage(path: Path, file: OutputFile, *, older: Path) -> None:
    mode = 0o600 if file.secret else 0o666  # less the user's umask
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


@dataclass(frozen=True, slots=True)
class NewContent:
    """A file that exists, and what it is to hold."""

    path: Path
    """Its place, links resolved."""
    older: bytes
    """Its content as far as it is known."""
    content: bytes

    @property
    def is_written(self) -> bool:
        """Whether the file holds the new content."""
        return _has(self.path, self.content)


def replace(files: Sequence[NewContent]) -> tuple[Path, ...]:
    """Replace files, in any folders, by new content of the same mode and owner: all, or none.

    Every file is staged beside its place and renamed over it, so each one is old or new at any
    moment. A failure puts the older files back; an interrupt leaves those that are replaced already
    and begins no other.

    Returns:
        The files that were left as they are, because they do not hold `NewContent.older` any more.

    Raises:
        FileError: something could not be written; then nothing is, or the message names what is.
    """
    changed: list[Path] = []
    try:
        _replace(files, changed)
    except FileError as error:
        left = [str(each.path) for each in files if each.is_written]
        raise (
            FileError(f"{error}; replaced already: {', '.join(left)}") if left else error
        ) from None
    return tuple(changed)


def _replace(files: Sequence[NewContent], changed: list[Path]) -> None:
    place = Path()
    try:
        with contextlib.ExitStack() as stack:
            folders: dict[Path, Path] = {}
            for place in dict.fromkeys(each.path.parent for each in files):
                folders[place] = stack.enter_context(_staging_folder(place))
            steps = [(each, folders[each.path.parent] / str(n)) for n, each in enumerate(files)]
            for each, staged in steps:
                place = each.path
                _stage_like(staged, each)
                _keep(place, staged.with_suffix(".older"))
            stack.enter_context(_turn_of(folders))
            try:
                for each, staged in steps:
                    place = each.path
                    if not _has(place, each.older):
                        if not each.is_written:  # by another run, with the same result
                            changed.append(place)
                        continue
                    staged.replace(place)
                    _log.debug("wrote %s: %d bytes", place, len(each.content))
                for place in folders:
                    flush_folder(place)
            except OSError:
                _restore(steps)
                raise
    except OSError as error:
        raise FileError.from_os("write to", place, error) from None


def _restore(steps: Sequence[tuple[NewContent, Path]]) -> None:
    """Undo the renames that were done; an interrupt comes only after that."""
    try:
        for each, staged in steps:
            older = staged.with_suffix(".older")
            if older.exists() and not staged.exists():
                older.replace(each.path)
    except KeyboardInterrupt:
        _restore(steps)
        raise


def _has(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _stage_like(staged: Path, new: NewContent) -> None:
    """Write the new content with mode, owner and attributes of the file that it will replace."""
    with _create(staged, 0o600) as stream:
        stream.write(new.content)
        stream.flush()
        os.fsync(stream.fileno())
    known = new.path.stat()
    own = staged.stat()
    if os.name == "posix" and (known.st_uid, known.st_gid) != (own.st_uid, own.st_gid):
        os.chown(staged, known.st_uid, known.st_gid)
    shutil.copystat(new.path, staged)
    os.utime(staged)


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
def private_page(content: bytes) -> Iterator[Path]:
    """A file with mode 0600 (POSIX) among the system's temporary ones, removed afterwards.

    It is in no folder of its own: a browser from a snap may not read hidden ones. Those that killed
    runs left are removed first.

    Raises:
        FileError: it cannot be written.
    """
    where = Path(tempfile.gettempdir()).absolute()
    _remove_pages(where)
    page = where / f"{_PAGE}{os.urandom(8).hex()}.html"
    holder = -1
    try:
        try:
            with create(page) as stream:
                # locked while it is empty, so that no other run takes it for a leftover
                holder = os.open(page, os.O_RDONLY)
                _lock(holder)
                stream.write(content)
        except OSError as error:
            raise FileError.from_os("write a page to", where, error) from None
        try:
            yield page
        finally:
            os.close(holder)  # Windows removes no open file
            page.unlink(missing_ok=True)
    finally:
        page.unlink(missing_ok=True)  # again: an interrupt may come before the first


def _remove_pages(where: Path) -> None:
    """Remove pages that killed runs of this user left in `where`, however young.

    A run that lives has its page locked; on Windows it cannot be removed, being open.
    """
    for leftover in where.glob(f"{_PAGE}*"):
        with contextlib.suppress(OSError):
            known = leftover.lstat()
            is_ours = os.name != "posix" or known.st_uid == os.geteuid()
            if is_ours and stat.S_ISREG(known.st_mode) and known.st_size:
                descriptor = os.open(leftover, os.O_RDONLY)
                try:
                    _lock(descriptor)
                finally:
                    os.close(descriptor)
                leftover.unlink()


def _is_locked(descriptor: int) -> bool | None:
    """Whether another run has locked what is open as `descriptor`; else it is locked now.

    None where that cannot be found out: Windows, and some network file systems.
    """
    if os.name != "posix":
        return None
    try:
        _lock(descriptor)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False


def _lock(descriptor: int) -> None:
    """Lock an open file or folder until it is closed; nothing on Windows.

    Raises:
        OSError: another process has locked it.
    """
    if sys.platform != "win32":
        import fcntl  # noqa: PLC0415 - not on Windows

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def _staging_folder(where: Path) -> Iterator[Path]:
    """A folder in `where` for files that are not complete yet; old ones are removed first."""
    # named before it exists, so that an interrupt right after it is made finds it to remove
    folder = where.absolute() / f"{_STAGING}{os.urandom(8).hex()}"
    holder = -1
    try:
        try:
            folder.mkdir(mode=0o700)
            if os.name == "posix":  # Windows opens no folders
                holder = os.open(folder, os.O_RDONLY)
                _is_locked(holder)
            _remove_leftovers(folder)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # again: an interrupt breaks the first one off
        if holder >= 0:
            os.close(holder)


def _remove_leftovers(ours: Path) -> None:
    """Remove what killed runs of this user left beside the new folder `ours`, folders and files.

    Their age is counted by the clock of the file system, which made `ours` just now: that of this
    machine may be off, and a network drive has its own.
    """
    now = ours.stat().st_mtime
    for leftover in ours.parent.glob(f"{_STAGING}*"):
        with contextlib.suppress(OSError):
            known = leftover.lstat()
            # the folder may be shared, and root could remove folders of other users
            is_ours = os.name != "posix" or known.st_uid == os.geteuid()
            if is_ours and _is_left_over(leftover, known, now):
                if stat.S_ISDIR(known.st_mode):
                    shutil.rmtree(leftover)
                else:
                    leftover.unlink()


def _is_left_over(path: Path, known: os.stat_result, now: float) -> bool:
    """Whether the run that made `path` has ended; one of the future counts as old, unless it lives.

    Where locks are unknown, only an age decides, and what is of the future stays.
    """
    age = now - known.st_mtime
    is_plain = stat.S_ISDIR(known.st_mode) or stat.S_ISREG(known.st_mode)  # a pipe would wait
    if not is_plain or abs(age) <= _LEFT_OVER_AFTER:
        return False
    if os.name != "posix":
        return age > 0
    descriptor = os.open(path, os.O_RDONLY)
    try:
        is_locked = _is_locked(descriptor)
    finally:
        os.close(descriptor)
    return age > 0 if is_locked is None else not is_locked


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


def read_at_most(path: Path, limit: int) -> bytes:
    """The content of a file; `limit` + 1 bytes of a larger one, which is how to recognise it.

    It is opened once and never measured, so that it may be a pipe.

    Raises:
        FileError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        raise FileError.from_os("read", path, error) from None
    _log.debug("read %s: %d bytes", path, len(raw))
    return raw


def read_stdin(limit: int) -> bytes:
    """Standard input to its end; `limit` + 1 bytes of a longer one, as `read_at_most`.

    Raises:
        FileError: it is closed or cannot be read.
    """
    if sys.stdin is None:  # as Python leaves it where the descriptor is closed
        raise FileError("cannot read standard input: it is closed")
    try:
        return sys.stdin.buffer.read(limit + 1)
    except OSError as error:
        raise FileError.from_os("read", "standard input", error) from None
