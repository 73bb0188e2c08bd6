"""
How large the pictures in an AV1 stream are, from its sequence headers alone.

AV1 sections 5.3 to 5.5: https://aomediacodec.github.io/av1-spec/#obu-syntax
"""

from __future__ import annotations

from typing import Final

from .reading import Reader, broken

_SEQUENCE: Final = 1  # the type of unit that is a sequence header
MAX_UNITS: Final = 200_000  # of a file, and rows of its tables; a frame has 2 to 20
MAX_HEADER: Final = 1024  # bytes of a sequence header; usual are 10 to 40


class Units:
    """What may still be read of a file, whose pictures may all stand at the same place."""

    def __init__(self) -> None:
        self.left = MAX_UNITS

    def spend(self, name: str, count: int = 1) -> None:
        self.left -= count
        if self.left < 0:
            raise broken(name)


def sizes(reader: Reader, end: int, units: Units) -> list[tuple[int, int]]:
    """Return width and height of each sequence header from here to the end. Raises ``Refusal``."""
    found: list[tuple[int, int]] = []
    while reader.tell() < end:
        units.spend(reader.name)
        header = reader.number(1)
        if header & 0x81:  # bits that must be 0
            raise broken(reader.name)
        if header & 0x04:
            reader.skip(1)
        size = _leb128(reader) if header & 0x02 else end - reader.tell()
        after = reader.tell() + size
        if after > end:
            raise broken(reader.name)
        if header >> 3 == _SEQUENCE:
            if size > MAX_HEADER:
                raise broken(reader.name)
            found.append(_sequence(_Bits(reader.take(size), reader.name)))
        reader.seek(after)
    return found


def _leb128(reader: Reader) -> int:
    value = 0
    for place in range(8):
        byte = reader.number(1)
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value
    raise broken(reader.name)


class _Bits:
    def __init__(self, data: bytes, name: str) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)
        self._name = name

    def take(self, count: int) -> int:
        if count > self._left:
            raise broken(self._name)
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def skip_variable(self) -> None:
        """Pass a number of variable length, ``uvlc()``."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        if zeros < 32:
            self.take(zeros)


def _sequence(bits: _Bits) -> tuple[int, int]:
    bits.take(3)  # profile
    bits.take(1)
    if bits.take(1):  # reduced, for a still picture
        bits.take(5)
    else:
        delay = _timing(bits) if bits.take(1) else 0
        has_display_delay = bits.take(1)
        for _ in range(bits.take(5) + 1):
            bits.take(12)
            if bits.take(5) > 7:
                bits.take(1)
            if delay and bits.take(1):
                bits.take(2 * delay + 1)
            if has_display_delay and bits.take(1):
                bits.take(4)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(across) + 1, bits.take(down) + 1


def _timing(bits: _Bits) -> int:
    """Pass the timing; return the bits of a buffer delay, 0 where there is none."""
    bits.take(64)
    if bits.take(1):
        bits.skip_variable()
    if not bits.take(1):
        return 0
    delay = bits.take(5) + 1
    bits.take(32 + 5 + 5)
    return delay
