"""WebP before decoding. RFC 9649 section 2: https://www.rfc-editor.org/rfc/rfc9649#section-2"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from ..limits import Limits
from .raster import Picture
from .reading import Reader, broken

_BITSTREAMS: Final = (b"VP8 ", b"VP8L")


def read(stream: BinaryIO, limits: Limits) -> Picture:
    """Walk all chunks, and those of each frame. Raises ``Refusal``."""
    reader = Reader(stream, "webp")
    mark, size, form = struct.unpack("<4sI4s", reader.take(12))
    end = 8 + size + size % 2
    if mark != b"RIFF" or form != b"WEBP" or not 12 < end <= reader.size:
        raise broken("webp")
    canvas: tuple[int, int] | None = None
    stills: list[tuple[int, int]] = []
    largest = (0, 0)
    frames = 0
    is_lossless = True
    while reader.tell() < end:
        kind, size = struct.unpack("<4sI", reader.take(8))
        after = reader.tell() + size + size % 2
        if after > end:
            raise broken("webp")
        if kind == b"VP8X" and canvas is None and not stills and not frames:
            reader.skip(4)
            canvas = (reader.number(3, "little") + 1, reader.number(3, "little") + 1)
        elif kind == b"VP8X":
            raise broken("webp")
        elif kind in _BITSTREAMS:
            stills.append(_bitstream(reader, kind))
            is_lossless &= kind == b"VP8L"
        elif kind == b"ANMF":
            frames += 1
            size, lossless = _frame(reader, after)
            largest = (max(largest[0], size[0]), max(largest[1], size[1]))
            is_lossless &= lossless
        reader.seek(after)
    if len(stills) + bool(frames) != 1 or (frames and canvas is None):
        raise broken("webp")
    sizes = [*stills, largest, canvas or (0, 0)]
    return Picture(
        max(size[0] for size in sizes),
        max(size[1] for size in sizes),
        end,
        max(frames, 1),
        is_lossless=is_lossless,
    )


def _frame(reader: Reader, end: int) -> tuple[tuple[int, int], bool]:
    """Return the right and lower edge of a frame, and whether it is lossless."""
    left, top = 2 * reader.number(3, "little"), 2 * reader.number(3, "little")
    across, down = reader.number(3, "little") + 1, reader.number(3, "little") + 1
    reader.skip(4)
    while reader.tell() < end:
        kind, size = struct.unpack("<4sI", reader.take(8))
        after = reader.tell() + size + size % 2
        if after > end:
            break
        if kind in _BITSTREAMS:
            if _bitstream(reader, kind) != (across, down):
                break
            return (left + across, top + down), kind == b"VP8L"
        reader.seek(after)
    raise broken("webp")


def _bitstream(reader: Reader, kind: bytes) -> tuple[int, int]:
    """Return the size that the coded picture itself tells."""
    if kind == b"VP8L":
        if reader.number(1) != 0x2F:
            raise broken("webp")
        bits = reader.number(4, "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    tag, code, width, height = struct.unpack("<3s3sHH", reader.take(10))
    if tag[0] & 1 or code != b"\x9d\x01\x2a":
        raise broken("webp")
    width, height = width & 0x3FFF, height & 0x3FFF
    if not (width and height):
        raise broken("webp")
    return width, height
