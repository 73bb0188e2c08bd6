"""Honest pictures of every mode that Pillow writes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from PIL import Image, PngImagePlugin
from tests.uploads.kinds.pictures import exif, profile

SIZE = (20, 12)
Made = Iterator[tuple[str, bytes]]


def image(mode: str = "RGB", size: tuple[int, int] = SIZE, turn: int = 0) -> Image.Image:
    """Return a picture with something to see in it, in any mode."""
    grey = Image.linear_gradient("L").resize((64, 64)).rotate(90 * turn).crop((0, 0, *size))
    if mode == "I;16":
        return grey.convert("I").point(lambda value: value * 257).convert(mode)
    colours = Image.merge("RGB", (grey, Image.radial_gradient("L").resize(size), grey.rotate(180)))
    if mode in ("LA", "RGBA"):
        converted = colours.convert(mode)
        converted.putalpha(grey)
        return converted
    return colours.convert(mode)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return what Pillow writes."""
    out = io.BytesIO()
    picture.save(out, format=kind.upper(), **options)
    return out.getvalue()


def film(kind: str, mode: str = "RGB", frames: int = 4, **options: Any) -> bytes:
    """Return an animation of frames that differ."""
    images = [image(mode, turn=turn) for turn in range(frames)]
    return saved(images[0], kind, save_all=True, append_images=images[1:], **options)


def told() -> PngImagePlugin.PngInfo:
    """Return text of every sort that a PNG may have."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "a title")
    info.add_text("Comment", "words " * 99, zip=True)
    info.add_itxt("Author", "J\u00fcrgen", lang="ja", tkey="\u4f5c\u8005")
    return info


def png() -> Made:
    """Yield PNG."""
    for mode in ("1", "L", "LA", "I;16", "P", "RGB", "RGBA"):
        yield f"mode {mode}", saved(image(mode), "png")
    for bits in (1, 2, 4):
        yield f"{bits} bits", saved(image().quantize(2**bits), "png", bits=bits)
    yield "not packed", saved(image(), "png", compress_level=0)
    yield "optimised", saved(image(), "png", optimize=True)
    yield "one colour clear", saved(image("P"), "png", transparency=3)
    yield "palette half clear", saved(image("P"), "png", transparency=bytes(range(256)))
    yield "grey clear", saved(image("L"), "png", transparency=0)
    yield "colour clear", saved(image(), "png", transparency=(0, 0, 0))
    yield "resolution", saved(image(), "png", dpi=(300, 300))
    yield "text", saved(image(), "png", pnginfo=told())
    yield "profile", saved(image(), "png", icc_profile=profile())
    yield "one pixel", saved(image(size=(1, 1)), "png")
    yield "a line", saved(image(size=(64, 1)), "png")
    for orientation in (3, 6):
        yield f"turned {orientation}", saved(image(), "png", exif=exif(orientation))
    for loop in (0, 3):
        yield f"film {loop}", film("png", loop=loop, duration=[40, 80, 120, 160])
    yield "film with alpha", film("png", "RGBA", disposal=1, blend=1, duration=50)
    yield "film and a picture", film("png", default_image=True, duration=50)


def jpg() -> Made:
    """Yield JPEG."""
    for mode in ("L", "RGB", "CMYK", "YCbCr"):
        yield f"mode {mode}", saved(image(mode), "jpeg")
    for quality in (1, 50, 95, 100):
        yield f"quality {quality}", saved(image(), "jpeg", quality=quality)
    for sampling in (0, 1):
        yield f"sampling {sampling}", saved(image(), "jpeg", subsampling=sampling)
    for mode in ("L", "RGB", "CMYK"):
        yield f"progressive {mode}", saved(image(mode), "jpeg", progressive=True)
    yield "optimised", saved(image(), "jpeg", optimize=True)
    yield "restarts", saved(image(), "jpeg", restart_marker_blocks=1)
    yield "restarts of rows", saved(image(), "jpeg", restart_marker_rows=1)
    yield "not converted", saved(image(), "jpeg", keep_rgb=True)
    yield "only its own tables", saved(image(), "jpeg", qtables="web_high")
    yield "remark", saved(image(), "jpeg", comment=b"made by hand <3")
    yield "resolution", saved(image(), "jpeg", dpi=(72, 72))
    yield "profile", saved(image(), "jpeg", icc_profile=profile())
    yield "xmp", saved(image(), "jpeg", xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    yield "one pixel", saved(image(size=(1, 1)), "jpeg")
    for orientation in range(1, 9):
        yield f"turned {orientation}", saved(image(), "jpeg", exif=exif(orientation))
    second = image(turn=1)
    yield "of two lenses", saved(image(), "mpo", save_all=True, append_images=[second])


def gif() -> Made:
    """Yield GIF."""
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        yield f"mode {mode}", saved(image(mode), "gif")
    yield "straight", saved(image("P", (40, 20)), "gif", interlace=0)
    yield "interlaced", saved(image("P", (40, 20)), "gif", interlace=1)
    yield "remark", saved(image("P"), "gif", comment=b"made by hand")
    yield "four colours", saved(image().quantize(4), "gif")
    for disposal in range(4):
        yield f"film {disposal}", film("gif", disposal=disposal, duration=50)
    yield "film for ever", film("gif", loop=0, duration=[20, 40, 60, 80])
    yield "film of palettes", film("gif", "P", loop=2)
    yield "film that is clear", film("gif", "RGBA", disposal=2)
    yield "film of many", film("gif", frames=4, optimize=True)


def webp() -> Made:
    """Yield WebP."""
    for mode in ("RGB", "RGBA", "L"):
        yield f"mode {mode}", saved(image(mode), "webp")
        yield f"lossless {mode}", saved(image(mode), "webp", lossless=True)
    for quality in (1, 100):
        yield f"quality {quality}", saved(image(), "webp", quality=quality)
    yield "slow", saved(image(), "webp", method=6)
    yield "coarse alpha", saved(image("RGBA"), "webp", alpha_quality=10)
    yield "profile", saved(image(), "webp", icc_profile=profile())
    yield "xmp", saved(image(), "webp", xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    yield "one pixel", saved(image(size=(1, 1)), "webp")
    for orientation in (3, 6, 8):
        yield f"turned {orientation}", saved(image(), "webp", exif=exif(orientation))
    yield "film", film("webp", loop=0, duration=[40, 80, 120, 160])
    yield "film lossless", film("webp", "RGBA", lossless=True)
    yield "film mixed", film("webp", "RGBA", allow_mixed=True)
    yield "film small", film("webp", minimize_size=True)


def avif() -> Made:
    """Yield AVIF."""
    for mode in ("L", "RGB", "RGBA"):
        yield f"mode {mode}", saved(image(mode), "avif")
    for sampling in ("4:4:4", "4:2:2", "4:0:0"):
        yield f"sampling {sampling}", saved(image(), "avif", subsampling=sampling)
    for quality in (1, 100):
        yield f"quality {quality}", saved(image(), "avif", quality=quality)
    yield "limited range", saved(image(), "avif", range="limited")
    yield "premultiplied", saved(image("RGBA"), "avif", alpha_premultiplied=True)
    yield "profile", saved(image(), "avif", icc_profile=profile())
    yield "xmp", saved(image(), "avif", xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    for orientation in range(2, 9):
        yield f"turned {orientation}", saved(image(), "avif", exif=exif(orientation))
    yield "film", film("avif", duration=[40, 80, 120, 160])
    yield "film with alpha", film("avif", "RGBA")


def pdf() -> Made:
    """Yield PDF of pictures."""
    for mode in ("1", "L", "RGB", "CMYK"):
        yield f"mode {mode}", saved(image(mode), "pdf")
    yield "pages", film("pdf")
    yield "told", saved(image(), "pdf", title="\u00dcber", author="Somebody", resolution=200)


def files() -> Iterator[tuple[str, bytes]]:
    """Yield names and contents."""
    for make in (png, jpg, gif, webp, avif, pdf):
        for title, content in make():
            yield f"Pillow, {title}.{make.__name__}", content
