"""
What of an answer is compared with the next one: headers, results and findings, nothing fleeting.

A nonce and the daily token of a report address are written as ``*``. No cookie, no date and no
body is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from .card import Card
from .exchange import Exchange
from .finding import Severity

MAX_VALUE: Final = 2000  # characters of a header that are kept; of a longer one also a hash
MAX_FINDINGS: Final = 500  # of one target that are kept, the worst; an honest one has under fifty

# Headers that a browser acts on, and those that let other sites read.
SECURITY_HEADERS: Final = (
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Origin",
    "Cache-Control",
    "Clear-Site-Data",
    "Content-Security-Policy",
    "Content-Security-Policy-Report-Only",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Embedder-Policy-Report-Only",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Opener-Policy-Report-Only",
    "Cross-Origin-Resource-Policy",
    "Document-Policy",
    "Feature-Policy",
    "Integrity-Policy",
    "Integrity-Policy-Report-Only",
    "NEL",
    "Origin-Agent-Cluster",
    "Permissions-Policy",
    "Permissions-Policy-Report-Only",
    "Referrer-Policy",
    "Report-To",
    "Reporting-Endpoints",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-DNS-Prefetch-Control",
    "X-Frame-Options",
    "X-Permitted-Cross-Domain-Policies",
    "X-XSS-Protection",
)
# The subject of these findings is a thing; that of any other is the value of a header.
_ABOUT_THINGS: Final = frozenset(
    {"cookies", "csp", "legacy", "permissions", "reporting", "scripts"}
)

# 'nonce-' and base64 or base64url. CSP3 section 2.3.1.
_NONCE: Final = re.compile(r"'nonce-[A-Za-z0-9+/_-]+={0,2}'", re.IGNORECASE)
# The token of the day in an address for reports: a signature of 32 bytes in base64url.
_TOKEN: Final = re.compile(r"/[A-Za-z0-9_-]{43}(?=[/\s\"';,]|$)")


class Found(NamedTuple):
    """A finding without its words."""

    id: str
    severity: Severity
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    What one target sent. ``headers`` and ``tests`` (test to result) go by name.

    ``score`` is in points; it and ``grade`` are ``None`` where the Observatory gave none.
    """

    target: str
    score: int | None
    grade: str | None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Found, ...] = ()


def snapshot(exchange: Exchange, card: Card) -> Snapshot:
    """Return what is kept of an exchange and its card; never raises."""
    reply = exchange.response
    values = {} if reply is None else {name: reply.value(name.lower()) for name in SECURITY_HEADERS}
    found = {Found(one.id, one.severity, _subject(one.id, one.subject)) for one in card.findings}
    worst = sorted(found, key=lambda one: (-one.severity, one.id, one.subject or ""))
    return Snapshot(
        target=card.target,
        score=card.observatory.score,
        grade=card.observatory.grade,
        headers={name: _kept(value) for name, value in values.items() if value is not None},
        tests={verdict.test: verdict.result for verdict in card.observatory.verdicts},
        findings=tuple(worst[:MAX_FINDINGS]),
    )


def steady(text: str) -> str:
    """Return a text with ``*`` in place of each nonce and each token of a report address."""
    return _TOKEN.sub("/*", _NONCE.sub("'nonce-*'", text))


def _kept(value: str) -> str:
    text = steady(value)
    if len(text) <= MAX_VALUE:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[:MAX_VALUE]}... sha256:{digest}"


def _subject(name: str, subject: str | None) -> str | None:
    if subject is None or name.partition(".")[0] not in _ABOUT_THINGS:
        return None
    return steady(subject)
