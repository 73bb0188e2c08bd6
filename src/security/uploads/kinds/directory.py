"""
The list of entries of a ZIP file, and where each of them stands.

APPNOTE sections 4.3 and 4.4: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import stat
import struct
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from . import zip_extras as extras
from .reading import MARKUP, Reader, broken

MAX_DEPTH: Final = 32  # folders in folders
MAX_NAME: Final = 512  # bytes of an entry's name, all folders included

_END: Final = struct.Struct("<4s4H2IH")
_WIDE_END: Final = struct.Struct("<4sQ2H2I4Q")  # of more than 4 GB, or where no length was known
_LOCATOR: Final = struct.Struct("<4sIQI")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_ENCRYPTED: Final = 0x2041  # flags: encryption, strong encryption, masked headers
_DESCRIPTOR: Final = 0x08  # flag: sizes follow the data
_UTF8: Final = 0x800
_METHODS: Final = (0, 8)  # stored and deflated
_UNSEEN: Final = {"Cc", "Cs", "Zl", "Zp"}
_TURNING: Final = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder. ``start`` is the position of its ``packed`` bytes."""

    name: str
    start: int
    end: int
    method: int
    checksum: int
    packed: int
    unpacked: int


@dataclass(frozen=True, slots=True)
class _Row:
    raw: bytes
    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    unpacked: int
    offset: int


def read(stream: BinaryIO, limits: Limits) -> list[Entry]:
    """
    Return the entries in the order of the file, which they fill without a gap or an overlap.

    Names and sizes are the same in the list and before the data. Raises ``Refusal``.
    """
    reader = Reader(stream, "zip")
    count, start, end = _find(reader)
    if count > limits.max_entries:
        raise Refusal(
            "archive.entries",
            gettext_noop("The file holds more than %(limit)s files and folders."),
            limit=limits.max_entries,
        )
    reader.seek(start)
    rows = [_row(reader) for _ in range(count)]
    if reader.tell() != end:
        raise broken("zip")
    _refuse_twice(rows)
    at = 0
    entries = []
    for row in sorted(rows, key=lambda row: row.offset):
        if row.offset != at:
            raise _hidden()
        entry = _entry(reader, row, start)
        at = entry.end
        entries.append(entry)
    if at != start:
        raise _hidden()
    return entries


def _hidden() -> Refusal:
    return Refusal(
        "archive.hidden",
        gettext_noop("The file has hidden data, or parts that overlap."),
    )


def _find(reader: Reader) -> tuple[int, int, int]:
    """Return the number of entries, and start and end of their list, from the last record."""
    tail = min(reader.size, _END.size + 0xFFFF)
    reader.seek(reader.size - tail)
    ending = reader.take(tail)
    place = ending.rfind(b"PK\x05\x06")
    if place < 0 or len(ending) - place < _END.size:
        raise broken("zip")
    _, disk, other, here, count, size, offset, comment = _END.unpack_from(ending, place)
    end = reader.size - tail + place
    if len(ending) - place - _END.size != comment:
        raise _hidden()
    if disk or other or here != count or MARKUP.search(ending, place):
        raise broken("zip")
    if wide := _wide_end(reader, end):
        end -= _WIDE_END.size + _LOCATOR.size
        told = zip((count, size, offset), (0xFFFF, extras.FULL, extras.FULL), wide, strict=True)
        if any(narrow not in (full, number) for narrow, full, number in told):
            raise broken("zip")
        count, size, offset = wide
    if offset + size != end:
        raise _hidden()
    return count, offset, end


def _wide_end(reader: Reader, end: int) -> tuple[int, int, int] | None:
    """Return count, size and offset of the list from a ZIP64 record, if one precedes the end."""
    if end < _WIDE_END.size + _LOCATOR.size:
        return None
    start = end - _WIDE_END.size - _LOCATOR.size
    reader.seek(start)
    record = _WIDE_END.unpack(reader.take(_WIDE_END.size))
    mark, disk, place, disks = _LOCATOR.unpack(reader.take(_LOCATOR.size))
    if mark != b"PK\x06\x07":
        return None
    if (disk, place, disks) != (0, start, 1) or record[:2] != (b"PK\x06\x06", 44):
        raise broken("zip")
    *disks_here, here, count, size, offset = record[4:]
    if any(disks_here) or here != count:
        raise broken("zip")
    return count, size, offset


def _row(reader: Reader) -> _Row:
    fields = _CENTRAL.unpack(reader.take(_CENTRAL.size))
    mark, _, _, flags, method, _, _, checksum, packed, unpacked = fields[:10]
    name_size, extra_size, comment_size, disk, _, attributes, offset = fields[10:]
    if mark != b"PK\x01\x02" or disk:
        raise broken("zip")
    if name_size > MAX_NAME:
        raise Refusal(
            "archive.name",
            gettext_noop("A file in the archive has a name that is too long."),
        )
    raw = reader.take(name_size)
    extra = reader.take(extra_size)
    numbers = extras.wide(extra, unpacked, packed, offset)
    if MARKUP.search(raw) or MARKUP.search(reader.take(comment_size)):
        raise broken("zip")
    row = _Row(raw, _name(raw, flags), flags, method, checksum, numbers[1], numbers[0], numbers[2])
    _check(row, attributes)
    _refuse_other(row, extra)
    return row


def _refuse_other(row: _Row, extra: bytes) -> None:
    """Raise ``Refusal`` where an extra field tells of another name, or of a link."""
    if any(name not in (row.raw, row.name.encode()) for name in extras.names(extra)):
        raise _disagrees(row)
    if not all(map(_is_plain, extras.modes(extra))):
        raise _link(row)


def _is_plain(mode: int) -> bool:
    return stat.S_IFMT(mode) in (0, stat.S_IFREG, stat.S_IFDIR)


def _link(row: _Row) -> Refusal:
    return Refusal(
        "archive.link",
        gettext_noop('"%(name)s" in the archive is no ordinary file, but a link or the like.'),
        name=row.name,
    )


def _disagrees(row: _Row) -> Refusal:
    return Refusal(
        "archive.disagrees",
        gettext_noop('The file contradicts itself about "%(name)s".'),
        name=row.name,
    )


def _name(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError:
        raise broken("zip") from None


def _check(row: _Row, attributes: int) -> None:
    if row.flags & _ENCRYPTED:
        raise Refusal("archive.encrypted", gettext_noop("The file is protected by a password."))
    if row.method not in _METHODS:
        raise Refusal(
            "archive.method",
            gettext_noop(
                '"%(name)s" in the archive is packed in an unusual way and cannot be checked.'
            ),
            name=row.name,
        )
    if row.method == 0 and row.packed != row.unpacked:
        raise broken("zip")
    parts = row.name.replace("\\", "/").split("/")
    if not row.name or not parts[0] or ".." in parts or ":" in parts[0]:
        raise Refusal(
            "archive.path",
            gettext_noop('The archive would put a file outside of its folder: "%(name)s".'),
            name=row.name,
        )
    if any(unicodedata.category(char) in _UNSEEN or char in _TURNING for char in row.name):
        raise Refusal(
            "archive.characters",
            gettext_noop('A name in the archive has characters that cannot be seen: "%(name)s".'),
            name=row.name,
        )
    if not _is_plain(attributes >> 16):
        raise _link(row)
    if row.name.endswith("/") and row.unpacked:
        raise broken("zip")


def _refuse_twice(rows: list[_Row]) -> None:
    """Refuse names that are one file on some system, and a file that is a folder as well."""
    files: set[int] = set()  # hashes, salted by Python: names of the sender's would take memory
    folders: set[int] = set()
    for row in rows:
        name = unicodedata.normalize("NFC", row.name).replace("\\", "/").casefold()
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if len(parts) > MAX_DEPTH:
            raise Refusal(
                "archive.depth",
                gettext_noop("The archive has folders in folders, more than %(limit)s deep."),
                limit=MAX_DEPTH,
            )
        leaf = None if name.endswith("/") else len(parts) - 1
        key = 0
        for place, part in enumerate(parts):
            key = hash((key, part))
            if key in files or (place == leaf and key in folders):
                raise _twice(row)
            (files if place == leaf else folders).add(key)


def _twice(row: _Row) -> Refusal:
    return Refusal(
        "archive.twice", gettext_noop('The archive has "%(name)s" more than once.'), name=row.name
    )


def _entry(reader: Reader, row: _Row, limit: int) -> Entry:
    """Compare a row of the list with what stands before and after the data."""
    reader.seek(row.offset)
    fields = _LOCAL.unpack(reader.take(_LOCAL.size))
    mark, _, flags, method, _, _, checksum, packed, unpacked, name_size, extra_size = fields
    raw = reader.take(name_size)
    extra = reader.take(extra_size)
    if mark != b"PK\x03\x04":
        raise _hidden()
    told = [unpacked, packed] if flags & _DESCRIPTOR else extras.wide(extra, unpacked, packed)
    same = [row.unpacked, row.packed]
    if flags & _DESCRIPTOR:
        pairs = zip(told, same, strict=True)  # who packs into a pipe may know one of the sizes
        agrees = all(early in (late, 0, extras.FULL) for early, late in pairs)
        agrees &= checksum in (row.checksum, 0)
    else:
        agrees = told == same and checksum == row.checksum
    if not agrees or raw != row.raw or method != row.method or (flags ^ row.flags) & ~0x06:
        raise _disagrees(row)
    _refuse_other(row, extra)
    start = reader.tell()
    reader.skip(row.packed)
    if flags & _DESCRIPTOR:
        _skip_descriptor(reader, row)
    if reader.tell() > limit:
        raise _hidden()
    return Entry(row.name, start, reader.tell(), row.method, row.checksum, row.packed, row.unpacked)


def _skip_descriptor(reader: Reader, row: _Row) -> None:
    """Go after the data descriptor: with or without its mark, with sizes of 4 or 8 bytes."""
    for mark in (b"PK\x07\x08", b""):
        for form in ("<III", "<IQQ"):
            try:
                wanted = mark + struct.pack(form, row.checksum, row.packed, row.unpacked)
            except struct.error:  # more than 4 GB
                continue
            if reader.peek(len(wanted)) == wanted:
                reader.skip(len(wanted))
                return
    raise _hidden()
