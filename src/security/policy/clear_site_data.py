"""Clear-Site-Data: what a browser forgets about a site. Clear Site Data section 3.1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from .errors import must_be
from .fields import elements, filled
from .grammar import bounded, one_of

DIRECTIVES: Final = ("cache", "cookies", "storage", "executionContexts", "*")

_QUOTED: Final = {f'"{directive}"': directive for directive in DIRECTIVES}


@dataclass(frozen=True, slots=True)
class ClearSiteData:
    """Kinds of data, written without quotes here and quoted in the header."""

    directives: tuple[str, ...]

    name: ClassVar[str] = "Clear-Site-Data"

    def __post_init__(self) -> None:
        filled(self.directives, "directives", lambda word: one_of(word, DIRECTIVES))
        bounded(str(self))

    def __str__(self) -> str:
        return ", ".join('"' + directive + '"' for directive in self.directives)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a header value, without the kinds that are not ``DIRECTIVES``.

        Raises ``PolicyError`` where none is left, for instance where the quotes are missing.
        """
        known = tuple(_QUOTED[word] for word in elements(text) if word in _QUOTED)
        if not known:
            raise must_be(
                "given at least one known kind of data",
                text,
                hint='Each stands in double quotes: "cookies".',
            )
        return cls(known)
