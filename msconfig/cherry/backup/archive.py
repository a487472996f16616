"""A zip archive, read without trust and in bounded memory.

The archive's directory is read here and not by `zipfile`, because a member is replaced in a copy
that keeps every other byte: that takes the raw records, and their places. Whatever two readers
could see in two ways is refused: local headers that say something else than the directory, members
over one another, doubled names, bytes behind the end.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from msconfig.cherry.backup.refusal import NotTaken
from msconfig.errors import FileError
from msconfig.text import shortened

__all__ = [
    "CENTRAL",
    "CHUNK",
    "DEFLATED",
    "END",
    "END_64",
    "LOCAL",
    "STORED",
    "UNKNOWN_32",
    "Archive",
    "Member",
    "open_archive",
]

CHUNK = 1024 * 1024
END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
STORED, DEFLATED = 0, 8
UNKNOWN_32 = 0xFFFF_FFFF
"""In place of a number that a zip64 record holds."""

_LOCATOR = struct.Struct("<4sLQL")
_UNKNOWN_16 = 0xFFFF
_ZIP64 = 1
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_SIZES_FOLLOW = 1 << 3
_UTF8 = 1 << 11
_UNIX = 3
_MOST_MEMBERS = 100_000
_MOST_DIRECTORY_BYTES = 32 * 1024 * 1024
_FREE_BYTES = 64 * 1024 * 1024
_MOST_RATIO = 200
"""Times that a member above `_FREE_BYTES` may grow when it is unpacked."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the archive, as its directory has it."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    """Bytes in the archive."""
    size: int
    """Bytes when unpacked."""
    offset: int
    """Where its local header begins."""
    record: bytes
    """Its entry in the directory."""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder; those have names that end in a slash."""
        return self.name.endswith("/")


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive whose directory has been read and compared with its local headers."""

    stream: BinaryIO = field(repr=False)
    members: Mapping[str, Member] = field(repr=False)
    """By name, in the directory's order."""
    directory: int
    """Where the directory begins."""
    end_64: int | None
    """Where the zip64 end record begins, if there is one."""
    end: int
    """Where the end record begins."""
    size: int

    def has_folder(self, name: str) -> bool:
        """Whether the folder is a member, or has one; `name` ends in a slash."""
        return any(member.startswith(name) for member in self.members)

    def end_of(self, member: Member) -> int:
        """Where what belongs to `member` ends: at the next one, or at the directory."""
        behind = (each.offset for each in self.members.values() if each.offset > member.offset)
        return min(behind, default=self.directory)

    def read(self, member: Member, limit: int) -> bytes:
        """What a small member holds.

        Raises:
            NotTaken: it is larger than `limit` bytes, or broken.
        """
        return b"".join(self.chunks(member, limit))

    def chunks(self, member: Member, limit: int) -> Iterator[bytes]:
        """What a member holds, in pieces, checked against its size and CRC at the end.

        Raises:
            NotTaken: it is larger than `limit` bytes, grows too much, or is broken.
        """
        name = _shown(member.name)
        if member.size > limit:
            raise NotTaken(f"{name} has {member.size} bytes, more than the {limit} that are read")
        if member.size > _FREE_BYTES and member.size > _MOST_RATIO * member.packed:
            raise NotTaken(f"{name} unpacks to {member.size} bytes from {member.packed}: a bomb?")
        size = crc = 0
        for chunk in self._unpacked(member):
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
            if size > member.size:
                break
            yield chunk
        if size != member.size:
            raise NotTaken(f"{name} is broken: it has not the size that the zip says")
        if crc != member.crc:
            raise NotTaken(f"{name} is broken: its checksum (CRC) is wrong; copy the backup anew")

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        self.stream.seek(member.offset)
        local = LOCAL.unpack(self.stream.read(LOCAL.size))
        self.stream.seek(member.offset + LOCAL.size + local[-2] + local[-1])
        packed = raw(self.stream, member.packed)
        if member.method == STORED:
            yield from packed
            return
        if member.method != DEFLATED:
            raise NotTaken(
                f"{_shown(member.name)} is packed by method {member.method}, and Cherry Studio"
                " packs by deflate"
            )
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for chunk in packed:
                left = chunk
                while left:
                    yield inflate.decompress(left, CHUNK)
                    left = inflate.unconsumed_tail
            yield inflate.flush()
        except zlib.error:
            raise NotTaken(f"{_shown(member.name)} is broken: it cannot be unpacked") from None
        if not inflate.eof or inflate.unused_data:
            raise NotTaken(f"{_shown(member.name)} is broken: it ends too early or too late")


def raw(stream: BinaryIO, count: int) -> Iterator[bytes]:
    """The next `count` bytes, in pieces.

    Raises:
        NotTaken: there are fewer.
    """
    while count:
        chunk = stream.read(min(CHUNK, count))
        if not chunk:
            raise NotTaken("the zip is cut off; copy the backup anew")
        count -= len(chunk)
        yield chunk


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """The archive at `path`, for as long as the context lasts.

    Raises:
        FileError: it cannot be read.
        NotTaken: it is no zip, or one that no app writes.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileError(f"cannot read {path}: it is no regular file")
        with path.open("rb") as stream:
            yield _archive(stream)
    except OSError as error:
        raise FileError.from_os("read", path, error) from None


def _archive(stream: BinaryIO) -> Archive:
    head = stream.read(64)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise NotTaken("plain JSON, and a backup of Cherry Studio is a zip; give that")
    if not head.startswith(b"PK"):
        raise NotTaken("no zip, as a backup of Cherry Studio is; make one under Settings, Data")
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - END.size - 0xFFFF))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise NotTaken("the zip is cut off; copy the backup anew")
    end = size - len(tail) + at
    _, disk, first_disk, here, count, length, start, comment = END.unpack_from(tail, at)
    if end + END.size + comment != size:
        raise NotTaken("the zip has bytes behind its end; copy the backup anew")
    end_64 = None
    told = (disk, first_disk, here, count, length, start)
    if at >= _LOCATOR.size and tail[at - _LOCATOR.size :].startswith(b"PK\x06\x07"):
        end_64, told = _zip64_end(stream, end, told)
    disk, first_disk, here, count, length, start = told
    if disk or first_disk or here != count:
        raise NotTaken("the zip is one of several parts")
    if count > _MOST_MEMBERS or length > _MOST_DIRECTORY_BYTES:
        raise NotTaken(f"the zip has {count} members; a backup has at most {_MOST_MEMBERS}")
    if start + length != (end if end_64 is None else end_64):
        raise NotTaken("the zip's directory is not where its end says")
    stream.seek(start)
    members = _members(stream.read(length), count)
    _compare_with_local(stream, members, start)
    return Archive(stream, MappingProxyType(members), start, end_64, end, size)


def _zip64_end(
    stream: BinaryIO, end: int, told: tuple[int, ...]
) -> tuple[int, tuple[int, int, int, int, int, int]]:
    """Where the zip64 end record begins, and what it says of disks, counts, length and start."""
    stream.seek(end - _LOCATOR.size)
    _, _, at, _ = _LOCATOR.unpack(stream.read(_LOCATOR.size))
    stream.seek(min(at, end))
    record = stream.read(END_64.size)
    if len(record) < END_64.size or not record.startswith(b"PK\x06\x06"):
        raise NotTaken("the zip's zip64 record is not where it is said to be")
    _, length, _, _, *numbers = END_64.unpack(record)
    if at + 12 + length != end - _LOCATOR.size:
        raise NotTaken("the zip's zip64 record has not the length that it says")
    for small, large in zip(told, numbers, strict=True):
        if small not in {large, _UNKNOWN_16, UNKNOWN_32}:
            raise NotTaken("the zip's two end records say different things")
    disk, first_disk, here, count, size, start = numbers
    return at, (disk, first_disk, here, count, size, start)


def _members(directory: bytes, count: int) -> dict[str, Member]:
    members: dict[str, Member] = {}
    at = 0
    places: set[str] = set()
    while at < len(directory):
        member = _member(directory, at)
        at += len(member.record)
        place = member.name.replace("\\", "/").rstrip("/")
        if place in places:
            raise NotTaken(f"the zip holds {_shown(member.name)} twice")
        places.add(place)
        members[member.name] = member
    if len(members) != count:
        raise NotTaken(f"the zip says that it has {count} members, and has {len(members)}")
    return members


def _member(directory: bytes, at: int) -> Member:
    try:
        fields = CENTRAL.unpack_from(directory, at)
    except struct.error:
        raise NotTaken("the zip's directory is broken") from None
    signature, made_by, _, flags, method, _, _, crc, packed, size, *lengths = fields
    name_length, extra_length, comment_length, disk, _, attributes, offset = lengths
    name_end = at + CENTRAL.size + name_length
    record = directory[at : name_end + extra_length + comment_length]
    if signature != b"PK\x01\x02" or disk or len(record) < sum(lengths[:3]) + CENTRAL.size:
        raise NotTaken("the zip's directory is broken")
    raw_name = directory[at + CENTRAL.size : name_end]
    try:
        name = raw_name.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError:
        raise NotTaken("the zip has a member whose name is no text") from None
    _refuse_place(name)
    if flags & _ENCRYPTED:
        raise NotTaken(f"the zip is encrypted ({_shown(name)}); Cherry Studio's backups are not")
    mode = attributes >> 16 if made_by >> 8 == _UNIX else 0
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise NotTaken(f"the zip holds a link or device: {_shown(name)}")
    extra = directory[name_end : name_end + extra_length]
    size, packed, offset = _large(extra, (size, packed, offset))
    return Member(name, flags, method, crc, packed, size, offset, record)


def _refuse_place(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if not name or not parts[0] or ".." in parts or name[1:2] == ":" or "\x00" in name:
        raise NotTaken(f"the zip has a member outside of its own folder: {_shown(name)}")


def _large(extra: bytes, numbers: tuple[int, int, int]) -> tuple[int, int, int]:
    """Size, packed size and offset, those in a zip64 field taken from there."""
    if UNKNOWN_32 not in numbers:
        return numbers
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _ZIP64:
            field_64 = extra[at + 4 : at + 4 + length]
            wanted = numbers.count(UNKNOWN_32)
            if len(field_64) < 8 * wanted:
                break
            large = iter(struct.unpack_from(f"<{wanted}Q", field_64))
            size, packed, offset = (next(large) if each == UNKNOWN_32 else each for each in numbers)
            return size, packed, offset
        at += 4 + length
    raise NotTaken("the zip's directory is broken: a zip64 number is missing")


def _compare_with_local(stream: BinaryIO, members: Mapping[str, Member], directory: int) -> None:
    """Refuse members that lie over one another, or that their local headers tell in another way."""
    reached = 0
    for member in sorted(members.values(), key=lambda each: each.offset):
        if member.offset < reached:
            raise NotTaken(f"the zip has members over one another: {_shown(member.name)}")
        name_length = CENTRAL.unpack_from(member.record)[10]
        raw_name = member.record[CENTRAL.size : CENTRAL.size + name_length]
        stream.seek(min(member.offset, directory))
        header = stream.read(LOCAL.size + name_length)
        contradiction = NotTaken(
            f"the zip says two things of {_shown(member.name)}: its directory and its local header"
            " differ"
        )
        if len(header) < LOCAL.size + name_length:
            raise contradiction
        signature, _, flags, method, _, _, crc, packed, size, names, extras = LOCAL.unpack_from(
            header
        )
        if (signature, method, names) != (b"PK\x03\x04", member.method, name_length):
            raise contradiction
        if header[LOCAL.size :] != raw_name or (flags ^ member.flags) & ~(1 << 1 | 1 << 2):
            raise contradiction
        here = ((crc, member.crc), (packed, member.packed), (size, member.size))
        unknown = {0, UNKNOWN_32} if flags & _SIZES_FOLLOW else {UNKNOWN_32}
        if any(said != known and said not in unknown for said, known in here):
            raise contradiction
        reached = member.offset + LOCAL.size + names + extras + member.packed
        if reached > directory:
            raise NotTaken(f"the zip is cut off in {_shown(member.name)}")


def _shown(name: str) -> str:
    return shortened(name, 100)
