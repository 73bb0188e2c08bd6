"""What a batch of arrivals adds to the counts, and the text that holds it in the inbox."""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from .moments import HOUR

_USUAL: Final = [1, 0, 0]  # reports, last, and the seconds between first and last


class Key(NamedTuple):
    """What is counted apart. ``hour`` is in hours since 1970, ``policy`` a digest or ""."""

    group: int
    policy: str
    browser: str
    hour: int


class Tally(NamedTuple):
    """So many reports, the first and the last of them at these Unix seconds."""

    reports: int
    first: int
    last: int

    def plus(self, other: Tally | None) -> Tally:
        """Return the sum of both."""
        if other is None:
            return self
        first, last = min(self.first, other.first), max(self.last, other.last)
        return Tally(self.reports + other.reports, first, last)


class Tallies(dict[Key, Tally]):
    """Tallies by key."""

    def add(self, key: Key, tally: Tally) -> None:
        """Add to what is there."""
        self[key] = tally.plus(self.get(key))

    def dump(self) -> str:
        """
        Return a text that ``load`` reads; every report that comes in is written in one.

        So it is short: names stand there once, moments as seconds since the first.
        """
        start = min((tally.first for tally in self.values()), default=0)
        policies: dict[str, int] = {}
        browsers: dict[str, int] = {}
        rows = [
            [
                key.group,
                policies.setdefault(key.policy, len(policies)),
                browsers.setdefault(key.browser, len(browsers)),
                tally.reports,
                tally.last - start,
                tally.last - tally.first,
            ]
            for key, tally in self.items()
        ]
        for row in rows:  # most came once, and many in the first second
            while len(row) > 3 and row[-1] == _USUAL[len(row) - 4]:
                row.pop()
        return json.dumps([start, [*policies], [*browsers], rows], separators=(",", ":"))

    def load(self, text: str) -> None:
        """Add what a text holds."""
        start, policies, browsers, rows = json.loads(text)
        for row in rows:
            group, policy, browser, reports, last, span = row + _USUAL[len(row) - 3 :]
            last += start
            key = Key(group, policies[policy], browsers[browser], last // HOUR)
            self.add(key, Tally(reports, last - span, last))
