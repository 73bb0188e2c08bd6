"""Rules of our own: what the public graders do not look at, or not as browsers do."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from ..finding import Finding
from . import (
    caching,
    clear_site_data,
    cookies,
    csp,
    disclosure,
    frames,
    hsts,
    isolation,
    legacy,
    nosniff,
    permissions,
    referrer,
    reporting,
    scripts,
    sharing,
    transport,
)
from .subject import Rule, Subject

RULES: Final[tuple[Rule, ...]] = (
    *transport.RULES,
    *hsts.RULES,
    *csp.RULES,
    *cookies.RULES,
    *scripts.RULES,
    *sharing.RULES,
    *frames.RULES,
    *nosniff.RULES,
    *referrer.RULES,
    *isolation.RULES,
    *permissions.RULES,
    *caching.RULES,
    *reporting.RULES,
    *clear_site_data.RULES,
    *disclosure.RULES,
    *legacy.RULES,
)


def inspect(subject: Subject) -> tuple[Finding, ...]:
    """Return what all rules find, the worst first. Never raises."""
    found = [finding for rule in RULES for finding in rule(subject)]
    found.sort(key=attrgetter("severity"), reverse=True)
    return tuple(found)
