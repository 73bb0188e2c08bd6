"""Small files that the tests make themselves: sound ones first, then what only looks sound."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

HTML = b"<!DOCTYPE html><script>alert(1)</script>"


def chunk(kind: bytes, data: bytes) -> bytes:
    """Build one chunk of a PNG."""
    length = struct.pack(">I", len(data))
    return length + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 2, height: int = 2, *, text: bytes = b"", after: bytes = b"") -> bytes:
    """Build a grey PNG, with a comment, and with bytes after its end."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    comment = chunk(b"tEXt", b"Comment\0" + text) if text else b""
    parts = (chunk(b"IHDR", header), comment, chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + after


def zipped(*names: str, first: bytes | None = None) -> bytes:
    """Build a ZIP of small files, after a ``mimetype`` that is stored as it is, if given."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        if first is not None:
            archive.writestr("mimetype", first, zipfile.ZIP_STORED)
        for name in names:
            archive.writestr(name, f"this is {name}")
    return file.getvalue()


def branded(major: bytes, *compatible: bytes) -> bytes:
    """Build the first box of an MP4, an AVIF and their relatives."""
    data = major + b"\0\0\0\0" + b"".join(compatible)
    return struct.pack(">I", len(data) + 8) + b"ftyp" + data


# What the content of each type is told by. Not all of these are whole files.
SAMPLES = {
    "png": png(),
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\0",
    "gif": b"GIF89a\x01\x00\x01\x00",
    "webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    "avif": branded(b"avif", b"mif1", b"miaf"),
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "txt": b"Dear reader,\nthis is text.\n",
    "zip": zipped("one.txt", "two.txt"),
    "docx": zipped("[Content_Types].xml", "word/document.xml"),
    "xlsx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "odt": zipped("content.xml", first=b"application/vnd.oasis.opendocument.text"),
    "mp3": b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x00",
    "mp4": branded(b"isom", b"iso2", b"avc1", b"mp41"),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
}
