"""
MP3 and MP4: the structure from the first byte to the last. Nothing is decoded.

Frames: ISO/IEC 11172-3 section 2.4.2.3; tags: https://id3.org/id3v2.4.0-structure;
boxes: ISO/IEC 14496-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from ..limits import Limits
from ..refusal import Refusal, Size, gettext_noop
from .boxes import Box, Boxes
from .reading import MAX_TAKE, Reader, broken, refuse_second_face

MIN_FRAMES: Final = 3  # of sound; two bytes of any file may look like the start of one
MAX_PADDING: Final = 1024 * 1024  # bytes of zeros after a tag
MAX_DEPTH: Final = 12  # boxes in boxes; usual are 7

_KBITS: Final = {  # a second, of layer III, by version bits
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    0: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ: Final = {
    3: (44_100, 48_000, 32_000),
    2: (22_050, 24_000, 16_000),
    0: (11_025, 12_000, 8_000),
}
_BRANDS: Final = frozenset(
    {b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"dash", b"MSNV"}
    | {b"iso%d" % number for number in range(2, 10)}
)
_TOP: Final = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"meta", b"udta", b"moof", b"mfra"}
    | {b"sidx", b"styp", b"pdin", b"uuid", b"emsg", b"prft", b"ssix"}
)
_HOLDERS: Final = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts", b"mvex", b"moof", b"traf"}
)
_ELSEWHERE: Final = frozenset({b"rmra", b"rmda", b"rdrf"})  # QuickTime's reference movies


def inspect_mp3(stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` unless the file is tags and frames of sound, without a gap."""
    reader = Reader(stream, "mp3")
    _skip_tag(reader)
    first: tuple[int, int] | None = None
    frames = 0
    while reader.left and not _is_tag_at_end(reader):
        kind, size = _frame(reader)
        if first not in (None, kind):
            raise broken("mp3")
        first = kind
        frames += 1
        reader.skip(min(size, reader.left))  # the last frame may be cut off
    if frames < MIN_FRAMES:
        raise broken("mp3")
    refuse_second_face(stream)


def _skip_tag(reader: Reader) -> None:
    """Go after the ID3v2 tag and its padding, where there is one."""
    if reader.peek(3) != b"ID3":
        return
    head = reader.take(10)
    size = 0
    for byte in head[6:]:
        if byte > 0x7F:
            raise broken("mp3")
        size = size << 7 | byte
    if size > MAX_TAKE:
        raise Refusal(
            "media.tag",
            gettext_noop(
                "Title, cover and other details in the sound file are larger than %(limit)s."
            ),
            limit=Size(MAX_TAKE),
        )
    reader.skip(size + (10 if head[5] & 0x10 else 0))
    padding = 0
    while reader.left and reader.peek(1) == b"\0":
        block = reader.peek(4096)
        zeros = len(block) - len(block.lstrip(b"\0"))
        padding += zeros
        if padding > MAX_PADDING:
            raise broken("mp3")
        reader.skip(zeros)


def _is_tag_at_end(reader: Reader) -> bool:
    """Tell whether all that is left is an APE and an ID3v1 tag in any order, or one of them."""
    seen: set[bytes] = set()
    while reader.left:
        mark = reader.peek(8)
        mark = mark if mark == b"APETAGEX" else mark[:3]
        if mark in seen or mark not in (b"APETAGEX", b"TAG"):
            break
        seen.add(mark)
        if mark == b"TAG":
            reader.skip(128)
        else:
            head = reader.take(32)
            reader.skip(int.from_bytes(head[12:16], "little"))
    if seen and reader.left:
        raise broken("mp3")
    return bool(seen)


def _frame(reader: Reader) -> tuple[tuple[int, int], int]:
    """Return what all frames share (version, sampling), and the size of this one in bytes."""
    head = reader.peek(4)
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        raise broken("mp3")
    version, rate, sampling = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or not 0 < rate < 15 or sampling == 3:
        raise broken("mp3")
    scale = 144_000 if version == 3 else 72_000
    size = scale * _KBITS[version][rate] // _HERTZ[version][sampling] + (head[2] >> 1 & 1)
    return (version, sampling), size


def inspect_mp4(stream: BinaryIO, limits: Limits) -> None:
    """Raise ``Refusal`` unless the file is boxes of its own media, from start to end."""
    reader = Reader(stream, "mp4")
    boxes = Boxes(reader)
    top = boxes.within(0, reader.size)
    first = next(top, None)
    if first is None or not _BRANDS & boxes.brands(first):
        raise broken("mp4")
    movies = 0
    for box in top:
        if box.kind not in _TOP or box.kind == b"ftyp":
            raise broken("mp4")
        movies += box.kind == b"moov"
        for inner in _all(boxes, box, MAX_DEPTH):
            if inner.kind in _ELSEWHERE or (
                inner.kind == b"dref" and _points_elsewhere(boxes, inner)
            ):
                raise Refusal(
                    "media.external",
                    gettext_noop("The video plays parts of other files or websites."),
                )
    if movies != 1:
        raise broken("mp4")
    refuse_second_face(stream)


def _all(boxes: Boxes, box: Box, depth: int) -> Iterator[Box]:
    yield box
    if box.kind in _HOLDERS:
        if not depth:
            raise broken("mp4")
        for child in boxes.children(box):
            yield from _all(boxes, child, depth - 1)


def _points_elsewhere(boxes: Boxes, box: Box) -> bool:
    """Tell whether any of the data references is not to the file itself (flag 1)."""
    for entry in boxes.children(box, 8):
        boxes.reader.seek(entry.start)
        if not boxes.reader.number(4) & 1 or entry.size > 4:
            return True
    return False
