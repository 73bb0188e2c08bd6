"""X-Frame-Options: who may show a page in a frame. RFC 7034, HTML section 7.6."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from . import origins
from .errors import did_you_mean, must_be
from .fields import elements
from .grammar import member, text

_PLAIN = ("deny", "sameorigin")
_ALLOW_FROM = re.compile(r"(?i:allow-from)(?: |: ?)(?P<url>[^ ]+)")
_WHAT = "'deny', 'sameorigin' or 'allow-from URL'"


@dataclass(frozen=True, slots=True)
class FrameOptions:
    """
    ``deny`` or ``sameorigin`` in any case, kept as written, or ``allow-from URL``.

    The last form, also spelt ``allow-from: URL``, becomes ``ALLOW-FROM URL``. No browser
    honours it any more: send ``ancestors`` in a policy beside it.
    """

    option: str

    name: ClassVar[str] = "X-Frame-Options"

    def __post_init__(self) -> None:
        option = text(self.option, _WHAT)
        if option.lower() in _PLAIN:
            return
        found = _ALLOW_FROM.fullmatch(option)
        if found is None:
            raise must_be(_WHAT, option, hint=did_you_mean(option.lower(), _PLAIN))
        url = member(found["url"], "the URL of allow-from")
        if origins.leading(url) is None:
            raise must_be("an http or https URL with a host, after allow-from", url)
        object.__setattr__(self, "option", f"ALLOW-FROM {url}")

    @property
    def ancestors(self) -> str | None:
        """
        The source for ``frame-ancestors`` that means the same as ``allow-from``, else ``None``.

        It is the origin of the URL: an ancestor is compared by origin, and a source with a
        path matches none. CSP section 6.4.2.
        """
        return origins.leading(self.option.removeprefix("ALLOW-FROM "))

    def __str__(self) -> str:
        return self.option

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value; the same value may stand several times. Raises ``PolicyError``."""
        values = elements(text)
        if len({value.lower() for value in values}) != 1:
            raise must_be(f"{_WHAT}, and one of them", text)
        return cls(values[0])
