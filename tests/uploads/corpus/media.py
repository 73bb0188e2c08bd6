"""Sound and films with something else in them, or that play something else."""

from __future__ import annotations

from collections.abc import Iterator

from tests.uploads.corpus.files import HTML, HTML_TYPE, PHP, Areas, Hostile, honest
from tests.uploads.kinds.archives import zipped
from tests.uploads.kinds.films import FRAME, FTYP, box, id3, moov, mp3, mp4

FAMILY = "media"
ARCHIVE = zipped({"evil.php": PHP}, packed=False)
REFERENCE = box(b"url ", b"\0\0\0\0https://evil.test/a.mp4\0")


def rows() -> Iterator[tuple[str, str, bytes, Areas, str | None]]:
    """Yield title, extension, content, what refuses it, and how it would run."""
    song, film = honest("id3v24.mp3"), honest("h264-aac.mp4")
    for title, data, runs_as in (
        ("html", HTML, HTML_TYPE),
        ("php", PHP, None),
        ("zip", ARCHIVE, None),
    ):
        areas = ("content",)
        yield f"{title} in a tag", "mp3", id3(data) + mp3(), areas, runs_as
        yield (
            f"{title} in a cover",
            "mp3",
            id3(b"APIC\0\0\0\x7f\0\0\0image/png\0\3\0" + data) + mp3(),
            areas,
            runs_as,
        )
        yield (
            f"{title} in a frame",
            "mp3",
            FRAME * 4 + FRAME[:4] + data.ljust(413, b"\0")[:413] + FRAME,
            areas,
            runs_as,
        )
        yield f"{title} between frames", "mp3", FRAME * 4 + data + FRAME, areas, runs_as
        yield f"{title} behind sound", "mp3", song + data, areas, runs_as
        yield f"{title} before sound", "mp3", data + song, areas, runs_as
        yield (
            f"{title} in an old tag",
            "mp3",
            mp3(after=b"TAG" + data[:125].ljust(125, b"\0")),
            areas,
            None,
        )
        yield f"{title} in a box", "mp4", mp4(moov(), box(b"free", data)), areas, runs_as
        yield (
            f"{title} in a box of one's own",
            "mp4",
            film + box(b"uuid", b"\1" * 16 + data),
            areas,
            runs_as,
        )
        yield (
            f"{title} in the title of a film",
            "mp4",
            mp4(moov(more=box(b"udta", box(b"\xa9nam", data)))),
            areas,
            runs_as,
        )
        yield (
            f"{title} as pictures of a film",
            "mp4",
            mp4(moov(), box(b"mdat", data)),
            areas,
            runs_as,
        )
        yield f"{title} behind a film", "mp4", film + data, areas, runs_as
        yield f"{title} before a film", "mp4", data + film, areas, runs_as
    yield "film elsewhere", "mp4", mp4(moov(reference=REFERENCE)), ("media",), None
    yield (
        "film of a file",
        "mp4",
        mp4(moov(reference=box(b"url ", b"\0\0\0\0file:///etc/passwd\0"))),
        ("media",),
        None,
    )
    yield (
        "film by an alias",
        "mp4",
        mp4(moov(reference=box(b"rsrc", b"\0\0\0\0/etc/passwd"))),
        ("media",),
        None,
    )
    yield "two indexes", "mp4", mp4(moov(), moov()), ("content",), None
    yield "no index", "mp4", mp4(box(b"mdat", b"x" * 99)), ("content",), None
    yield "unknown box", "mp4", mp4(moov(), box(b"evil", b"x")), ("content",), None
    yield "second start", "mp4", mp4(moov(), FTYP), ("content",), None
    yield "box beyond the end", "mp4", mp4(moov()) + b"\0\0\xff\xffmdat", ("content",), None
    yield "junk as sound", "mp3", b"\xff\xfb\x90\0" + b"\x55" * 900, ("content",), None
    yield "two rates", "mp3", FRAME * 4 + b"\xff\xfb\x94\0" + FRAME[4:], ("content",), None


def files() -> Iterator[Hostile]:
    """Yield the family."""
    for title, extension, content, areas, runs_as in rows():
        yield Hostile(
            FAMILY, f"{extension}, {title}", f"a.{extension}", content, areas, runs_as=runs_as
        )
