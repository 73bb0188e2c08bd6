"""Reporting-Endpoints: whether the names that headers use lead anywhere. Reporting API 3.3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from security.policy.isolation import CrossOriginEmbedderPolicy, CrossOriginOpenerPolicy
from security.policy.permissions import PermissionsPolicy
from security.policy.reporting import ReportingEndpoints

from ..finding import Finding, Severity
from .subject import Rule, Subject, parsed

_HEADER: Final = ReportingEndpoints.name
_DOCS: Final = "headers/reporting.md"
_HINT: Final = "Declare it in SECURITY_REPORTING_ENDPOINTS."

INVALID: Final = Finding(
    "reporting.invalid",
    Severity.MEDIUM,
    _HEADER,
    "Browsers find no usable endpoint in the header, so every report is lost.",
    "Set SECURITY_REPORTING_ENDPOINTS = {'default': 'https://...'}.",
    _DOCS,
)
UNDECLARED: Final = Finding(
    "reporting.undeclared",
    Severity.MEDIUM,
    _HEADER,
    "A header reports to an endpoint that Reporting-Endpoints does not declare.",
    _HINT,
    _DOCS,
)
OLD_NAME: Final = Finding(
    "reporting.old-name",
    Severity.INFO,
    "Report-To",
    "Report-To is the old name; browsers that follow the standard read Reporting-Endpoints.",
    "Set SECURITY_REPORTING_ENDPOINTS.",
    _DOCS,
)


def reporting(subject: Subject) -> Iterator[Finding]:
    """Ask for each name, but those of the policy for scripts: its lint knows them."""
    header = subject.reply.value("reporting-endpoints")
    is_old = subject.reply.has("report-to")
    declared: set[str] = set()
    if header:
        endpoints = parsed(ReportingEndpoints, header)
        if endpoints is None:
            yield INVALID.about(header)
        else:
            declared = {name for name, _ in endpoints.endpoints}
    elif is_old:
        yield OLD_NAME
        return  # its names are of another syntax
    for name, used in _used(subject):
        if used not in declared:
            yield UNDECLARED.about(f"{used} in {name}")


def _used(subject: Subject) -> Iterator[tuple[str, str]]:
    for kind in (CrossOriginOpenerPolicy, CrossOriginEmbedderPolicy):
        for name in (kind.name, kind.report_only_name):
            value = subject.reply.value(name.lower())
            header = parsed(kind, value) if value else None
            if header is not None and header.report_to:
                yield name, header.report_to
    for name in (PermissionsPolicy.name, PermissionsPolicy.report_only_name):
        value = subject.reply.value(name.lower())
        policy = parsed(PermissionsPolicy, value) if value else None
        if policy is not None:
            yield from ((name, one.report_to) for one in policy.directives if one.report_to)


RULES: Final[tuple[Rule, ...]] = (reporting,)
