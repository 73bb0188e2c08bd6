"""Cache-Control: what is meant for one visitor and kept for all. RFC 9111 section 5.2.2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from security.policy.caching import CacheControl
from security.policy.csp.parse import is_nonce

from ..finding import Finding, Severity
from .subject import Rule, Subject, parsed

_HEADER: Final = CacheControl.name
_DOCS: Final = "headers/caching.md"
_HINT: Final = "Set SECURITY_CACHE_CONTROL = 'private, no-cache', or use never_cache on the view."

SHARED_COOKIE: Final = Finding(
    "caching.shared-cookie",
    Severity.HIGH,
    _HEADER,
    "A shared cache may keep the answer with the cookie of one visitor, and give it to others.",
    _HINT,
    _DOCS,
)
SHARED_NONCE: Final = Finding(
    "caching.shared-nonce",
    Severity.MEDIUM,
    _HEADER,
    "A shared cache gives the same nonce to all, so it can be learnt and used.",
    _HINT,
    _DOCS,
)
SESSION_KEPT: Final = Finding(
    "caching.session-kept",
    Severity.LOW,
    _HEADER,
    "The answer sets a session and says nothing about caches.",
    _HINT,
    _DOCS,
)


def caching(subject: Subject) -> Iterator[Finding]:
    """Ask whether what belongs to one visitor may be kept for others."""
    value = subject.reply.value("cache-control")
    is_shared = _is_shared(value)
    if is_shared and subject.cookies:
        yield SHARED_COOKIE.about(subject.cookies[0].name)
    elif not value and any(cookie.is_session for cookie in subject.cookies):
        yield SESSION_KEPT
    if is_shared and any(
        is_nonce(word)
        for policy in subject.policies
        for words in policy.directives.values()
        for word in words
    ):
        yield SHARED_NONCE


def _is_shared(value: str | None) -> bool:
    header = parsed(CacheControl, value) if value else None
    if header is None:
        return False
    names = {}
    for directive in header.directives:
        name, _, argument = directive.lower().partition("=")
        names[name] = argument.strip('"')
    if names.keys() & {"private", "no-store", "no-cache"}:
        return False
    age = names.get("s-maxage", names.get("max-age", ""))
    return "public" in names or ("s-maxage" in names and age != "0")


RULES: Final[tuple[Rule, ...]] = (caching,)
