"""Which verdict holds: the one by hand, else that of the noise rules; as conditions of a query."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from security.models import ReportGroup
from security.reports.noise import QUIET


def judged(verdicts: Iterable[str]) -> Q:
    """Return the condition that one of these verdicts holds."""
    wanted = list(verdicts)
    return Q(ruled__in=wanted) | Q(ruled="", verdict__in=wanted)


def loud() -> Q:
    """Return the condition that a group says something about the site."""
    return judged(value for value in ReportGroup.Verdict.values if value not in QUIET)


def telling() -> Q:
    """Return the condition that a group is open and says something about the site."""
    return Q(status=ReportGroup.Status.OPEN) & loud()
