"""Views of the harbour, drawn with Pillow, and what may be hidden in such a file."""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from typing import Any, Final, NamedTuple

from PIL import ExifTags, Image, ImageDraw, ImageOps

WIDTH, HEIGHT = 480, 360
FINE = 2  # drawn at so many times the size, so that edges are smooth
BOMB = 12_000  # pixels in each direction: 144 million in all, packed into 18 kB
FRAMES = 10

PAGE: Final = b"<!DOCTYPE html><script>alert(document.domain)</script>"
PHP: Final = b'<?php echo "I run on your server"; ?>'


class Light(NamedTuple):
    """The colours of one hour of the day."""

    high: str
    low: str
    sun: str
    sea: str
    sail: str
    height: float  # of the sun, from 0 to 1


MORNING = Light("#cfdfe0", "#f6cfa9", "#f9b872", "#6a9fa2", "#b9583a", 0.46)
NOON = Light("#9cc6dd", "#e8f1ea", "#fff3c4", "#4f8a9b", "#f5efe4", 0.2)
EVENING = Light("#40506e", "#e59a7d", "#f4c37d", "#3f5f78", "#2f3a4f", 0.5)
NIGHT = Light("#16233a", "#33506b", "#eef0e0", "#1c3a4f", "#d9b36c", 0.18)
FOG = Light("#c9cfcc", "#e9e6dd", "#f7f4ea", "#93a8a6", "#70777a", 0.3)


def view(light: Light, *, width: int = WIDTH, height: int = HEIGHT, tide: float = 0) -> Image.Image:
    """Draw the harbour in this light; ``tide`` from 0 to 1 moves the waves by one."""
    size = wide, tall = width * FINE, height * FINE
    image = ImageOps.colorize(
        Image.linear_gradient("L").resize(size), black=light.high, white=light.low
    )
    draw = ImageDraw.Draw(image, "RGBA")
    centre, radius = (wide * 0.34, tall * light.height), tall * 0.1
    draw.ellipse(_around(centre, radius * 1.8), fill=(255, 243, 208, 60))
    draw.ellipse(_around(centre, radius), fill=light.sun)
    draw.polygon(_wave(wide, tall, 0.58, 3, 0.03, 0.3), fill=(60, 84, 84, 90))
    draw.rectangle((wide * 0.8, tall * 0.3, wide * 0.85, tall * 0.7), fill="#f5efe4")
    draw.rectangle((wide * 0.8, tall * 0.4, wide * 0.85, tall * 0.48), fill="#b9583a")
    draw.rectangle((wide * 0.795, tall * 0.25, wide * 0.855, tall * 0.3), fill="#2f4a53")
    red, green, blue = (int(light.sea[at : at + 2], 16) for at in (1, 3, 5))
    for depth in range(4):
        fade = 1 - depth * 0.13
        colour = (int(red * fade), int(green * fade), int(blue * fade), 255)
        line = 0.64 + depth * 0.09
        draw.polygon(_wave(wide, tall, line, 5 - depth, 0.012, tide + depth / 3), fill=colour)
        if depth == 1:
            _boat(draw, wide * 0.5, tall * (0.7 + 0.008 * math.sin(tide * math.tau)), tall, light)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def png(image: Image.Image, *, after: bytes = b"") -> bytes:
    return saved(image, "PNG", optimize=True) + after


def jpeg(image: Image.Image, **options: Any) -> bytes:
    return saved(image, "JPEG", quality=85, **options)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def located() -> bytes:
    """Return a photograph as a telephone writes it: the picture, and where it was taken."""
    notes = Image.Exif()
    notes[ExifTags.Base.Model] = "A telephone"
    notes[ExifTags.Base.Artist] = "Alice Penhallow, 3 Harbour Row"
    place = notes.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (50.0, 3.0, 58.1)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "W", (5.0, 42.0, 59.5)
    return jpeg(view(MORNING), exif=notes.tobytes())


def moving() -> bytes:
    """Return an animation of the tide."""
    first, *rest = (view(NOON, width=320, height=240, tide=step / FRAMES) for step in range(FRAMES))
    return saved(first, "WEBP", save_all=True, append_images=rest, duration=120, loop=0, quality=70)


def with_page() -> bytes:
    return png(view(EVENING), after=PAGE)


def with_php() -> bytes:
    return jpeg(view(FOG), comment=PHP)


def with_archive() -> bytes:
    """Return a GIF that Java and every unzip take for an archive (GIFAR)."""
    out = io.BytesIO()
    out.write(saved(view(NIGHT).quantize(64), "GIF"))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("Applet.class", b"\xca\xfe\xba\xbe")
    return out.getvalue()


def with_second_ending() -> bytes:
    return png(view(NOON))


def too_many_pixels() -> bytes:
    """Return a small PNG that unpacks to ``BOMB`` times ``BOMB`` pixels."""
    packer = zlib.compressobj(9)
    row = bytes(1 + BOMB // 8)
    rows = b"".join(packer.compress(row * 100) for _ in range(BOMB // 100)) + packer.flush()
    header = struct.pack(">II5B", BOMB, BOMB, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def _around(centre: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    x, y = centre
    return x - radius, y - radius, x + radius, y + radius


def _wave(
    wide: int, tall: int, line: float, crests: int, swell: float, shift: float
) -> list[tuple[float, float]]:
    """Return the shape of what lies below a wave at ``line``, a share of the height."""
    steps = 64
    crest = [
        (
            wide * step / steps,
            tall * (line + swell * math.sin(math.tau * (crests * step / steps + shift))),
        )
        for step in range(steps + 1)
    ]
    return [*crest, (wide, tall), (0, tall)]


def _boat(draw: ImageDraw.ImageDraw, x: float, y: float, tall: int, light: Light) -> None:
    unit = tall * 0.01
    hull = ((-17, 0), (17, 0), (12, 8), (-12, 8))
    sails = (((1, -30), (15, -3), (1, -3)), ((-1, -26), (-1, -3), (-13, -3)))
    for shape, colour in ((hull, "#5a4632"), *((sail, light.sail) for sail in sails)):
        draw.polygon([(x + unit * a, y + unit * b) for a, b in shape], fill=colour)
