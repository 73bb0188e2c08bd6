"""
An approximation of the grade that securityheaders.com gives.

Its rules are not published. Best supported: six headers; A+ takes all six, HTTPS and no warning;
'unsafe-inline' in script-src or default-src is a warning and caps the grade at A. How missing
headers map to the letters below A is our guess.
"""

from __future__ import annotations

from dataclasses import dataclass

from demo.card_csp import UNLOCKS, InvalidPolicyError, read_policies
from demo.card_rules import Exchange, Reply

HEADERS = (
    "Strict-Transport-Security",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Permissions-Policy",
)
LETTERS = ("A", "B", "C", "D", "E", "F")  # by the number of missing headers, 1 and more


@dataclass(frozen=True, slots=True)
class HeaderGrade:
    letter: str
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def grade_headers(exchange: Exchange) -> HeaderGrade:
    """Grade one page by the headers it carries."""
    missing = tuple(name for name in HEADERS if not _has(exchange.reply, name))
    warnings = tuple(_warnings(exchange))
    if missing:
        return HeaderGrade(LETTERS[len(missing) - 1], missing, warnings)
    return HeaderGrade("A" if warnings else "A+", missing, warnings)


def _has(reply: Reply, name: str) -> bool:
    if name == "X-Frame-Options" and _frame_ancestors(reply):
        return True
    return bool(reply.header(name.lower()))


def _frame_ancestors(reply: Reply) -> bool:
    policies = reply.all("content-security-policy")
    return any("frame-ancestors" in policy.lower() for policy in policies)


def _warnings(exchange: Exchange) -> list[str]:
    found = [] if exchange.is_secure else ["no HTTPS"]
    try:
        policy, _ = read_policies(exchange.reply.all("content-security-policy"), ())
    except InvalidPolicyError:
        return [*found, "a Content-Security-Policy that cannot be read"]
    for name in ("script-src", "default-src"):
        sources = policy.get(name, ())
        is_unlocked = any(source.startswith(UNLOCKS) for source in sources)
        if "'unsafe-inline'" in sources and not is_unlocked:
            found.append(f"'unsafe-inline' in {name}")
    return found
