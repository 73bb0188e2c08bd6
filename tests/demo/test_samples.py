"""The attacks are what they say, and every visitor's careless program would take them."""

from __future__ import annotations

import io
import zipfile

import pytest
from demo.customs.samples import ATTACKS, HONEST, SAMPLES
from demo.customs.samples.documents import BOMB
from demo.customs.verdict import TWO_ENDINGS, Verdict, search
from PIL import Image

HIDING = [sample for sample in ATTACKS if sample.expected == Verdict.HARMLESS]


def of(name):
    return SAMPLES[f"smuggled-{name}"].content


def test_each_sample_has_a_name_and_a_slug_of_its_own():
    assert len(SAMPLES) == len({sample.name for sample in (*ATTACKS, *HONEST)}) == 22


@pytest.mark.parametrize("sample", HIDING, ids=lambda sample: sample.name)
def test_what_hides_something_is_a_sound_picture_that_hides_it(sample):
    Image.open(io.BytesIO(sample.content)).load()
    found = search(sample.content, sample.name)
    assert len(found.things) == 1
    assert found.excerpt


@pytest.mark.parametrize("sample", HONEST, ids=lambda sample: sample.name)
def test_only_the_photo_among_the_honest_ones_says_too_much(sample):
    if sample.media_type.startswith("image/"):
        found = search(sample.content, sample.name).things
        assert bool(found) == (sample.expected == Verdict.HARMLESS)


def test_the_archive_in_the_picture_opens():
    with zipfile.ZipFile(io.BytesIO(of("moonlight-gif"))) as archive:
        assert archive.namelist() == ["Applet.class"]


def test_the_bombs_are_small_until_they_are_opened():
    packed = of("ballast-zip")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert (archive.infolist()[0].file_size, len(packed) < 100_000) == (BOMB, True)
    with pytest.warns(Image.DecompressionBombWarning):
        picture = Image.open(io.BytesIO(of("noon-png")))
    assert (picture.size, len(of("noon-png")) < 100_000) == ((12_000, 12_000), True)


def test_the_photo_tells_where_it_was_taken():
    found = search(SAMPLES["honest-photo-jpg"].content, "honest-photo.jpg")
    assert "Alice Penhallow, 3 Harbour Row" in found.excerpt


@pytest.mark.parametrize(
    ("content", "name", "things"),
    [
        (b"\x89PNG <!DocType  HTML>", "a.png", ("a web page or a script",)),
        (b"GIF89a<?= 1 ?>", "a.gif", ("a PHP program",)),
        (b"plain", "a.php.png", (TWO_ENDINGS,)),
        (b"plain", "a.png", ()),
    ],
    ids=["page", "php", "name", "nothing"],
)
def test_what_is_smuggled_is_found(content, name, things):
    assert search(content, name).things == things
