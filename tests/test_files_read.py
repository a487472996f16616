"""Files as they were read: whether they still hold the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from msconfig.files_read import FilesRead

posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")


def test_a_file_as_it_was_read_has_its_content() -> None:
    Path("ids.txt").write_bytes(b"a/b\r\n")
    files = FilesRead()
    files.add("ids.txt", b"a/b\r\n")
    assert files.place_of("ids.txt") == Path("ids.txt").resolve()
    assert files.place_of("other.txt") is None
    assert files.content_of("ids.txt") == b"a/b\r\n"


def _remove(path: Path) -> None:
    path.unlink()


def _change(path: Path) -> None:
    path.write_bytes(b"a/c\r\n")


def _link(path: Path) -> None:
    path.rename("elsewhere.txt")
    path.symlink_to("elsewhere.txt")


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "later", [_remove, _change, pytest.param(_link, marks=posix), pytest.param(_pipe, marks=posix)]
)
def test_a_file_that_changed_after_it_was_read_has_none(later: Callable[[Path], None]) -> None:
    Path("ids.txt").write_bytes(b"a/b\r\n")
    files = FilesRead()
    files.add("ids.txt", b"a/b\r\n")
    later(Path("ids.txt"))
    files.add("ids.txt", b"a/c\r\n")  # the first reading counts
    assert files.content_of("ids.txt") is None
