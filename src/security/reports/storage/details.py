"""What a group keeps beside its counts: a few whole reports, browsers, policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from security.models import ReportExemplar, ReportGroup, ReportPolicy
from security.reports import grouping
from security.reports.entry import Arrival, Entry
from security.reports.noise import QUIET

from . import numbers, upsert, verdicts
from .moments import HOUR, moment

MAX_BROWSERS: Final = 10  # names kept for each group

Brought = Mapping[int, Sequence[Arrival]]  # by the id of the group


class Full(NamedTuple):
    """
    What a group has that takes no more exemplars.

    ``browsers`` is ``None`` for as many as it takes. One that ``is_quiet`` takes a report that
    is not.
    """

    browsers: frozenset[str] | None
    is_quiet: bool

    def takes(self, entry: Entry) -> bool:
        """Tell whether an entry brings the group anything."""
        if self.is_quiet and not entry.judgement.is_quiet:
            return True
        return self.browsers is not None and entry.browser not in {"", *self.browsers}


def complete(using: str, brought: Brought) -> dict[int, Full]:
    """
    Add browsers and exemplars that differ from those that are kept.

    A quiet group gets the verdict of the first report that is not, and keeps that report, if
    need be in the place of the last. Returns the groups that take no more exemplars. Others
    wait for these groups until the transaction ends.
    """
    done: dict[int, Full] = {}
    ids = {pk for (pk,) in upsert.select(using, ReportGroup, ["pk"], brought, lock=True)}
    groups = ReportGroup.objects.using(using)
    rows = groups.only(*verdicts.COLUMNS, "browsers").in_bulk(ids).values()
    kept = _kept(using, brought)
    new: list[ReportExemplar] = []
    replaced: list[int] = []
    loud = verdicts.hear(using, rows, brought)
    for row in rows:
        old, arrivals = kept.get(row.pk, {}), brought[row.pk]
        if row.pk in loud:
            arrivals = [loud[row.pk], *arrivals]
            if len(old) >= grouping.MAX_EXEMPLARS:
                replaced.append(old.popitem()[0])
        more = _exemplars([*old.values()], arrivals)
        new += [
            ReportExemplar(group_id=row.pk, text=each.entry.text, received=moment(each.at))
            for each in more
        ]
        browsers = _browsers(row.browsers, (each.entry.browser for each in arrivals))
        if browsers != row.browsers:
            groups.filter(pk=row.pk).update(browsers=browsers)
        if len(old) + len(more) >= grouping.MAX_EXEMPLARS:
            known = None if len(browsers) >= MAX_BROWSERS else frozenset(browsers)
            done[row.pk] = Full(known, row.verdict in QUIET)
    ReportExemplar.objects.using(using).filter(pk__in=replaced).delete()
    ReportExemplar.objects.using(using).bulk_create(new)
    return done


def _kept(using: str, groups: Iterable[int]) -> dict[int, dict[int, str]]:
    """Return the texts of the exemplars by group and id, the oldest first."""
    kept: dict[int, dict[int, str]] = {}
    columns = ("group", "pk", "text")
    for group, pk, text in sorted(upsert.select(using, ReportExemplar, columns, groups)):
        kept.setdefault(group, {})[pk] = text
    return kept


def _exemplars(kept: Sequence[str], arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Return the arrivals to keep whole."""
    if len(kept) >= grouping.MAX_EXEMPLARS:
        return []
    reports = []
    for text in kept:
        try:
            reports.append(Entry.load(text).report)
        except ValueError:  # of another release; it takes its place all the same
            continue
    by_report = {id(arrival.entry.report): arrival for arrival in arrivals}
    chosen = grouping.exemplars(reports, [arrival.entry.report for arrival in arrivals])
    new = [by_report[id(report)] for report in chosen if id(report) in by_report]
    return new[: grouping.MAX_EXEMPLARS - len(kept)]


def _browsers(known: Sequence[str], names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*known, *filter(None, names))))[: max(MAX_BROWSERS, len(known))]


def policies(using: str, arrivals: Iterable[Arrival], most: int) -> frozenset[str]:
    """
    Write policies that are not there yet, and return the digests of those that are now.

    No hour gets more than ``most``: whoever sends reports may invent policies, too.
    """
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        if arrival.entry.policy:
            first.setdefault(arrival.entry.policy, arrival)
    found = _written(using, first)
    hours: dict[int, list[str]] = {}
    for digest in sorted(first.keys() - found):
        hours.setdefault(first[digest].at // HOUR, []).append(digest)
    for hour, missing in sorted(hours.items()):
        counter = numbers.Counter(using, numbers.POLICIES, hour)
        found |= (others := _written(using, missing))
        new = [d for d in missing if d not in others][: counter.room(most)]
        ReportPolicy.objects.using(using).bulk_create(
            [_policy(first[digest]) for digest in new], ignore_conflicts=True
        )
        counter.add(len(new))
        found |= set(new)
    return frozenset(found)


def _written(using: str, digests: Iterable[str]) -> set[str]:
    return {digest for (digest,) in upsert.select(using, ReportPolicy, ["pk"], digests)}


def _policy(arrival: Arrival) -> ReportPolicy:
    entry, at = arrival.entry, moment(arrival.at)
    return ReportPolicy(digest=entry.policy, text=entry.report.policy, first_seen=at, last_seen=at)
