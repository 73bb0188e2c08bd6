"""A file that is two things at once is refused, or comes out as one: every pair, both ways."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from tests.uploads.kinds.archives import Entry, by_hand, zipped
from tests.uploads.kinds.asked import HONEST, clean, rule_of, rule_of_clean, rule_of_kept
from tests.uploads.kinds.films import box, id3, moov, mp3, mp4
from tests.uploads.kinds.pdfs import pdf, stream
from tests.uploads.kinds.pictures import chunk, opened, picture, png, saved
from tests.uploads.kinds.test_picture_attacks import riff, segment

FOREIGN = {
    "html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "js": b"*/=1;alert(document.domain);/*",
    "php": b"<?php system($_GET['c']); __halt_compiler(); ?>",
    "short php": b"<?=`$_GET[0]`?>",
    "pdf": pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"),
    "zip": zipped({"evil.txt": b"evil content " * 3}, packed=False),
}


def after_png_header(data: bytes) -> bytes:
    """Return a PNG with a chunk of its own after the header."""
    honest = picture("png")
    return honest[:33] + chunk(b"evIl", data) + honest[33:]


def in_webp_metadata(data: bytes) -> bytes:
    lossy = picture("webp")[20:]
    size = b"\x04\0\0\0" + b"\7\0\0" + b"\5\0\0"
    return riff((b"VP8X", size), (b"VP8 ", lossy), (b"XMP ", data))


def in_gif_comment(data: bytes) -> bytes:
    blocks = b"".join(
        bytes((len(data[at : at + 255]),)) + data[at : at + 255] for at in range(0, len(data), 255)
    )
    honest = picture("gif")
    at = honest.index(b"\x2c\0\0\0\0")
    return honest[:at] + b"\x21\xfe" + blocks + b"\0" + honest[at:]


def as_script(data: bytes) -> bytes:
    """Return a GIF whose width begins a comment of JavaScript: ``GIF89a/*...*/=1;``."""
    image = Image.new("P", (0x2A2F, 1))
    return saved(image, "gif") + b"*/=1;" + data


def in_jpeg_comment(data: bytes) -> bytes:
    honest = picture("jpeg")
    return honest[:2] + segment(0xFE, data[:60_000]) + honest[2:]


def in_jpeg_exif(data: bytes) -> bytes:
    honest = picture("jpeg")
    return honest[:2] + segment(0xE1, b"Exif\0\0" + data[:60_000]) + honest[2:]


def in_avif_box(data: bytes) -> bytes:
    """Return an AVIF with a free box after its start."""
    return picture("avif") + box(b"free", data)


def in_palette(data: bytes) -> bytes:
    image = Image.new("P", (16, 4))
    image.putpalette(data[: 3 * 60].ljust(180, b"x"))
    image.putdata([number % 60 for number in range(64)])
    return saved(image, "png")


def behind(kind: str) -> Callable[[bytes], bytes]:
    return lambda data: picture(kind) + data


PICTURES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "png chunk": ("png", after_png_header),
    "png palette": ("png", in_palette),
    "gif comment": ("gif", in_gif_comment),
    "gif that is a script": ("gif", as_script),
    "jpeg comment": ("jpeg", in_jpeg_comment),
    "jpeg exif": ("jpeg", in_jpeg_exif),
    "webp xmp": ("webp", in_webp_metadata),
    "avif box": ("avif", in_avif_box),
    **{f"after a {kind}": (kind, behind(kind)) for kind in ("png", "jpeg", "gif", "webp", "avif")},
}


# Colours are any bytes, and no PNG can begin a script.
PAIRS = [
    (place, foreign)
    for place in PICTURES
    for foreign in FOREIGN
    if (place, foreign) != ("png palette", "js")
]


@pytest.mark.parametrize(("place", "foreign"), PAIRS)
def test_a_picture_comes_out_without_the_foreign_part(place, foreign):
    kind, build = PICTURES[place]
    content = build(FOREIGN[foreign])

    if rule_of(kind, content) is HONEST and rule_of_clean(kind, content) is HONEST:
        cleaned = clean(kind, content)
        assert opened(cleaned).format == kind.upper()
        assert FOREIGN[foreign][:40] not in cleaned
        assert FOREIGN[foreign][-40:] not in cleaned
        for mark in (b"<?", b"<script", b"PK\5\6", b"%PDF-", b"*/=1;"):
            assert mark not in cleaned


@pytest.mark.parametrize("foreign", ["html", "php", "zip"])
@pytest.mark.parametrize("place", [place for place in PICTURES if place != "png palette"])
def test_a_picture_that_is_kept_as_it_is_has_no_second_face(place, foreign):
    kind, build = PICTURES[place]

    assert rule_of_kept(kind, build(FOREIGN[foreign])) is not HONEST


def test_a_gif_that_begins_a_script_is_refused():
    content = as_script(FOREIGN["js"])

    assert content.startswith(b"GIF87a/*")
    assert rule_of("gif", content) == rule_of_clean("gif", content) == "content.markup"


def pixels_that_are_php() -> bytes:
    """Return a PNG that stores its pixels unpacked, and they are a program."""
    row = b"\0" + FOREIGN["php"].ljust(48, b" ")[:48]
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(row), len(row) ^ 0xFFFF) + row
    data = stored + struct.pack(">I", zlib.adler32(row))
    return png(chunk(b"IHDR", struct.pack(">II5B", 16, 1, 8, 2, 0, 0, 0)), chunk(b"IDAT", data))


def test_pixels_that_spell_a_program_do_not_come_out_as_one():
    content = pixels_that_are_php()

    assert b"<?php system" in content
    assert rule_of_clean("png", content) == "content.markup" or b"<?php" not in clean(
        "png", content
    )


DOCUMENTS = {
    "html in zip": ("zip", FOREIGN["html"] + FOREIGN["zip"]),
    "html in a zip's comment": ("zip", zipped({"a": b"b"}, comment=FOREIGN["html"])),
    "html between": ("zip", by_hand(Entry(b"a", gap=FOREIGN["html"]))),
    "js before zip": ("zip", FOREIGN["js"] + FOREIGN["zip"]),
    "php before zip": ("zip", FOREIGN["php"] + FOREIGN["zip"]),
    "php in a zip's comment": ("zip", zipped({"a": b"b"}, comment=FOREIGN["php"])),
    "pdf before zip": ("zip", FOREIGN["pdf"] + FOREIGN["zip"]),
    "pdf after zip": ("zip", FOREIGN["zip"] + FOREIGN["pdf"]),
    "picture before zip": ("zip", picture("gif") + FOREIGN["zip"]),
    "zip before picture": ("zip", FOREIGN["zip"] + picture("gif")),
    "html before pdf": ("pdf", FOREIGN["html"] + pdf()),
    "html in pdf": ("pdf", pdf(stream(b"", FOREIGN["html"]))),
    "js before pdf": ("pdf", FOREIGN["js"] + pdf()),
    "php in pdf": ("pdf", pdf(stream(b"", FOREIGN["php"]))),
    "php after pdf": ("pdf", pdf() + FOREIGN["php"]),
    "zip after pdf": ("pdf", pdf() + FOREIGN["zip"]),
    "zip in pdf": ("pdf", pdf(stream(b"", FOREIGN["zip"]))),
    "picture before pdf": ("pdf", picture("jpeg") + pdf()),
    "pdf after picture": ("pdf", picture("jpeg") + pdf()),
    "html in sound": ("mp3", mp3(tag=FOREIGN["html"])),
    "php in sound": ("mp3", id3(FOREIGN["php"]) + mp3()),
    "zip after sound": ("mp3", mp3() + FOREIGN["zip"]),
    "zip in sound": ("mp3", mp3(tag=FOREIGN["zip"])),
    "html in film": ("mp4", mp4(moov(), box(b"free", FOREIGN["html"]))),
    "php in film": ("mp4", mp4(moov(), box(b"udta", FOREIGN["php"]))),
    "zip in film": ("mp4", mp4(moov(), box(b"free", FOREIGN["zip"]))),
    "html as text": ("txt", FOREIGN["html"]),
    "php as text": ("txt", FOREIGN["php"]),
    "pdf as text": ("txt", FOREIGN["pdf"]),
    "zip as text": ("txt", b"a,b\n" + FOREIGN["zip"]),
    "html in a drawing": (
        "svg",
        b'<svg xmlns="http://www.w3.org/2000/svg"><style>/*</style>' + FOREIGN["html"] + b"</svg>",
    ),
    "php in a drawing": (
        "svg",
        b'<svg xmlns="http://www.w3.org/2000/svg">' + FOREIGN["php"] + b"</svg>",
    ),
    "zip after a drawing": ("svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>' + FOREIGN["zip"]),
    "zip in office": ("docx", FOREIGN["zip"]),
}


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_a_document_that_is_two_things_is_refused(name):
    kind, content = DOCUMENTS[name]

    assert rule_of(kind, content) is not HONEST
