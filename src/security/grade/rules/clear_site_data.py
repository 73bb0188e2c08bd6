"""Clear-Site-Data: whether browsers understand what they are to forget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from security.policy.clear_site_data import ClearSiteData

from ..finding import Finding, Severity
from .subject import Rule, Subject, parsed

_DOCS: Final = "headers/clear_site_data.md"

INVALID: Final = Finding(
    "clear-site-data.invalid",
    Severity.MEDIUM,
    ClearSiteData.name,
    "Browsers forget nothing: each kind of data stands in double quotes.",
    "Set SECURITY_CLEAR_SITE_DATA, which writes the quotes.",
    _DOCS,
)
INSECURE: Final = Finding(
    "clear-site-data.insecure",
    Severity.LOW,
    ClearSiteData.name,
    "Browsers ignore the header over plain HTTP.",
    "Set SECURE_SSL_REDIRECT = True.",
    _DOCS,
)


def clear_site_data(subject: Subject) -> Iterator[Finding]:
    """Ask the header where it is sent."""
    value = subject.reply.value("clear-site-data")
    if value is None:
        return
    if parsed(ClearSiteData, value) is None:
        yield INVALID.about(value)
    if not subject.exchange.is_secure:
        yield INSECURE


RULES: Final[tuple[Rule, ...]] = (clear_site_data,)
