"""CSP Evaluator's lists for strict policies and for reporting. They ask the policy as written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .finding import Finding, Severity, Type
from .lint_subject import Rule, Subject
from .parse import is_hash, is_nonce


def without_strict_dynamic(subject: Subject) -> Iterator[Finding]:
    """STRICT_CSP: ``script-src https://example.com``"""
    name, values = _script(subject)
    if "'strict-dynamic'" not in values and any(value[0] != "'" for value in values):
        message = (
            "A list of hosts is hard to keep safe. "
            "Use a nonce or hashes with 'strict-dynamic' in its place."
        )
        yield Finding(Type.STRICT_DYNAMIC, Severity.STRICT_CSP, name, None, message)


def strict_dynamic_alone(subject: Subject) -> Iterator[Finding]:
    """INFO: ``script-src 'strict-dynamic'``"""
    name, values = _script(subject)
    if "'strict-dynamic'" in values and not _has_nonce_or_hash(values):
        message = "No script runs at all. Add a nonce or a hash for the first one to be trusted."
        yield Finding(Type.STRICT_DYNAMIC_NOT_STANDALONE, Severity.INFO, name, None, message)


def without_inline_fallback(subject: Subject) -> Iterator[Finding]:
    """STRICT_CSP: ``script-src 'nonce-bm9uY2Vub25jZQ'``"""
    name, values = _script(subject)
    if _has_nonce_or_hash(values) and "'unsafe-inline'" not in values:
        message = (
            "Browsers of before 2017 know no nonce and run none of your inline scripts. If they "
            "matter to you add 'unsafe-inline', which later ones ignore."
        )
        yield Finding(Type.UNSAFE_INLINE_FALLBACK, Severity.STRICT_CSP, name, None, message)


def without_host_fallback(subject: Subject) -> Iterator[Finding]:
    """STRICT_CSP: ``script-src 'nonce-bm9uY2Vub25jZQ' 'strict-dynamic'``"""
    name, values = _script(subject)
    if "'strict-dynamic'" in values and not any(
        value in {"http:", "https:", "*"} or "." in value for value in values
    ):
        message = (
            "Browsers that do not know 'strict-dynamic' load none of your script files. If they "
            "matter to you add https:, which the others ignore."
        )
        yield Finding(Type.ALLOWLIST_FALLBACK, Severity.STRICT_CSP, name, None, message)


def trusted_types_not_required(subject: Subject) -> Iterator[Finding]:
    """INFO: ``script-src 'self'``"""
    name = "require-trusted-types-for"
    if "'script'" not in subject.written.values(name):
        message = (
            "Text may still reach innerHTML and its like. Once your scripts are ready for it, "
            "add \"require-trusted-types-for 'script'\"."
        )
        yield Finding(Type.REQUIRE_TRUSTED_TYPES_FOR_SCRIPTS, Severity.INFO, name, None, message)


def reporting(subject: Subject) -> Iterator[Finding]:
    """INFO: ``default-src 'self'; report-to main``"""
    if subject.written.values("report-uri"):
        return
    if subject.written.values("report-to"):
        message = (
            "Not every browser reads report-to. Add report-uri with the same address: "
            "those that do read it ignore report-uri."
        )
        yield Finding(Type.REPORT_TO_ONLY, Severity.INFO, "report-to", None, message)
    else:
        message = "Nobody will tell you what the policy blocks. Add report-uri and report-to."
        yield Finding(
            Type.REPORTING_DESTINATION_MISSING, Severity.INFO, "report-uri", None, message
        )


def _script(subject: Subject) -> tuple[str, tuple[str, ...]]:
    name = subject.written.governing("script-src")
    return name, subject.written.values(name)


def _has_nonce_or_hash(values: tuple[str, ...]) -> bool:
    return any(is_nonce(value) or is_hash(value) for value in values)


STRICT: Final[tuple[Rule, ...]] = (
    without_strict_dynamic,
    strict_dynamic_alone,
    without_inline_fallback,
    without_host_fallback,
    trusted_types_not_required,
)
REPORTING: Final[tuple[Rule, ...]] = (reporting,)
