"""Who may frame a page: X-Frame-Options against ``frame-ancestors``. HTML section 7.6."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from security.policy.csp.parse import split
from security.policy.frames import FrameOptions

from ..finding import Finding, Severity
from .subject import Rule, Subject, parsed

_HEADER: Final = FrameOptions.name
_DOCS: Final = "headers/frames.md"


def _finding(name: str, severity: Severity, message: str, hint: str) -> Finding:
    return Finding(f"frames.{name}", severity, _HEADER, message, hint, _DOCS)


MISSING: Final = _finding(
    "missing",
    Severity.MEDIUM,
    "Any site may frame the page and steal clicks.",
    "Set X_FRAME_OPTIONS = 'DENY', and frame-ancestors in SECURE_CSP.",
)
INVALID: Final = _finding(
    "invalid",
    Severity.MEDIUM,
    "Browsers ignore the header: they know DENY and SAMEORIGIN.",
    "Set X_FRAME_OPTIONS = 'DENY'.",
)
ALLOW_FROM: Final = _finding(
    "allow-from",
    Severity.MEDIUM,
    "No browser honours ALLOW-FROM any more: any site may frame the page.",
    "Name the site in frame-ancestors of SECURE_CSP.",
)
CONFLICT: Final = _finding(
    "conflict",
    Severity.MEDIUM,
    "X-Frame-Options forbids what frame-ancestors allows, and browsers heed the latter only.",
    "Let both say the same: X_FRAME_OPTIONS, and frame-ancestors in SECURE_CSP.",
)
ONLY_IN_META: Final = _finding(
    "only-in-meta",
    Severity.MEDIUM,
    "frame-ancestors stands in a meta tag, where browsers ignore it.",
    "Send it as a header: frame-ancestors in SECURE_CSP.",
)
NO_ANCESTORS: Final = _finding(
    "no-ancestors",
    Severity.INFO,
    "Only X-Frame-Options says who may frame the page; frame-ancestors is its successor.",
    "Add frame-ancestors to SECURE_CSP.",
)


def frames(subject: Subject) -> Iterator[Finding]:
    """Ask both headers, as a browser does: ``frame-ancestors`` first."""
    if not subject.is_html:
        return
    lists = [
        policy.values("frame-ancestors")
        for policy in subject.policies
        if "frame-ancestors" in policy.directives
    ]
    value = subject.reply.value("x-frame-options")
    option = _option(value)
    if lists:
        if not any(_is_as_narrow(values, option) for values in lists):
            yield CONFLICT.about(f"frame-ancestors {' '.join(lists[0])}")
        return
    if _is_in_meta(subject) and option not in {"deny", "sameorigin"}:
        yield ONLY_IN_META
    if not value:
        yield MISSING
    elif option is None:
        yield INVALID.about(value)
    elif option in {"deny", "sameorigin"}:
        yield NO_ANCESTORS
    else:
        yield ALLOW_FROM


def _option(value: str | None) -> str | None:
    if not value:
        return None
    header = parsed(FrameOptions, value)
    if header is None:
        return "allow-from" if value.lower().startswith("allow-from") else None
    return str(header).lower()


def _is_as_narrow(values: tuple[str, ...], option: str | None) -> bool:
    """Tell whether a list forbids all that X-Frame-Options seems to forbid."""
    if option == "deny":
        return set(values) <= {"'none'"}
    return option != "sameorigin" or set(values) <= {"'none'", "'self'"}


def _is_in_meta(subject: Subject) -> bool:
    parts = (
        part
        for content in subject.page.policies
        for text in split(content)
        for part in text.lower().split(";")
    )
    return any(part.split()[:1] == ["frame-ancestors"] for part in parts)


RULES: Final[tuple[Rule, ...]] = (frames,)
