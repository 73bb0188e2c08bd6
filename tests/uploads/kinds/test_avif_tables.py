"""The tables of an AVIF: as long as they say, and no more of them than pictures need."""

from __future__ import annotations

import struct

import pytest
from tests.uploads.kinds.asked import HONEST, rule_of
from tests.uploads.kinds.films import box
from tests.uploads.kinds.pictures import animation

from security.uploads.kinds import av1, avif

FTYP = box(b"ftyp", b"avif\0\0\0\0avifmif1")
STSD = box(b"stsd", bytes(40) + struct.pack(">HH", 8, 6))


def items(*extents: int, told: int | None = None) -> bytes:
    """Return the index of items that have so many extents, of fields without width."""
    places = b"".join(struct.pack(">IHHH", 1, 0, 0, count) for count in extents)
    count = len(extents) if told is None else told
    iloc = box(b"iloc", struct.pack(">IHI", 2 << 24, 0, count) + places)
    ispe = box(b"ispe", struct.pack(">III", 0, 8, 6))
    iinf = box(b"iinf", struct.pack(">IH", 0, 0))
    return box(b"meta", bytes(4) + box(b"iprp", box(b"ipco", ispe)) + iinf + iloc)


def track(
    firsts: list[int], *, chunks: int = 4, samples: int = 0, told: int | None = None
) -> bytes:
    """Return a track whose runs start at these chunks, and whose frames have no bytes."""
    runs = b"".join(struct.pack(">III", first, 1, 1) for first in firsts)
    stsc = struct.pack(">II", 0, len(firsts) if told is None else told) + runs
    tables = (
        box(b"stsz", struct.pack(">III", 0, 0, samples) + bytes(4 * samples))
        + box(b"stco", struct.pack(">II", 0, chunks) + bytes(4 * chunks))
        + box(b"stsc", stsc)
        + STSD
    )
    return box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", tables))))


def moov(*tracks: bytes) -> bytes:
    """Return a sequence of these tracks."""
    return FTYP + box(b"moov", b"".join(tracks))


@pytest.mark.parametrize(
    "content",
    [
        FTYP + items(),
        FTYP + items(*[1] * avif.MAX_ITEMS),
        moov(track([])),
        moov(track([1], samples=4)),
        moov(track([1, 3, 4], samples=4)),
        moov(track([1, 2], samples=4), track([1, 9], samples=4)),
    ],
    ids=["no item", "items", "no run", "run", "runs", "run of no chunk"],
)
def test_tables_that_tell_each_place_once_are_accepted(content):
    assert rule_of("avif", content) is HONEST


@pytest.mark.parametrize("firsts", [[1, 1], [1, 3, 2], [0, 1], [1, 3, 3]])
def test_runs_that_do_not_rise_are_refused(firsts):
    assert rule_of("avif", moov(track(firsts, samples=4))) == "content.broken"


def test_extents_without_width_are_counted():
    assert rule_of("avif", FTYP + items(*[1000] * 1000) * 1000) == "content.broken"
    assert rule_of("avif", FTYP + items(avif.MAX_ITEMS)) is HONEST
    assert rule_of("avif", FTYP + items(avif.MAX_ITEMS, 1)) == "content.broken"


def test_runs_that_go_back_and_forth_are_refused():
    content = moov(*[track([1, 1001] * 500, chunks=1000)] * 500)

    assert rule_of("avif", content) == "content.broken"


@pytest.mark.parametrize(
    ("part", "rows"),
    [(items(1, 1, 1), 6), (box(b"moov", track([1, 2], samples=3, chunks=3)), 8)],
    ids=["items", "tracks"],
)
def test_the_rows_of_all_tables_share_a_limit(monkeypatch, part, rows):
    monkeypatch.setattr(av1, "MAX_UNITS", 3 * rows)

    assert rule_of("avif", FTYP + part * 3) is HONEST
    assert rule_of("avif", FTYP + part * 4) == "content.broken"


def test_a_table_that_is_longer_than_its_box_is_refused():
    rows = box(b"free", struct.pack(">III", 2, 1, 1) * 9)

    assert rule_of("avif", moov(track([1], samples=4, told=1), rows)) is HONEST
    assert rule_of("avif", moov(track([1], samples=4, told=9), rows)) == "content.broken"
    for name in (b"stsz", b"stco"):
        whole = moov(track([1], samples=4))
        at = whole.index(name) + (12 if name == b"stsz" else 8)
        longer = whole[:at] + struct.pack(">I", 6) + whole[at + 4 :]
        assert rule_of("avif", longer) == "content.broken"


def test_items_that_go_on_after_their_box_are_refused():
    after = box(b"free", bytes(2))

    assert rule_of("avif", FTYP + items(1, told=1) + after) is HONEST
    assert rule_of("avif", FTYP + items(1, told=2) + after) == "content.broken"


def test_boxes_in_boxes_are_followed_as_deep_as_names_go():
    deep = track([1], samples=4)
    for number in range(3000):
        deep = box((b"mdia", b"trak")[number % 2], deep)

    assert rule_of("avif", moov(deep)) == "content.broken"


@pytest.mark.parametrize("frames", [2, 300])
def test_what_pillow_writes_is_accepted(frames):
    assert rule_of("avif", animation("avif", frames=frames)) is HONEST
