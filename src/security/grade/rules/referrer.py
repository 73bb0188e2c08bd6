"""Referrer-Policy: what other sites learn of the address of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from security.policy.referrer import ReferrerPolicy

from ..finding import Finding, Severity
from .subject import Rule, Subject, parsed

_DOCS: Final = "headers/referrer.md"
_HINT: Final = "Set SECURE_REFERRER_POLICY = 'same-origin'."


def _finding(name: str, severity: Severity, message: str) -> Finding:
    return Finding(f"referrer.{name}", severity, ReferrerPolicy.name, message, _HINT, _DOCS)


MISSING: Final = _finding(
    "missing",
    Severity.LOW,
    "Other sites learn from which site a visitor comes; old browsers tell them the whole address.",
)
INVALID: Final = _finding(
    "invalid", Severity.MEDIUM, "Browsers ignore the header: it has no policy that they know."
)
UNSAFE: Final = _finding(
    "unsafe",
    Severity.MEDIUM,
    "Every site that the page links to or loads from learns its whole address, over HTTP too.",
)
TELLING: Final = _finding(
    "telling",
    Severity.LOW,
    "The origin, or more, is told over plain HTTP, or the whole address to every HTTPS site.",
)


def referrer(subject: Subject) -> Iterator[Finding]:
    """Ask the last policy that a browser knows; a meta tag comes after the header."""
    text = ", ".join(filter(None, (subject.reply.value("referrer-policy"), subject.page.referrer)))
    if not text:
        if subject.is_html:
            yield MISSING
        return
    header = parsed(ReferrerPolicy, text)
    if header is None:
        yield INVALID.about(text)
        return
    policy = header.policies[-1]
    if policy == "unsafe-url":
        yield UNSAFE
    elif policy in {"origin", "origin-when-cross-origin", "no-referrer-when-downgrade"}:
        yield TELLING.about(policy)


RULES: Final[tuple[Rule, ...]] = (referrer,)
