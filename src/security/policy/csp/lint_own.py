"""Rules of our own: what CSP Evaluator does not look at. They ask the policy as written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .finding import Finding, Severity, Type
from .lint_hosts import without_scheme
from .lint_subject import Rule, Subject
from .parse import SCRIPT, is_hash, is_nonce

KB: Final = 1024  # bytes

_INLINE: Final = {"default-src", *SCRIPT, "style-src", "style-src-attr", "style-src-elem"}
_TRUSTED: Final = "trusted-types"
_ANYWHERE = re.compile(
    r"https?:|(?:[A-Za-z][A-Za-z0-9+.-]*://|//)?\*(?::(?:[0-9]+|\*))?(?:/.*)?", re.DOTALL
)


def frame_ancestors(subject: Subject) -> Iterator[Finding]:
    """MEDIUM: ``frame-ancestors *``"""
    values = subject.written.directives.get("frame-ancestors")
    if values is None:
        message = (
            "default-src does not cover framing, so any site may frame the page unless "
            "X-Frame-Options forbids it. Add \"frame-ancestors 'none'\", or 'self'."
        )
        yield Finding(Type.FRAME_ANCESTORS_MISSING, Severity.INFO, "frame-ancestors", None, message)
        return
    message = (
        "Any site may frame the page and steal clicks, and browsers that read this ignore "
        "X-Frame-Options. Name the sites that may."
    )
    for value in filter(is_anywhere, values):
        yield Finding(
            Type.FRAME_ANCESTORS_WILDCARD, Severity.MEDIUM, "frame-ancestors", value, message
        )


def form_action(subject: Subject) -> Iterator[Finding]:
    """MEDIUM_MAYBE: ``default-src 'none'``"""
    values = subject.written.directives.get("form-action")
    if values is None:
        message = (
            "default-src does not cover forms: an injected one may send what visitors type to "
            "any site. Add \"form-action 'self'\"."
        )
        yield Finding(Type.FORM_ACTION_MISSING, Severity.MEDIUM_MAYBE, "form-action", None, message)
        return
    message = "An injected form may send what visitors type to any site. Name your own hosts."
    for value in filter(is_anywhere, values):
        yield Finding(
            Type.FORM_ACTION_WILDCARD, Severity.MEDIUM_MAYBE, "form-action", value, message
        )


def wildcard_host(subject: Subject) -> Iterator[Finding]:
    """HIGH: ``script-src https://*:443``"""
    for name, values in subject.exposed:
        for value in values:
            if "*" in value and is_anywhere(value) and without_scheme(value) != "*":
                message = (
                    f"Any server in the world may serve what {name} loads: a port or a path "
                    "excludes none. Name the hosts that you need."
                )
                yield Finding(Type.WILDCARD_HOST, Severity.HIGH, name, value, message)


def nonce_beside_unsafe_inline(subject: Subject) -> Iterator[Finding]:
    """INFO: ``style-src 'nonce-bm9uY2Vub25jZQ' 'unsafe-inline'``"""
    for name, values in subject.written.directives.items():
        if "'unsafe-inline'" not in values or name not in _INLINE:
            continue
        if any(is_nonce(value) or is_hash(value) for value in values):
            message = (
                "Only browsers of before 2017 heed 'unsafe-inline' beside a nonce or a hash, and "
                "they run everything inline. Without them to serve, take it out."
            )
            yield Finding(
                Type.NONCE_BESIDE_UNSAFE_INLINE, Severity.INFO, name, "'unsafe-inline'", message
            )


def report_to(subject: Subject) -> Iterator[Finding]:
    """INFO: ``default-src 'self'; report-to main``"""
    for value in subject.written.values("report-to")[:1]:
        if subject.endpoints is None:
            severity = Severity.INFO
            message = "This is a name, not an address. See that Reporting-Endpoints declares it."
        elif value in subject.endpoints:
            return
        else:
            severity = Severity.MEDIUM
            message = "Every report is lost: Reporting-Endpoints declares no such name. Add it."
        yield Finding(Type.REPORT_TO_WITHOUT_ENDPOINT, severity, "report-to", value, message)


def trusted_types(subject: Subject) -> Iterator[Finding]:
    """MEDIUM_MAYBE: ``trusted-types dompurify``"""
    names = subject.written.directives.get(_TRUSTED)
    if "'script'" not in subject.written.values("require-trusted-types-for"):
        if names is not None:
            message = (
                "Policies may be made, but nothing demands that they are used. "
                "Add \"require-trusted-types-for 'script'\"."
            )
            yield Finding(
                Type.TRUSTED_TYPES_NOT_REQUIRED, Severity.MEDIUM_MAYBE, _TRUSTED, None, message
            )
    elif names is None:
        message = (
            'Any script may make a policy that lets everything pass. Name yours: "trusted-types '
            "dompurify\", or 'none'."
        )
        yield Finding(Type.TRUSTED_TYPES_UNRESTRICTED, Severity.INFO, _TRUSTED, None, message)
    else:
        for value in names:
            if value == "*":
                message = "Any script may make a policy that lets everything pass. Name yours."
            elif value == "'allow-duplicates'":
                message = "A second policy of the same name may be laxer. Take this out."
            else:
                continue
            yield Finding(Type.TRUSTED_TYPES_UNRESTRICTED, Severity.INFO, _TRUSTED, value, message)


def header_size(subject: Subject) -> Iterator[Finding]:
    """MEDIUM_MAYBE: a policy of 5000 bytes"""
    text = subject.written.text
    size = len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
    if size > 8 * KB:
        message = (
            f"{size:,} bytes: many servers and proxies refuse a response with more than 8 kB of "
            "headers. Replace lists of hosts by a nonce with 'strict-dynamic'."
        )
        yield Finding(Type.HEADER_OVER_8_KB, Severity.MEDIUM, None, None, message)
    elif size > 4 * KB:
        message = (
            f"{size:,} bytes: some proxies buffer only 4 kB of headers, and each response "
            "carries them. Replace lists of hosts by a nonce with 'strict-dynamic'."
        )
        yield Finding(Type.HEADER_OVER_4_KB, Severity.MEDIUM_MAYBE, None, None, message)


def is_anywhere(value: str) -> bool:
    """Tell whether a source lets every host through."""
    return _ANYWHERE.fullmatch(value) is not None


RULES: Final[tuple[Rule, ...]] = (
    wildcard_host,
    frame_ancestors,
    form_action,
    nonce_beside_unsafe_inline,
    report_to,
    trusted_types,
    header_size,
)
