"""X-Content-Type-Options and the type that it relies on. Fetch section 3.6."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from security.policy.nosniff import ContentTypeOptions

from ..finding import Finding, Severity
from .subject import Rule, Subject, parsed

_DOCS: Final = "headers/nosniff.md"

MISSING: Final = Finding(
    "nosniff.missing",
    Severity.MEDIUM,
    ContentTypeOptions.name,
    "Browsers guess the type of what they load: an upload may run as a script.",
    "Set SECURE_CONTENT_TYPE_NOSNIFF = True.",
    _DOCS,
)
INVALID: Final = Finding(
    "nosniff.invalid",
    Severity.MEDIUM,
    ContentTypeOptions.name,
    "Browsers ignore the header: nosniff is the only value there is.",
    "Set SECURE_CONTENT_TYPE_NOSNIFF = True.",
    _DOCS,
)
NO_TYPE: Final = Finding(
    "nosniff.no-type",
    Severity.LOW,
    "Content-Type",
    "The answer does not say what it is, so browsers guess.",
    "Give the response a content_type.",
    _DOCS,
)


def nosniff(subject: Subject) -> Iterator[Finding]:
    """Ask the header, and whether there is a type at all."""
    value = subject.reply.value("x-content-type-options")
    if not value:
        yield MISSING
    elif parsed(ContentTypeOptions, value) is None:
        yield INVALID.about(value)
    if subject.reply.body and not subject.reply.has("content-type"):
        yield NO_TYPE


RULES: Final[tuple[Rule, ...]] = (nosniff,)
