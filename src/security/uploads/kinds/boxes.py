"""The boxes of AVIF and MP4 files. ISO/IEC 14496-12 section 4.2; their names: mp4ra.org."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..refusal import Refusal, gettext_noop
from .reading import Reader, broken

MAX_BOXES: Final = 100_000  # of a file; an hour of fragmented video has under 20,000


@dataclass(frozen=True, slots=True)
class Box:
    """One box: ``start`` is the position of its content, ``end`` that after it."""

    kind: bytes
    start: int
    end: int

    @property
    def size(self) -> int:
        """Bytes of the content."""
        return self.end - self.start


class Boxes:
    """The boxes of one file, counted over all levels."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._left = MAX_BOXES

    def within(self, start: int, end: int) -> Iterator[Box]:
        """Yield the boxes that fill a stretch exactly. Raises ``Refusal``."""
        reader = self.reader
        while start < end:
            self._left -= 1
            if self._left < 0:
                raise Refusal(
                    "content.boxes",
                    gettext_noop("The file is made of more than %(limit)s parts."),
                    limit=MAX_BOXES,
                )
            reader.seek(start)
            size, kind = reader.number(4), reader.take(4)
            if size == 1:
                size = reader.number(8)
            elif size == 0 and end == reader.size:  # up to the end of the file
                size = end - start
            content = reader.tell()
            if not content - start <= size <= end - start:
                raise broken(reader.name)
            yield Box(kind, content, start + size)
            start += size

    def children(self, box: Box, skip: int = 0) -> Iterator[Box]:
        """Yield the boxes in a box, after so many bytes of its own. Raises ``Refusal``."""
        if skip > box.size:
            raise broken(self.reader.name)
        return self.within(box.start + skip, box.end)

    def content(self, box: Box) -> bytes:
        """Return what is in a box. Raises ``Refusal``."""
        self.reader.seek(box.start)
        return self.reader.take(box.size)

    def brands(self, box: Box) -> frozenset[bytes]:
        """Return the brands of a ``ftyp`` box, the major one among them. Raises ``Refusal``."""
        content = self.content(box)
        if box.kind != b"ftyp" or not 8 <= len(content) <= 1024 or len(content) % 4:
            raise broken(self.reader.name)
        listed = content[:4] + content[8:]
        return frozenset(listed[at : at + 4] for at in range(0, len(listed), 4))
