"""What browsers reported, as plain values: one for each group of equal violations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Violation:
    """
    A group of equal violations.

    ``directive`` is the effective one. ``blocked`` is what the browser named: a URL or an origin,
    a scheme such as ``data``, or a word such as ``inline`` and ``eval``; empty where it named
    nothing. ``document`` is the URL of the page; its path may be a template.

    ``policy`` is the policy that was violated, as sent, empty where that is unknown. ``count``
    is a number of reports. ``visitors`` is a number of different senders, ``None`` where nobody
    counted. ``noise`` is the rule by which the report is noise, empty where none says so.
    """

    directive: str
    blocked: str
    document: str
    disposition: str = "enforce"
    count: int = 1
    pages: tuple[str, ...] = ()
    browsers: tuple[str, ...] = ()
    visitors: int | None = None
    first_seen: date | None = None
    last_seen: date | None = None
    policy: str = ""
    source_file: str = ""
    sample: str = ""
    noise: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What stands behind a line of advice.

    ``count`` is a number of reports, ``days`` from the first to the last of them, both counted,
    0 where no date is known. ``visitors`` is ``None`` where nobody counted.
    """

    count: int
    pages: tuple[str, ...]
    browsers: tuple[str, ...]
    days: int
    visitors: int | None = None

    def __str__(self) -> str:
        parts = [_counted(self.count, "report")]
        for number, noun in (
            (len(self.pages), "page"),
            (len(self.browsers), "browser"),
            (self.days, "day"),
            (self.visitors or 0, "visitor"),
        ):
            if number:
                parts.append(_counted(number, noun))
        return ", ".join(parts)


def evidence(violations: Iterable[Violation]) -> Evidence:
    """Add up groups. Of visitors the most in one group counts: the same may be in another."""
    groups = tuple(violations)
    seen = [day for one in groups for day in (one.first_seen, one.last_seen) if day is not None]
    known = [one.visitors for one in groups if one.visitors is not None]
    return Evidence(
        count=sum(one.count for one in groups),
        pages=tuple(sorted({page for one in groups for page in one.pages or (one.document,)})),
        browsers=tuple(sorted({name for one in groups for name in one.browsers})),
        days=(max(seen) - min(seen)).days + 1 if seen else 0,
        visitors=max(known) if known else None,
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
