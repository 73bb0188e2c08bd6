"""Pictures with something in them, built byte by byte; all of them can still be seen."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image
from tests.uploads.corpus.files import JS, PHP
from tests.uploads.kinds.pictures import chunk, header, picture, png, saved


def segment(code: int, data: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, code, len(data) + 2) + data


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a WebP of these chunks."""
    body = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def extended(kind: bytes, data: bytes, flags: int = 0) -> bytes:
    """Return a WebP with one more chunk."""
    size = struct.pack("<I", flags) + b"\7\0\0" + b"\5\0\0"
    return riff((b"VP8X", size), (b"VP8 ", picture("webp")[20:]), (kind, data))


def in_gif(code: int, data: bytes, start: bytes = b"") -> bytes:
    """Return a GIF with an extension in front of its picture."""
    blocks = b"".join(bytes((len(part),)) + part for part in parted(data))
    whole = picture("gif")
    at = whole.index(b"\x2c\0\0\0\0")
    return whole[:at] + bytes((0x21, code)) + start + blocks + b"\0" + whole[at:]


def parted(data: bytes) -> Iterator[bytes]:
    """Yield parts of at most 255 bytes; what counts them stands in a comment of the script."""
    while len(data) > 255:
        cut = data.rfind(b";", 0, 250) + 1 or 250
        is_code = b"document.cookie" in data[:cut] or data.startswith(b"*/new")
        yield data[:cut] + b"/*" * is_code
        data = b"*/" * is_code + data[cut:]
    yield data


def after_header(kind: bytes, data: bytes) -> bytes:
    """Return a PNG with a chunk behind its header."""
    whole = picture("png")
    return whole[:33] + chunk(kind, data) + whole[33:]


def at_start(code: int, data: bytes) -> bytes:
    """Return a JPEG with a segment of its own in front."""
    whole = picture("jpeg")
    return whole[:2] + segment(code, data) + whole[2:]


def gif_script(width: bytes = b"/*", code: bytes = b"*/=1;" + JS) -> bytes:
    """Return a GIF that is a script: its width opens a comment, which its end closes."""
    return saved(Image.new("P", (int.from_bytes(width, "little"), 1)), "gif") + code


def jpeg_script() -> bytes:
    """Return a JPEG that is a script in Latin 1: a length in it is the start of a comment."""
    whole = picture("jpeg")
    room = 0x2F2A - 2
    jfif = b"JFIF\0\1\1\0\0\1\0\1\0\0".ljust(room, b"\0")
    body = whole[2 + 18 :]
    return (
        b"\xff\xd8\xff\xe0/*"
        + jfif
        + segment(0xFE, b"*/=1;" + JS + b"/*")
        + body[:-2]
        + segment(0xFE, b"*///")
        + body[-2:]
    )


def webp_script() -> bytes:
    """Return a WebP that is a script: its size begins a template, of a function ``RIFF``."""
    size = int.from_bytes(b"`\x08\0\0", "little")
    code = b"`;function RIFF(){}" + JS + b"//"
    room = size + 8 - len(extended(b"XMP ", b"", 4))
    whole = extended(b"XMP ", b" " * (room - len(code)) + code, 4)
    assert whole[4:8] == b"`\x08\0\0"
    assert b"`" not in whole[5 : whole.index(code)]
    return whole


def pixels_that_are_php() -> bytes:
    """Return a PNG that stores its pixels unpacked, and they are a program."""
    row = b"\0" + PHP.ljust(48, b" ")[:48]
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(row), len(row) ^ 0xFFFF) + row
    return png(header(16, 1), chunk(b"IDAT", stored + struct.pack(">I", zlib.adler32(row))))


def palette(data: bytes) -> bytes:
    """Return a PNG whose colours are these bytes."""
    image = Image.new("P", (16, 4))
    image.putpalette(data[:180].ljust(180, b"x"))
    image.putdata([number % 60 for number in range(64)])
    return saved(image, "png")


def profile_with(data: bytes) -> bytes:
    """Return a JPEG whose colour profile has data in it."""
    from PIL import ImageCms

    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    whole = plain + data
    return picture("jpeg", icc_profile=struct.pack(">I", len(whole)) + whole[4:])


def thumbnail(data: bytes) -> bytes:
    """Return a JPEG with a preview in its EXIF, which has a comment in it."""
    inner = picture("jpeg", size=(4, 4))
    preview = inner[:2] + segment(0xFE, data) + inner[2:]
    first = struct.pack(">H", 0) + struct.pack(">I", 14)
    second = struct.pack(">H", 2) + struct.pack(">HHII", 0x0201, 4, 1, 14 + 2 + 24 + 4)
    second += struct.pack(">HHII", 0x0202, 4, 1, len(preview)) + b"\0" * 4
    return at_start(0xE1, b"Exif\0\0MM\0*\0\0\0\x08" + first + second + preview)


def after_pixels(data: bytes) -> bytes:
    """Return a PNG that goes on inside its packed pixels, behind their end."""
    rows = zlib.compress((b"\0" + b"\x80" * 4) * 4)
    return png(header(4, 4, 8, 0), chunk(b"IDAT", rows + data))


def opened(content: bytes) -> Image.Image:
    """Return a picture that was decoded to its end."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
