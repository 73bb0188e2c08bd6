"""How much of anything an upload may hold, asked before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass, fields

from security.policy.errors import must_be

MIB = 1024 * 1024  # bytes
MOST = 2**50  # of anything: a petabyte, so that a mistyped limit is noticed


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    The limits of one upload. All are whole numbers, and the number itself is still allowed.

    ``max_size``      bytes of the file as it arrives
    ``max_pixels``    width times height of a picture, or of one frame of an animation
    ``max_frames``    frames of an animation
    ``max_pages``     pages of a PDF
    ``max_entries``   files and folders in an archive or an office document
    ``max_unpacked``  bytes of all that is in an archive, unpacked
    ``max_ratio``     unpacked bytes for each packed byte, of an entry and of the whole
    ``max_nesting``   archives inside archives: 0 allows none, 1 those that hold no further one

    Raises ``PolicyError`` that names the limit.
    """

    max_size: int = 10 * MIB
    max_pixels: int = 50_000_000
    max_frames: int = 1_000
    max_pages: int = 1_000
    max_entries: int = 10_000
    max_unpacked: int = 200 * MIB
    max_ratio: int = 100
    max_nesting: int = 1

    def __post_init__(self) -> None:
        for field in fields(self):
            least = 0 if field.name == "max_nesting" else 1
            value = getattr(self, field.name)
            if type(value) is not int or not least <= value <= MOST:
                wanted = f"a whole number, {least} to {MOST}"
                raise must_be(wanted, value).within(field.name)
