"""Files that uploads are made of before they are damaged: honest ones, and known attacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.uploads import made
from tests.uploads.kinds import (
    test_archive,
    test_laws,
    test_media,
    test_office,
    test_pdf,
    test_polyglots,
    test_svg,
)

from benchmarks.fuzz.uploads_laws import KINDS, Asked

MAX_SEED: Final = 16_384  # bytes; longer ones show a limit, and take time
CHUNKS: Final = (0, 1, 98, 4075)  # bytes of a chunk of the handler; 0 for no handler


def files() -> list[tuple[str, bytes]]:
    """Return types and contents, each content once for a type."""
    found = dict.fromkeys(_all())
    return [(kind, content) for kind, content in found if 0 < len(content) <= MAX_SEED]


def inputs() -> list[bytes]:
    """Return the same as what ``check()`` takes, in every way to ask about them."""
    return [
        Asked(kind, reencode, CHUNKS[(number + reencode) % len(CHUNKS)], content).packed()
        for number, (kind, content) in enumerate(files())
        for reencode in (True, False)
    ]


def _all() -> Iterator[tuple[str, bytes]]:
    for kind, contents in test_laws.SAMPLES.items():
        yield from ((kind, content) for content in contents)
    for kind, content in made.SAMPLES.items():
        yield kind, content
    for content in test_svg.DRAWINGS.values():
        yield "svg", content
    for content in test_pdf.HONEST_FILES.values():
        yield "pdf", content
    for kind, whole in (("mp3", test_media.SOUND), ("mp4", test_media.FILMS)):
        yield from ((kind, content) for content in whole.values())
    for kind, table in (
        ("svg", test_svg.HOSTILE),
        ("pdf", test_pdf.HOSTILE),
        ("zip", test_archive.HOSTILE),
        ("docx", test_office.WORD),
        ("xlsx", test_office.EXCEL),
        ("odt", test_office.TEXT),
    ):
        for _, content in table.values():
            yield kind, content
    yield from test_polyglots.DOCUMENTS.values()
    for kind, build in test_polyglots.PICTURES.values():
        for foreign in test_polyglots.FOREIGN.values():
            yield kind, build(foreign)
    for kind in KINDS:
        yield kind, made.HTML
