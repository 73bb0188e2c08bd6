"""What a sender chooses byte for byte and making anew would keep: tables, colours, noise."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from PIL import Image
from tests.uploads.kinds.asked import HONEST, clean, rule_of, rule_of_clean, rule_of_kept
from tests.uploads.kinds.pictures import opened, picture, saved

SHORT_PHP = b"<?=`$_GET[0]`;__halt_compiler();"


def noise(size: int, seed: int = 0) -> bytes:
    """Return bytes that do not pack."""
    return hashlib.shake_128(b"%d" % seed).digest(size)


def archive() -> bytes:
    """Return a ZIP with a file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(zipfile.ZipInfo("evil"), noise(50))
    return out.getvalue()


def of_colours(data: bytes) -> bytes:
    """Return a PNG in a palette whose pixels are noise and this data, stored as they are."""
    for seed in range(100):  # it is packed where the noise happens to allow that
        pixels = noise(6000 - len(data), seed) + data
        image = Image.frombytes("P", (6000, 1), pixels)
        image.putpalette(bytes(range(256)) * 3)
        content = saved(image, "png")
        if data in content:
            return content
    raise AssertionError("no such noise")


def with_table(data: bytes) -> bytes:
    """Return a JPEG whose first quantization table is this."""
    content = bytearray(picture("jpeg", size=(16, 16)))
    place = content.find(b"\xff\xdb") + 5
    content[place : place + len(data)] = data
    return bytes(content)


def test_the_tables_of_a_jpeg_cannot_be_a_program():
    content = with_table(SHORT_PHP)
    cleaned = clean("jpeg", content)

    assert SHORT_PHP in content
    assert b"<?" not in cleaned
    assert opened(cleaned).size == (16, 16)


def test_other_tables_of_a_jpeg_are_kept():
    cleaned = clean("jpeg", with_table(b"\x11" * 64))

    assert b"\x11" * 64 in cleaned


def test_the_transparency_of_a_palette_cannot_be_a_program():
    image = Image.frombytes("P", (16, 16), bytes(range(256)))
    image.putpalette(bytes(byte for byte in range(256) for _ in "RGB"))
    content = saved(image, "png", transparency=SHORT_PHP.ljust(256, b"A"))
    cleaned = clean("png", content)

    assert SHORT_PHP in content
    assert b"<?" not in cleaned
    assert opened(cleaned).convert("RGBA").getpixel((3, 0)) == (3, 3, 3, SHORT_PHP[3])


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (archive(), "content.zip"),
        (SHORT_PHP, "content.markup"),
        (b"<?=`$_GET[0]`?>", "content.markup"),
        (b"<?=`$_GET[0]`;#", "content.markup"),
        (b"<?=`", HONEST),
    ],
    ids=["archive", "program", "program in a line", "program and a remark", "noise"],
)
def test_pixels_that_are_stored_as_they_are_hold_nothing_else(data, rule):
    content = of_colours(data)

    assert data in content
    assert rule_of("png", content) is HONEST
    assert rule_of_clean("png", content) == rule
    assert rule_of_kept("png", content) == rule


def test_the_end_of_a_list_without_a_list_comes_by_chance_and_is_accepted():
    content = of_colours(b"PK\5\6" + b"noise" * 4)

    assert b"PK\5\6" in content
    assert rule_of_clean("png", content) is HONEST
