"""Cache-Control: what may be kept, and by whom. RFC 9111 section 5.2."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from .errors import PolicyError, must_be
from .fields import filled, one_line
from .grammar import bounded, text

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_DIRECTIVE = re.compile(rf'{_WORD}(?:=(?:{_WORD}|"(?:[^"\\]|\\.)*+"))?')
_COMMA = re.compile(r" *+(?:,|\Z) *+")


@dataclass(frozen=True, slots=True)
class CacheControl:
    """
    Directives, each ``name``, ``name=word`` or ``name="text"``, kept as written.

    A name that RFC 9111 does not know is allowed: section 5.2.3 leaves it to extensions.
    """

    directives: tuple[str, ...]

    name: ClassVar[str] = "Cache-Control"

    def __post_init__(self) -> None:
        filled(self.directives, "directives", _check)
        bounded(str(self))

    def __str__(self) -> str:
        return ", ".join(self.directives)

    @property
    def forbids_storing(self) -> bool:
        """Tell whether no cache may keep the response. RFC 9111 sections 5.2.2.3 and 5.2.2.5."""
        names = {directive.lower() for directive in self.directives}
        return "no-store" in names and "must-understand" not in names

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value. Raises ``PolicyError`` for bad syntax and for no directive."""
        line = one_line(text)
        found: list[str] = []
        at = 0
        while at < len(line):
            if directive := _DIRECTIVE.match(line, at):
                found.append(directive[0])
                at = directive.end()
            comma = _COMMA.match(line, at)
            if comma is None:
                raise must_be("made of directives with ',' between them", text)
            at = comma.end()
        return cls(tuple(found))


def _check(directive: object) -> None:
    word = text(directive, "a directive")
    if not _DIRECTIVE.fullmatch(word):
        raise must_be("a directive like 'no-store' or 'max-age=0'", word)


CONFIDENTIAL: Final = CacheControl(("no-cache", "no-store", "max-age=0", "must-revalidate"))


def forbids_storing(header: str | None) -> bool:
    """Tell whether a ``Cache-Control`` header, if there is one, keeps every cache from storing."""
    if header is None:
        return False
    try:
        return CacheControl.parse(header).forbids_storing
    except PolicyError:
        return False


# What a confidential page sends, HTTP/1.0 caches included.
CONFIDENTIAL_HEADERS: Final[tuple[tuple[str, str], ...]] = (
    (CacheControl.name, str(CONFIDENTIAL)),
    ("Pragma", "no-cache"),
    ("Expires", "-1"),
)
