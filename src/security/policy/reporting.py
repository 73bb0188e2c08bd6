"""Reporting-Endpoints: where a browser sends its reports. Reporting API section 3.3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from . import origins, structured
from .errors import PolicyError, must_be
from .fields import endpoint, filled
from .grammar import bounded, text

# RFC 3986 section 2, without "#". A backslash would count as a slash in a browser.
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+")


@dataclass(frozen=True, slots=True)
class ReportingEndpoints:
    """
    Pairs of a name and a URL, in their order; a name stands once.

    A URL is absolute with https, or starts with one slash and means the host of the page.
    """

    endpoints: tuple[tuple[str, str], ...]

    name: ClassVar[str] = "Reporting-Endpoints"

    def __post_init__(self) -> None:
        names: set[str] = set()

        def check(pair: object) -> None:
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise must_be("a pair of a name and a URL", pair)
            endpoint(pair[0])
            if pair[0] in names:
                raise must_be("given a name of its own", pair[0])
            names.add(pair[0])
            try:
                _url(pair[1])
            except PolicyError as error:
                raise error.within(1) from error

        filled(self.endpoints, "pairs of a name and a URL", check)
        bounded(str(self))

    def __str__(self) -> str:
        return structured.serialize_dictionary(
            {name: structured.Item(url) for name, url in self.endpoints}
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a header value, without the members that name no usable URL.

        Raises ``PolicyError`` for bad syntax, and where no endpoint is left.
        """
        members = structured.parse_dictionary(text)
        usable = ((name, _usable(member)) for name, member in members.items())
        return cls(tuple((name, url) for name, url in usable if url is not None))


def _url(value: object) -> str:
    url = text(value, "a URL")
    local = url.startswith("/") and not url.startswith("//")
    remote = url[:8].lower() == "https://" and origins.leading(url) is not None
    if not (local or remote) or not _CHARACTERS.fullmatch(url):
        raise must_be(
            "a URL that starts with 'https://', or a path that starts with one '/'",
            url,
            hint="Browsers send reports over HTTPS only.",
        )
    return url


def _usable(member: structured.Member) -> str | None:
    try:
        return _url(member.value) if isinstance(member, structured.Item) else None
    except PolicyError:
        return None
