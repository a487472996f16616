"""Unpacking of untrusted zip archives in bounded memory."""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from msconfig.cherry.backup.directory import LOCAL, Directory, Member, read_directory
from msconfig.cherry.backup.refusal import UnsupportedBackup
from msconfig.errors import FileError
from msconfig.text import shortened

CHUNK = 256 * 1024
STORED, DEFLATED = 0, 8
_FREE_BYTES = 64 * 1024 * 1024
"""A member up to this size does no harm, however well it is compressed."""
_MOST_RATIO = 200
"""Times that a larger member may grow when it is unpacked; deflate allows about 1,032."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive whose directory has been read and compared with its local headers."""

    stream: BinaryIO = field(repr=False)
    directory: Directory = field(repr=False)

    @property
    def members(self) -> Mapping[str, Member]:
        """By name, in the directory's order."""
        return self.directory.members

    def has_folder(self, name: str) -> bool:
        """Whether the folder is a member, or has one; `name` ends in a slash."""
        return any(member.startswith(name) for member in self.members)

    def end_of(self, member: Member) -> int:
        """Where the bytes of `member` end: at the next one, or at the directory."""
        # not computed from sizes: a data descriptor may follow, in any of four forms
        behind = (each.offset for each in self.members.values() if each.offset > member.offset)
        return min(behind, default=self.directory.start)

    def read(self, member: Member, limit: int) -> bytes:
        """The content of a small member.

        Raises:
            UnsupportedBackup: it is larger than `limit` bytes, no file, or damaged.
        """
        return b"".join(self.chunks(member, limit))

    def chunks(self, member: Member, limit: int) -> Iterator[bytes]:
        """The content of a member, in pieces, checked against its size and CRC at the end.

        Raises:
            UnsupportedBackup: it has more than `limit` bytes, is a link, grows too much, or is
                damaged.
        """
        name = shortened(member.name, 100)
        if member.is_link:
            raise UnsupportedBackup(f"{name} is a link, not a file; zip the files themselves")
        if member.size > limit:
            raise UnsupportedBackup(
                f"{name} has {member.size} bytes, more than the {limit} that msconfig reads; give"
                " the backup as Cherry Studio wrote it"
            )
        if member.size > _FREE_BYTES and member.size > _MOST_RATIO * member.packed:
            raise UnsupportedBackup(
                f"{name} unpacks to {member.size} bytes from {member.packed}, a compression ratio"
                " too high for a backup (possible zip bomb); create the backup again"
            )
        size = crc = 0
        for chunk in self._unpacked(member):
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
            if size > member.size:
                break  # before the chunk is handed on, so that nothing larger reaches the disk
            yield chunk
        if size != member.size:
            raise _damaged(member, "wrong size")
        if crc != member.crc:
            raise _damaged(member, "wrong checksum")

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        self.stream.seek(member.offset)
        # the local header's own lengths: its extra fields often differ from the directory's
        local = LOCAL.unpack(self.stream.read(LOCAL.size))
        self.stream.seek(member.offset + LOCAL.size + local[-2] + local[-1])
        packed = raw(self.stream, member.packed)
        if member.method == STORED:
            yield from packed
            return
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for chunk in packed:
                if inflate.eof:  # else zlib would keep all of the rest in memory, as unused_data
                    break
                left = chunk
                while left:
                    yield inflate.decompress(left, CHUNK)
                    left = inflate.unconsumed_tail
            yield inflate.flush()
        except zlib.error:
            raise _damaged(member, "cannot be unpacked") from None
        if not inflate.eof or inflate.unused_data or next(packed, None):
            raise _damaged(member, "wrong length")


def _damaged(member: Member, what: str) -> UnsupportedBackup:
    return UnsupportedBackup(
        f"{shortened(member.name, 100)} is damaged ({what}); copy or download the backup again"
    )


def raw(stream: BinaryIO, count: int) -> Iterator[bytes]:
    """The next `count` bytes, in pieces.

    Raises:
        UnsupportedBackup: there are fewer.
    """
    while count:
        chunk = stream.read(min(CHUNK, count))
        if not chunk:
            raise UnsupportedBackup("the zip is cut off; copy or download the backup again")
        count -= len(chunk)
        yield chunk


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """The archive at `path`, for as long as the context lasts.

    Raises:
        FileError: it cannot be read.
        UnsupportedBackup: it is not a zip, or one that no app writes.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe would wait for its writer
            raise FileError(f"cannot read {path}: it is not a regular file")
        with path.open("rb") as stream:
            yield Archive(stream, read_directory(stream))
    except OSError as error:
        raise FileError.from_os("read", path, error) from None
