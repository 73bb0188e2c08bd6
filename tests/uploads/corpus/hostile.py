"""The hostile half of the corpus, all of it."""

from __future__ import annotations

from functools import cache

from tests.uploads.corpus import (
    archives,
    bombs,
    drawings,
    lies,
    media,
    names,
    offices,
    papers,
    polyglots,
    texts,
)
from tests.uploads.corpus.files import Hostile

FAMILIES = (
    "polyglots",
    "names",
    "bombs",
    "cut off",
    "another type",
    "declared",
    "programs",
    "drawings",
    "offices",
    "archives",
    "papers",
    "media",
    "texts",
    "words",
)
MAKERS = (
    polyglots.files,
    names.files,
    bombs.files,
    lies.files,
    drawings.files,
    offices.files,
    archives.files,
    papers.files,
    media.files,
    texts.files,
    texts.words,
)


@cache
def hostile() -> tuple[Hostile, ...]:
    """Return every file, the same in each run."""
    return tuple(file for make in MAKERS for file in make())


def of_family(family: str) -> list[Hostile]:
    """Return the files of one family."""
    return [file for file in hostile() if file.family == family]
