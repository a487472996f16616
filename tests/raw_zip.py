"""Zip files byte by byte: members as odd as a test wants them, and every record as it stands."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

STORED, DEFLATED = 0, 8
_LOCAL, _CENTRAL, _DESCRIPTOR, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x07\x08", b"PK\x05\x06"
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_ENCRYPTED, _STREAMED, _UTF8 = 0x1, 0x8, 0x800
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Member:
    """A member to be written. What is declared may differ from what is there."""

    name: str
    data: bytes = b""
    method: int = DEFLATED
    mode: int = 0o100644
    """File type and permissions of Unix; `made_by` 3 says that they count."""
    made_by: int = 3
    modified: tuple[int, int] = (0x6F31, 0x5A2B)
    """MS-DOS time and date."""
    local_extra: bytes = b""
    central_extra: bytes = b""
    comment: bytes = b""
    streamed: bool = False
    """Sizes and CRC follow the data, as a program writes them that cannot seek."""
    encrypted: bool = False
    zip64: bool = False
    """Sizes and offset stand in extra fields of 64 bits."""
    crc: int | None = None
    size: int | None = None
    """Declared, of what is unpacked."""
    packed: bytes | None = None
    """Stands for the data as it is, in place of `data` compressed."""
    local_name: str | None = None
    """What the local header says, if it is not the name."""


@dataclass(frozen=True, slots=True)
class Record:
    """A member as it stands in a file."""

    name: str
    local: bytes
    """Local header, data and all that follows until the next record."""
    central: bytes
    """Its entry in the central directory, the offset zeroed."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What both headers of a member say."""

    flags: int
    crc: int
    packed: bytes
    size: int


def write_zip(
    path: Path,
    members: Iterable[Member],
    *,
    comment: bytes = b"",
    prefix: bytes = b"",
    count: int | None = None,
    zip64: bool = False,
) -> Path:
    """Write `members` to `path`.

    `prefix` stands before the first member, as in a program that unpacks itself; `count` is
    declared in place of the true number of members; with `zip64` the end is of 64 bits too.
    """
    body, directory, entries = [prefix], [], 0
    at = len(prefix)
    for member in members:
        facts = _facts(member)
        local = _local(member, facts)
        directory.append(_central(member, facts, at))
        body.append(local)
        at += len(local)
        entries += 1
    central = b"".join(directory)
    end = _end(entries if count is None else count, len(central), at, zip64=zip64)
    path.write_bytes(b"".join((*body, central, end, struct.pack("<H", len(comment)), comment)))
    return path


def records(path: Path) -> tuple[Record, ...]:
    """Every member of the zip file at `path`, in the order of its central directory."""
    raw = path.read_bytes()
    start, size = _directory(raw)
    found: list[tuple[int, bytes, str]] = []
    at = start
    while at < start + size:
        name_size, extra_size, comment_size = struct.unpack_from("<3H", raw, at + 28)
        after = at + 46 + name_size + extra_size + comment_size
        entry = bytearray(raw[at:after])
        offset = _take_offset(entry, 46 + name_size, extra_size)
        found.append((offset, bytes(entry), entry[46 : 46 + name_size].decode()))
        at = after
    starts = sorted(each[0] for each in found)
    ends = dict(zip(starts, [*starts[1:], start], strict=True))
    return tuple(Record(name, raw[at : ends[at]], entry) for at, entry, name in found)


def comment(path: Path) -> bytes:
    """The comment of the zip file at `path`."""
    raw = path.read_bytes()
    return raw[raw.rindex(_END) + 22 :]


def _facts(member: Member) -> _Facts:
    packed = member.packed
    if packed is None and member.method == DEFLATED:
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = deflate.compress(member.data) + deflate.flush()
    flags = _ENCRYPTED * member.encrypted | _STREAMED * member.streamed
    return _Facts(
        flags if member.name.isascii() else flags | _UTF8,
        zlib.crc32(member.data) if member.crc is None else member.crc,
        member.data if packed is None else packed,
        len(member.data) if member.size is None else member.size,
    )


def _local(member: Member, facts: _Facts) -> bytes:
    name = (member.name if member.local_name is None else member.local_name).encode()
    sizes = (facts.crc, len(facts.packed), facts.size)
    extra, after = member.local_extra, b""
    if member.streamed:
        wide = "<IQQ" if member.zip64 else "<3I"
        sizes, after = (0, 0, 0), _DESCRIPTOR + struct.pack(wide, *sizes)
    if member.zip64:
        extra = struct.pack("<HHQQ", 1, 16, sizes[2], sizes[1]) + extra
        sizes = (sizes[0], _FULL32, _FULL32)
    head = struct.pack(
        "<4s5H3I2H",
        *(_LOCAL, 45 if member.zip64 else 20, facts.flags, member.method, *member.modified),
        *(*sizes, len(name), len(extra)),
    )
    return b"".join((head, name, extra, facts.packed, after))


def _central(member: Member, facts: _Facts, offset: int) -> bytes:
    name, extra = member.name.encode(), member.central_extra
    sizes, at = (len(facts.packed), facts.size), offset
    if member.zip64:
        extra = struct.pack("<HHQQQ", 1, 24, facts.size, len(facts.packed), offset) + extra
        sizes, at = (_FULL32, _FULL32), _FULL32
    head = struct.pack(
        "<4s2B5H3I5H2I",
        *(_CENTRAL, 63, member.made_by, 45 if member.zip64 else 20, facts.flags, member.method),
        *(*member.modified, facts.crc, *sizes, len(name), len(extra), len(member.comment), 0, 0),
        *(member.mode << 16 | 0x10 * member.name.endswith("/"), at),
    )
    return b"".join((head, name, extra, member.comment))


def _end(count: int, size: int, start: int, *, zip64: bool) -> bytes:
    wide = b""
    if zip64 or count >= _FULL16:
        wide = struct.pack(
            "<4sQ2H2I4Q", _END64, 44, 45, 45, 0, 0, count, count, size, start
        ) + struct.pack("<4sIQI", _LOCATOR64, 0, start + size, 1)
        count = _FULL16
    if zip64:
        size, start = _FULL32, _FULL32
    return wide + struct.pack("<4s4H2I", _END, 0, 0, count, count, size, start)


def _directory(raw: bytes) -> tuple[int, int]:
    """Where the central directory begins, and its size."""
    end = raw.rindex(_END)
    if raw[end - 20 : end - 16] == _LOCATOR64:
        at = struct.unpack_from("<Q", raw, end - 12)[0]
        size, start = struct.unpack_from("<2Q", raw, at + 40)
    else:
        size, start = struct.unpack_from("<2I", raw, end + 12)
    return start, size


def _take_offset(entry: bytearray, extra_at: int, extra_size: int) -> int:
    """Zero the offset of a central entry; gives what it was."""
    offset: int = struct.unpack_from("<I", entry, 42)[0]
    if offset != _FULL32:
        entry[42:46] = bytes(4)
        return offset
    at = extra_at
    while at < extra_at + extra_size:
        kind, size = struct.unpack_from("<2H", entry, at)
        if kind == 1:
            before = 8 * sum(entry[size_at : size_at + 4] == b"\xff" * 4 for size_at in (20, 24))
            wide: int = struct.unpack_from("<Q", entry, at + 4 + before)[0]
            entry[at + 4 + before : at + 12 + before] = bytes(8)
            return wide
        at += 4 + size
    raise AssertionError("an offset of 64 bits that is nowhere")
