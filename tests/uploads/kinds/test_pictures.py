"""A picture that is made anew is the same picture, and nothing else."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image
from tests.uploads.kinds.asked import HONEST, clean, rule_of, rule_of_clean, rule_of_kept
from tests.uploads.kinds.pictures import animation, opened, picture, saved

from security.uploads.kinds import CLEAN, MissingExtraError, reencode

KINDS = ("png", "jpeg", "gif", "webp", "avif")
ANIMATED = ("png", "gif", "webp", "avif")


def times_and_colours(content: bytes) -> list[tuple[float, tuple[int, ...]]]:
    """Return milliseconds and the colour of each frame, to the nearest 16 that codecs keep."""
    image = Image.open(io.BytesIO(content))
    shown = []
    for number in range(image.n_frames):
        image.seek(number)
        image.load()
        pixel = image.convert("RGB").getpixel((3, 3))
        shown.append((image.info["duration"], tuple((level + 8) // 16 for level in pixel)))
    return shown


@pytest.mark.parametrize("kind", KINDS)
def test_an_honest_picture_is_accepted_and_stays_what_it_is(kind):
    content = picture(kind)

    assert rule_of(kind, content) is HONEST
    assert rule_of_kept(kind, content) is HONEST
    made = opened(clean(kind, content))
    assert (made.format, made.size) == (kind.upper(), (8, 6))
    assert made.mode == opened(content).mode


@pytest.mark.parametrize("kind", ANIMATED)
def test_an_animation_keeps_frames_and_durations(kind):
    content = animation(kind)

    assert rule_of_kept(kind, content) is HONEST
    assert times_and_colours(clean(kind, content)) == times_and_colours(content)
    assert [time for time, _ in times_and_colours(content)] == [100, 200, 300]


@pytest.mark.parametrize("kind", ["png", "gif", "webp"])
def test_an_animation_keeps_how_often_it_is_played(kind):
    assert opened(clean(kind, animation(kind))).info["loop"] == 3


def test_a_gif_that_is_played_once_stays_so():
    once = animation("gif", loop=None)

    assert "loop" not in opened(clean("gif", once)).info


def test_frames_that_can_be_seen_through_do_not_show_the_one_before():
    left, right = Image.new("RGBA", (8, 6)), Image.new("RGBA", (8, 6))
    left.paste((255, 0, 0, 255), (0, 0, 4, 6))
    right.paste((0, 255, 0, 255), (4, 0, 8, 6))
    content = saved(left, "gif", save_all=True, append_images=[right], disposal=2, duration=50)

    made = opened(clean("gif", content))

    made.seek(1)
    assert made.convert("RGBA").getpixel((1, 1))[3] == 0
    assert made.convert("RGBA").getpixel((6, 1)) == (0, 255, 0, 255)


def test_a_png_keeps_the_picture_that_is_no_frame():
    still, one, two = (Image.new("RGB", (8, 6), colour) for colour in ("red", "lime", "blue"))
    content = saved(
        still, "png", save_all=True, append_images=[one, two], default_image=True, duration=[70, 80]
    )

    made = opened(clean("png", content))

    assert made.default_image
    assert made.n_frames == 3
    assert made.getpixel((0, 0)) == (255, 0, 0)
    made.seek(2)
    assert (made.info["duration"], made.getpixel((0, 0))) == (80, (0, 0, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_png_keeps_its_mode_and_every_pixel(mode):
    content = picture("png", mode=mode)

    assert opened(clean("png", content)).mode == mode
    assert opened(clean("png", content)).tobytes() == opened(content).tobytes()


def test_a_png_keeps_grey_of_16_bits():
    image = Image.new("I;16", (2, 1))
    image.putpixel((0, 0), 12_345)

    made = opened(clean("png", saved(image, "png")))

    assert made.mode == "I;16"
    assert made.getpixel((0, 0)) == 12_345


@pytest.mark.parametrize("kind", ["png", "gif"])
def test_a_palette_keeps_what_can_be_seen_through(kind):
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)

    made = opened(clean(kind, saved(image, kind, transparency=1)))

    assert made.mode == "P"
    assert [made.convert("RGBA").getpixel((x, 0))[3] for x in (0, 1)] == [255, 0]


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_keeps_its_mode(mode):
    assert opened(clean("jpeg", picture("jpeg", mode=mode))).mode == mode


@pytest.mark.parametrize(
    "options", [{"quality": 95}, {"quality": 30, "progressive": True}], ids=str
)
def test_a_jpeg_keeps_its_quality(options):
    content = picture("jpeg", size=(64, 48), **options)

    made = opened(clean("jpeg", content))

    assert made.quantization == opened(content).quantization
    assert made.info.get("progressive") == opened(content).info.get("progressive")


def test_a_lossless_webp_stays_so():
    content = picture("webp", mode="RGBA", lossless=True, exact=True)

    assert opened(clean("webp", content)).tobytes() == opened(content).tobytes()


def test_of_the_pictures_of_a_camera_the_first_is_kept():
    two = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue")]
    content = saved(two[0], "mpo", save_all=True, append_images=two[1:])

    made = opened(clean("jpeg", content))

    assert rule_of("jpeg", content) is HONEST
    assert made.format == "JPEG"
    assert clean("jpeg", content).count(b"\xff\xd8") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_limits_hold_where_only_clean_is_asked(kind):
    assert rule_of_clean(kind, picture(kind), max_pixels=47) == "picture.pixels"


def test_the_bound_that_a_site_gives_pillow_is_kept_and_not_changed(monkeypatch, recwarn):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)

    assert rule_of_clean("png", picture("png")) == "picture.pixels"
    assert Image.MAX_IMAGE_PIXELS == 40
    assert not list(recwarn)


def test_the_position_and_the_owner_of_the_stream_do_not_matter():
    stream = io.BytesIO(picture("png"))
    stream.seek(5)

    with CLEAN["png"](stream, reencode_limits()) as made:
        assert made.tell() == 0
    assert not stream.closed


def reencode_limits():
    from security.uploads.limits import Limits

    return Limits()


def test_without_pillow_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)

    with pytest.raises(MissingExtraError, match=r'Install "django-bulwark\[uploads\]"'):
        CLEAN["png"](io.BytesIO(picture_bytes()), reencode_limits())


def picture_bytes() -> bytes:
    from tests.uploads.kinds.pictures import header
    from tests.uploads.kinds.pictures import png as made_by_hand

    return made_by_hand(header(1, 1))


def test_a_pillow_without_the_codec_is_told_apart(monkeypatch):
    from PIL import features

    monkeypatch.setattr(features, "check", lambda name: False)

    with pytest.raises(MissingExtraError, match="type avif cannot be made anew"):
        CLEAN["avif"](io.BytesIO(picture("avif")), reencode_limits())


def test_nothing_needs_pillow_to_inspect():
    code = (
        "import sys; sys.modules['PIL'] = None\n"
        "import security.uploads.kinds as kinds; print(len(kinds.INSPECT))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "15\n"


def test_all_formats_have_modes():
    assert set(reencode._WRITTEN) == set(CLEAN)
