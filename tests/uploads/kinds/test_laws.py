"""Whatever comes in, the answer is yes or a refusal, within the limits."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.uploads.kinds.archives import zipped
from tests.uploads.kinds.asked import HONEST, clean, rule_of, rule_of_clean, rule_of_kept
from tests.uploads.kinds.films import mp3, mp4
from tests.uploads.kinds.offices import docx, odt, xlsx
from tests.uploads.kinds.pdfs import PAGE, packed, pdf
from tests.uploads.kinds.pictures import animation, exif, opened, picture, profile
from tests.uploads.kinds.test_svg import DRAWINGS

from security.uploads.kinds import CLEAN, INSPECT, INSPECT_KEPT
from security.uploads.limits import Limits
from security.uploads.types import IMAGES, TYPES

SAMPLES = {
    "png": [
        picture("png", exif=exif(), icc_profile=profile()),
        picture("png", mode="P"),
        animation("png"),
    ],
    "jpeg": [picture("jpeg", exif=exif(), progressive=True), picture("jpeg", mode="L")],
    "gif": [picture("gif"), animation("gif")],
    "webp": [picture("webp", lossless=True), picture("webp", exif=exif()), animation("webp")],
    "avif": [picture("avif"), picture("avif", mode="RGBA"), animation("avif")],
    "pdf": [pdf(packed(PAGE)), pdf(b"[3 0 R /Fit]", catalog=b"<< /OpenAction 4 0 R >>")],
    "txt": ["na\u00efve, \u4e66".encode()],
    "csv": [b"a,b\n=1,2\n"],
    "zip": [zipped({"a": b"b" * 100, "c.zip": zipped({"d": b"e"})})],
    "docx": [docx()],
    "xlsx": [xlsx()],
    "odt": [odt()],
    "mp3": [mp3(tag=b"a" * 20)],
    "mp4": [mp4()],
    "svg": [DRAWINGS["shapes"], DRAWINGS["animation"]],
}
KINDS = st.sampled_from(sorted(SAMPLES))
TINY = {"max_pixels": 1000, "max_frames": 20, "max_unpacked": 100_000, "max_entries": 50}


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return an honest file of a type after some changes: bytes, cuts, repetitions."""
    kind = draw(KINDS)
    content = bytearray(draw(st.sampled_from(SAMPLES[kind])))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        size = draw(st.integers(0, 24))
        new = draw(
            st.binary(max_size=8)
            | st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\1\0\0\0"])
            | st.just(bytes(content[at : at + 64]))
        )
        content[at : at + (size if draw(st.booleans()) else len(new))] = new
    return kind, bytes(content)


def test_every_type_is_covered():
    assert set(SAMPLES) == set(INSPECT) == set(INSPECT_KEPT) == set(TYPES)
    assert set(CLEAN) == set(IMAGES)


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_the_samples_are_honest(kind):
    for sample in SAMPLES[kind]:
        assert rule_of(kind, sample) is HONEST
        assert rule_of_kept(kind, sample) is HONEST


@given(kind=KINDS, content=st.binary(max_size=300))
def test_any_bytes_are_accepted_or_refused(kind, content):
    for name in (kind, *(["txt"] if kind == "svg" else [])):
        rule_of(name, content)
        rule_of_kept(name, content)


@given(kind=KINDS, content=st.binary(max_size=100))
def test_any_bytes_after_an_honest_start_are_accepted_or_refused(kind, content):
    for sample in SAMPLES[kind]:
        rule_of(kind, sample[: len(sample) // 2] + content)
        rule_of_kept(kind, sample + content)


@settings(max_examples=1500)
@given(spoilt())
def test_any_change_to_an_honest_file_is_accepted_or_refused(case):
    kind, content = case

    rule_of(kind, content, **TINY)
    rule_of_kept(kind, content, **TINY)


@settings(max_examples=500)
@given(spoilt().filter(lambda case: case[0] in CLEAN))
def test_what_is_made_anew_is_honest_and_within_the_limits(case):
    kind, content = case

    if rule_of_clean(kind, content, **TINY) is HONEST:
        made = clean(kind, content, **TINY)
        assert rule_of_kept(kind, made, **TINY) is HONEST
        image = opened(made)
        assert image.width * image.height <= TINY["max_pixels"]
        assert getattr(image, "n_frames", 1) <= TINY["max_frames"]
        assert not image.getexif()


class Endless(io.RawIOBase):
    """A file of many bytes that are nowhere: a start, then one block again and again."""

    def __init__(self, start: bytes, block: bytes, size: int) -> None:
        self.start, self.block, self.size, self.at = start, block, size, 0
        self.asked = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, place: int, whence: int = 0) -> int:
        self.at = place + (self.size if whence == 2 else 0)
        return self.at

    def read(self, count: int = -1) -> bytes:
        assert count >= 0, "a stream is never read as a whole"
        count = max(0, min(count, self.size - self.at))
        self.asked += count
        shift = (self.at - len(self.start)) % len(self.block)
        taken = self.start[self.at : self.at + count] if self.at < len(self.start) else b""
        rest = count - len(taken)
        if rest:
            shift = 0 if taken else shift
            taken += (self.block * (rest // len(self.block) + 2))[shift : shift + rest]
        self.at += count
        return taken


LONG = {
    "txt": (b"", b"a line of text\n"),
    "csv": (b"", b"1,2,3\n"),
    "mp3": (b"", mp3(frames=1)),
    "gif": (picture("gif")[:-1], b"\x21\xfe\xff" + b"c" * 255 + b"\0"),
    "jpeg": (picture("jpeg")[:-2], b"\0scan"),
    "png": (picture("png")[:-12], b"\0\0\0\x0atExt0123456789crc!"),
    "pdf": (b"%PDF-1.7\n", b"<< /Type /Annot >>\n"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'>", b"<g id='a'></g>\n"),
    "zip": (b"PK\3\4", b"\0"),
    "mp4": (mp4(), b"\0\0\0\x20free" + b"\0" * 24),
}


@pytest.mark.parametrize("kind", sorted(LONG))
def test_memory_does_not_grow_with_the_file(kind):
    start, block = LONG[kind]
    size = 10_000_000
    stream = Endless(start, block, size)
    tracemalloc.start()
    try:
        INSPECT[kind](stream, Limits(max_size=size))
    except ValueError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 7_000_000
    assert stream.asked < 4 * size
