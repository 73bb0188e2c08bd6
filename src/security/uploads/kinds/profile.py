"""Colour profiles. ICC.1:2022 section 7: https://www.color.org/icc_specs2.xalter"""

from __future__ import annotations

import struct
from typing import Any, Final

from .reading import MARKUP

MAX_PROFILE: Final = 1024 * 1024  # bytes; those of screens have 500 to 4,000, of printers 500,000
MAX_TAGS: Final = 100  # parts of a profile; usual are 9 to 17

_SPACES: Final = {"L": b"GRAY", "LA": b"GRAY", "I;16": b"GRAY", "1": b"GRAY", "CMYK": b"CMYK"}
_FOREIGN: Final = (b"<?", b"%PDF-", b"PK\x03\x04", b"PK\x05\x06")


def sound_profile(profile: bytes, mode: str) -> dict[str, Any]:
    """Return the option that keeps a profile; none for one that is broken, large or of no use."""
    if not 132 <= len(profile) <= MAX_PROFILE:
        return {}
    (size,) = struct.unpack_from(">I", profile)
    (tags,) = struct.unpack_from(">I", profile, 128)
    if size != len(profile) or profile[36:40] != b"acsp" or tags > MAX_TAGS:
        return {}
    if profile[16:20] != _SPACES.get(mode, b"RGB ") or 132 + 12 * tags > size:
        return {}
    for tag in range(tags):
        start, length = struct.unpack_from(">II", profile, 136 + 12 * tag)
        if start < 132 + 12 * tags or start + length > size:
            return {}
    if MARKUP.search(profile) or any(mark in profile for mark in _FOREIGN):
        return {}
    return {"icc_profile": profile}
