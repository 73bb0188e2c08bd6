"""ZIP archives: honest ones pass, and each way to harm who unpacks one is refused."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib

import pytest
from tests.uploads.kinds.archives import Entry, by_hand, zipped
from tests.uploads.kinds.asked import HONEST, rule_of

from security.uploads.kinds import archive, directory
from security.uploads.limits import Limits
from security.uploads.refusal import Refusal

HELD = {"a.txt": b"first " * 100, "folder/b.txt": b"second", "empty.txt": b""}


class Pipe(io.RawIOBase):
    """A file that cannot be sought in: ``zipfile`` writes sizes after the data."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.content += bytes(data)
        return len(data)


@pytest.mark.parametrize("packed", [True, False])
def test_an_honest_archive_is_accepted(packed):
    assert rule_of("zip", zipped(HELD, packed=packed)) is HONEST


def test_an_archive_without_entries_is_accepted():
    assert rule_of("zip", zipped({})) is HONEST


def test_folders_comments_and_other_alphabets_are_accepted():
    held = {
        "b\u00fccher/": b"",
        "b\u00fccher/\u4e66.txt": b"x",
        "\U0001f469\u200d\U0001f467.txt": b"y",
    }

    assert rule_of("zip", zipped(held, comment=b"made by hand")) is HONEST


def test_an_archive_that_was_streamed_is_accepted():
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in HELD.items():
            archive.writestr(name, content)

    assert b"PK\x07\x08" in pipe.content
    assert rule_of("zip", pipe.content) is HONEST


def test_wide_sizes_of_one_entry_are_accepted():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a", "w", force_zip64=True) as held:
        held.write(b"x" * 100)

    assert rule_of("zip", out.getvalue()) is HONEST


@pytest.mark.parametrize(
    "form", ["<4sIII", "<III", "<4sIQQ", "<IQQ"], ids=["marked", "bare", "wide", "wide and bare"]
)
def test_every_form_of_sizes_after_the_data_is_read(form):
    packed = zlib.compress(b"content", wbits=-15)
    numbers = (zlib.crc32(b"content"), len(packed), 7)
    mark = (b"PK\x07\x08",) if "4s" in form else ()
    entry = Entry(
        b"a",
        packed=packed,
        flags=8,
        local_told=0,
        local_checksum=0,
        descriptor=struct.pack(form, *mark, *numbers),
    )

    assert rule_of("zip", by_hand(entry)) is HONEST


DEEP = zipped({"inner.zip": zipped({"a": b"1"})})
HOSTILE = {
    "parent": ("archive.path", by_hand(Entry(b"../../etc/passwd"))),
    "parent inside": ("archive.path", by_hand(Entry(b"a/../../b"))),
    "backslashes": ("archive.path", by_hand(Entry(b"..\\..\\b"))),
    "absolute": ("archive.path", by_hand(Entry(b"/etc/passwd"))),
    "drive": ("archive.path", by_hand(Entry(b"C:\\windows\\b"))),
    "share": ("archive.path", by_hand(Entry(b"\\\\server\\b"))),
    "no name": ("archive.path", by_hand(Entry(b""))),
    "nul": ("archive.characters", by_hand(Entry(b"a.txt\0.exe"))),
    "line": ("archive.characters", by_hand(Entry(b"a\r\nb"))),
    "turning": ("archive.characters", by_hand(Entry("a\u202etxt.exe".encode(), flags=0x800))),
    "folders": ("archive.depth", by_hand(Entry(b"a/" * 32 + b"b"))),
    "name": ("archive.name", by_hand(Entry(b"a" * 513))),
    "no utf-8": ("content.broken", by_hand(Entry(b"\xff", flags=0x800))),
    "link": ("archive.link", by_hand(Entry(b"a", b"/etc/passwd", mode=0o120777))),
    "device": ("archive.link", by_hand(Entry(b"a", mode=0o020666))),
    "twice": ("archive.twice", by_hand(Entry(b"a"), Entry(b"a"))),
    "twice by case": ("archive.twice", by_hand(Entry(b"Index.txt"), Entry(b"INDEX.TXT"))),
    "twice by dots": ("archive.twice", by_hand(Entry(b"b/a"), Entry(b"b/./a"))),
    "file and folder": ("archive.twice", by_hand(Entry(b"a"), Entry(b"a/b"))),
    "folder and file": ("archive.twice", by_hand(Entry(b"a/b"), Entry(b"a"))),
    "encrypted": ("archive.encrypted", by_hand(Entry(b"a", flags=1))),
    "strongly encrypted": ("archive.encrypted", by_hand(Entry(b"a", flags=0x41))),
    "masked": ("archive.encrypted", by_hand(Entry(b"a", flags=0x2000))),
    "method": ("archive.method", by_hand(Entry(b"a", method=14))),
    "before": ("archive.hidden", by_hand(Entry(b"a", offset=7), before=b"#!/bin/")),
    "between": ("archive.hidden", by_hand(Entry(b"a", gap=b"hidden"), Entry(b"b"))),
    "after the data": ("archive.hidden", by_hand(Entry(b"a", gap=b"hidden"))),
    "after the list": ("archive.hidden", by_hand(Entry(b"a"), after=b"hidden")),
    "after the end": ("archive.hidden", by_hand(Entry(b"a")) + b"hidden"),
    "overlap": ("archive.hidden", by_hand(Entry(b"a"), Entry(b"b", offset=0))),
    "no header there": ("archive.hidden", b"XX" + by_hand(Entry(b"a"))[2:]),
    "into the list": (
        "archive.hidden",
        by_hand(Entry(b"a", method=0, sizes=(30, 30))),
    ),
    "other name": ("archive.disagrees", by_hand(Entry(b"a.txt", local_name=b"a.exe"))),
    "other size": ("archive.disagrees", by_hand(Entry(b"a", local_told=3))),
    "other checksum": ("archive.disagrees", by_hand(Entry(b"a", local_checksum=3))),
    "other method": ("archive.disagrees", by_hand(Entry(b"a", local_method=0))),
    "other flags": ("archive.disagrees", by_hand(Entry(b"a", local_flags=1))),
    "no descriptor": ("archive.hidden", by_hand(Entry(b"a", flags=8))),
    "more than told": ("content.broken", by_hand(Entry(b"a", b"x" * 5000, told=10))),
    "less than told": ("content.broken", by_hand(Entry(b"a", told=10))),
    "checksum": ("content.broken", by_hand(Entry(b"a", checksum=10))),
    "no deflate": ("content.broken", by_hand(Entry(b"a", packed=b"\xff" * 20))),
    "cut deflate": ("content.broken", by_hand(Entry(b"a", packed=b"\x4b"))),
    "data after deflate": (
        "content.broken",
        by_hand(Entry(b"a", packed=zlib.compress(b"content", wbits=-15) + b"hidden")),
    ),
    "stored sizes": ("content.broken", by_hand(Entry(b"a", method=0, told=3))),
    "folder with data": ("content.broken", by_hand(Entry(b"a/"))),
    "markup in the comment": (
        "content.broken",
        by_hand(Entry(b"a"), comment=b"<script>x</script>"),
    ),
    "markup at the entry": ("content.broken", by_hand(Entry(b"a", comment=b"<?php x();"))),
    "two ends": ("archive.hidden", by_hand(Entry(b"a"), comment=b"PK\x05\x06" + b"\0" * 18 + b"x")),
    "half an end": ("content.broken", b"PK\x05\x06"),
    "no end": ("content.broken", b"PK\x03\x04" + b"x" * 100),
    "too deep": ("archive.nesting", zipped({"a.zip": DEEP})),
    "gzip": ("archive.other", zipped({"a.gz": gzip.compress(b"x")})),
    "7z": ("archive.other", zipped({"a": b"7z\xbc\xaf\x27\x1c" + b"\0" * 20})),
    "inner path": ("archive.path", zipped({"a.zip": by_hand(Entry(b"../b"))})),
    "wide without": (
        "content.broken",
        by_hand(Entry(b"a", sizes=(0xFFFFFFFF, 0xFFFFFFFF))),
    ),
    "wide twice": ("content.broken", by_hand(Entry(b"a", extra=b"\1\0\0\0\1\0\0\0"))),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_an_archive_that_harms_is_refused(name):
    rule, content = HOSTILE[name]

    assert rule_of("zip", content) == rule


def test_a_tar_inside_is_refused():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a"))

    assert rule_of("zip", zipped({"a.tar": out.getvalue()})) == "archive.other"


def test_archives_inside_are_looked_into_as_deep_as_allowed():
    assert rule_of("zip", DEEP) is HONEST
    assert rule_of("zip", DEEP, max_nesting=0) == "archive.nesting"
    assert rule_of("zip", zipped({"a.zip": DEEP}), max_nesting=2) is HONEST


def test_entries_are_counted_over_all_archives():
    content = zipped({"a": b"1", "b.zip": zipped({"c": b"1", "d": b"2"})})

    assert rule_of("zip", content, max_entries=4) is HONEST
    assert rule_of("zip", content, max_entries=3) == "archive.entries"
    assert rule_of("zip", content, max_entries=1) == "archive.entries"


def test_unpacked_bytes_are_counted_over_all_archives():
    inner = zipped({"c": b"1" * 1000}, packed=False)
    content = zipped({"b.zip": inner})

    assert rule_of("zip", content, max_unpacked=len(inner) + 1000) is HONEST
    assert rule_of("zip", content, max_unpacked=len(inner) + 999) == "archive.unpacked"


def test_a_bomb_is_refused_by_what_it_tells():
    content = zipped({"a": bytes(2_000_000)})

    assert len(content) < 3000
    assert rule_of("zip", content) == "archive.ratio"
    assert rule_of("zip", content, max_ratio=2000) is HONEST


def test_a_bomb_of_many_small_entries_is_refused():
    content = zipped({f"{number}": bytes(600_000) for number in range(3)})

    assert rule_of("zip", content) == "archive.ratio"


def test_a_bomb_that_tells_less_is_stopped():
    content = by_hand(Entry(b"a", bytes(50_000_000), told=20, checksum=0))

    assert rule_of("zip", content) == "content.broken"


def test_a_stored_copy_of_the_archive_in_itself_is_no_endless_walk():
    row = by_hand(Entry(b"r", b"PK\x03\x04" + bytes(26), method=0))

    assert rule_of("zip", row, max_nesting=100) == "content.broken"


def test_nothing_is_unpacked_beyond_what_is_told():
    stream = io.BytesIO(by_hand(Entry(b"a", bytes(50_000_000), told=20)))
    (entry,) = directory.read(stream, Limits())
    seen = []

    with pytest.raises(Refusal):
        seen.extend(archive.unpacked(stream, entry))

    assert not seen
