"""What can become of an upload, and what its bytes tell before and after."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePath
from typing import Final, NamedTuple

READ = 240  # bytes of the file around what was found
BEFORE = 12  # of these, so many before it
SHOWN = 76  # characters of them


class Verdict(StrEnum):
    """``HARMLESS`` was let ashore without what it had hidden; ``THROUGH`` must not happen."""

    REFUSED = "refused"
    HARMLESS = "harmless"
    ASHORE = "ashore"
    THROUGH = "through"

    @property
    def label(self) -> str:
        """Return what stands on the stamp."""
        return {"harmless": "Made harmless", "ashore": "Let ashore", "through": "Got through"}.get(
            self, "Refused"
        )


# What has no place in a picture, in the words of a visitor.
CONTRABAND: Final[Mapping[str, re.Pattern[bytes]]] = {
    "a web page or a script": re.compile(
        rb"<(?:!doctype\s+html|html|script|iframe)\b", re.IGNORECASE
    ),
    "a PHP program": re.compile(rb"<\?(?:php|=)", re.IGNORECASE),
    "an archive": re.compile(rb"PK\x03\x04"),
    "notes on place, time and owner": re.compile(rb"Exif\0\0|eXIf|EXIF"),
}
TWO_ENDINGS: Final = "a second ending in its name"


class Found(NamedTuple):
    """What was found, and ``excerpt``: where the first of it lies, as text."""

    things: tuple[str, ...]
    excerpt: str


def search(content: bytes, name: str) -> Found:
    """Look for contraband in a picture and in its name."""
    found = {thing: match for thing, sign in CONTRABAND.items() if (match := sign.search(content))}
    excerpt = ""
    if found:
        start = max(0, min(match.start() for match in found.values()) - BEFORE)
        excerpt = _shown(content[start : start + READ])
    elif _has_two_endings(name):
        excerpt = name
    return Found((*found, *([TWO_ENDINGS] if _has_two_endings(name) else [])), excerpt)


def _has_two_endings(name: str) -> bool:
    return len(PurePath(name).suffixes) > 1


def _shown(content: bytes) -> str:
    """Return what can be read, and one dot for what lies between."""
    text = re.sub(rb"[^ -~]+", b"\0", content).decode("ascii")
    return text.replace("\0", "\N{MIDDLE DOT}")[:SHOWN]
