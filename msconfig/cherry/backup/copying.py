"""Copies of an archive with one member replaced."""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

from msconfig.cherry.backup.archive import CHUNK, DEFLATED, Archive, raw
from msconfig.cherry.backup.directory import (
    CENTRAL,
    END,
    END_64,
    LOCAL,
    SIZES_FOLLOW,
    UNKNOWN_32,
    ZIP64,
    Member,
    extra_fields,
)
from msconfig.cherry.backup.refusal import UnsupportedBackup
from msconfig.files import create

_LARGEST = UNKNOWN_32 - 1
"""The greatest number in 32 bits: one more means that a zip64 record holds it."""
_TOO_LARGE = "the copy would exceed the 4 GiB that its zip can express; create a slim backup"
_COUNTS = 8
"""Offset in the end record of the number of members, which is there twice."""
_LEVEL = 1
"""Of compression: a large database is packed three times as fast as usual, and a tenth larger."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """Numbers of the new member, for its header and its entry."""

    crc: int
    packed: int
    size: int


def copy_file(archive: Archive, target: Path) -> None:
    """Write `archive` to `target` as it is.

    Raises:
        OSError: the disk did not do it.
    """
    with create(target) as stream:
        _copy_range(archive, 0, archive.stream.seek(0, os.SEEK_END), stream)
        _flush(stream)


def copy_archive(
    archive: Archive,
    replaced: Member,
    content: Path,
    target: Path,
    *,
    dropped: Collection[Member] = (),
) -> None:
    """Write `archive` to `target`, with `content` in place of what `replaced` holds.

    Every other member keeps its bytes, from the local header to the entry in the directory, where
    its offset alone changes; so do the order, and the comments. The new member keeps name, times,
    attributes, comment and method. One that does not compress is not the app's, so deflate and
    stored are all there is. Members that are `dropped` leave nothing behind.

    Raises:
        UnsupportedBackup: the copy would be larger than its records can say.
        OSError: the disk did not do it.
    """
    with create(target) as stream:
        at, shift = 0, 0  # bytes of the archive that are done, and how far the copy is ahead
        made: _Packed | None = None
        offsets: dict[str, int] = {}
        for member in sorted(archive.members.values(), key=attrgetter("offset")):
            offsets[member.name] = member.offset + shift
            if member is not replaced and member not in dropped:
                continue  # copied with its neighbours
            _copy_range(archive, at, member.offset, stream)
            if member is replaced:
                made = _write_member(archive, member, content, stream)
            at = archive.end_of(member)
            shift = stream.tell() - at
        _copy_range(archive, at, archive.directory.start, stream)
        start = stream.tell()
        for member in archive.members.values():
            if member is replaced and made:
                stream.write(_new_entry(member, made, offsets[member.name]))
            elif member not in dropped:
                stream.write(_moved_entry(member, offsets[member.name]))
        _write_end(archive, start, stream, len(archive.members) - len(dropped))
        _flush(stream)


def _flush(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _copy_range(archive: Archive, start: int, end: int, target: BinaryIO) -> None:
    """Append bytes `start` to `end` of the archive; the system itself copies where it can."""
    done = _copied_by_system(archive.stream, start, end, target)
    archive.stream.seek(done)
    target.writelines(raw(archive.stream, end - done))


def _copied_by_system(source: BinaryIO, start: int, end: int, target: BinaryIO) -> int:
    """The end of what the system copied by itself; `start` where it cannot.

    A file system with reflinks copies no data at all, so a backup of gigabytes takes no time.
    """
    if not hasattr(os, "copy_file_range"):
        return start
    target.flush()  # the system call writes past Python's buffer
    at = target.tell()
    try:
        while start < end:
            count = min(end - start, _MOST_AT_ONCE)
            count = os.copy_file_range(source.fileno(), target.fileno(), count, start, at)
            if not count:
                break
            start, at = start + count, at + count
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    target.seek(at)
    return start


_MOST_AT_ONCE = 256 * 1024 * 1024
"""Bytes a call, so that Ctrl-C is noticed between two of them."""
_CANNOT = {errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}
"""Between two file systems, on an old kernel, in a sandbox."""


def _write_member(archive: Archive, old: Member, content: Path, target: BinaryIO) -> _Packed:
    """The local header of `old` with new numbers, and `content` behind it.

    The numbers are known only when the content is written, so the header is written last.
    """
    archive.stream.seek(old.offset)
    fields = list(LOCAL.unpack(archive.stream.read(LOCAL.size)))
    name = archive.stream.read(fields[9])
    extra = _without_zip64(archive.stream.read(fields[10]))
    start = target.tell()
    target.write(bytes(LOCAL.size) + name + extra)
    made = _pack(old.method, content, target)
    if max(made.size, made.packed) > _LARGEST:
        raise UnsupportedBackup(_TOO_LARGE)
    fields[2] &= ~SIZES_FOLLOW  # they are in the header now, and no descriptor is written
    fields[6:9] = made.crc, made.packed, made.size
    fields[10] = len(extra)
    end = target.tell()
    target.seek(start)
    target.write(LOCAL.pack(*fields))
    target.seek(end)
    return made


def _pack(method: int, content: Path, target: BinaryIO) -> _Packed:
    crc = size = packed = 0
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    with content.open("rb") as source:
        while chunk := source.read(CHUNK):
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            packed += target.write(deflate.compress(chunk) if method == DEFLATED else chunk)
    if method == DEFLATED:
        packed += target.write(deflate.flush())
    return _Packed(crc, packed, size)


def _new_entry(old: Member, made: _Packed, offset: int) -> bytes:
    fields = list(CENTRAL.unpack_from(old.record))
    name_end = CENTRAL.size + fields[10]
    extra_end = name_end + fields[11]
    extra = _without_zip64(old.record[name_end:extra_end])
    fields[3] &= ~SIZES_FOLLOW
    fields[7:10] = made.crc, made.packed, made.size
    fields[16] = offset
    if offset > _LARGEST:  # behind 4 GiB of other members, which zip64 allows
        fields[16] = UNKNOWN_32
        extra = struct.pack("<2HQ", ZIP64, 8, offset) + extra
    fields[11] = len(extra)
    name, comment = old.record[CENTRAL.size : name_end], old.record[extra_end:]
    return CENTRAL.pack(*fields) + name + extra + comment


def _moved_entry(member: Member, offset: int) -> bytes:
    """The entry of `member` as it is, but for the offset where its local header begins."""
    entry = bytearray(member.record)
    place = CENTRAL.size - 4  # the offset is the last field
    if entry[place : place + 4] != b"\xff" * 4:
        _refuse_beyond(offset)
        struct.pack_into("<L", entry, place, offset)
        return bytes(entry)
    sizes = CENTRAL.unpack_from(member.record)[8:12]
    start = CENTRAL.size + sizes[2]
    fields = extra_fields(member.record, start, start + sizes[3])
    at = next(at for at, kind, _ in fields if kind == ZIP64)  # the directory was read with it
    # the field holds only what is missing above: sizes, if any, precede the offset
    before = 8 * sizes[:2].count(UNKNOWN_32)
    struct.pack_into("<Q", entry, at + 4 + before, offset)
    return bytes(entry)


def _write_end(archive: Archive, start: int, target: BinaryIO, count: int) -> None:
    """The end records with the directory's new place and length, everything else as it was."""
    size = target.tell() - start
    archive.stream.seek(
        archive.directory.end if archive.directory.end_64 is None else archive.directory.end_64
    )
    if archive.directory.end_64 is not None:
        record = bytearray(archive.stream.read(archive.directory.end - archive.directory.end_64))
        struct.pack_into("<4Q", record, END_64.size - 32, count, count, size, start)
        # behind it, in the same bytes, the locator, which says where the record begins
        struct.pack_into("<Q", record, len(record) - 12, target.tell())
        target.write(record)
    end = bytearray(archive.stream.read())
    if end[_COUNTS : _COUNTS + 4] != b"\xff" * 4:
        struct.pack_into("<2H", end, _COUNTS, count, count)
    for place, number in ((END.size - 10, size), (END.size - 6, start)):
        if archive.directory.end_64 is None:
            _refuse_beyond(number)
        if end[place : place + 4] != b"\xff" * 4:
            struct.pack_into("<L", end, place, min(number, UNKNOWN_32))
    target.write(end)


def _refuse_beyond(offset: int) -> None:
    if offset > _LARGEST:
        raise UnsupportedBackup(_TOO_LARGE)


def _without_zip64(extra: bytes) -> bytes:
    kept = bytearray(extra)
    for start, kind, end in reversed([*extra_fields(extra, 0, len(extra))]):
        if kind == ZIP64:
            del kept[start:end]
    return bytes(kept)
