"""
An approximation of the grade that securityheaders.com gives.

Its rules are not published. Supported by its author's words: six headers count; A+ takes all of
them, HTTPS and no warning; ``'unsafe-inline'`` in script-src or default-src is a warning, and a
warning caps the grade at A. Seen once: two missing headers gave B. The letters below are a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from security.policy.csp.parse import Policy, is_hash, is_nonce

from .exchange import Exchange, Reply
from .observatory_tests import PRIVATE, TELLING

HEADERS: Final = (
    "Strict-Transport-Security",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Permissions-Policy",
)
LETTERS: Final = ("A", "B", "C", "D", "E", "F")  # by the number of missing headers, from 1 on


@dataclass(frozen=True, slots=True)
class HeaderGrade:
    """``grade`` is ``None`` where nothing answered. ``warnings`` each cap it at A."""

    grade: str | None
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def grade_headers(exchange: Exchange, policies: Sequence[Policy]) -> HeaderGrade:
    """Grade an exchange by its headers and the enforced policies among them. Never raises."""
    reply = exchange.response
    if reply is None:
        return HeaderGrade(None)
    missing = tuple(name for name in HEADERS if not _is_sent(exchange, reply, name, policies))
    warnings = tuple(_warnings(exchange, reply, policies))
    if missing:
        return HeaderGrade(LETTERS[len(missing) - 1], missing, warnings)
    return HeaderGrade("A" if warnings else "A+", missing, warnings)


def _is_sent(exchange: Exchange, reply: Reply, name: str, policies: Sequence[Policy]) -> bool:
    if name == "Strict-Transport-Security" and not exchange.is_secure:
        return False  # over plain HTTP it means nothing. RFC 6797 section 8.1
    if name == "X-Frame-Options" and any("frame-ancestors" in one.directives for one in policies):
        return True
    return reply.has(name.lower())


def _warnings(exchange: Exchange, reply: Reply, policies: Sequence[Policy]) -> list[str]:
    found = [] if exchange.is_secure else ["no HTTPS"]
    for name in ("script-src", "default-src"):
        # A policy without it allows nothing inline, and every policy must allow.
        lists = [one.values(name) for one in policies if name in one.directives]
        if lists and all(map(_allows_inline, lists)):
            found.append(f"'unsafe-inline' in {name}")
    words = (reply.value("referrer-policy") or "").lower().split(",")
    known = [word for word in map(str.strip, words) if word in PRIVATE or word in TELLING]
    if known and known[-1] == "unsafe-url":
        found.append("unsafe-url as Referrer-Policy")
    return found


def _allows_inline(sources: tuple[str, ...]) -> bool:
    return "'unsafe-inline'" in sources and not any(
        is_nonce(source) or is_hash(source) for source in sources
    )
