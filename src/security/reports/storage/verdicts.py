"""Another verdict on groups that are locked, and the totals that follow it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from security.models import ReportCount, ReportGroup, ReportTotal
from security.reports.entry import Arrival
from security.reports.noise import QUIET, Judgement

from . import numbers, upsert
from .counts import part_of
from .moments import day

COLUMNS: Final = ("fingerprint", "kind", "subject", "verdict", "ruled")

# What the totals gain and lose: by hour, kind, subject and verdict.
Moves = Counter[tuple[datetime, str, str, str]]


def hear(
    using: str, groups: Iterable[ReportGroup], brought: Mapping[int, Sequence[Arrival]]
) -> dict[int, Arrival]:
    """
    Give quiet groups the verdict of the first report that is not; return these reports.

    ``brought`` is by the id of the group, as is what is returned.
    """
    heard: dict[int, Arrival] = {}
    moves: Moves = Counter()
    days = []
    for group in groups:
        told = (each for each in brought[group.pk] if not each.entry.judgement.is_quiet)
        if group.verdict in QUIET and (loud := next(told, None)) is not None:
            give(using, moves, group, loud.entry.judgement)
            days.append((day(loud.at), numbers.LOUD, group.fingerprint, 1))
            heard[group.pk] = loud
    if heard:
        moved(using, moves)
        numbers.add(using, sorted(days))
    return heard


def give(using: str, moves: Moves, group: ReportGroup, judgement: Judgement) -> None:
    """Write a judgement on a group, and note what that moves."""
    before = group.ruled or group.verdict
    group.verdict = judgement.verdict.value
    group.rule, group.pack = judgement.rule, judgement.pack
    group.save(using=using, update_fields=["verdict", "rule", "pack"])
    move(using, moves, group, before)


def move(using: str, moves: Moves, group: ReportGroup, before: str) -> None:
    """Note what totals lose and gain by a group that had another verdict."""
    verdict = group.ruled or group.verdict
    if verdict == before:
        return
    counts = ReportCount.objects.using(using).filter(group=group)
    for hour, count in counts.values_list("hour", "count"):
        moves[hour, *part_of(group.kind, group.subject, before)] -= count
        moves[hour, *part_of(group.kind, group.subject, verdict)] += count


def moved(using: str, moves: Moves) -> None:
    """Write what was noted."""
    if rows := [(*key, count) for key, count in sorted(moves.items()) if count]:
        names = ("hour", "kind", "subject", "verdict", "count")
        upsert.add(using, ReportTotal, names, rows)
        ReportTotal.objects.using(using).filter(count__lte=0).delete()
