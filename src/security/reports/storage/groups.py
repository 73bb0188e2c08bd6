"""The groups that arrivals are counted in: found, made, or one for all that came too much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import blake2b
from typing import Final

from django.db.transaction import on_commit

from security.models import ReportGroup
from security.reports import grouping
from security.reports.entry import Arrival
from security.reports.report import Kind

from . import numbers, upsert
from .memory import MEMORY, place
from .moments import HOUR, moment

_KINDS: Final = frozenset(Kind)


def find(using: str, fingerprints: Iterable[str]) -> dict[str, int]:
    """Return the ids of the groups that there are."""
    names = ("fingerprint", "pk")
    return dict(upsert.select(using, ReportGroup, names, fingerprints))


def make(using: str, arrivals: Iterable[Arrival], most: int) -> dict[str, int]:
    """
    Return the ids of groups, made where there is none, by fingerprint.

    No hour, by when the reports came, gets more than ``most``; what has none then is left out.
    """
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.entry.fingerprint, arrival)
    found = find(using, first)
    hours: dict[int, list[str]] = {}
    for fingerprint in sorted(first.keys() - found.keys()):
        hours.setdefault(first[fingerprint].at // HOUR, []).append(fingerprint)
    for hour, missing in sorted(hours.items()):
        full = (place(using), "full", hour, most)
        if MEMORY.get(full, hour * HOUR):
            continue
        rows = _make(using, hour, [first[fingerprint] for fingerprint in missing], most)
        found.update(find(using, missing))
        if rows < len(missing):
            on_commit(partial(MEMORY.put, full, True, (hour + 1) * HOUR), using=using)
    return found


def _make(using: str, hour: int, arrivals: Sequence[Arrival], most: int) -> int:
    """Make groups while the hour takes any; return how many there are now."""
    counter = numbers.Counter(using, numbers.GROUPS, hour)
    # Another process may have made some while this one waited for the counter.
    others = find(using, (arrival.entry.fingerprint for arrival in arrivals))
    missing = [each for each in arrivals if each.entry.fingerprint not in others]
    rows = [_group(arrival) for arrival in missing[: counter.room(most)]]
    ReportGroup.objects.using(using).bulk_create(rows, ignore_conflicts=True)
    counter.add(len(rows))
    return len(others) + len(rows)


def _group(arrival: Arrival) -> ReportGroup:
    entry, at = arrival.entry, moment(arrival.at)
    key = grouping.key(entry.report)
    return ReportGroup(
        fingerprint=entry.fingerprint,
        kind=key.kind,
        disposition=key.disposition,
        subject=key.subject,
        blocked=key.blocked,
        source=key.source,
        line=key.line,
        document=key.document,
        host=entry.host,
        verdict=entry.judgement.verdict.value,
        rule=entry.judgement.rule,
        pack=entry.judgement.pack,
        browsers=[entry.browser] if entry.browser else [],
        first_seen=at,
        last_seen=at,
    )


def overflow(using: str, kinds: Iterable[str], at: int) -> dict[str, int]:
    """Return the ids of the groups for what came too much, by kind; made where missing."""
    wanted = {kind: overflow_fingerprint(kind) for kind in kinds}
    found = find(using, wanted.values())
    rows = [
        ReportGroup(
            fingerprint=fingerprint,
            kind=known(kind),
            overflow=True,
            verdict=ReportGroup.Verdict.UNKNOWN,
            first_seen=moment(at),
            last_seen=moment(at),
        )
        for kind, fingerprint in sorted(wanted.items())
        if fingerprint not in found
    ]
    if rows:
        ReportGroup.objects.using(using).bulk_create(rows, ignore_conflicts=True)
        found = find(using, wanted.values())
    return {kind: found[fingerprint] for kind, fingerprint in wanted.items()}


def known(kind: str) -> str:
    """Return a kind that browsers have, "" for any other: whoever sends may invent many."""
    return kind if kind in _KINDS else ""


def overflow_fingerprint(kind: str) -> str:
    """Return the fingerprint of the group for what came too much."""
    return blake2b(f"overflow:{known(kind)}".encode(), digest_size=16).hexdigest()
