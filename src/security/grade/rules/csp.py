"""Content-Security-Policy: all that the lint says of each policy, and what it cannot know."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from security.policy.csp import lint as linter
from security.policy.csp.parse import split
from security.policy.reporting import ReportingEndpoints

from ..finding import MAX_SUBJECT, Finding, Severity
from .subject import MAX_POLICIES, Rule, Subject, parsed

_HEADER: Final = "Content-Security-Policy"
_DOCS: Final = "headers/csp.md"
MAX_REMEMBERED: Final = 4096  # characters of a policy whose findings are kept for the next site
_RANKS: Final = {
    linter.Severity.HIGH: Severity.HIGH,
    linter.Severity.SYNTAX: Severity.MEDIUM,
    linter.Severity.MEDIUM: Severity.MEDIUM,
    linter.Severity.HIGH_MAYBE: Severity.MEDIUM,
    linter.Severity.STRICT_CSP: Severity.LOW,
    linter.Severity.MEDIUM_MAYBE: Severity.LOW,
    linter.Severity.INFO: Severity.INFO,
    linter.Severity.NONE: Severity.INFO,
}

_ABSENCES: Final = frozenset(
    f"csp.{type_}"
    for type_ in (
        linter.Type.MISSING_DIRECTIVES,
        linter.Type.FORM_ACTION_MISSING,
        linter.Type.FRAME_ANCESTORS_MISSING,
    )
)

MISSING: Final = Finding(
    "csp.missing",
    Severity.HIGH,
    _HEADER,
    "Whatever script gets into the page runs.",
    "Set SECURITY_PRESET = 'strict', or SECURE_CSP.",
    _DOCS,
)
REPORT_ONLY: Final = Finding(
    "csp.report-only",
    Severity.MEDIUM,
    _HEADER,
    "The policy only reports: whatever script gets into the page runs.",
    "When the reports are quiet, move SECURE_CSP_REPORT_ONLY to SECURE_CSP.",
    _DOCS,
)
IN_META: Final = Finding(
    "csp.meta",
    Severity.LOW,
    _HEADER,
    "A policy stands in a meta tag: it does not cover what comes before it, and cannot say who "
    "may frame the page nor where reports go.",
    "Send it as a header: set SECURE_CSP.",
    _DOCS,
)
TOO_MANY: Final = Finding(
    "csp.too-many",
    Severity.MEDIUM,
    _HEADER,
    f"There are more than {MAX_POLICIES} policies; the rest was not looked at.",
    "Send one policy from one place.",
    _DOCS,
)


def presence(subject: Subject) -> Iterator[Finding]:
    """Ask whether a page has an enforced policy."""
    if subject.policies:
        if len(subject.policies) == MAX_POLICIES:
            yield TOO_MANY
    elif subject.page.policies:
        yield IN_META
    elif subject.is_html:
        is_tried = subject.reply.has("content-security-policy-report-only")
        yield REPORT_ONLY if is_tried else MISSING


def lint(subject: Subject) -> Iterator[Finding]:
    """Ask the lint about each policy, those of meta tags included."""
    endpoints = _endpoints(subject)
    metas = [text for content in subject.page.policies for text in split(content)]
    texts = dict.fromkeys([*(policy.text for policy in subject.policies), *metas])
    found: dict[Finding, None] = {}
    for text in islice(texts, MAX_POLICIES):
        known = _remembered if len(text) <= MAX_REMEMBERED else _found
        found.update(dict.fromkeys(known(text, endpoints)))
    if len(subject.policies) < 2:
        yield from found
        return
    held = {name for policy in subject.policies for name in policy.directives}
    for finding in found:  # every policy must allow, so a directive of one covers the page
        if finding.id not in _ABSENCES or finding.subject not in held:
            yield finding


def _found(text: str, endpoints: frozenset[str] | None) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id=f"csp.{one.type}",
            severity=_RANKS[one.severity],
            header=_HEADER,
            message=one.message,
            hint="Change SECURE_CSP.",
            docs="csp_lint.md",
            subject=" ".join(filter(None, (one.directive, one.value)))[:MAX_SUBJECT] or None,
        )
        for one in linter.lint(text, endpoints=endpoints)
    )


# Pages of one site, and sites of one hoster, send the same policy again and again.
_remembered = lru_cache(maxsize=256)(_found)


def _endpoints(subject: Subject) -> frozenset[str] | None:
    """Return the names that reports may be sent to; ``None`` where an old header says it."""
    header = subject.reply.value("reporting-endpoints")
    if header is None:
        return None if subject.reply.has("report-to") else frozenset()
    endpoints = parsed(ReportingEndpoints, header)
    return frozenset(name for name, _ in endpoints.endpoints) if endpoints else frozenset()


RULES: Final[tuple[Rule, ...]] = (presence, lint)
