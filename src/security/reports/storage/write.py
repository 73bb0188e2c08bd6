"""Arrivals taken in: as one row of the inbox, or counted at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from security.models import ReportGroup, ReportInbox, ReportReceipt
from security.reports.entry import Arrival

from . import counts, places, upsert
from .connection import alias, guarded, locked, transact
from .moments import HOUR, moment
from .places import Places
from .tallies import Key, Tallies, Tally

LIMIT: Final = 900  # rows of the inbox in one transaction; SQLite may take 999 values


def append(arrivals: Sequence[Arrival], *, using: str | None = None) -> None:
    """
    Keep arrivals for good, to be counted by the next ``fold``.

    One statement, if this process wrote all entries in full within the last hour. Returns
    after the commit; inside of the caller's transaction, with that. Raises
    ``StorageUnavailable``; nobody knows what a database that goes away in a commit has kept.
    """
    if not arrivals:
        return
    database, first = alias(using), places.first_of_each(arrivals)
    known = places.remembered(database, first)
    if len(known) < len(first) or not guarded(
        database, lambda: _append_known(database, arrivals, known)
    ):
        transact(database, lambda: _append(database, arrivals))


def _append_known(using: str, arrivals: Sequence[Arrival], known: Places) -> bool:
    """Write arrivals by one statement, if their groups are there still."""
    text = _tallies(arrivals, known).dump()
    names = ("pk", "fingerprint")
    there = {place.group: place.fingerprint for place in known.values()}
    return upsert.insert_if(using, ReportInbox, "tallies", text, ReportGroup, names, there)


def _append(using: str, arrivals: Sequence[Arrival]) -> None:
    tallies = _tallies(arrivals, places.written(using, places.first_of_each(arrivals)))
    ReportInbox.objects.using(using).create(tallies=tallies.dump())


def keep(batches: Mapping[str, Sequence[Arrival]], *, now: int, using: str | None = None) -> int:
    """
    Count batches of arrivals at once, each once for all times, by the id that it has.

    Returns how many reports were counted; those of a batch that was counted before are not.
    All or nothing: ``StorageUnavailable`` is raised if not. ``now``, in Unix seconds, is when
    the receipts are from: nobody may remove one whose batch could come again.
    """
    database = alias(using)
    return transact(database, lambda: _keep(database, batches, now)) if batches else 0


def _keep(using: str, batches: Mapping[str, Sequence[Arrival]], now: int) -> int:
    receipts = ReportReceipt.objects.using(using)
    counted = {name for (name,) in upsert.select(using, ReportReceipt, ["pk"], batches)}
    new = sorted(batches.keys() - counted)
    # Whoever inserts the same at the same time fails, and looks again.
    receipts.bulk_create([ReportReceipt(stream_id=name, counted=moment(now)) for name in new])
    arrivals = [arrival for name in new for arrival in batches[name]]
    if arrivals:
        first = places.first_of_each(arrivals)
        counts.add(using, _tallies(arrivals, places.written(using, first)))
    return sum(arrival.count for arrival in arrivals)


def fold(limit: int | None = None, *, using: str | None = None) -> int:
    """
    Add what was accepted to the groups and counts; return how many reports that were.

    At most ``limit`` rows of the inbox, else all there are. Processes may do so at the same
    time. Raises ``StorageUnavailable``.
    """
    database, reports = alias(using), 0
    while True:
        some = min(LIMIT, LIMIT if limit is None else limit)
        rows, count = transact(database, partial(_fold, database, some))
        reports += count
        if limit is not None:
            limit -= rows
        if rows < some or limit == 0:
            return reports


def _fold(using: str, limit: int) -> tuple[int, int]:
    inbox = ReportInbox.objects.using(using)
    rows = dict(locked(inbox, using, skip=True).values_list("pk", "tallies")[:limit])
    if not rows:
        return 0, 0
    tallies = Tallies()
    for text in rows.values():
        tallies.load(text)
    counts.add(using, tallies)
    inbox.filter(pk__in=rows).delete()
    return len(rows), sum(tally.reports for tally in tallies.values())


def _tallies(arrivals: Sequence[Arrival], at: Places) -> Tallies:
    tallies = Tallies()
    for arrival in arrivals:
        found = at[arrival.entry]
        key = Key(found.group, found.policy, arrival.entry.browser, arrival.at // HOUR)
        tallies.add(key, Tally(arrival.count, arrival.at, arrival.at))
    return tallies
