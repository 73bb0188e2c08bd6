"""Headers that browsers have given up, and one that could be turned against the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..finding import Finding, Severity
from .subject import Rule, Subject

_DOCS: Final = "headers/legacy.md"
_GONE: Final = {
    "expect-ct": "Expect-CT",
    "public-key-pins": "Public-Key-Pins",
    "public-key-pins-report-only": "Public-Key-Pins-Report-Only",
    "x-content-security-policy": "X-Content-Security-Policy",
    "x-webkit-csp": "X-WebKit-CSP",
    "x-download-options": "X-Download-Options",
}

FILTER: Final = Finding(
    "legacy.xss-filter",
    Severity.LOW,
    "X-XSS-Protection",
    "The filter of old browsers can be made to switch off scripts of the page.",
    "Set XSS_PROTECT = 'off', or None: a policy protects in its place.",
    _DOCS,
)
GONE: Final = Finding(
    "legacy.gone",
    Severity.INFO,
    "",
    "No browser reads the header any more.",
    "Stop sending it.",
    _DOCS,
)


def legacy(subject: Subject) -> Iterator[Finding]:
    """Ask for headers of old."""
    value = subject.reply.value("x-xss-protection")
    if value and not value.startswith("0"):
        yield FILTER.about(value)
    for key in sorted(_GONE.keys() & subject.reply.names):
        yield GONE.about(_GONE[key])


RULES: Final[tuple[Rule, ...]] = (legacy,)
