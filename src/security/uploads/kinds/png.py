"""PNG and APNG before decoding. PNG third edition: https://www.w3.org/TR/png-3/#5DataRep"""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from ..limits import Limits
from .raster import Picture
from .reading import Reader, broken

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_DEPTHS: Final = {  # bits of a sample, by colour type
    0: (1, 2, 4, 8, 16),
    2: (8, 16),
    3: (1, 2, 4, 8),
    4: (8, 16),
    6: (8, 16),
}


def read(stream: BinaryIO, limits: Limits) -> Picture:
    """Walk all chunks. Raises ``Refusal``."""
    reader = Reader(stream, "png")
    if reader.take(8) != SIGNATURE:
        raise broken("png")
    width = height = frames = told = apart = 0
    has_data = False
    while True:
        size, kind = struct.unpack(">I4s", reader.take(8))
        if (kind == b"IHDR") != (width == 0) or not kind.isalpha():
            raise broken("png")  # the header is first, and there is no second one
        if kind == b"IHDR":
            width, height = _header(reader, size)
        elif kind == b"acTL":
            told = max(told, _frames(reader, size))
        elif kind == b"fcTL":
            frames += 1
            _inside(reader, size, width, height)
        elif kind == b"IEND":
            if size or not has_data:
                raise broken("png")
            reader.skip(4)
            return Picture(width, height, reader.tell(), max(frames, told, 1) + apart)
        else:
            if kind == b"IDAT" and not has_data:
                has_data = True
                apart = int(told > 0 and frames == 0)  # a picture before the animation
            reader.skip(size)
        reader.skip(4)  # the checksum, which a decoder compares


def _header(reader: Reader, size: int) -> tuple[int, int]:
    if size != 13:
        raise broken("png")
    width, height, depth, colour, packing, filtering, lacing = struct.unpack(
        ">II5B", reader.take(13)
    )
    if not (width and height and depth in _DEPTHS.get(colour, ())):
        raise broken("png")
    if packing or filtering or lacing > 1:
        raise broken("png")
    return width, height


def _frames(reader: Reader, size: int) -> int:
    if size != 8:
        raise broken("png")
    frames: int = struct.unpack(">II", reader.take(8))[0]
    return frames


def _inside(reader: Reader, size: int, width: int, height: int) -> None:
    if size != 26:
        raise broken("png")
    _, across, down, left, top = struct.unpack(">5I", reader.take(20))
    reader.skip(6)
    if not (across and down and left + across <= width and top + down <= height):
        raise broken("png")
