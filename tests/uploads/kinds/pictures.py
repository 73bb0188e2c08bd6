"""Honest pictures, made by Pillow, and the tools to spoil them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def picture(
    kind: str, *, mode: str = "RGB", size: tuple[int, int] = (8, 6), **options: Any
) -> bytes:
    """Return a picture with a gradient, so that turning it shows."""
    image = Image.radial_gradient("L").resize(size).crop((0, 0, *size))
    image.putpixel((0, 0), 255)
    return saved(image if mode == "L" else image.convert("RGB").convert(mode), kind, **options)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return what Pillow writes."""
    out = io.BytesIO()
    image.save(out, format=kind.upper(), **options)
    return out.getvalue()


def animation(kind: str, *, frames: int = 3, **options: Any) -> bytes:
    """Return squares of different colours, one after the other."""
    colours = (RED, GREEN, BLUE)
    images = [Image.new("RGB", (8, 6), colours[number % 3]) for number in range(frames)]
    times = [100 * (number + 1) for number in range(frames)]
    told = {"duration": times, **({} if kind == "avif" else {"loop": 3}), **options}
    return saved(images[0], kind, save_all=True, append_images=images[1:], **told)


def opened(content: bytes) -> Image.Image:
    """Return a picture that is decoded to its end."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    """Return the first chunk of a PNG."""
    return chunk(b"IHDR", struct.pack(">II5B", width, height, depth, colour, 0, 0, 0))


def png(*chunks: bytes) -> bytes:
    """Return a PNG of these chunks and the last one."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def profile() -> bytes:
    """Return a sound ICC profile, that of sRGB."""
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif(orientation: int = 6) -> bytes:
    """Return EXIF that turns the picture and tells where it was taken."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010E] = "the secret address"
    return notes.tobytes()
