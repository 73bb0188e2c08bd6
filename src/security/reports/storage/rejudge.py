"""Another verdict on groups: of a new pack of rules, or by hand. The totals follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

from security.models import ReportCount, ReportExemplar, ReportGroup, ReportTotal
from security.reports.entry import Entry
from security.reports.noise import Judgement, Pack

from . import upsert
from .connection import alias, locked, transact
from .counts import part_of
from .write import fold

BATCH: Final = 200  # groups in one transaction

Moves = Counter[tuple[datetime, str, str, str]]


def rejudge(pack: Pack, *, using: str | None = None) -> int:
    """
    Judge groups again that another pack judged; return how many have another verdict now.

    The first report that was kept of a group decides, as it did when it came. A verdict by
    hand stands above. Raises ``StorageUnavailable``.
    """
    database = alias(using)
    fold(using=database)
    rows = ReportGroup.objects.using(database).filter(overflow=False).exclude(pack=pack.version)
    after = changed = 0
    while some := list(
        rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        changed += transact(database, partial(_rejudge, database, some, pack))
        after = some[-1]
    return changed


def rule(ids: Iterable[int], verdict: str, *, using: str | None = None) -> int:
    """
    Give groups a verdict by hand, "" to take it back; return how many there are.

    Raises ``StorageUnavailable``.
    """
    database, wanted = alias(using), sorted(set(ids))
    return sum(
        transact(database, partial(_rule, database, wanted[start : start + BATCH], verdict))
        for start in range(0, len(wanted), BATCH)
    )


def _rejudge(using: str, ids: list[int], pack: Pack) -> int:
    groups = list(locked(ReportGroup.objects.filter(pk__in=ids), using))
    judgements: dict[int, Judgement] = {}
    kept = ReportExemplar.objects.using(using).filter(group__in=ids).order_by("pk")
    for pk, text in kept.values_list("group", "text"):
        if pk not in judgements:
            try:
                judgements[pk] = pack.judge(Entry.load(text).report)
            except ValueError:  # of another release
                continue
    moves: Moves = Counter()
    changed = 0
    for group in groups:
        if (judgement := judgements.get(group.pk)) is None:
            continue
        before, had = group.ruled or group.verdict, group.verdict
        group.verdict = judgement.verdict.value
        group.rule, group.pack = judgement.rule, judgement.pack
        group.save(using=using, update_fields=["verdict", "rule", "pack"])
        changed += group.verdict != had
        _move(using, moves, group, before)
    _moved(using, moves)
    return changed


def _rule(using: str, ids: list[int], verdict: str) -> int:
    groups = list(locked(ReportGroup.objects.filter(pk__in=ids), using))
    moves: Moves = Counter()
    for group in groups:
        before = group.ruled or group.verdict
        group.ruled = verdict
        group.save(using=using, update_fields=["ruled"])
        _move(using, moves, group, before)
    _moved(using, moves)
    return len(groups)


def _move(using: str, moves: Moves, group: ReportGroup, before: str) -> None:
    """Note what totals lose and gain by a group that had another verdict."""
    verdict = group.ruled or group.verdict
    if verdict == before:
        return
    counts = ReportCount.objects.using(using).filter(group=group)
    for hour, count in counts.values_list("hour", "count"):
        moves[hour, *part_of(group.kind, group.subject, before)] -= count
        moves[hour, *part_of(group.kind, group.subject, verdict)] += count


def _moved(using: str, moves: Moves) -> None:
    names = ("hour", "kind", "subject", "verdict", "count")
    rows = [(*key, count) for key, count in sorted(moves.items()) if count]
    upsert.add(using, ReportTotal, names, rows)
    if rows:
        ReportTotal.objects.using(using).filter(count__lte=0).delete()
