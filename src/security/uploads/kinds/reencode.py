"""
Pictures made anew by Pillow: nothing of the old file is copied but pixels, times and colours.

Kept: frames, durations, repetition, palette, grey of 16 bits, transparency, the colour profile
if it is sound and small. Applied and dropped: orientation. Lost: EXIF, XMP, comments, previews,
whatever stands after the picture. Neighbours that are equal become one frame that lasts as long.
Colours of 16 bits become 8 bits: Pillow has no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import Any, BinaryIO, Final, Protocol, cast

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from .pictures import READ
from .profile import sound_profile
from .raster import Picture, check
from .reading import broken, refuse_second_face, temporary

# JPEG keeps its own tables, hence its quality. Lossy WebP and AVIF do not tell theirs: these
# are a little above what Pillow writes unasked (80 and 75), so that the loss is not seen.
WEBP_QUALITY: Final = 90
AVIF_QUALITY: Final = 85
AVIF_SPEED: Final = 8  # of 10; the default 6 takes three times as long
# Palettes and tables are stored as they are, up to 768 bytes of the sender's choice. None with
# any of these is.
PALETTE_MARKS: Final = (b"<?", b"%PDF-", b"PK\x03\x04", b"PK\x05\x06")

_WRITTEN: Final = {  # modes that each format can hold
    "png": ("1", "L", "LA", "I;16", "P", "RGB", "RGBA"),
    "jpeg": ("L", "RGB", "CMYK"),
    "gif": ("1", "L", "P", "RGB", "RGBA"),
    "webp": ("RGB", "RGBA"),
    "avif": ("L", "RGB", "RGBA"),
}


class MissingExtraError(ImportError):
    """Pillow is not installed, or cannot write a type: the site's mistake, not the visitor's."""


class Clean(Protocol):
    """What stands in ``CLEAN``."""

    def __call__(self, stream: BinaryIO, limits: Limits) -> BinaryIO:
        """Return a new file at its beginning, which the caller closes. Raises ``Refusal``."""


def cleaner(name: str) -> Clean:
    """Return the function that makes pictures of a type anew."""
    return partial(clean, name)


def clean(name: str, stream: BinaryIO, limits: Limits) -> BinaryIO:
    """
    Return the picture as a new file, at its beginning, which the caller closes.

    Raises ``Refusal`` for a picture that cannot be decoded to its end, and ``MissingExtraError``.
    """
    library = _pillow(name)
    picture = READ[name](stream, limits)
    check(picture, limits)
    bound = library.MAX_IMAGE_PIXELS
    if bound is not None and picture.pixels > bound:  # where Pillow warns, and later refuses
        raise Refusal(
            "picture.pixels",
            gettext_noop("The picture has more than %(limit)s pixels."),
            limit=bound,
        )
    result = temporary()
    try:
        _write(name, library, stream, picture, result)
        refuse_second_face(result)  # pixels that do not get smaller are stored as they are
    except Refusal:
        result.close()
        raise
    except Exception as error:  # whatever a decoder meets in a hostile file
        result.close()
        raise broken(name) from error
    result.seek(0)
    return result


def _pillow(name: str) -> ModuleType:
    try:
        from PIL import Image, features  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError(
            "Pictures cannot be made anew without Pillow.\n"
            '    HINT: Install "django-bulwark[uploads]".'
        ) from error
    if name in ("webp", "avif") and not features.check(name):
        raise MissingExtraError(
            f"Pictures of the type {name} cannot be made anew by this Pillow.\n"
            '    HINT: Install "django-bulwark[uploads]", with Pillow 11.3 or newer.'
        )
    return Image


def _write(
    name: str, library: ModuleType, stream: BinaryIO, picture: Picture, result: BinaryIO
) -> None:
    stream.seek(0)
    with library.open(stream, formats=[name.upper()]) as image:
        count = getattr(image, "n_frames", 1) if name != "jpeg" else 1
        if image.size[0] * image.size[1] > picture.pixels or count > picture.frames:
            raise broken(name)  # Pillow reads it otherwise than we do
        turn = _turn(library, image)
        options = _options(name, image, picture)
        if name == "jpeg":
            options |= _tables(image)
        frames = list(_frames(name, image, count, turn))
        if "icc_profile" in image.info:
            options |= sound_profile(image.info["icc_profile"], frames[0][0].mode)
    if count > 1:
        options |= {
            "save_all": True,
            "append_images": [frame for frame, _ in frames[1:]],
            "duration": [duration for _, duration in frames],
        }
        if options.get("default_image"):  # is no frame, and has no duration
            options["duration"] = options["duration"][1:]
    frames[0][0].save(result, format=name.upper(), **options)


def _turn(library: ModuleType, image: Any) -> Any:
    """Return how the picture is to be turned so that it needs no note about it, or ``None``."""
    turns = library.Transpose
    return {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_270,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_90,
    }.get(image.getexif().get(0x0112))


def _frames(name: str, image: Any, count: int, turn: Any) -> Iterator[tuple[Any, float]]:
    """Yield each frame by itself, with its milliseconds."""
    for number in range(count):
        image.seek(number)
        image.load()
        duration = image.info.get("duration", 0)
        frame = image.copy() if turn is None else image.transpose(turn)
        transparency = image.info.get("transparency") if frame.mode != "RGBA" else None
        frame.info = {} if transparency is None else {"transparency": transparency}
        if frame.mode not in _WRITTEN[name]:
            frame = _converted(name, frame)
        colours = bytes(frame.getpalette() or ()) if frame.mode == "P" else b""
        if _is_marked(colours) or (isinstance(transparency, bytes) and _is_marked(transparency)):
            frame = frame.convert("RGBA" if "transparency" in frame.info else "RGB")
            frame.info = {}
        yield frame, duration


def _is_marked(data: bytes) -> bool:
    return any(mark in data for mark in PALETTE_MARKS)


def _nudged(data: bytes) -> bytes:
    """Return a table of which the numbers that spell a mark differ by the least there is."""
    for mark in PALETTE_MARKS:
        data = data.replace(mark, mark[:-1] + bytes((mark[-1] ^ 1,)))
    return data


def _converted(name: str, frame: Any) -> Any:
    """Return a frame in the nearest mode that the format can hold."""
    if frame.mode.startswith("I") and "I;16" in _WRITTEN[name]:
        return frame.convert("I;16")
    if frame.has_transparency_data and "RGBA" in _WRITTEN[name]:
        converted = frame.convert("RGBA")
        converted.info = {}
        return converted
    return frame.convert("RGB")


def _options(name: str, image: Any, picture: Picture) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if name in ("gif", "png", "webp") and "loop" in image.info and picture.frames > 1:
        options["loop"] = image.info["loop"]
    if name == "png" and getattr(image, "default_image", False):
        options["default_image"] = True
    if name == "gif":
        # Frames come whole from Pillow: where one can be seen through, the last one must go.
        options |= {"disposal": 2} if picture.is_transparent and picture.frames > 1 else {}
    elif name == "webp":
        options |= (
            {"lossless": True, "exact": True} if picture.is_lossless else {"quality": WEBP_QUALITY}
        )
    elif name == "avif":
        options |= {"quality": AVIF_QUALITY, "speed": AVIF_SPEED}
    return options


def _tables(image: Any) -> dict[str, Any]:
    """Return the quality of a JPEG as its own tables and sampling tell it."""
    from PIL import JpegImagePlugin  # noqa: PLC0415 - an extra

    tables = {
        number: [min(max(value, 1), 255) for value in table]
        for number, table in cast("dict[int, list[int]]", image.quantization).items()
    }
    sampling = JpegImagePlugin.get_sampling(image)
    order = JpegImagePlugin.zigzag_index  # where each number of a table stands in the file
    places = [order.index(place) for place in range(64)]
    for table in tables.values():
        written = _nudged(bytes(table[place] for place in places))
        table[:] = [written[place] for place in order]
    options: dict[str, Any] = {"qtables": [tables[number] for number in sorted(tables)]}
    if sampling >= 0:
        options["subsampling"] = sampling
    if image.info.get("progressive"):
        options["progressive"] = True
    return options
