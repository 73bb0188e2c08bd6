"""What stands beside an entry of a ZIP file, for those who look. APPNOTE sections 4.5 and 4.6."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from .reading import broken

FULL: Final = 0xFFFFFFFF  # the real number is in an extra field

_ZIP64: Final = 1
_NAME: Final = 0x7075  # a name that some programs take instead: section 4.6.9
_MODE: Final = 0x756E  # "ASi Unix": a mode, perhaps of a link, in the same way


def fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the content of each field; the last may be cut off."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + size]
        at += 4 + size


def names(extra: bytes) -> list[bytes]:
    """Return other names in UTF-8, each of which some program would use."""
    return [data[5:] for kind, data in fields(extra) if kind == _NAME]


def modes(extra: bytes) -> list[int]:
    """Return other modes, each of which some program would use."""
    return [int.from_bytes(data[4:6], "little") for kind, data in fields(extra) if kind == _MODE]


def wide(extra: bytes, *numbers: int) -> list[int]:
    """Return the numbers, those of 0xFFFFFFFF replaced by what the extra field says."""
    wide: bytes | None = None
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        at += 4 + size
        if kind == _ZIP64:
            if wide is not None or at > len(extra):
                raise broken("zip")
            wide = extra[at - size : at]
    result = []
    for number in numbers:
        if number == FULL:
            if wide is None or len(wide) < 8:
                raise broken("zip")
            number, wide = int.from_bytes(wide[:8], "little"), wide[8:]  # noqa: PLW2901
        result.append(number)
    return result
