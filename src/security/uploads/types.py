"""
The fifteen types of file that can be allowed, and how each is told by its first bytes.

Media types are those of the IANA registry first, then what browsers send in their place:
https://www.iana.org/assignments/media-types/media-types.xhtml
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

# Places and bytes that must all be there.
Signature = tuple[tuple[int, bytes], ...]

MP3_FRAMES: Final = tuple(  # MPEG 1, 2 and 2.5, layer III, with and without a checksum
    ((0, bytes((0xFF, second))),) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)
)


@dataclass(frozen=True, slots=True)
class FileType:
    """
    One type. The first extension (without a dot) and the first media type are the usual ones.

    ``label`` is what a visitor calls it. ``signatures`` are alternatives; a type without any
    is told by more than its first bytes, and a type in a ``container`` by what that holds.
    """

    name: str
    label: str
    extensions: tuple[str, ...]
    media_types: tuple[str, ...]
    signatures: tuple[Signature, ...] = ()
    container: str | None = None

    def has_signature(self, head: bytes) -> bool:
        """Tell whether the first bytes are those of this type."""
        return any(
            all(head.startswith(part, place) for place, part in signature)
            for signature in self.signatures
        )


_OPENXML = "application/vnd.openxmlformats-officedocument."
_ROWS = (
    FileType("png", "PNG", ("png",), ("image/png",), (((0, b"\x89PNG\r\n\x1a\n"),),)),
    FileType(
        "jpeg",
        "JPEG",
        ("jpg", "jpeg"),
        ("image/jpeg", "image/jpg", "image/pjpeg"),
        (((0, b"\xff\xd8\xff"),),),
    ),
    FileType("gif", "GIF", ("gif",), ("image/gif",), (((0, b"GIF87a"),), ((0, b"GIF89a"),))),
    FileType("webp", "WebP", ("webp",), ("image/webp",), (((0, b"RIFF"), (8, b"WEBP")),)),
    FileType("avif", "AVIF", ("avif",), ("image/avif",), container="iso"),
    FileType("pdf", "PDF", ("pdf",), ("application/pdf", "application/x-pdf"), (((0, b"%PDF-"),),)),
    FileType("txt", "text", ("txt",), ("text/plain",)),
    FileType(
        "csv",
        "CSV",
        ("csv",),
        ("text/csv", "text/plain", "application/csv", "application/vnd.ms-excel"),
    ),
    FileType(
        "zip",
        "ZIP",
        ("zip",),
        ("application/zip", "application/x-zip-compressed", "application/x-zip"),
        (((0, b"PK\x03\x04"),), ((0, b"PK\x05\x06"),)),
    ),
    FileType(
        "docx",
        "Word (DOCX)",
        ("docx",),
        (f"{_OPENXML}wordprocessingml.document",),
        container="zip",
    ),
    FileType(
        "xlsx", "Excel (XLSX)", ("xlsx",), (f"{_OPENXML}spreadsheetml.sheet",), container="zip"
    ),
    FileType(
        "odt",
        "OpenDocument (ODT)",
        ("odt",),
        ("application/vnd.oasis.opendocument.text",),
        container="zip",
    ),
    FileType(
        "mp3",
        "MP3",
        ("mp3",),
        ("audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/x-mpeg-3"),
        (((0, b"ID3"),), *MP3_FRAMES),
    ),
    FileType("mp4", "MP4", ("mp4", "m4v"), ("video/mp4", "video/x-m4v"), container="iso"),
    FileType("svg", "SVG", ("svg",), ("image/svg+xml",)),
)

TYPES: Final[Mapping[str, FileType]] = MappingProxyType({row.name: row for row in _ROWS})

IMAGES: Final = ("png", "jpeg", "gif", "webp", "avif")  # what Pillow can make anew
