"""Sound and films: all of the file is what it says, and nothing else plays or runs."""

from __future__ import annotations

import pytest
from tests.uploads.kinds.archives import zipped
from tests.uploads.kinds.asked import HONEST, rule_of
from tests.uploads.kinds.films import FRAME, FTYP, box, id3, moov, mp3, mp4

from security.uploads.kinds import boxes

MPEG2 = b"\xff\xf3\x80\x00" + b"\0" * 204  # 64 kbit/s, 22,050 Hz
APE = b"APETAGEX\xd0\x07\0\0\x20\0\0\0" + b"\0" * 16 + b"\0" * 32

SOUND = {
    "frames": mp3(),
    "tag": mp3(tag=b"TIT2\0\0\0\2\0\0\3a"),
    "tag with a foot": id3(b"abc", flags=0x10) + b"3DI\x04\0\0\0\0\0\3" + FRAME * 3,
    "padding": id3(b"abc") + b"\0" * 5000 + FRAME * 3,
    "old tag": mp3(after=b"TAG" + b"a" * 125),
    "both tags": mp3(after=APE + b"TAG" + b"a" * 125),
    "ape": mp3(after=APE),
    "cut off": mp3(after=FRAME[:200]),
    "mpeg 2": MPEG2 * 3,
}
NO_SOUND = {
    "page": ("content.broken", b"<html><script>alert(1)</script>" + mp3()),
    "page in the tag": ("content.markup", mp3(tag=b"<script>alert(1)</script>")),
    "program in the sound": (
        "content.markup",
        mp3(after=FRAME[:100] + b"<?php x();" + b"\0" * 307),
    ),
    "archive": ("content.broken", mp3(after=zipped({"a": b"b"}))),
    "archive in a frame": ("content.zip", mp3(after=FRAME[:100] + zipped({}))),
    "junk": ("content.broken", mp3(after=b"junk" + FRAME)),
    "junk at the end": ("content.broken", mp3(after=b"j")),
    "too short": ("content.broken", mp3(frames=2)),
    "another rate": ("content.broken", FRAME * 3 + MPEG2),
    "layer": ("content.broken", b"\xff\xfd\x90\0" + b"\0" * 413 + FRAME * 3),
    "version": ("content.broken", (b"\xff\xeb" + FRAME[2:]) * 4),
    "free rate": ("content.broken", (b"\xff\xfb\x00\x00" + FRAME[4:]) * 4),
    "bad rate": ("content.broken", (b"\xff\xfb\xf0\x00" + FRAME[4:]) * 4),
    "bad hertz": ("content.broken", (b"\xff\xfb\x9c\x00" + FRAME[4:]) * 4),
    "tag size": ("content.broken", b"ID3\4\0\0\xff\xff\xff\xff" + FRAME * 3),
    "large tag": ("media.tag", b"ID3\4\0\0\x7f\x7f\x7f\x7f" + FRAME * 3),
    "much padding": ("content.broken", id3(b"abc") + b"\0" * 1_100_000 + FRAME * 3),
    "empty": ("content.broken", b""),
}


@pytest.mark.parametrize("name", list(SOUND))
def test_honest_sound_is_accepted(name):
    assert rule_of("mp3", SOUND[name]) is HONEST


@pytest.mark.parametrize("name", list(NO_SOUND))
def test_sound_with_anything_else_is_refused(name):
    rule, content = NO_SOUND[name]

    assert rule_of("mp3", content) == rule


def nested(depth: int) -> bytes:
    content = b""
    for _ in range(depth):
        content = box(b"edts", content)
    return content


FILMS = {
    "usual": mp4(),
    "pictures first": mp4(box(b"mdat", b"x"), moov()),
    "fragments": mp4(moov(), box(b"moof", box(b"traf")), box(b"mdat", b"x"), box(b"mfra")),
    "wide size": mp4(moov(), b"\0\0\0\1mdat" + (20).to_bytes(8, "big") + b"film"),
    "up to the end": mp4(moov(), b"\0\0\0\0mdat" + b"film" * 10),
    "no references": mp4(box(b"moov", box(b"mvhd"))),
}
ELSEWHERE = box(b"url ", b"\0\0\0\0https://evil.test/\0")
NO_FILMS = {
    "reference": ("media.external", mp4(moov(reference=ELSEWHERE))),
    "reference marked as its own": (
        "media.external",
        mp4(moov(reference=box(b"url ", b"\0\0\0\1https://evil.test/\0"))),
    ),
    "quicktime reference": ("media.external", mp4(moov(more=box(b"rmra")))),
    "page before": ("content.broken", b"<script>x</script>" + mp4()),
    "page within": ("content.markup", mp4(moov(), box(b"free", b"<script>alert(1)</script>"))),
    "archive after": ("content.broken", mp4() + zipped({"a": b"b"})),
    "archive within": ("content.zip", mp4(moov(), box(b"free", zipped({"a": b"b"})))),
    "junk after": ("content.broken", mp4() + b"junk"),
    "cut off": ("content.broken", mp4()[:-1]),
    "no index": ("content.broken", mp4(box(b"mdat", b"x"))),
    "two indexes": ("content.broken", mp4(moov(), moov())),
    "two starts": ("content.broken", mp4(FTYP, moov())),
    "unknown box": ("content.broken", mp4(moov(), box(b"evil"))),
    "brand": ("content.broken", box(b"ftyp", b"heic\0\0\0\0mif1") + moov()),
    "no brand": ("content.broken", box(b"ftyp", b"is") + moov()),
    "another box first": ("content.broken", moov()),
    "inner size": ("content.broken", mp4(box(b"moov", b"\0\0\0\xfftrak"))),
    "size of 4": ("content.broken", mp4(moov(), b"\0\0\0\4mdat")),
    "reference without a head": ("content.broken", mp4(box(b"moov", box(b"dinf", box(b"dref"))))),
    "deep": ("content.broken", mp4(box(b"moov", nested(20)))),
    "empty": ("content.broken", b""),
}


@pytest.mark.parametrize("name", list(FILMS))
def test_an_honest_film_is_accepted(name):
    assert rule_of("mp4", FILMS[name]) is HONEST


@pytest.mark.parametrize("name", list(NO_FILMS))
def test_a_film_with_anything_else_is_refused(name):
    rule, content = NO_FILMS[name]

    assert rule_of("mp4", content) == rule


def test_boxes_are_counted():
    content = mp4(moov(), *(box(b"free") for _ in range(boxes.MAX_BOXES)))

    assert rule_of("mp4", content) == "content.boxes"
