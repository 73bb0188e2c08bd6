"""A chart as data: what the script draws, and the table that says the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from .spans import Span


def grouped(number: int) -> str:
    """Write a number in groups of digits, as the language does."""
    return number_format(number, use_l10n=True, force_grouping=True)


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart; ``colour`` is the end of the name of a CSS variable."""

    name: str
    colour: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked bars over time. ``id`` is that of its data block."""

    id: str
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not any(any(one.counts) for one in self.series)

    def data(self) -> dict[str, Any]:
        """Return what the script reads."""
        return {
            "labels": self.labels,
            "series": [
                {"name": one.name, "colour": one.colour, "counts": one.counts}
                for one in self.series
            ],
        }

    def body(self) -> SafeString:
        """Return the rows of the table, the latest first; times without any are left out."""
        written: dict[int, str] = {}  # small numbers come again and again
        rows = []
        for place in reversed(range(len(self.labels))):
            counts = [one.counts[place] for one in self.series]
            if any(counts):
                cells = format_html_join(
                    "",
                    '<td class="rp-number">{}</td>',
                    ((written.get(n) or written.setdefault(n, grouped(n)),) for n in counts),
                )
                rows.append((self.labels[place], cells))
        return format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', rows)


def stacked(
    found: Iterable[tuple[datetime, str, int]],
    span: Span,
    names: Mapping[str, tuple[str, str]],
) -> tuple[Series, ...]:
    """
    Add up counts by step and name, into series in the order of ``names``.

    ``names`` maps a name to what it is called and its colour; another name is passed over, and
    so is an hour outside the span.
    """
    sums: dict[str, dict[datetime | date, int]] = {
        name: dict.fromkeys(span.steps, 0) for name in names
    }
    steps: dict[datetime, datetime | date] = {}  # to find the day of an hour takes a while
    for hour, name, count in found:
        step = steps.get(hour) or steps.setdefault(hour, span.step(hour))
        if (series := sums.get(name)) is not None and step in series:
            series[step] += count
    return tuple(
        Series(label, colour, tuple(sums[name].values())) for name, (label, colour) in names.items()
    )
