"""Of what stands beside a picture a sound colour profile is kept, and nothing else."""

from __future__ import annotations

import struct

import pytest
from tests.uploads.kinds.asked import clean
from tests.uploads.kinds.pictures import exif, opened, picture, profile

SECRET = b"the secret address"


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "avif"])
def test_orientation_is_applied_and_the_notes_are_gone(kind):
    content = picture(kind, exif=exif(6))

    cleaned = clean(kind, content)

    assert SECRET in content
    assert SECRET not in cleaned
    assert not opened(cleaned).getexif()
    assert opened(cleaned).size == (6, 8)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_shows_as_before(orientation):
    from PIL import ImageOps

    content = picture("png", exif=exif(orientation))

    made = opened(clean("png", content))

    assert made.tobytes() == ImageOps.exif_transpose(opened(content)).tobytes()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("png", {"icc_profile": profile()}),
        ("jpeg", {"icc_profile": profile()}),
        ("webp", {"icc_profile": profile()}),
        ("avif", {"icc_profile": profile()}),
    ],
    ids=["png", "jpeg", "webp", "avif"],
)
def test_a_sound_colour_profile_is_kept(kind, options):
    cleaned = clean(kind, picture(kind, **options))

    assert opened(cleaned).info["icc_profile"] == options["icc_profile"]


def spoilt_profiles() -> dict[str, bytes]:
    """Return profiles that are not kept."""
    sound = profile()
    words = sound.index(b"sRGB built-in") if b"sRGB built-in" in sound else len(sound) - 40
    return {
        "short": sound[:100],
        "cut": sound[:-4],
        "long": sound + b"\0" * 4,
        "large": struct.pack(">I", 1_100_000) + sound[4:] + b"\0" * (1_100_000 - len(sound)),
        "no mark": sound[:36] + b"none" + sound[40:],
        "other colours": sound[:16] + b"CMYK" + sound[20:],
        "too many tags": sound[:128] + struct.pack(">I", 10_000) + sound[132:],
        "tags without room": sound[:128] + struct.pack(">I", 99) + sound[132:140],
        "tag outside": sound[:136] + struct.pack(">II", 2**31, 40) + sound[144:],
        "page": sound[:words] + b"<script>alert(1)" + sound[words + 16 :],
        "program": sound[:words] + b"<?=`$_GET[0]`?>" + sound[words + 15 :],
    }


@pytest.mark.parametrize("name", list(spoilt_profiles()))
def test_any_other_profile_is_dropped(name):
    spoilt = spoilt_profiles()[name]
    if name == "tags without room":
        spoilt = struct.pack(">I", len(spoilt)) + spoilt[4:]

    made = opened(clean("webp", picture("webp", icc_profile=spoilt)))

    assert "icc_profile" not in made.info


def test_a_grey_picture_does_not_keep_a_profile_for_colours():
    made = opened(clean("png", picture("png", mode="L", icc_profile=profile())))

    assert "icc_profile" not in made.info


@pytest.mark.parametrize("kind", ["jpeg", "gif"])
def test_comments_are_gone(kind):
    content = picture(kind, comment=SECRET)

    assert SECRET in content
    assert SECRET not in clean(kind, content)


def test_text_and_xmp_of_a_png_are_gone():
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    content = picture("png", pnginfo=notes)

    assert SECRET in content
    assert SECRET not in clean("png", content)
