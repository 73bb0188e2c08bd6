"""ZIP archives that lead out, disagree with themselves or hide something."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator

from tests.uploads.corpus.files import HTML, PHP, Areas, Hostile
from tests.uploads.corpus.lies import foreign
from tests.uploads.kinds.archives import Entry, by_hand, end, zipped

FAMILY = "archives"
PATHS = {
    "up": b"../../evil.sh",
    "up in the middle": b"a/../../evil.sh",
    "up by a backslash": b"..\\..\\evil.exe",
    "up of both": b"a/..\\../evil",
    "root": b"/etc/cron.d/evil",
    "drive": b"C:\\evil.exe",
    "drive without a slash": b"C:evil.exe",
    "share": b"\\\\evil.test\\share\\a",
    "stream": b"a.txt:evil.exe",
    "nothing": b"",
    "nul": b"a.txt\0.exe",
    "newline": b"a\r\nb",
    "escape": b"\x1b[2Ja",
    "up and no more": b"..",
}


def evil(name: str) -> bytes:
    """Return an archive with one entry whose name is in UTF-8."""
    return by_hand(Entry(name.encode(), PHP, flags=0x800))


def rows() -> Iterator[tuple[str, bytes, Areas]]:
    """Yield title, content and what refuses it."""
    for title, name in PATHS.items():
        yield f"path: {title}", by_hand(Entry(name, PHP)), ("archive", "content")
    yield "turned name", evil("photo\u202egnp.exe"), ("archive",)
    yield "separator of lines", evil("a\u2028b"), ("archive",)
    yield "name that is no utf-8", by_hand(Entry(b"\xff\xfe", flags=0x800)), ("content", "archive")
    for title, mode in {
        "link": stat.S_IFLNK,
        "device": stat.S_IFBLK,
        "pipe": stat.S_IFIFO,
        "socket": stat.S_IFSOCK,
    }.items():
        entry = Entry(b"a", b"/etc/passwd", mode=mode | 0o777)
        yield f"{title} to somewhere", by_hand(entry), ("archive",)
    link = Entry(b"a", b"/etc", mode=stat.S_IFLNK | 0o777)
    yield "file through a link", by_hand(link, Entry(b"a/passwd", b"x")), ("archive",)
    yield "twice", by_hand(Entry(b"a", b"good"), Entry(b"a", PHP)), ("archive",)
    yield (
        "twice but for case",
        by_hand(Entry(b"a.txt", b"good"), Entry(b"A.TXT", PHP)),
        ("archive",),
    )
    composed = [Entry(name.encode(), flags=0x800) for name in ("\u00e9", "e\u0301")]
    yield "twice but for accents", by_hand(*composed), ("archive",)
    yield "twice but for slashes", by_hand(Entry(b"a/b"), Entry(b"a\\b")), ("archive",)
    yield "twice but for dots", by_hand(Entry(b"a/b"), Entry(b"a/./b")), ("archive",)
    yield "file and folder", by_hand(Entry(b"a", b"x"), Entry(b"a/b", b"y")), ("archive",)
    yield (
        "another name before the data",
        by_hand(Entry(b"good.txt", local_name=b"evil.php")),
        ("archive",),
    )
    yield (
        "another size before the data",
        by_hand(Entry(b"a", b"x" * 99, local_told=9)),
        ("archive",),
    )
    yield "another checksum", by_hand(Entry(b"a", local_checksum=1)), ("archive",)
    yield "wrong checksum", by_hand(Entry(b"a", checksum=1)), ("archive", "content")
    yield "another method", by_hand(Entry(b"a", b"content", local_method=0)), ("archive",)
    yield "password", by_hand(Entry(b"a", flags=1)), ("archive",)
    yield "password before the data", by_hand(Entry(b"a", local_flags=1)), ("archive",)
    yield "strong password", by_hand(Entry(b"a", flags=0x41)), ("archive",)
    yield "masked headers", by_hand(Entry(b"a", flags=0x2000)), ("archive",)
    for method in (1, 6, 9, 12, 14, 93, 95, 98, 99):
        yield f"method {method}", by_hand(Entry(b"a", method=method)), ("archive",)
    yield "gap", by_hand(Entry(b"a", gap=PHP), Entry(b"b")), ("archive",)
    yield "data before", by_hand(Entry(b"a"), before=b"#!/bin/sh\nid\n"), ("archive", "content")
    yield "data before the list", by_hand(Entry(b"a", gap=HTML)), ("archive",)
    yield "data behind the list", by_hand(Entry(b"a"), after=PHP), ("archive",)
    yield "data behind the end", zipped({"a": b"b"}) + PHP, ("archive",)
    yield "two ends", zipped({"a": b"b"}) + zipped({"a": PHP}), ("archive",)
    good = zipped({"a": b"b"})
    hidden = good + end(0, 0, len(good))
    yield "empty list behind a full one", hidden, ("archive",)
    yield (
        "end in a comment",
        zipped({"a": b"b"}, comment=zipped({"a": PHP})),
        ("archive", "content"),
    )
    yield "too few told", good[:-14] + struct.pack("<HH", 0, 0) + good[-10:], ("archive", "content")
    yield (
        "too many told",
        good[:-14] + struct.pack("<HH", 9, 9) + good[-10:],
        ("archive", "content"),
    )
    yield "list elsewhere", good[:-6] + struct.pack("<I", 7) + good[-2:], ("archive", "content")
    yield "second disk", good[:-18] + b"\1\0" + good[-16:], ("archive", "content")
    extra = struct.pack("<HHQ", 1, 8, 2**40)
    yield (
        "size of a terabyte",
        by_hand(Entry(b"a", extra=extra, sizes=(7, 0xFFFFFFFF))),
        ("archive", "content"),
    )
    yield (
        "two wide sizes",
        by_hand(Entry(b"a", extra=extra * 2, sizes=(7, 0xFFFFFFFF))),
        ("archive", "content"),
    )
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(b"content") + packer.flush()
    yield (
        "data behind the packed data",
        by_hand(Entry(b"a", packed=body + PHP)),
        ("archive", "content"),
    )
    yield (
        "packed data without an end",
        by_hand(Entry(b"a", packed=body[:-2])),
        ("archive", "content"),
    )
    yield "folder that holds data", by_hand(Entry(b"a/", PHP)), ("archive", "content")
    for kind in ("gzip", "tar", "7z", "rar"):
        yield f"{kind} inside", zipped({"a": foreign()[kind]}), ("archive",)
    yield "bad archive inside", zipped({"a.zip": by_hand(Entry(b"../a"))}), ("archive",)
    yield (
        "archive inside under another name",
        zipped({"a.txt": by_hand(Entry(b"../a"))}),
        ("archive",),
    )
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 9, 9, 9, 9)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(good) - 22, 1)
    lying = good[:-22] + wide + locator + good[-22:]
    yield "wide end that disagrees", lying, ("archive", "content")


def files() -> Iterator[Hostile]:
    """Yield the family."""
    for title, content, areas in rows():
        yield Hostile(FAMILY, title, "a.zip", content, areas)
