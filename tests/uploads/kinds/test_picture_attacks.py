"""Pictures that ask for too much, are cut off, or tell two things."""

from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image
from tests.uploads.kinds.asked import HONEST, clean, rule_of, rule_of_clean, rule_of_kept
from tests.uploads.kinds.pictures import animation, chunk, header, opened, picture, png, saved

KINDS = ("png", "jpeg", "gif", "webp", "avif")
ANIMATED = ("png", "gif", "webp", "avif")
DATA = chunk(b"IDAT", zlib.compress(b"\0" * 100))
BOMB = 60_000  # pixels each way: 3,600,000,000


def patched(content: bytes, at: int, new: bytes) -> bytes:
    """Return content with other bytes at a position."""
    return content[:at] + new + content[at + len(new) :]


def bombs() -> dict[str, tuple[str, bytes]]:
    """Return small files that ask for a lot of memory."""
    jpeg, gif, webp, avif = (picture(kind) for kind in ("jpeg", "gif", "webp", "avif"))
    lossless = picture("webp", lossless=True)
    ispe = avif.index(b"ispe")
    return {
        "png": ("png", png(header(BOMB, BOMB), DATA)),
        "jpeg": (
            "jpeg",
            patched(jpeg, jpeg.index(b"\xff\xc0") + 5, struct.pack(">HH", BOMB, BOMB)),
        ),
        "gif screen": ("gif", patched(gif, 6, struct.pack("<HH", BOMB, BOMB))),
        "gif frame": (
            "gif",
            patched(gif, gif.index(b"\x2c\0\0\0\0") + 5, struct.pack("<HH", BOMB, BOMB)),
        ),
        "webp": ("webp", patched(webp, 26, struct.pack("<HH", 16_383, 16_383))),
        "webp lossless": ("webp", patched(lossless, 21, b"\xff\xff\xff\x0f")),
        "avif": ("avif", patched(avif, ispe + 8, struct.pack(">II", BOMB, BOMB))),
    }


@pytest.mark.parametrize("name", list(bombs()))
def test_a_picture_with_too_many_pixels_is_refused_before_decoding(name):
    kind, content = bombs()[name]

    assert len(content) < 2000
    assert rule_of(kind, content) == "picture.pixels"
    assert rule_of_clean(kind, content) == "picture.pixels"


@pytest.mark.parametrize("kind", KINDS)
def test_the_limit_itself_is_allowed(kind):
    assert rule_of(kind, picture(kind), max_pixels=48) is HONEST
    assert rule_of(kind, picture(kind), max_pixels=47) == "picture.pixels"


def test_an_avif_whose_coded_picture_is_larger_than_it_says_is_refused():
    small, large = picture("avif", size=(8, 6)), picture("avif", size=(800, 600))
    at = large.index(b"ispe")

    lying = patched(large, at + 8, small[small.index(b"ispe") + 8 :][:8])

    assert rule_of("avif", lying, max_pixels=48) == "picture.pixels"


@pytest.mark.parametrize("kind", ANIMATED)
def test_frames_are_counted(kind):
    content = animation(kind, frames=3)

    assert rule_of(kind, content, max_frames=3) is HONEST
    assert rule_of(kind, content, max_frames=2) == "picture.frames"


@pytest.mark.parametrize("kind", ANIMATED)
def test_frames_are_in_memory_together_and_counted_so(kind):
    content = animation(kind, frames=3)

    assert rule_of(kind, content, max_pixels=72) is HONEST  # 3 x 48 pixels are 2 x 72
    assert rule_of(kind, content, max_pixels=71) == "picture.animation"


def test_a_png_that_tells_more_frames_than_it_has_is_counted_as_told():
    content = png(header(8, 6), chunk(b"acTL", struct.pack(">II", 5_000, 0)), DATA)

    assert rule_of("png", content) == "picture.frames"


@pytest.mark.parametrize("kind", KINDS)
def test_every_truncated_picture_is_refused(kind):
    content = picture(kind)

    for size in range(len(content)):
        rules = {rule_of(kind, content[:size]), rule_of_clean(kind, content[:size])}
        assert "content.broken" in rules, size


@pytest.mark.parametrize("kind", KINDS)
def test_another_type_is_refused(kind):
    for other in KINDS:
        if other != kind:
            assert rule_of(kind, picture(other)) == "content.broken"


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp"])
def test_data_after_the_end_is_dropped_or_refused(kind):
    content = picture(kind) + b"after the end, and long enough" * 10

    assert rule_of(kind, content) is HONEST
    assert rule_of_kept(kind, content) == "picture.trailing"
    assert b"after the end" not in clean(kind, content)


def test_data_after_an_avif_is_dropped_or_refused():
    honest = picture("avif")

    assert rule_of("avif", honest + b"after the end") == "content.broken"
    in_a_box = honest + b"\0\0\0\x15evilafter the end"
    assert rule_of("avif", in_a_box) is HONEST
    assert rule_of_kept("avif", in_a_box) == "picture.trailing"
    assert b"after the end" not in clean("avif", in_a_box)


def spoilt_pngs() -> dict[str, bytes]:
    """Return PNG files that no writer makes."""
    frame = struct.pack(">5I", 0, 4, 4, 5, 0) + b"\0" * 6
    return {
        "no header": png(DATA),
        "header of 12 bytes": png(chunk(b"IHDR", header(8, 6)[8:20]), DATA),
        "second header": png(header(8, 6), header(BOMB, BOMB), DATA),
        "no width": png(header(0, 6), DATA),
        "depth": png(header(8, 6, depth=3), DATA),
        "colour": png(header(8, 6, colour=5), DATA),
        "packing": png(chunk(b"IHDR", struct.pack(">II5B", 8, 6, 8, 2, 1, 0, 0)), DATA),
        "no data": png(header(8, 6)),
        "name of a chunk": png(header(8, 6), chunk(b"I\0AT", b""), DATA),
        "last chunk with data": png(header(8, 6), DATA, chunk(b"IEND", b"x")),
        "frame outside": png(header(8, 6), chunk(b"fcTL", frame), DATA),
        "frame of no size": png(header(8, 6), chunk(b"fcTL", b"\0" * 26), DATA),
        "short frame": png(header(8, 6), chunk(b"fcTL", b"\0" * 25), DATA),
        "short animation": png(header(8, 6), chunk(b"acTL", b"\0" * 7), DATA),
    }


@pytest.mark.parametrize("name", list(spoilt_pngs()))
def test_a_png_with_two_meanings_is_refused(name):
    assert rule_of("png", spoilt_pngs()[name]) == "content.broken"


def segment(code: int, data: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, code, len(data) + 2) + data


def spoilt_jpegs() -> dict[str, bytes]:
    """Return JPEG files that no writer makes."""
    honest = picture("jpeg")
    at = honest.index(b"\xff\xc0")
    frame = honest[at : at + 2 + int.from_bytes(honest[at + 2 : at + 4], "big")]
    scan = honest.index(b"\xff\xda")
    return {
        "second frame": honest[:scan] + frame + honest[scan:],
        "no frame": honest.replace(frame, b""),
        "no scan": honest[:scan] + b"\xff\xd9",
        "no height": patched(honest, at + 5, b"\0\0"),
        "components": patched(honest, at + 9, b"\x02"),
        "short frame": honest[:at] + segment(0xC0, b"\x08\0\x06\0") + honest[at + len(frame) :],
        "hierarchical": honest[:2] + segment(0xDE, b"\0" * 8) + honest[2:],
        "start again": honest[:2] + b"\xff\xd8" + honest[2:],
        "short segment": honest[:2] + b"\xff\xe0\0\x01" + honest[2:],
        "gap": honest[:2] + b"gap" + honest[2:],
    }


@pytest.mark.parametrize("name", list(spoilt_jpegs()))
def test_a_jpeg_with_two_meanings_is_refused(name):
    assert rule_of("jpeg", spoilt_jpegs()[name]) == "content.broken"


def test_a_jpeg_of_many_passes_is_refused():
    honest = picture("jpeg")
    scan = honest[honest.index(b"\xff\xda") : -2]

    assert rule_of("jpeg", honest[:-2] + scan * 63 + b"\xff\xd9") is HONEST
    assert rule_of("jpeg", honest[:-2] + scan * 64 + b"\xff\xd9") == "picture.scans"


def test_fill_bytes_and_long_scans_are_honest():
    noisy = saved(Image.effect_noise((900, 900), 90), "jpeg", quality=95)
    filled = noisy[:2] + b"\xff\xff" + noisy[2:]

    assert len(noisy) > 3 * 65_536
    assert rule_of("jpeg", filled) is HONEST


def spoilt_gifs() -> dict[str, bytes]:
    """Return GIF files that no writer makes."""
    honest = picture("gif")
    image = honest.index(b"\x2c\0\0\0\0")
    return {
        "no frame": honest[:image] + b";",
        "unknown block": honest[:image] + b"\x42" + honest[image:],
        "frame of no size": patched(honest, image + 5, b"\0\0"),
        "version": patched(honest, 0, b"GIF88a"),
    }


@pytest.mark.parametrize("name", list(spoilt_gifs()))
def test_a_gif_with_two_meanings_is_refused(name):
    assert rule_of("gif", spoilt_gifs()[name]) == "content.broken"


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a WebP of these chunks."""
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def spoilt_webps() -> dict[str, bytes]:
    """Return WebP files that no writer makes."""
    lossy = (b"VP8 ", picture("webp")[20:])
    extended = (b"VP8X", b"\2\0\0\0" + b"\7\0\0" + b"\5\0\0")
    place = b"\0" * 6 + b"\7\0\0" + b"\5\0\0" + b"\0" * 4
    return {
        "two pictures": riff(lossy, lossy),
        "no picture": riff(extended),
        "frame without a canvas": riff((b"ANMF", place)),
        "empty frame": riff(extended, (b"ANMF", place)),
        "frame of another size": riff(
            extended,
            (b"ANMF", place[:6] + b"\1\0\0" + place[9:] + b"VP8 " + b"\x12\0\0\0" + lossy[1]),
        ),
        "frame that is cut": riff(extended, (b"ANMF", place + b"VP8 \xff\0\0\0" + lossy[1])),
        "frame of other chunks": riff(extended, (b"ANMF", place + b"ABCD\0\0\0\0")),
        "header later": riff(lossy, extended),
        "longer than the file": patched(riff(lossy), 4, b"\xff\xff\0\0"),
        "chunk outside": patched(riff(lossy), 16, b"\xff\xff\0\0"),
        "no start code": riff((b"VP8 ", b"\0" * 20)),
        "no size": riff((b"VP8 ", b"\0\0\0\x9d\x01\x2a\0\0\0\0")),
        "no mark": riff((b"VP8L", b"\0" * 20)),
    }


@pytest.mark.parametrize("name", list(spoilt_webps()))
def test_a_webp_with_two_meanings_is_refused(name):
    assert rule_of("webp", spoilt_webps()[name]) == "content.broken"


def test_a_picture_of_markup_in_its_palette_comes_out_without():
    image = Image.new("P", (8, 6))
    palette = b"<?php system($_GET[0]);__halt_compiler(); ?>xxxx"
    image.putpalette(palette)
    image.putdata([number % 16 for number in range(48)])
    content = saved(image, "png")

    cleaned = clean("png", content)

    assert b"<?php" in content
    assert b"<?" not in cleaned
    assert opened(cleaned).convert("RGB").tobytes() == opened(content).convert("RGB").tobytes()
