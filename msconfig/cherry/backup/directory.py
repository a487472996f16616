"""The directory of a zip archive, compared with the local headers of its members.

It is read here and not by `zipfile`, because a member is replaced in a copy that keeps every other
byte: that takes the raw records, and their places. Refused is whatever two readers could read in
two ways (local headers that contradict the directory, overlapping members, duplicate names, bytes
behind the end), and whatever the app's own reader refuses. Anything else that archivers do when a
user zips an unpacked backup again is accepted: flags, attributes, links, order, names without
UTF-8.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO

from msconfig.cherry.backup.refusal import UnsupportedBackup
from msconfig.text import shortened

END = struct.Struct("<4s4H2LH")
END_64 = struct.Struct("<4sQ2H2L4Q")
CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
ZIP64 = 1
"""Kind of the extra field with numbers of 64 bits."""
SIZES_FOLLOW = 1 << 3
"""Flag: CRC and sizes follow the data."""
UNKNOWN_32 = 0xFFFF_FFFF
"""In place of a number that a zip64 record holds."""

_DAMAGED_END = "the end of the zip is damaged; copy or download the backup again"
_DAMAGED_DIRECTORY = "the zip's directory is damaged; copy or download the backup again"
_CUT_OFF = "the zip is cut off; copy or download the backup again"
_OTHER_ARCHIVES = {b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR", b"\x1f\x8b": "gzip"}
_METHODS = {9: "Deflate64", 12: "BZip2", 14: "LZMA", 93: "Zstandard"}
_READ_BY_THE_APP = (0, 8)

_LOCATOR = struct.Struct("<4sLQL")
_UNKNOWN_16 = 0xFFFF
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_UTF8 = 1 << 11
_UNIX = 3
_MOST_MEMBERS = 250_000
"""A full backup holds every file of the agents' folders, and those may be whole projects."""
_MOST_DIRECTORY_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the archive, as its directory has it."""

    name: str
    """Without a leading ``./``, which some archivers write, and which the app drops."""
    flags: int
    method: int
    crc: int
    packed: int
    """Bytes in the archive."""
    size: int
    """Bytes when unpacked."""
    offset: int
    """Where its local header begins."""
    is_link: bool
    """Whether it is a link, or a device."""
    record: bytes
    """Its entry in the directory."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The members of an archive, and the places of its records."""

    members: Mapping[str, Member]
    """By name, in the directory's order."""
    start: int
    end_64: int | None
    """Where the zip64 end record begins, if there is one."""
    end: int
    """Where the end record begins."""


def read_directory(stream: BinaryIO) -> Directory:
    """Read the directory of an archive.

    Raises:
        UnsupportedBackup: it is not a zip, or one that no app writes.
        OSError: it cannot be read.
    """
    _refuse_other_files(stream.read(64))
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - END.size - 0xFFFF))  # a comment has at most 0xFFFF bytes
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise UnsupportedBackup(_CUT_OFF)
    end = size - len(tail) + at
    _, disk, first_disk, here, count, length, start, comment = END.unpack_from(tail, at)
    if end + END.size + comment != size:
        raise UnsupportedBackup(
            "the zip has extra bytes at its end; copy or download the backup again"
        )
    end_64 = None
    numbers = (disk, first_disk, here, count, length, start)
    if at >= _LOCATOR.size and tail[at - _LOCATOR.size :].startswith(b"PK\x06\x07"):
        end_64, numbers = _zip64_end(stream, end, numbers)
    disk, first_disk, here, count, length, start = numbers
    if disk or first_disk or here != count:
        raise UnsupportedBackup(
            "the zip is one of several parts; unpack them together and zip that again"
        )
    if count > _MOST_MEMBERS or length > _MOST_DIRECTORY_BYTES:
        raise UnsupportedBackup(
            f"the zip has {count} members, more than the {_MOST_MEMBERS} that msconfig reads;"
            " create a slim backup, which leaves the files out"
        )
    if start + length != (end if end_64 is None else end_64):
        raise UnsupportedBackup(_DAMAGED_END)
    stream.seek(start)
    members = _members(stream.read(length), count)
    _compare_with_local(stream, members, start)
    return Directory(MappingProxyType(members), start, end_64, end)


def _refuse_other_files(head: bytes) -> None:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise UnsupportedBackup(
            "plain JSON, not a zip file; give the backup as Cherry Studio wrote it"
        )
    if head.startswith(b"SQLite format 3"):
        raise UnsupportedBackup(
            "the app's database, not a backup; create one in Cherry Studio (Settings → Data)"
        )
    for magic, kind in _OTHER_ARCHIVES.items():
        if head.startswith(magic):
            raise UnsupportedBackup(
                f"a {kind} archive, not a zip file; zip its contents with Deflate"
            )
    if not head.startswith(b"PK"):
        raise UnsupportedBackup(
            "not a zip file, so not a backup; create one in Cherry Studio (Settings → Data)"
        )


def _zip64_end(
    stream: BinaryIO, end: int, in_32_bits: tuple[int, ...]
) -> tuple[int, tuple[int, int, int, int, int, int]]:
    """Where the zip64 end record begins, and its disks, counts, length and start."""
    stream.seek(end - _LOCATOR.size)
    _, _, at, _ = _LOCATOR.unpack(stream.read(_LOCATOR.size))
    stream.seek(min(at, end))
    record = stream.read(END_64.size)
    if len(record) < END_64.size or not record.startswith(b"PK\x06\x06"):
        raise UnsupportedBackup(_DAMAGED_END)
    _, length, _, _, *numbers = END_64.unpack(record)
    if at + 12 + length != end - _LOCATOR.size:
        raise UnsupportedBackup(_DAMAGED_END)
    # a reader without zip64 uses the small numbers: they have to be equal, or say "see zip64"
    for small, large in zip(in_32_bits, numbers, strict=True):
        if small not in {large, _UNKNOWN_16, UNKNOWN_32}:
            raise UnsupportedBackup(_DAMAGED_END)
    disk, first_disk, here, count, size, start = numbers
    return at, (disk, first_disk, here, count, size, start)


def _members(directory: bytes, count: int) -> dict[str, Member]:
    members: dict[str, Member] = {}
    at = 0
    places: set[str] = set()
    while at < len(directory):
        member = _member(directory, at)
        at += len(member.record)
        place = member.name.rstrip("/")  # unpacked, a folder and a file of one name clash
        if place in places:
            raise UnsupportedBackup(
                f"the zip contains {shortened(member.name, 100)} twice; unpack it and zip the"
                " contents again"
            )
        places.add(place)
        members[member.name] = member
    if len(members) != count:
        raise UnsupportedBackup(_DAMAGED_DIRECTORY)
    return members


def _member(directory: bytes, at: int) -> Member:
    try:
        fields = CENTRAL.unpack_from(directory, at)
    except struct.error:
        raise UnsupportedBackup(_DAMAGED_DIRECTORY) from None
    signature, made_by, _, flags, method, _, _, crc, packed, size, *lengths = fields
    name_length, extra_length, comment_length, disk, _, attributes, offset = lengths
    name_end = at + CENTRAL.size + name_length
    record = directory[at : name_end + extra_length + comment_length]
    if signature != b"PK\x01\x02" or disk or len(record) < sum(lengths[:3]) + CENTRAL.size:
        raise UnsupportedBackup(_DAMAGED_DIRECTORY)
    name = _name(directory[at + CENTRAL.size : name_end], is_utf8=bool(flags & _UTF8))
    if flags & _ENCRYPTED:
        raise UnsupportedBackup(
            f"the zip is encrypted ({shortened(name, 100)}); zip its contents again without a"
            " password"
        )
    if method not in _READ_BY_THE_APP:
        packing = _METHODS.get(method, f"method {method}")
        raise UnsupportedBackup(
            f"{shortened(name, 100)} is compressed with {packing}, which Cherry Studio cannot"
            " unpack; zip the contents again with Deflate"
        )
    mode = attributes >> 16 if made_by >> 8 == _UNIX else 0
    extra = directory[name_end : name_end + extra_length]
    size, packed, offset = _large(extra, (size, packed, offset))
    # 0: many archivers write no type, and on other systems there is no mode at all
    is_link = stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}
    return Member(name, flags, method, crc, packed, size, offset, is_link, record)


def _name(raw: bytes, *, is_utf8: bool) -> str:
    try:
        name = raw.decode("utf-8" if is_utf8 else "cp437")
    except UnicodeDecodeError:  # only UTF-8 can fail: in cp437 every byte is a character
        name = raw.decode("cp437")
    while name.startswith("./") and name != "./":
        name = name[2:]
    # an absolute path, one of Windows among them, or one that leaves the folder
    parts = name.replace("\\", "/").split("/")
    if not name or not parts[0] or ".." in parts or name[1:2] == ":" or "\x00" in name:
        raise UnsupportedBackup(
            f"the zip contains {shortened(name, 100)}, outside of its own folder, which Cherry"
            " Studio refuses; give the backup as Cherry Studio wrote it"
        )
    if "\\" in name:
        raise UnsupportedBackup(
            f"the zip contains {shortened(name, 100)}, a name with a backslash, which Cherry Studio"
            " refuses; zip the contents again with Explorer or 7-Zip, not with Compress-Archive"
        )
    return name


def _large(extra: bytes, numbers: tuple[int, int, int]) -> tuple[int, int, int]:
    """Size, packed size and offset, those in a zip64 field taken from there."""
    if UNKNOWN_32 not in numbers:
        return numbers
    for start, kind, end in extra_fields(extra, 0, len(extra)):
        if kind == ZIP64:
            field_64 = extra[start + 4 : end]
            wanted = numbers.count(UNKNOWN_32)
            if len(field_64) < 8 * wanted:
                break
            large = iter(struct.unpack_from(f"<{wanted}Q", field_64))
            size, packed, offset = (next(large) if each == UNKNOWN_32 else each for each in numbers)
            return size, packed, offset
    raise UnsupportedBackup(_DAMAGED_DIRECTORY)


def extra_fields(record: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Where each extra field of `record` from `at` to `end` begins, its kind, and where it ends."""
    while at + 4 <= end:
        kind, length = struct.unpack_from("<2H", record, at)
        yield at, kind, at + 4 + length
        at += 4 + length


def _compare_with_local(stream: BinaryIO, members: Mapping[str, Member], directory: int) -> None:
    """Refuse members that overlap, or whose local headers contradict the directory."""
    reached = 0
    for member in sorted(members.values(), key=lambda each: each.offset):
        if member.offset < reached:
            raise UnsupportedBackup(
                f"the zip has overlapping members ({shortened(member.name, 100)}); copy or download"
                " the backup again"
            )
        name_length = CENTRAL.unpack_from(member.record)[10]
        raw_name = member.record[CENTRAL.size : CENTRAL.size + name_length]
        stream.seek(min(member.offset, directory))  # a zip64 offset may be beyond what seek takes
        header = stream.read(LOCAL.size + name_length)
        contradiction = UnsupportedBackup(
            f"the zip's directory and local header differ ({shortened(member.name, 100)}); unpack"
            " it and zip the contents again"
        )
        if len(header) < LOCAL.size + name_length:
            raise contradiction
        signature, _, flags, method, _, _, crc, packed, size, names, extras = LOCAL.unpack_from(
            header
        )
        if (signature, method, names) != (b"PK\x03\x04", member.method, name_length):
            raise contradiction
        if header[LOCAL.size :] != raw_name or (flags ^ member.flags) & _ENCRYPTED:
            raise contradiction
        here = ((crc, member.crc), (packed, member.packed), (size, member.size))
        # a writer that streams does not know the sizes yet when it writes the local header
        unknown = {0, UNKNOWN_32} if flags & SIZES_FOLLOW else {UNKNOWN_32}
        if any(local != known and local not in unknown for local, known in here):
            raise contradiction
        reached = member.offset + LOCAL.size + names + extras + member.packed
        if reached > directory:
            raise UnsupportedBackup(_CUT_OFF)
