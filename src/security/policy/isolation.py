"""Keep other origins' documents at a distance. HTML sections 7.1.2 to 7.1.4, Fetch section 3.7."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from . import structured
from .errors import must_be
from .fields import flag, one_line, optional_endpoint
from .grammar import bounded, one_of

OPENER: Final = (
    "unsafe-none",
    "same-origin",
    "same-origin-allow-popups",
    "noopener-allow-popups",
)
EMBEDDER: Final = ("unsafe-none", "require-corp", "credentialless")
RESOURCE: Final = ("same-origin", "same-site", "cross-origin")


@dataclass(frozen=True, slots=True)
class _Reporting:
    """
    One of a few words, and where a browser reports what it kept apart.

    ``report_to`` names an endpoint of ``Reporting-Endpoints``.
    """

    value: str
    report_to: str | None = None

    allowed: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        one_of(self.value, self.allowed)
        optional_endpoint(self.report_to)
        bounded(str(self))

    def __str__(self) -> str:
        parameters = () if self.report_to is None else (("report-to", self.report_to),)
        return str(structured.Item(structured.Token(self.value), parameters))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value; a ``report-to`` that names no endpoint is read as none."""
        return cls(*_read(text))


class CrossOriginOpenerPolicy(_Reporting):
    """Which windows keep a handle on each other. HTML section 7.1.3."""

    __slots__ = ()
    allowed = OPENER
    name: ClassVar[str] = "Cross-Origin-Opener-Policy"
    report_only_name: ClassVar[str] = "Cross-Origin-Opener-Policy-Report-Only"


class CrossOriginEmbedderPolicy(_Reporting):
    """What a document may load from origins that have not agreed to it. HTML section 7.1.4."""

    __slots__ = ()
    allowed = EMBEDDER
    name: ClassVar[str] = "Cross-Origin-Embedder-Policy"
    report_only_name: ClassVar[str] = "Cross-Origin-Embedder-Policy-Report-Only"


@dataclass(frozen=True, slots=True)
class CrossOriginResourcePolicy:
    """Who may load a response as an image, a script or another part of a page."""

    value: str

    name: ClassVar[str] = "Cross-Origin-Resource-Policy"

    def __post_init__(self) -> None:
        one_of(self.value, RESOURCE)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value, which counts only when spelt exactly so. Fetch section 3.7."""
        return cls(one_line(text))


@dataclass(frozen=True, slots=True)
class OriginAgentCluster:
    """Whether a document asks for an agent cluster of its origin alone."""

    enabled: bool

    name: ClassVar[str] = "Origin-Agent-Cluster"

    def __post_init__(self) -> None:
        flag(self.enabled)

    def __str__(self) -> str:
        return str(structured.Item(self.enabled))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value; parameters mean nothing. Raises ``PolicyError``."""
        value = structured.parse_item(text).value
        if not isinstance(value, bool):
            raise must_be("?1 or ?0", text)
        return cls(value)


def _read(text: str) -> tuple[str, str | None]:
    item = structured.parse_item(text)
    if not isinstance(item.value, structured.Token):
        raise must_be("a word without quotes", text)
    # Only a string names an endpoint here. HTML section 7.1.3.
    return item.value.text, _endpoint(dict(item.params).get("report-to"))


def _endpoint(value: structured.BareItem | None) -> str | None:
    return value if isinstance(value, str) and structured.is_key(value) else None
