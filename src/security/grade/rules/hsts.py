"""Strict-Transport-Security as browsers read it, against the preload list. RFC 6797."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from security.policy.hsts import YEAR, StrictTransportSecurity

from ..finding import Finding, Severity
from ..observatory_tests import HALF_A_YEAR
from .subject import Rule, Subject, parsed

_HEADER: Final = StrictTransportSecurity.name
_DOCS: Final = "headers/hsts.md"


def _finding(name: str, severity: Severity, message: str, hint: str) -> Finding:
    return Finding(f"hsts.{name}", severity, _HEADER, message, hint, _DOCS)


MISSING: Final = _finding(
    "missing",
    Severity.HIGH,
    "A browser may be led to plain HTTP at every visit.",
    "Set SECURE_HSTS_SECONDS = 300 and raise it step by step, or use SECURITY_HSTS_RAMP.",
)
INVALID: Final = _finding(
    "invalid",
    Severity.HIGH,
    "Browsers ignore the header: it has a syntax that RFC 6797 does not know.",
    "Set SECURE_HSTS_SECONDS and send it from one place only.",
)
OFF: Final = _finding(
    "off",
    Severity.MEDIUM,
    "max-age=0 tells browsers to forget that the host wants HTTPS.",
    "Set SECURE_HSTS_SECONDS to more than 0, unless the withdrawal is meant.",
)
SHORT: Final = _finding(
    "short",
    Severity.MEDIUM,
    "A visitor who comes less often than max-age says is led over plain HTTP again.",
    f"Raise SECURE_HSTS_SECONDS to {YEAR}.",
)
NO_SUBDOMAINS: Final = _finding(
    "no-subdomains",
    Severity.LOW,
    "Subdomains are left out: a forged one can set cookies for this host.",
    "When all of them answer over HTTPS, set SECURE_HSTS_INCLUDE_SUBDOMAINS = True.",
)
PRELOAD_REFUSED: Final = _finding(
    "preload-refused",
    Severity.MEDIUM,
    "It asks for the preload list, which takes no host without includeSubDomains or with a "
    "max-age under a year.",
    f"Set SECURE_HSTS_INCLUDE_SUBDOMAINS = True and SECURE_HSTS_SECONDS = {YEAR}, or drop "
    "SECURE_HSTS_PRELOAD.",
)
PRELOAD_AT_RISK: Final = _finding(
    "preload-at-risk",
    Severity.MEDIUM,
    "The host is on the preload list, and the header no longer says preload: that is how a host "
    "is taken off the list.",
    "Set SECURE_HSTS_PRELOAD = True, unless the withdrawal is meant.",
)
REPEATED: Final = _finding(
    "repeated",
    Severity.LOW,
    "The header is sent more than once; browsers read the first only.",
    "Send it from one place: from Django, or from the server before it.",
)


def hsts(subject: Subject) -> Iterator[Finding]:
    """Ask the first header line, the only one that counts. RFC 6797 section 8.1."""
    if not subject.exchange.is_secure:
        return
    lines = list(subject.reply.lines("strict-transport-security"))
    if not lines:
        yield MISSING
        return
    if len(lines) > 1:
        yield REPEATED
    header = parsed(StrictTransportSecurity, lines[0])
    if header is None:
        yield INVALID.about(lines[0])
    else:
        yield from _weak(subject, header)


def _weak(subject: Subject, header: StrictTransportSecurity) -> Iterator[Finding]:
    if header.max_age == 0:
        yield OFF
        return
    if header.max_age < HALF_A_YEAR:
        yield SHORT.about(f"max-age={header.max_age}")
    if not header.include_subdomains:
        yield NO_SUBDOMAINS
    if header.preload and not (header.include_subdomains and header.max_age >= YEAR):
        yield PRELOAD_REFUSED
    listed = subject.exchange.preloads.get(subject.exchange.host)
    if listed is not None and listed.mode == "force-https" and not header.preload:
        yield PRELOAD_AT_RISK


RULES: Final[tuple[Rule, ...]] = (hsts,)
