"""Reading a hostile file from start to end: bounded buffers, and one answer for a broken one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from ..refusal import Refusal, gettext_noop
from ..types import TYPES

BLOCK: Final = 64 * 1024  # bytes read at a time
IN_MEMORY: Final = 1024 * 1024  # bytes of a temporary file before it goes to disk
MAX_TAKE: Final = 16 * 1024 * 1024  # bytes at once; no table that we read is longer
WINDOW: Final = 1024 * 1024  # bytes that a search looks at together
MARGIN: Final = 64 * 1024  # bytes seen before and after a window; longer finds are missed

# What makes a page or a program of any file that is served or run as one. Six bytes at least,
# so that compressed data holds one by chance once in a thousand files of 10 GB. The first letter
# stands apart: so it is found five times as fast.
MARKUP: Final = re.compile(
    rb"[<jJ](?:(?<=<)(?i:\?php[ \t\r\n]|script[ \t\r\n/>]|!doctype[ \t\r\n]|html[ \t\r\n/>]"
    rb"|iframe[ \t\r\n/>]|svg[ \t\r\n/>][^\0<]{0,200}xmlns)|(?<=[jJ])(?i:avascript:)"
    rb"|(?<=<)\?=[\t\n\r -~]{12})"
)
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_EMPTY: Final = _ZIP_END + bytes(16)
_ZIP_ENTRY: Final = b"PK\x01\x02"  # in the list; four bytes of an end alone come by chance
_ZIP_TAIL: Final = 22 + 65_535  # bytes of a ZIP's last record with the longest comment


def broken(name: str) -> Refusal:
    """Return the refusal of a file whose structure is not that of its type."""
    return Refusal(
        "content.broken",
        gettext_noop("The file is damaged, or is not a file of the type %(wanted)s."),
        wanted=TYPES[name].label,
    )


def temporary() -> BinaryIO:
    """Return an empty file that stays in memory while it is small."""
    return cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY))  # the caller closes it


def length(stream: BinaryIO) -> int:
    """Return how many bytes there are; the position afterwards is the end."""
    stream.seek(0, os.SEEK_END)
    return stream.tell()


def blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the whole stream from its start."""
    stream.seek(0)
    while block := stream.read(BLOCK):
        yield block


def windows(stream: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """
    Yield ``(buffer, start, stop)``: each byte is once between start and stop.

    A find that begins there is seen whole up to ``MARGIN`` bytes, and so is what precedes it.
    Who takes a window may move the stream.
    """
    stream.seek(0)
    before, current = b"", stream.read(WINDOW)
    at = len(current)
    while current:
        stream.seek(at)
        after = stream.read(WINDOW)
        at += len(after)
        yield before + current + after[:MARGIN], len(before), len(before) + len(current)
        before, current = (before + current)[-MARGIN:], after


def refuse_markup(stream: BinaryIO) -> None:
    """Raise ``Refusal`` where a page or a program could start anywhere in the stream."""
    for buffer, start, stop in windows(stream):
        found = MARKUP.search(buffer, start)
        if found and found.start() < stop:
            raise Refusal(
                "content.markup",
                gettext_noop("Something in the file could run as a web page or a program."),
            )


def has_zip_end(stream: BinaryIO) -> bool:
    """Tell whether a program that reads from the end would take the stream for a ZIP file."""
    size = length(stream)
    stream.seek(max(0, size - _ZIP_TAIL))
    tail = stream.read(_ZIP_TAIL)
    if _ZIP_END not in tail:
        return False
    return _ZIP_EMPTY in tail or any(
        buffer.find(_ZIP_ENTRY, start) in range(start, stop)
        for buffer, start, stop in windows(stream)
    )


def refuse_second_face(stream: BinaryIO) -> None:
    """Refuse what is also a page, a program or an archive, in a file that will be stored."""
    if has_zip_end(stream):
        raise Refusal("content.zip", gettext_noop("The file is also a ZIP archive."))
    refuse_markup(stream)


class Reader:
    """A position in a stream. Whatever goes beyond the end is refused."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self.size = length(stream)
        self._stream = stream
        self._at = 0
        self._start = 0
        self._buffer = b""

    @property
    def left(self) -> int:
        """Bytes from here to the end."""
        return self.size - self._at

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, position: int) -> None:
        """Go to a position from 0 to the size. Raises ``Refusal``."""
        if not 0 <= position <= self.size:
            raise broken(self.name)
        self._at = position

    def skip(self, count: int) -> None:
        """Go on by so many bytes. Raises ``Refusal``."""
        self.seek(self._at + count)

    def take(self, count: int) -> bytes:
        """Return exactly so many bytes. Raises ``Refusal``."""
        if not 0 <= count <= min(self.left, MAX_TAKE):
            raise broken(self.name)
        start = self._at - self._start
        if start < 0 or start + count > len(self._buffer):
            self._stream.seek(self._at)
            self._buffer = self._stream.read(max(count, BLOCK))
            self._start, start = self._at, 0
        taken = self._buffer[start : start + count]
        if len(taken) != count:
            raise broken(self.name)
        self._at += count
        return taken

    def peek(self, count: int) -> bytes:
        """Return so many bytes, or fewer at the end, and stay."""
        at = self._at
        taken = self.take(min(count, self.left))
        self._at = at
        return taken

    def number(self, count: int, order: str = "big") -> int:
        """Return the unsigned number in so many bytes. Raises ``Refusal``."""
        return int.from_bytes(self.take(count), "big" if order == "big" else "little")
