"""Honest archives by ``zipfile``, and dishonest ones by hand."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

Held = dict[str, bytes]


def zipped(held: Held, *, packed: bool = True, comment: bytes = b"") -> bytes:
    """Return an honest archive."""
    out = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


@dataclass
class Entry:
    """One entry as a program could write it; what is ``None`` is as it should be."""

    name: bytes
    content: bytes = b"content"
    method: int = 8
    flags: int = 0
    mode: int = 0
    packed: bytes | None = None
    told: int | None = None
    checksum: int | None = None
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_told: int | None = None
    local_checksum: int | None = None
    extra: bytes = b""
    local_extra: bytes = b""
    comment: bytes = b""
    descriptor: bytes = b""
    gap: bytes = b""
    sizes: tuple[int, int] | None = None
    offset: int | None = None


def by_hand(
    *entries: Entry, comment: bytes = b"", before: bytes = b"", after: bytes = b""
) -> bytes:
    """Return an archive of these entries."""
    data, rows = before, b""
    for entry in entries:
        packed = entry.packed
        if packed is None:
            packed = _deflated(entry.content) if entry.method == 8 else entry.content
        told = len(entry.content) if entry.told is None else entry.told
        checksum = zlib.crc32(entry.content) if entry.checksum is None else entry.checksum
        offset = len(data) if entry.offset is None else entry.offset
        sizes = entry.sizes or (len(packed), told)
        local_told = sizes[1] if entry.local_told is None else entry.local_told
        local_name = entry.name if entry.local_name is None else entry.local_name
        data += struct.pack(
            "<4s5H3I2H",
            b"PK\x03\x04",
            20,
            entry.flags if entry.local_flags is None else entry.local_flags,
            entry.method if entry.local_method is None else entry.local_method,
            0,
            0,
            checksum if entry.local_checksum is None else entry.local_checksum,
            sizes[0] if entry.local_told is None else min(sizes[0], entry.local_told),
            local_told,
            len(local_name),
            len(entry.local_extra),
        )
        data += local_name + entry.local_extra + packed + entry.descriptor + entry.gap
        rows += struct.pack(
            "<4s6H3I5H2I",
            b"PK\x01\x02",
            0x0314,
            20,
            entry.flags,
            entry.method,
            0,
            0,
            checksum,
            *sizes,
            len(entry.name),
            len(entry.extra),
            len(entry.comment),
            0,
            0,
            entry.mode << 16,
            offset,
        )
        rows += entry.name + entry.extra + entry.comment
    return data + rows + after + end(len(entries), len(rows), len(data), comment)


def end(count: int, size: int, start: int, comment: bytes = b"") -> bytes:
    """Return the last record."""
    fields = (b"PK\x05\x06", 0, 0, count, count, size, start, len(comment))
    return struct.pack("<4s4H2IH", *fields) + comment


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()
