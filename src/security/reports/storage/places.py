"""Where each arrival is counted, after what it brings that is new is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from django.db.transaction import on_commit

from security.conf import conf
from security.models import ReportGroup
from security.reports.entry import Arrival, Entry

from . import details, groups, upsert
from .memory import MEMORY, place
from .moments import HOUR

Places = dict[Entry, "Place"]


class Place(NamedTuple):
    """A group, by its id and its fingerprint, and the policy's digest, "" for none."""

    group: int
    fingerprint: str
    policy: str


def first_of_each(arrivals: Iterable[Arrival]) -> list[Arrival]:
    """Return the first arrival of each entry."""
    first: dict[Entry, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.entry, arrival)
    return list(first.values())


def remembered(using: str, arrivals: Iterable[Arrival]) -> Places:
    """Return the places of the entries that this process wrote in full."""
    at = place(using)
    known: Places = {}
    for arrival in arrivals:
        found = MEMORY.get((at, arrival.entry.digest), arrival.at) or _complete(at, arrival)
        if found is not None:
            known[arrival.entry] = found
    return known


def there(using: str, places: Places) -> Places:
    """Return those whose groups were not deleted meanwhile."""
    ids = (found.group for found in places.values())
    rows = set(upsert.select(using, ReportGroup, ("pk", "fingerprint"), ids))
    return {entry: found for entry, found in places.items() if found[:2] in rows}


def written(using: str, arrivals: Sequence[Arrival]) -> Places:
    """
    Write groups, exemplars, browsers and policies that are new, and return all places.

    ``arrivals`` are those of ``first_of_each``.
    Must be in a transaction: what is remembered of it is so once that is committed.
    """
    places = there(using, remembered(using, arrivals))
    new = [arrival for arrival in arrivals if arrival.entry not in places]
    if not new:
        return places
    most = conf.SECURITY_REPORTS.max_groups_per_hour
    own = groups.make(using, new, most)
    brought: dict[int, list[Arrival]] = {}
    surplus: list[Arrival] = []
    for arrival in new:
        if (group := own.get(arrival.entry.fingerprint)) is not None:
            brought.setdefault(group, []).append(arrival)
        else:
            surplus.append(arrival)
    full = details.complete(using, brought)
    policies = details.policies(using, (each for some in brought.values() for each in some), most)
    for group, some in brought.items():
        for arrival in some:
            entry = arrival.entry
            policy = entry.policy if entry.policy in policies else ""
            places[entry] = Place(group, entry.fingerprint, policy)
    if surplus:
        kinds = {arrival.entry.report.kind for arrival in surplus}
        ids = groups.overflow(using, kinds, min(arrival.at for arrival in surplus))
        for arrival in surplus:
            kind = arrival.entry.report.kind
            places[arrival.entry] = Place(ids[kind], groups.overflow_fingerprint(kind), "")
    on_commit(partial(_remember, place(using), new, places, full), using=using)
    return places


def _remember(
    at: tuple[str, ...],
    arrivals: Sequence[Arrival],
    places: Places,
    full: dict[int, details.Full],
) -> None:
    for arrival in arrivals:
        entry, found = arrival.entry, places[arrival.entry]
        is_whole = found.fingerprint == entry.fingerprint and found.policy == entry.policy
        until = arrival.at + HOUR if is_whole else (arrival.at // HOUR + 1) * HOUR
        MEMORY.put((at, entry.digest), found, until)
        if is_whole and found.group in full:
            MEMORY.put((at, entry.fingerprint), (found.group, full[found.group]), until)
            MEMORY.put((at, found.group, entry.policy), True, until)


def _complete(at: tuple[str, ...], arrival: Arrival) -> Place | None:
    """Return the place of an entry that is new, and brings its group nothing that is."""
    entry = arrival.entry
    found = MEMORY.get((at, entry.fingerprint), arrival.at)
    if found is None:
        return None
    group, full = found
    if full.takes(entry):
        return None
    if entry.policy and not MEMORY.get((at, group, entry.policy), arrival.at):
        return None
    return Place(group, entry.fingerprint, entry.policy)
