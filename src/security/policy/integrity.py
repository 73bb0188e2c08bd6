"""Integrity-Policy: load only what carries a hash. Subresource Integrity section 3.6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from . import structured
from .errors import must_be
from .fields import endpoint, filled, members
from .grammar import bounded, one_of

DESTINATIONS: Final = ("script", "style")
SOURCES: Final = ("inline",)


@dataclass(frozen=True, slots=True)
class IntegrityPolicy:
    """
    Kinds of subresources that a browser loads only with integrity metadata.

    ``sources`` says where the metadata may stand: in the markup. ``endpoints`` name
    endpoints of ``Reporting-Endpoints``.
    """

    blocked_destinations: tuple[str, ...]
    sources: tuple[str, ...] = SOURCES
    endpoints: tuple[str, ...] = ()

    name: ClassVar[str] = "Integrity-Policy"
    report_only_name: ClassVar[str] = "Integrity-Policy-Report-Only"

    def __post_init__(self) -> None:
        filled(
            self.blocked_destinations,
            "destinations",
            lambda word: one_of(word, DESTINATIONS),
        )
        filled(self.sources, "sources", lambda word: one_of(word, SOURCES))
        members(self.endpoints, "names of reporting endpoints", endpoint)
        bounded(str(self))

    def __str__(self) -> str:
        fields = {
            "blocked-destinations": _inner_list(self.blocked_destinations),
            "sources": _inner_list(self.sources),
        }
        if self.endpoints:
            fields["endpoints"] = _inner_list(self.endpoints)
        return structured.serialize_dictionary(fields)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a header value, without the words that browsers do not know.

        Raises ``PolicyError`` for bad syntax, and where the policy would block nothing.
        """
        fields = structured.parse_dictionary(text)
        destinations = _words(fields.get("blocked-destinations"))
        sources = _words(fields["sources"]) if "sources" in fields else SOURCES
        known = tuple(word for word in destinations if word in DESTINATIONS)
        if not known or not set(SOURCES) & set(sources):
            raise must_be("a policy that blocks a destination", text)
        return cls(
            known,
            tuple(word for word in sources if word in SOURCES),
            tuple(filter(structured.is_key, _words(fields.get("endpoints")))),
        )


def _inner_list(words: tuple[str, ...]) -> structured.InnerList:
    return structured.InnerList(tuple(structured.Item(structured.Token(word)) for word in words))


def _words(member: structured.Member | None) -> tuple[str, ...]:
    """Return the tokens of an inner list; browsers read nothing else here."""
    if not isinstance(member, structured.InnerList):
        return ()
    values = (item.value for item in member.items)
    return tuple(value.text for value in values if isinstance(value, structured.Token))
