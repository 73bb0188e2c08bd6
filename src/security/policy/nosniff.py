"""X-Content-Type-Options: take a response for what it says it is. Fetch section 3.6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from .errors import must_be
from .fields import one_line


@dataclass(frozen=True, slots=True)
class ContentTypeOptions:
    """``nosniff``, the only value there is."""

    name: ClassVar[str] = "X-Content-Type-Options"

    def __post_init__(self) -> None:
        """Nothing to check: there is one value."""

    def __str__(self) -> str:
        return "nosniff"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value as browsers do: the first in the list counts, in any case."""
        first = one_line(text).partition(",")[0].strip(" ")
        if first.lower() != "nosniff":
            raise must_be("'nosniff'", text)
        return cls()
