"""Headers of old browsers and plug-ins, which documented settings still ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Self, TypeAlias

from .errors import must_be
from .fields import flag, one_line
from .grammar import bounded, member, one_of, text

Mode: TypeAlias = Literal["sanitize", "on", "off"]

CROSS_DOMAIN: Final = ("none", "master-only", "by-content-type", "by-ftp-filename", "all")

_FILTER: Final[dict[Mode, str]] = {"sanitize": "1", "on": "1; mode=block", "off": "0"}
_P3P = re.compile(r'policyref="(?P<url>[^"]*+)" *+,? *+CP="(?P<policy>[^"]*+)"', re.IGNORECASE)
_FORBIDDEN = re.compile(r'["\\;,]')


@dataclass(frozen=True, slots=True)
class P3P:
    """
    A privacy policy for old Internet Explorer, in short words. P3P 1.0 section 2.2.2.

    ``compact_policy`` is words with a blank between them; ``policy_url`` is where the long
    form is.
    """

    compact_policy: str
    policy_url: str = "/w3c/p3p.xml"

    name: ClassVar[str] = "P3P"

    def __post_init__(self) -> None:
        policy = text(self.compact_policy, "a compact policy")
        if not policy or policy != policy.strip(" ") or _FORBIDDEN.search(policy):
            raise must_be("a compact policy like 'NON DSP COR'", policy)
        url = member(self.policy_url, "a URL")
        if _FORBIDDEN.search(url):
            raise must_be("a URL without quotes and backslashes", url)
        bounded(str(self))

    def __str__(self) -> str:
        return 'policyref="' + self.policy_url + '" CP="' + self.compact_policy + '"'

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value with both fields, a blank or comma between them."""
        found = _P3P.fullmatch(one_line(text))
        if found is None:
            raise must_be('written policyref="URL" CP="POLICY"', text)
        return cls(found["policy"], found["url"])


@dataclass(frozen=True, slots=True)
class XssProtection:
    """
    The filter that browsers had once: ``off``, ``on`` (block the page) or ``sanitize``.

    It could be turned against the page; ``off`` is the safe choice.
    """

    mode: Mode

    name: ClassVar[str] = "X-XSS-Protection"

    def __post_init__(self) -> None:
        one_of(self.mode, _FILTER)

    def __str__(self) -> str:
        return _FILTER[self.mode]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value in any case. Raises ``PolicyError`` for a report URL too."""
        words = [word.strip(" ").lower() for word in one_line(text).split(";", 2)]
        for mode, value in _FILTER.items():
            if value == "; ".join(words):
                return cls(mode)
        raise must_be("'0', '1' or '1; mode=block'", text)


@dataclass(frozen=True, slots=True)
class PermittedCrossDomainPolicies:
    """Which policy files of Adobe's plug-ins count on this host."""

    value: str

    name: ClassVar[str] = "X-Permitted-Cross-Domain-Policies"

    def __post_init__(self) -> None:
        one_of(self.value, CROSS_DOMAIN)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value in any case. Raises ``PolicyError``."""
        return cls(one_line(text).lower())


@dataclass(frozen=True, slots=True)
class DnsPrefetchControl:
    """Whether a browser may look up the hosts of links in advance."""

    enabled: bool

    name: ClassVar[str] = "X-DNS-Prefetch-Control"

    def __post_init__(self) -> None:
        flag(self.enabled)

    def __str__(self) -> str:
        return "on" if self.enabled else "off"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value in any case. Raises ``PolicyError``."""
        return cls(one_of(one_line(text).lower(), ("on", "off")) == "on")
