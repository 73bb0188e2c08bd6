"""JPEG before decoding. ITU-T T.81 annex B: https://www.w3.org/Graphics/JPEG/itu-t81.pdf"""

from __future__ import annotations

import re
import struct
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from .raster import Picture
from .reading import BLOCK, Reader, broken

MAX_SCANS: Final = 64  # of a picture: a decoder goes over all pixels for each; usual are 1 to 10

MAX_SEGMENTS: Final = 100_000  # of a file; usual are 10 to 100
FILL: Final = 1024  # bytes before a marker that are looked at together

_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB})
_HIERARCHICAL: Final = frozenset({0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE, 0xDF})
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length, SOI included
_SCAN: Final = 0xDA
_END: Final = 0xD9
_MARKER: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def read(stream: BinaryIO, limits: Limits) -> Picture:
    """Walk all segments up to the end of the first picture. Raises ``Refusal``."""
    reader = Reader(stream, "jpeg")
    if reader.take(2) != b"\xff\xd8":
        raise broken("jpeg")
    size: tuple[int, int] | None = None
    scans = 0
    for _ in range(MAX_SEGMENTS):
        code = _marker(reader)
        if code == _END:
            if size is None or not scans:
                raise broken("jpeg")
            return Picture(*size, reader.tell(), is_lossless=False)
        if code in _BARE or code in _HIERARCHICAL:
            raise broken("jpeg")
        segment = reader.number(2)
        if segment < 2:
            raise broken("jpeg")
        if code in _FRAMES:
            if size is not None:  # a second header would ask for other pixels than the first
                raise broken("jpeg")
            size = _size(reader.take(segment - 2))
        else:
            reader.skip(segment - 2)
        if code == _SCAN:
            scans += 1
            if size is None:
                raise broken("jpeg")
            if scans > MAX_SCANS:
                raise Refusal(
                    "picture.scans",
                    gettext_noop("The picture builds up in more than %(limit)s steps."),
                    limit=MAX_SCANS,
                )
            _skip_scan(reader)
    raise broken("jpeg")


def _marker(reader: Reader) -> int:
    """Return the code of the marker here, which fill bytes may precede."""
    if reader.number(1) != 0xFF:
        raise broken("jpeg")
    while (block := reader.peek(FILL)) and not block.strip(b"\xff"):
        reader.skip(len(block))
    reader.skip(len(block) - len(block.lstrip(b"\xff")))
    return reader.number(1)


def _size(header: bytes) -> tuple[int, int]:
    if len(header) < 6:
        raise broken("jpeg")
    height, width, components = struct.unpack(">xHHB", header[:6])
    if not (width and height) or components not in (1, 3, 4):
        raise broken("jpeg")
    return width, height


def _skip_scan(reader: Reader) -> None:
    """Go to the marker that ends the coded data."""
    while True:
        block = reader.peek(BLOCK)
        if found := _MARKER.search(block):
            reader.skip(found.start())
            return
        if len(block) < 2:  # the end, without a marker
            raise broken("jpeg")
        reader.skip(len(block) - block.endswith(b"\xff"))
