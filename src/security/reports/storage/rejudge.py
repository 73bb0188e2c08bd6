"""Another verdict on groups: of a new pack of rules, or by hand. The totals follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Final

from security.models import ReportExemplar, ReportGroup
from security.reports.entry import Entry
from security.reports.noise import Judgement, Pack

from . import verdicts
from .connection import alias, locked, transact
from .write import fold

BATCH: Final = 200  # groups in one transaction


def rejudge(pack: Pack, *, using: str | None = None) -> int:
    """
    Judge groups again that another pack judged; return how many have another verdict now.

    Of the reports that were kept of a group decides the first that is not quiet, else the
    first. A verdict by hand stands above. Raises ``StorageUnavailable``.
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
    judgements = _judgements(using, ids, pack)
    moves: verdicts.Moves = Counter()
    changed = 0
    for group in groups:
        if (judgement := judgements.get(group.pk)) is not None:
            had = group.verdict
            verdicts.give(using, moves, group, judgement)
            changed += group.verdict != had
    verdicts.moved(using, moves)
    return changed


def _judgements(using: str, ids: list[int], pack: Pack) -> dict[int, Judgement]:
    found: dict[int, Judgement] = {}
    kept = ReportExemplar.objects.using(using).filter(group__in=ids).order_by("pk")
    for pk, text in kept.values_list("group", "text"):
        first = found.get(pk)
        if first is not None and not first.is_quiet:
            continue
        try:
            judgement = pack.judge(Entry.load(text).report)
        except ValueError:  # of another release
            continue
        if first is None or not judgement.is_quiet:
            found[pk] = judgement
    return found


def _rule(using: str, ids: list[int], verdict: str) -> int:
    groups = list(locked(ReportGroup.objects.filter(pk__in=ids), using))
    moves: verdicts.Moves = Counter()
    for group in groups:
        before = group.ruled or group.verdict
        group.ruled = verdict
        group.save(using=using, update_fields=["ruled"])
        verdicts.move(using, moves, group, before)
    verdicts.moved(using, moves)
    return len(groups)
