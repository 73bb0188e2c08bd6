"""Tallies added to the groups, hours, totals, browsers and policies that they are about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from security.models import ReportCount, ReportGroup, ReportPolicy, ReportTotal

from . import groups, numbers, upsert
from .moments import HOUR, moment
from .tallies import Tallies, Tally

MAX_SUBJECT: Final = 64  # characters of a column


def add(using: str, tallies: Tallies) -> None:
    """
    Add tallies, in a transaction. What is about a group that is gone counts as surplus.

    Groups are locked first and everything is written in one order, so that processes that do
    this at the same time do not wait for each other in a circle.
    """
    rows = _groups(using, {key.group for key in tallies})
    if lost := {key.group for key in tallies} - rows.keys():
        at = min(tally.first for tally in tallies.values())
        overflow = groups.overflow(using, [""], at)[""]
        rows |= _groups(using, {overflow})
        moved = Tallies()
        for key, tally in tallies.items():
            moved.add(key._replace(group=overflow, policy="") if key.group in lost else key, tally)
        tallies = moved
    _add_groups_and_policies(using, tallies)
    hours: dict[tuple[int, datetime], int] = {}
    totals: dict[tuple[datetime, str, str, str], int] = {}
    days: dict[tuple[int, str], int] = {}
    # Naive moments: the two hours around the end of summer time are one.
    moments = {hour: moment(hour * HOUR) for hour in {key.hour for key in tallies}}
    for key, tally in tallies.items():
        _count(hours, (key.group, moments[key.hour]), tally)
        _count(totals, (moments[key.hour], *rows[key.group]), tally)
        _count(days, (key.hour // 24, key.browser), tally)
    upsert.add(
        using,
        ReportCount,
        ("group", "hour", "count"),
        [(*key, count) for key, count in sorted(hours.items())],
    )
    upsert.add(
        using,
        ReportTotal,
        ("hour", "kind", "subject", "verdict", "count"),
        [(*key, count) for key, count in sorted(totals.items())],
    )
    numbers.add_browsers(using, days)


def part_of(kind: str, subject: str, verdict: str) -> tuple[str, str, str]:
    """Return what tells the totals apart that a group is part of."""
    return kind, subject[:MAX_SUBJECT], verdict


def _add_groups_and_policies(using: str, tallies: Tallies) -> None:
    of_groups: dict[int, Tally] = {}
    of_policies: dict[str, Tally] = {}
    latest: dict[int, tuple[int, str]] = {}
    for key, tally in tallies.items():
        of_groups[key.group] = tally.plus(of_groups.get(key.group))
        if key.policy:
            of_policies[key.policy] = tally.plus(of_policies.get(key.policy))
            latest[key.group] = max(latest.get(key.group, (0, "")), (tally.last, key.policy))
    there = {pk for (pk,) in upsert.select(using, ReportPolicy, ["pk"], of_policies, lock=True)}
    upsert.widen(
        using,
        ReportPolicy,
        [(digest, *_row(of_policies[digest])) for digest in sorted(there)],
    )
    upsert.widen(
        using,
        ReportGroup,
        [
            (group, *_row(tally), policy if policy in there else None)
            for group, tally in sorted(of_groups.items())
            for policy in [latest.get(group, (0, ""))[1]]
        ],
        reference="policy",
    )


def _row(tally: Tally) -> tuple[Any, ...]:
    return tally.reports, moment(tally.first), moment(tally.last)


def _count(counts: dict[Any, int], key: Any, tally: Tally) -> None:
    counts[key] = counts.get(key, 0) + tally.reports


def _groups(using: str, ids: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Lock groups, and return what totals they are part of."""
    names = ("pk", "kind", "subject", "verdict", "ruled")
    rows = upsert.select(using, ReportGroup, names, ids, lock=True)
    return {
        pk: part_of(kind, subject, ruled or verdict) for pk, kind, subject, verdict, ruled in rows
    }
