"""ZIP archives: what the list says, then every entry unpacked once, by the block."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, Size, gettext_noop
from .directory import Entry, read
from .reading import BLOCK, broken, temporary

NO_BOMB: Final = 1024 * 1024  # bytes unpacked; text of one letter is packed 1000 to 1, too

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_ARCHIVES: Final = {
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"MSCF": "CAB",
}
_TAR: Final = (257, b"ustar")
HEAD: Final = 512  # bytes by which a file in an archive is told


class _Budget:
    """What is left, over all archives in the archive."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.entries = limits.max_entries
        self.unpacked = limits.max_unpacked

    def spend(self, entries: list[Entry]) -> None:
        self.entries -= len(entries)
        self.unpacked -= sum(entry.unpacked for entry in entries)
        if self.entries < 0:
            raise Refusal(
                "archive.entries",
                gettext_noop("The file holds more than %(limit)s files and folders."),
                limit=self.limits.max_entries,
            )
        if self.unpacked < 0:
            raise Refusal(
                "archive.unpacked",
                gettext_noop("The file is larger than %(limit)s when it is unpacked."),
                limit=Size(self.limits.max_unpacked),
            )


def inspect(stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` for an archive that is unsafe to unpack, or whose parts disagree."""
    _walk(stream, _Budget(limits), limits.max_nesting)


def _walk(stream: BinaryIO, budget: _Budget, nesting: int) -> None:
    entries = read(stream, budget.limits)
    budget.spend(entries)
    _refuse_ratio(sum(e.packed for e in entries), sum(e.unpacked for e in entries), budget.limits)
    for entry in entries:
        _refuse_ratio(entry.packed, entry.unpacked, budget.limits)
        head, blocks = headed(unpacked(stream, entry))
        if not _is_archive(head, entry, nesting):
            for _ in blocks:  # to the end, where size and checksum are compared
                pass
            continue
        with temporary() as inner:
            for block in blocks:
                inner.write(block)
            _walk(inner, budget, nesting - 1)


def headed(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first ``HEAD`` bytes, however small the sender made the blocks, and all blocks."""
    head: list[bytes] = []
    size = 0
    for block in blocks:
        head.append(block)
        size += len(block)
        if size >= HEAD:
            break
    whole = b"".join(head)
    return whole[:HEAD], chain((whole,), blocks)


def unpacked(stream: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """
    Yield what an entry holds, in blocks of at most 64 KiB and never more than it says.

    Raises ``Refusal`` where size, checksum or packed data are not as they say.
    """
    size = checksum = 0
    for block in _unpacked(stream, entry):
        size += len(block)
        if size > entry.unpacked:
            raise broken("zip")
        checksum = zlib.crc32(block, checksum)
        yield block
    if size != entry.unpacked or checksum != entry.checksum:
        raise broken("zip")


def _unpacked(stream: BinaryIO, entry: Entry) -> Iterator[bytes]:
    at, left = entry.start, entry.packed
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method else None
    while left:
        stream.seek(at)
        packed = stream.read(min(left, BLOCK))
        if not packed:
            raise broken("zip")
        at, left = at + len(packed), left - len(packed)
        if inflate is None:
            yield packed
            continue
        while packed:
            if inflate.eof:  # data after the packed data
                raise broken("zip")
            block = _inflated(inflate, packed)
            packed = inflate.unconsumed_tail or inflate.unused_data
            if block:
                yield block
    while inflate and not inflate.eof:  # what it still holds back
        block = _inflated(inflate, b"")
        if not block:
            raise broken("zip")
        yield block


def _inflated(inflate: zlib._Decompress, packed: bytes) -> bytes:
    try:
        return inflate.decompress(packed, BLOCK)
    except zlib.error:
        raise broken("zip") from None


def _refuse_ratio(packed: int, unpacked: int, limits: Limits) -> None:
    if unpacked > NO_BOMB and unpacked > limits.max_ratio * packed:
        raise Refusal(
            "archive.ratio",
            gettext_noop(
                "The file, or a part of it, would grow to more than %(limit)s times its size "
                "when it is unpacked."
            ),
            limit=limits.max_ratio,
        )


def _is_archive(head: bytes, entry: Entry, nesting: int) -> bool:
    """Tell whether an entry is a ZIP file to look into; refuse those that cannot be looked into."""
    place, mark = _TAR
    other = next((name for start, name in _OTHER_ARCHIVES.items() if head.startswith(start)), None)
    if other is None and head[place:].startswith(mark):
        other = "tar"
    if other:
        raise Refusal(
            "archive.other",
            gettext_noop(
                '"%(name)s" in the archive is an archive that cannot be checked (%(type)s).'
            ),
            name=entry.name,
            type=other,
        )
    if not head.startswith(_ZIP):
        return False
    if not nesting:
        raise Refusal(
            "archive.nesting",
            gettext_noop('"%(name)s" is an archive inside another, deeper than is allowed here.'),
            name=entry.name,
        )
    return True
