"""Away with what is older than it is to be kept."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

from django.db.models import Exists, Model, OuterRef, QuerySet

from security.conf import conf
from security.models import (
    CspReport,
    ReportCount,
    ReportDaily,
    ReportGroup,
    ReportPolicy,
    ReportReceipt,
    ReportTotal,
)

from .connection import alias, locked, transact
from .moments import DAY, day, moment
from .write import fold

BATCH: Final = 500  # rows in one transaction, so that nobody waits for long


class Pruned(NamedTuple):
    """How many rows were too old, of each kind."""

    groups: int
    counts: int
    totals: int
    numbers: int
    policies: int
    reports: int
    receipts: int


def prune(now: int, *, dry_run: bool = False, using: str | None = None) -> Pruned:
    """
    Remove what is too old at ``now``, in Unix seconds, by ``SECURITY_REPORTS``; tell how much.

    ``KEEP_DAYS`` after a group was last seen it goes, with its exemplars, as do hourly counts,
    totals, daily numbers and receipts of that age; ``CspReport`` rows go after
    ``KEEP_REPORTS_DAYS``, and policies that no group names after a day. What waits in the
    inbox is counted first; the report worker removes receipts as soon as it can. ``dry_run``
    changes nothing. Raises ``StorageUnavailable``.
    """
    database = alias(using)
    if not dry_run:
        fold(using=database)
    keep = conf.SECURITY_REPORTS.keep_days * DAY
    reports = conf.SECURITY_REPORTS.keep_reports_days * DAY
    old = moment(now - keep)
    named = ReportGroup.objects.filter(policy=OuterRef("pk"), last_seen__gte=old)
    rows: dict[str, QuerySet[Any]] = {
        "counts": ReportCount.objects.filter(hour__lt=old),
        "groups": ReportGroup.objects.filter(last_seen__lt=old),
        "totals": ReportTotal.objects.filter(hour__lt=old),
        "numbers": ReportDaily.objects.filter(day__lt=day(now - keep)),
        "policies": ReportPolicy.objects.filter(~Exists(named), last_seen__lt=moment(now - DAY)),
        "reports": CspReport.objects.filter(date_received__lt=moment(now - reports)),
        "receipts": ReportReceipt.objects.filter(counted__lt=old),
    }
    return Pruned(**{name: _remove(old, database, dry_run) for name, old in rows.items()})


def _remove(rows: QuerySet[Any], using: str, dry_run: bool) -> int:
    if dry_run:
        return transact(using, rows.using(using).count)
    removed = 0
    while count := transact(using, partial(_remove_some, rows, using)):
        removed += count
    return removed


def _remove_some(rows: QuerySet[Any], using: str) -> int:
    """Remove some that are too old still, once nobody else has them in hand."""
    some = list(locked(rows, using).values_list("pk", flat=True)[:BATCH])
    model: type[Model] = rows.model
    model._base_manager.using(using).filter(pk__in=some).delete()
    return len(some)
