"""A group as a line among others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import ngettext

from security.conf import conf
from security.models import ReportGroup

from .charts import grouped
from .words import in_words


class GroupLine(NamedTuple):
    """``verdict`` is the one that holds, ``label`` its name, ``told`` a count or a moment."""

    group: ReportGroup
    words: str
    verdict: str
    label: str
    told: str


def by_count(groups: Iterable[tuple[ReportGroup, int]]) -> list[GroupLine]:
    """Return lines that tell how many reports there were."""
    return [
        _line(
            group,
            ngettext("%(count)s report", "%(count)s reports", count) % {"count": grouped(count)},
        )
        for group, count in groups
    ]


def by_moment(groups: Iterable[ReportGroup]) -> list[GroupLine]:
    """Return lines that tell when a group was first seen."""
    return [_line(group, moment(group.first_seen)) for group in groups]


def moment(seen: datetime) -> str:
    """Return a moment in local time, without its year."""
    return date_format(localtime(seen) if is_aware(seen) else seen, "j M, H:i")


def _line(group: ReportGroup, told: str) -> GroupLine:
    return GroupLine(group, in_words(group), holding(group), label(group), told)


def holding(group: ReportGroup) -> str:
    """Return the verdict that holds."""
    return group.ruled or group.verdict


def label(group: ReportGroup) -> str:
    """Return the name of the verdict that holds."""
    return group.get_ruled_display() if group.ruled else group.get_verdict_display()


def receiver() -> str:
    """Return the path at which the site takes reports in, "" where it does not."""
    for name in ("security_reports", "csp_report"):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def is_sending() -> bool:
    """Tell whether a policy of the whole site names a place for reports."""
    rollout = conf.SECURITY_CSP_ROLLOUT
    candidate = None if rollout is None else rollout.policy
    policies = (conf.SECURE_CSP, conf.SECURE_CSP_REPORT_ONLY, candidate)
    return any(
        policy is not None and (policy.get("report-to") or policy.get("report-uri"))
        for policy in policies
    )
