"""Byte ranges: which bytes a client wants, within limits. RFC 9110 section 14."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

MAX_HEADER: Final = 512  # characters; ``MAX_RANGES`` ranges of any real file fit
MAX_RANGES: Final = 10  # more ask for work, not for data: RFC 9110 section 17.15

_SPEC: Final = re.compile(r"[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*", re.ASCII)


class Range(NamedTuple):
    """Bytes from ``start`` up to, and without, ``stop``."""

    start: int
    stop: int

    def __str__(self) -> str:
        return f"bytes {self.start}-{self.stop - 1}"

    @property
    def length(self) -> int:
        return self.stop - self.start


def parse(header: str, size: int) -> tuple[Range, ...] | None:
    """
    Return the ranges that a Range header asks for of ``size`` bytes. Raises nothing.

    ``None``: the header is ignored and the whole is sent. So it is for another unit, a
    malformed value, more than ``MAX_RANGES``, and ranges that overlap (section 14.2).
    ``()``: well-formed, and no such bytes exist, which is answered with 416.
    """
    unit, equals, listed = header[: MAX_HEADER + 1].partition("=")
    if len(header) > MAX_HEADER or not equals or unit.strip(" \t").lower() != "bytes":
        return None
    specs = [spec for spec in listed.split(",") if spec.strip(" \t")]
    if not 0 < len(specs) <= MAX_RANGES:
        return None
    found: list[Range] = []
    for spec in specs:
        match = _SPEC.fullmatch(spec)
        if match is None:
            return None
        first, last, suffix = match.groups()
        if last and int(last) < int(first):
            return None
        if suffix:
            start, stop = max(0, size - int(suffix)), size
        else:
            start, stop = int(first), min(size, int(last) + 1) if last else size
        if start < stop:
            found.append(Range(start, stop))
        elif suffix and int(suffix):
            return None  # the last bytes of an empty file: the file
    if any(after.start < before.stop for before, after in pairwise(sorted(found))):
        return None
    return tuple(found)


class Parts(NamedTuple):
    """The body of a multipart/byteranges answer: its length, and how its parts begin."""

    boundary: str
    ranges: tuple[Range, ...]
    media_type: str
    size: int

    @property
    def content_type(self) -> str:
        return f"multipart/byteranges; boundary={self.boundary}"

    @property
    def length(self) -> int:
        return sum(len(part) if isinstance(part, bytes) else part.length for part in self.body())

    def body(self) -> Iterator[bytes | Range]:
        """Yield text to send as it is, and ranges to send from the file. Section 14.6."""
        for number, part in enumerate(self.ranges):
            head = (
                f"--{self.boundary}",
                f"Content-Type: {self.media_type}",
                f"Content-Range: {part}/{self.size}",
                "",
                "",
            )
            yield ("\r\n" * bool(number) + "\r\n".join(head)).encode("ascii")
            yield part
        yield f"\r\n--{self.boundary}--\r\n".encode("ascii")
