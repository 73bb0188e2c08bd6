"""Which script ran where, since when, until when, and what it was changed into."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final, NamedTuple, Protocol

from . import plain

MAX_LINE: Final = 500  # characters; CSV has all of it
UNTOLD: Final = "(not told)"

# What a spreadsheet would compute, also one whose cells are separated by semicolons.
_FORMULA = re.compile(r"(?:\A|(?<=;))(?=[\t\r]|\s*+[=+@-])")


class Ran(Protocol):
    """A script with one content on one route, see ``stored.Script``."""

    @property
    def host(self) -> str: ...
    @property
    def route(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def hash(self) -> str: ...
    @property
    def first_seen(self) -> datetime: ...
    @property
    def last_seen(self) -> datetime: ...
    @property
    def reports(self) -> int: ...


class Span(NamedTuple):
    first: datetime
    last: datetime
    reports: int

    def joined(self, other: Span) -> Span:
        if other is self:
            return self
        first, last = min(self.first, other.first), max(self.last, other.last)
        return Span(first, last, self.reports + other.reports)


class Row(NamedTuple):
    """
    One content of one script on one route. The names are the columns of the CSV.

    ``first_seen`` and ``last_seen`` are moments in UTC. ``replaces`` is the hash that was seen
    there before, ``replaced_on`` the moment at which the next one was first seen; both are
    empty where there is none.
    """

    host: str
    route: str
    script: str
    hash: str
    first_seen: str
    last_seen: str
    reports: int
    replaces: str
    replaced_on: str


def rows(scripts: Iterable[Ran]) -> list[Row]:
    """Return a row for each content, by host, route and script, the first seen first."""
    spans: dict[tuple[str, str, str], dict[str, Span]] = {}
    for one in scripts:
        span = Span(one.first_seen, one.last_seen, one.reports)
        contents = spans.setdefault((one.host, one.route, one.url), {})
        contents[one.hash] = contents.get(one.hash, span).joined(span)
    made = []
    for place, contents in sorted(spans.items()):
        known = sorted(contents.items(), key=lambda item: (item[1].first, item[0]))
        for number, (digest, span) in enumerate(known):
            before = known[number - 1][0] if number else ""
            after = _utc(known[number + 1][1].first) if number + 1 < len(known) else ""
            seen = (_utc(span.first), _utc(span.last), span.reports)
            made.append(Row(*place, digest, *seen, before, after))
    return made


def as_csv(found: Sequence[Row]) -> str:
    """Return the rows as CSV (RFC 4180, with one header line); no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(Row._fields)
    writer.writerows([_harmless(cell) for cell in row] for row in found)
    return text.getvalue()


def as_text(found: Sequence[Row]) -> str:
    """Return the rows for people, in ASCII: routes, their scripts, the contents of each."""
    lines = []
    for (host, route), scripts in groupby(found, lambda row: row[:2]):
        lines.append(_plain(f"{host}{route}"))
        for script, contents in groupby(scripts, lambda row: row.script):
            lines.append(_plain(f"  {script}"))
            for row in contents:
                until = f"replaced {row.replaced_on}, " if row.replaced_on else ""
                seen = f"since {row.first_seen}, {until}last seen {row.last_seen}"
                lines.append(_plain(f"    {row.hash or UNTOLD}  {seen}, {row.reports:,} reports"))
    return "\n".join(lines)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _harmless(cell: object) -> object:
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def _plain(text: str) -> str:
    return plain.line(text, MAX_LINE)
