"""Numbers of a day: what was refused, what is noise no more, how much an hour may bring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db.models import F

from security.models import ReportDaily

from . import upsert
from .connection import alias, locked, transact
from .moments import DAY, HOUR, day

BROWSER: Final = "browser"
REFUSED: Final = "refused"
GROUPS: Final = "groups"  # new ones of an hour, under its number
POLICIES: Final = "policies"
LOUD: Final = "loud"  # groups that were noise until that day, under their fingerprints
MAX_NAME: Final = 64  # characters of a column
MAX_BROWSERS: Final = 200  # about so many names a day; senders may invent more


def refused(reasons: Mapping[str, int], now: int, *, using: str | None = None) -> None:
    """
    Add to the day's refusals by reason. ``now`` is in Unix seconds.

    Raises ``StorageUnavailable``.
    """
    rows = [
        (day(now), REFUSED, reason[:MAX_NAME], count) for reason, count in sorted(reasons.items())
    ]
    database = alias(using)
    transact(database, lambda: add(database, rows))


def add(using: str, rows: upsert.Rows) -> None:
    """Add to rows of day, what, name and count."""
    upsert.add(using, ReportDaily, ("day", "what", "name", "count"), rows)


def add_browsers(using: str, counts: Mapping[tuple[int, str], int]) -> None:
    """Add to the browsers of days since 1970; a day takes some names, and the rest under ""."""
    rows: dict[tuple[date, str, str], int] = {}
    for number in sorted({number for number, _ in counts}):
        at = day(number * DAY)
        there = ReportDaily.objects.using(using).filter(day=at, what=BROWSER)
        names = set(there.values_list("name", flat=True))
        for name, count in sorted((n, count) for (d, n), count in counts.items() if d == number):
            known = name if name in names or len(names) < MAX_BROWSERS else ""
            names.add(known)
            rows[at, BROWSER, known] = rows.get((at, BROWSER, known), 0) + count
    add(using, [(*key, count) for key, count in sorted(rows.items())])


class Counter:
    """How many new things an hour brought. Until the transaction ends all others wait."""

    def __init__(self, using: str, what: str, hour: int) -> None:
        """``hour`` is in hours since 1970."""
        self._rows = ReportDaily.objects.using(using)
        at = {"day": day(hour * HOUR), "what": what, "name": f"{hour % (DAY // HOUR):02}"}
        row = locked(self._rows.filter(**at), using).first()
        if row is None:
            self._rows.bulk_create([ReportDaily(**at)], ignore_conflicts=True)
            row = locked(self._rows.filter(**at), using).get()
        self._row = row

    def room(self, most: int) -> int:
        """Return how many more make ``most`` of them."""
        return max(0, most - self._row.count)

    def add(self, count: int) -> None:
        """Count new things."""
        if count:
            self._rows.filter(pk=self._row.pk).update(count=F("count") + count)
