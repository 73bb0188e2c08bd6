"""Sound and films: headers without art."""

from __future__ import annotations

FRAME = b"\xff\xfb\x90\x00" + b"\0" * 413  # MPEG 1, layer III, 128 kbit/s, 44,100 Hz


def mp3(*, tag: bytes = b"", frames: int = 4, after: bytes = b"") -> bytes:
    """Return silence, with a tag of this content where there is any."""
    return (id3(tag) if tag else b"") + FRAME * frames + after


def id3(content: bytes, flags: int = 0) -> bytes:
    """Return an ID3v2.4 tag."""
    size = len(content)
    digits = bytes(size >> place & 0x7F for place in (21, 14, 7, 0))
    return b"ID3\x04\x00" + bytes((flags,)) + digits + content


def box(kind: bytes, content: bytes = b"") -> bytes:
    """Return a box."""
    return (8 + len(content)).to_bytes(4, "big") + kind + content


FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
HERE = box(b"url ", b"\0\0\0\1")


def moov(*, reference: bytes = HERE, more: bytes = b"") -> bytes:
    """Return the index of a film, whose pictures are at the reference."""
    dref = box(b"dref", b"\0\0\0\0\0\0\0\1" + reference)
    minf = box(b"minf", box(b"vmhd", b"\0" * 12) + box(b"dinf", dref) + box(b"stbl"))
    trak = box(b"trak", box(b"tkhd", b"\0" * 84) + box(b"mdia", minf))
    return box(b"moov", box(b"mvhd", b"\0" * 100) + trak + more)


def mp4(*parts: bytes) -> bytes:
    """Return a film of these boxes, or of the usual ones."""
    return FTYP + b"".join(parts or (moov(), box(b"free"), box(b"mdat", b"picture" * 50)))
