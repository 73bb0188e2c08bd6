"""
AVIF before decoding, pictures and sequences.

https://aomediacodec.github.io/av1-avif/; items: ISO/IEC 23008-12, samples: ISO/IEC 14496-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from . import av1
from .boxes import Box, Boxes
from .raster import Picture
from .reading import Reader, broken

MAX_ITEMS: Final = 1_000  # pictures, tiles, metadata, and their extents; a grid of 16 x 16 has 257

_BRANDS: Final = frozenset({b"avif", b"avis"})
_TOP: Final = frozenset({b"ftyp", b"meta", b"moov", b"mdat", b"free", b"skip", b"mini"})
_ON_THE_WAY: Final = frozenset({b"trak", b"mdia", b"minf"})
_CODED: Final = frozenset({b"av01"})

Sizes = list[tuple[int, int]]


def read(stream: BinaryIO, limits: Limits) -> Picture:
    """Read what the boxes and the coded pictures say of sizes. Raises ``Refusal``."""
    reader = Reader(stream, "avif")
    boxes = Boxes(reader)
    units = av1.Units()
    sizes: Sizes = []
    frames = 1
    end = 0
    for box in boxes.within(0, reader.size):
        if not end and not _BRANDS & boxes.brands(box):
            raise broken("avif")
        if box.kind not in _TOP:
            break  # what follows is no part of the picture
        end = box.end
        if box.kind == b"meta":
            parts = {part.kind: part for part in boxes.children(box, 4)}
            sizes += _told(boxes, parts)
            sizes += _items(boxes, parts, units)
        elif box.kind == b"moov":
            for tables in _tracks(boxes, box):
                told, coded = _samples(boxes, tables, limits, units)
                frames = max(frames, told)
                sizes += coded
    if not sizes:
        raise broken("avif")
    return Picture(
        max(width for width, _ in sizes),
        max(height for _, height in sizes),
        end,
        frames,
        is_lossless=False,
    )


def _told(boxes: Boxes, parts: dict[bytes, Box]) -> Sizes:
    """Return the sizes that properties (``ispe``) tell."""
    found: Sizes = []
    if b"iprp" not in parts:
        raise broken("avif")
    for properties in boxes.children(parts[b"iprp"]):
        if properties.kind == b"ipco":
            for box in boxes.children(properties):
                if box.kind == b"ispe":
                    boxes.reader.seek(box.start + 4)
                    found.append((boxes.reader.number(4), boxes.reader.number(4)))
    return found


def _items(boxes: Boxes, parts: dict[bytes, Box], units: av1.Units) -> Sizes:
    """Return the sizes in the coded pictures that are items."""
    if b"iinf" not in parts or b"iloc" not in parts:
        raise broken("avif")
    kinds = _kinds(boxes, parts[b"iinf"])
    found: Sizes = []
    for item, method, extents in _places(boxes.reader, parts[b"iloc"], units):
        if kinds.get(item) not in _CODED:
            continue
        if method > 1 or len(extents) != 1 or (method == 1 and b"idat" not in parts):
            raise broken("avif")
        start, size = extents[0]
        start += parts[b"idat"].start if method == 1 else 0
        boxes.reader.seek(start)
        found += av1.sizes(boxes.reader, start + size if size else boxes.reader.size, units)
    return found


def _kinds(boxes: Boxes, box: Box) -> dict[int, bytes]:
    """Return the kind of each item by its number, from ``iinf``."""
    boxes.reader.seek(box.start)
    version = boxes.reader.number(4) >> 24
    kinds: dict[int, bytes] = {}
    for entry in boxes.children(box, 8 if version else 6):
        if entry.kind != b"infe":
            raise broken("avif")
        reader = boxes.reader
        reader.seek(entry.start)
        version = reader.number(4) >> 24
        if version not in (2, 3):
            raise broken("avif")
        number = reader.number(2 if version == 2 else 4)
        reader.skip(2)
        if number in kinds or len(kinds) >= MAX_ITEMS:
            raise broken("avif")
        kinds[number] = reader.take(4)
    return kinds


def _places(
    reader: Reader, box: Box, units: av1.Units
) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Yield number, construction method, and offset and length of the extents, from ``iloc``."""
    reader.seek(box.start)
    version = reader.number(4) >> 24
    if version > 2:
        raise broken("avif")
    widths = reader.number(2)
    offset, length, base = widths >> 12, widths >> 8 & 15, widths >> 4 & 15
    index = widths & 15 if version else 0
    if not {offset, length, base, index} <= {0, 4, 8}:
        raise broken("avif")
    wide = 4 if version == 2 else 2
    places = []
    total = 0
    for _ in range(_bounded(reader.number(wide))):
        item = reader.number(wide)
        method = reader.number(2) & 15 if version else 0
        reader.skip(2)
        start = reader.number(base)
        extents = []
        count = reader.number(2)
        total = _bounded(total + count)
        units.spend(reader.name, 1 + count)
        for _ in range(count):
            reader.skip(index)
            extents.append((start + reader.number(offset), reader.number(length)))
        places.append((item, method, extents))
    if reader.tell() > box.end:
        raise broken("avif")
    yield from places  # only now: the caller moves the reader


def _bounded(count: int) -> int:
    if count > MAX_ITEMS:
        raise broken("avif")
    return count


def _tracks(
    boxes: Boxes, parent: Box, names: frozenset[bytes] = _ON_THE_WAY
) -> Iterator[dict[bytes, Box]]:
    """Yield the tables of each track, ``stbl``, below boxes of these names, each name once."""
    for box in boxes.children(parent):
        if box.kind == b"stbl":
            yield {table.kind: table for table in boxes.children(box)}
        elif box.kind in names:
            yield from _tracks(boxes, box, names - {box.kind})


def _samples(
    boxes: Boxes, tables: dict[bytes, Box], limits: Limits, units: av1.Units
) -> tuple[int, Sizes]:
    """Return how many frames a track has, and the sizes in them."""
    reader = boxes.reader
    offsets = tables.get(b"stco") or tables.get(b"co64")
    if offsets is None or b"stsz" not in tables or b"stsc" not in tables or b"stsd" not in tables:
        raise broken("avif")
    lengths = _lengths(reader, tables[b"stsz"], limits, units)
    starts = _table(reader, offsets, 8 if offsets.kind == b"co64" else 4, units)
    runs = _table(reader, tables[b"stsc"], 12, units)
    firsts = [0, *(run >> 64 for run in runs)]
    if any(first >= following for first, following in pairwise(firsts)):
        raise broken("avif")
    count = len(lengths)
    found: Sizes = []
    sample = 0
    for run, (first, following) in zip(runs, pairwise([*firsts[1:], len(starts) + 1]), strict=True):
        for start in starts[first - 1 : following - 1]:
            at = start
            for _ in range(min(run >> 32 & 0xFFFFFFFF, count - sample)):
                reader.seek(at)
                at += lengths[sample]
                found += av1.sizes(reader, at, units)
                sample += 1
    if sample != count:
        raise broken("avif")
    reader.seek(tables[b"stsd"].start + 40)
    return count, [*found, (reader.number(2), reader.number(2))]


def _lengths(reader: Reader, box: Box, limits: Limits, units: av1.Units) -> list[int]:
    """Return the length of each frame, from ``stsz``."""
    reader.seek(box.start + 4)
    same, count = reader.number(4), reader.number(4)
    if count > limits.max_frames:
        raise Refusal(
            "picture.frames",
            gettext_noop("The animation has too many frames. The most allowed here is %(limit)s."),
            limit=limits.max_frames,
        )
    return [same or length for length in _table(reader, box, 0 if same else 4, units, at=12)]


def _table(reader: Reader, box: Box, width: int, units: av1.Units, at: int = 8) -> list[int]:
    """Return the rows of a table, which start at a place in its box, after their number."""
    reader.seek(box.start + at - 4)
    count = reader.number(4)
    if at + count * width > box.size:
        raise broken("avif")
    units.spend(reader.name, count)
    return [reader.number(width) for _ in range(count)]
