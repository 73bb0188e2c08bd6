"""GIF before decoding. GIF89a: https://www.w3.org/Graphics/GIF/spec-gif89a.txt"""

from __future__ import annotations

import struct
from itertools import product
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from .raster import Picture
from .reading import Reader, broken

# Widths that make a script of the file: after "GIF89a" they open a comment or a text. Browsers
# run no image/gif as a script; what serves the file under another type may.
_SCRIPT: Final = frozenset(bytes(pair) for pair in product(b"=+-/", b"'\"`/*[({"))

PIECE: Final = 1024  # bytes looked at together; blocks have 1 to 255
_EXTENSION: Final = 0x21
_IMAGE: Final = 0x2C
_TRAILER: Final = 0x3B
_CONTROL: Final = 0xF9  # an extension: duration, transparency


def read(stream: BinaryIO, limits: Limits) -> Picture:
    """Walk all blocks. A frame beyond the screen makes the picture larger. Raises ``Refusal``."""
    reader = Reader(stream, "gif")
    if reader.take(6) not in (b"GIF87a", b"GIF89a"):
        raise broken("gif")
    if reader.peek(2) in _SCRIPT:
        raise Refusal("content.markup", gettext_noop("The picture could also run as a program."))
    width, height, flags = struct.unpack("<HHBxx", reader.take(7))
    reader.skip(_colours(flags))
    frames = 0
    is_transparent = False
    while (kind := reader.number(1)) != _TRAILER:
        if kind == _EXTENSION:
            if reader.number(1) == _CONTROL:
                is_transparent |= bool(int.from_bytes(reader.peek(2)) & 1)
        elif kind == _IMAGE:
            left, top, across, down, flags = struct.unpack("<4HB", reader.take(9))
            if not (across and down):
                raise broken("gif")
            width, height = max(width, left + across), max(height, top + down)
            frames += 1
            reader.skip(_colours(flags) + 1)
        else:
            raise broken("gif")
        _skip_blocks(reader)
    if not frames:
        raise broken("gif")
    return Picture(width, height, reader.tell(), frames, is_transparent)


def _colours(flags: int) -> int:
    """Return the bytes of the table of colours that the flags tell of."""
    return int(3 * 2 ** ((flags & 7) + 1)) if flags & 0x80 else 0


def _skip_blocks(reader: Reader) -> None:
    while block := reader.peek(PIECE):
        at = 0
        while at < len(block) and block[at]:
            at += 1 + block[at]
        is_end = at < len(block)
        reader.skip(at + is_end)
        if is_end:
            return
    raise broken("gif")
