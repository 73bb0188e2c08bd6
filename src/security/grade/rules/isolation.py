"""Cross-origin isolation as browsers read it. HTML sections 7.1.3 and 7.1.4, Fetch section 3.7."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from security.policy.isolation import (
    CrossOriginEmbedderPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
)

from ..finding import Finding, Severity
from .subject import Rule, Subject, parsed

_DOCS: Final = "headers/isolation.md"
_OPENER: Final = CrossOriginOpenerPolicy.name
_EMBEDDER: Final = CrossOriginEmbedderPolicy.name
_RESOURCE: Final = CrossOriginResourcePolicy.name
_SET_OPENER: Final = "Set SECURE_CROSS_ORIGIN_OPENER_POLICY = 'same-origin'."
_SET_EMBEDDER: Final = "Set SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY = 'require-corp'."
_SET_RESOURCE: Final = "Set SECURITY_CROSS_ORIGIN_RESOURCE_POLICY = 'same-origin'."

NO_OPENER: Final = Finding(
    "coop.missing",
    Severity.LOW,
    _OPENER,
    "A page that opens this one, or is opened by it, keeps a handle on its window.",
    _SET_OPENER,
    _DOCS,
)
BAD_OPENER: Final = Finding(
    "coop.invalid", Severity.MEDIUM, _OPENER, "Browsers ignore the header.", _SET_OPENER, _DOCS
)
OPEN_OPENER: Final = Finding(
    "coop.unsafe-none",
    Severity.INFO,
    _OPENER,
    "unsafe-none is what holds without the header.",
    _SET_OPENER,
    _DOCS,
)
NO_EMBEDDER: Final = Finding(
    "coep.missing",
    Severity.INFO,
    _EMBEDDER,
    "The page loads from origins that have not agreed to it, and shares a process with them.",
    _SET_EMBEDDER,
    _DOCS,
)
BAD_EMBEDDER: Final = Finding(
    "coep.invalid", Severity.MEDIUM, _EMBEDDER, "Browsers ignore the header.", _SET_EMBEDDER, _DOCS
)
ALONE: Final = Finding(
    "coep.alone",
    Severity.INFO,
    _EMBEDDER,
    "Without Cross-Origin-Opener-Policy: same-origin it restricts what the page loads, and does "
    "not isolate it.",
    _SET_OPENER,
    _DOCS,
)
NO_RESOURCE: Final = Finding(
    "corp.missing",
    Severity.INFO,
    _RESOURCE,
    "Any site may load the answer as an image or a script, and measure it.",
    _SET_RESOURCE,
    _DOCS,
)
BAD_RESOURCE: Final = Finding(
    "corp.invalid",
    Severity.MEDIUM,
    _RESOURCE,
    "Browsers ignore the header: they want same-origin, same-site or cross-origin, in lower case.",
    _SET_RESOURCE,
    _DOCS,
)


def windows(subject: Subject) -> Iterator[Finding]:
    """Ask the two headers of documents."""
    if not subject.is_html:
        return
    value = subject.reply.value("cross-origin-opener-policy")
    opener = parsed(CrossOriginOpenerPolicy, value) if value else None
    if not value:
        yield NO_OPENER
    elif opener is None:
        yield BAD_OPENER.about(value)
    elif opener.value == "unsafe-none":
        yield OPEN_OPENER
    value = subject.reply.value("cross-origin-embedder-policy")
    embedder = parsed(CrossOriginEmbedderPolicy, value) if value else None
    if not value:
        yield NO_EMBEDDER
    elif embedder is None:
        yield BAD_EMBEDDER.about(value)
    elif embedder.value != "unsafe-none" and (opener is None or opener.value != "same-origin"):
        yield ALONE


def resource(subject: Subject) -> Iterator[Finding]:
    """Ask the header that any answer may carry."""
    value = subject.reply.value("cross-origin-resource-policy")
    if not value:
        yield NO_RESOURCE
    elif parsed(CrossOriginResourcePolicy, value) is None:
        yield BAD_RESOURCE.about(value)


RULES: Final[tuple[Rule, ...]] = (windows, resource)
