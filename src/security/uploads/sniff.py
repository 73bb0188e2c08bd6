"""
What a file is by its content alone, as browsers tell it.

The table of ``types`` decides. ``puremagic``, where it is installed, knows many more types:
it is asked about content that looks like plain text, and to name what is refused.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from security.uploads.types import TYPES, FileType

HEAD: Final = 4096  # bytes from the beginning; browsers look at 1445
MAX_DIRECTORY: Final = 1024 * 1024  # bytes of a ZIP's list of entries that are looked at
MAX_ENDING: Final = 22 + 65_535  # bytes: the end record of a ZIP, and its longest comment
LEAST_SIGNATURE: Final = 5  # bytes by which puremagic may overrule plain text
# By which types: others begin with words, such as "From:", "This is " and "Version ".
OVERRULING: Final = frozenset({"application/rtf", "text/rtf", "application/postscript"})

# "The rules for identifying an unknown MIME type", https://mimesniff.spec.whatwg.org/#tables
_TAGS = b"!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|body|br|b|p"
# The standard ends a tag with a space or ">"; other white space and "/" do so in a parser.
_HTML = re.compile(rb"[\t\n\f\r ]*<(?:(?:" + _TAGS + rb")[\t\n\f\r />]|!--|\?xml)", re.IGNORECASE)
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_BOM = b"\xef\xbb\xbf"
_SVG = re.compile(
    rb"(?:<\?xml[^>]{0,200}\?>)?(?:\s|<!--(?:[^-]|-(?!->)){0,2000}-->|<!DOCTYPE\s+svg[^>]{0,2000}>)*"
    rb"<(?:[A-Za-z_][\w.-]{0,40}:)?svg[\s/>]"
)

_ODT = b"application/vnd.oasis.opendocument.text"
_AVIF_BRANDS = {b"avif", b"avis"}
# ISO/IEC 14496-12 and -14, and what cameras and encoders write: https://mp4ra.org/registered-types/brands
_MP4_BRANDS = {b"mp41", b"mp42", b"isom", b"avc1", b"dash", b"M4V ", b"M4VH", b"M4VP", b"MSNV"}
_MP4_BRANDS |= {b"iso%d" % number for number in range(2, 10)}
_OTHER_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"qt  ", b"crx ", b"jp2 "}


def sniff(stream: BinaryIO) -> str | None:
    """
    Return the name in ``TYPES`` of what the content is, or ``None``: HTML and all the rest.

    Plain text and CSV are both ``txt``. The stream must be seekable; its position is moved.
    At most 1.1 MB are read, whatever its size.
    """
    stream.seek(0)
    head = stream.read(HEAD)
    found = sniff_head(head)
    return _packed(stream, head) if found == "zip" else found


def sniff_head(head: bytes) -> str | None:
    """Return what the first bytes tell: as ``sniff()``, but ``zip`` for office files too."""
    for known in TYPES.values():
        if known.has_signature(head):
            return known.name if known.name != "mp3" or _is_mp3(head) else None
    if head[4:8] == b"ftyp":
        return _branded(head)
    if is_svg(head):
        return "svg"
    if _BINARY.search(head) or is_html(head):
        return None
    return None if _strong_match(head) else "txt"


def agrees(wanted: FileType, found: str | None) -> bool:
    """Tell whether content that was sniffed as ``found`` may be of this type."""
    return found is not None and (found == wanted.name or (wanted.name, found) == ("csv", "txt"))


def may_become(wanted: FileType, head: bytes) -> bool:
    """Tell whether a file that begins so may be of this type, once all of it is there."""
    found = sniff_head(head)
    return agrees(wanted, found) or (found is not None and found == wanted.container)


def is_html(head: bytes) -> bool:
    """Tell whether a browser that guesses would take this for HTML or XML, and run its scripts."""
    return _HTML.match(head.removeprefix(_BOM)[:HEAD]) is not None


def is_svg(head: bytes) -> bool:
    """Tell whether the first element is ``svg``, in any encoding that contains ASCII."""
    return _SVG.match(head.removeprefix(_BOM)[:HEAD]) is not None


def looks_like(head: bytes) -> str | None:
    """Return what a person calls such content, or ``None`` where nobody knows."""
    if found := sniff_head(head):
        return TYPES[found].label
    if is_html(head):
        return "HTML"
    matches = _matches(head)
    return matches[0][1] if matches else None


def _is_mp3(head: bytes) -> bool:
    """Tell whether a frame without a tag before it has a bit rate and a sampling rate."""
    if head.startswith(b"ID3"):
        return True
    return len(head) > 2 and head[2] >> 4 not in {0, 15} and (head[2] >> 2) & 3 != 3


def _branded(head: bytes) -> str | None:
    size = int.from_bytes(head[:4], "big")
    if not 16 <= size <= len(head):
        return None
    brands = {head[8:12]} | {head[place : place + 4] for place in range(16, size - 3, 4)}
    if brands & _AVIF_BRANDS:
        return "avif"
    return "mp4" if brands & _MP4_BRANDS and not brands & _OTHER_BRANDS else None


def _packed(stream: BinaryIO, head: bytes) -> str:
    """Tell office files from other ZIP files, by what the archive says that it holds."""
    if head[:4] == b"PK\x03\x04" and head[30:38] == b"mimetype":
        size, _, length, extra = struct.unpack_from("<IIHH", head, 18)
        start = 30 + length + extra
        if length == 8 and head[start : start + size] == _ODT:
            return "odt"
    names = set(_names(stream))
    if b"[Content_Types].xml" in names:
        folders = {name.partition(b"/")[0] for name in names if b"/" in name}
        match folders & {b"word", b"xl"}:
            case kinds if kinds == {b"word"}:
                return "docx"
            case kinds if kinds == {b"xl"}:
                return "xlsx"
    return "zip"


def _names(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the names in the central directory, as far as it is sound."""
    stream.seek(0, 2)
    stream.seek(max(0, stream.tell() - MAX_ENDING))
    ending = stream.read(MAX_ENDING)
    place = ending.rfind(b"PK\x05\x06")
    if place < 0 or len(ending) < place + 22:
        return
    size, offset = struct.unpack_from("<II", ending, place + 12)
    stream.seek(offset)
    directory = stream.read(min(size, MAX_DIRECTORY))
    place = 0
    while directory[place : place + 4] == b"PK\x01\x02" and len(directory) >= place + 46:
        name, extra, comment = struct.unpack_from("<HHH", directory, place + 28)
        yield directory[place + 46 : place + 46 + name]
        place += 46 + name + extra + comment


def _strong_match(head: bytes) -> bool:
    """Tell whether what looks like text begins with a long signature of something else."""
    return any(
        length >= LEAST_SIGNATURE and media_type in OVERRULING
        for length, _, media_type in _matches(head)
    )


def _matches(head: bytes) -> list[tuple[int, str, str]]:
    """Return what puremagic finds at the very beginning: length of signature, name, media type."""
    try:
        import puremagic  # noqa: PLC0415  # an extra
    except ImportError:
        return []
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return []
    return [
        (len(match.byte_match), match.name or match.extension, match.mime_type or "")
        for match in found
        if match.offset == 0 and match.byte_match and head.startswith(match.byte_match)
    ]
