"""The time that a chart shows: from when, and in which steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from security.reports.storage import moments

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Range:
    """A choice: so many hours or days until now; ``before`` names as many before them."""

    name: str
    label: _StrPromise
    before: _StrPromise
    steps: int
    by_day: bool


RANGES: Final[Mapping[str, Range]] = {
    one.name: one
    for one in (
        Range("24h", gettext_lazy("24 hours"), gettext_lazy("the day before"), 24, False),
        Range("7d", gettext_lazy("7 days"), gettext_lazy("the 7 days before"), 7 * 24, False),
        Range("30d", gettext_lazy("30 days"), gettext_lazy("the 30 days before"), 30, True),
    )
}
DEFAULT: Final = "7d"


@dataclass(frozen=True, slots=True)
class Span:
    """The steps of a range that ends now; ``start`` is where the first one begins."""

    range: Range
    start: datetime
    end: datetime
    steps: tuple[datetime | date, ...]

    @classmethod
    def of(cls, name: str | None, now: datetime | None = None) -> Span:
        """Return the span that a page asks for; an unknown name means the usual one."""
        chosen = RANGES.get(name or "", RANGES[DEFAULT])
        now = timezone.now() if now is None else now
        seconds = int(now.timestamp())
        hour = moments.hour(seconds)
        if not chosen.by_day:
            # Naive moments: the two hours around the end of summer time are one.
            began = (moments.hour(seconds - moments.HOUR * ago) for ago in range(chosen.steps))
            hours = tuple(dict.fromkeys(began))[::-1]
            return cls(chosen, hours[0], hour + HOUR, hours)
        today = _local(now).date()
        days = tuple(today - timedelta(days=ago) for ago in reversed(range(chosen.steps)))
        midnight = datetime(days[0].year, days[0].month, days[0].day)
        start = timezone.make_aware(midnight) if timezone.is_aware(now) else midnight
        return cls(chosen, start, hour + HOUR, days)

    @property
    def first_day(self) -> date:
        """The day of ``start``, for what is counted by UTC days."""
        return (self.start.astimezone(UTC) if timezone.is_aware(self.start) else self.start).date()

    def step(self, hour: datetime) -> datetime | date:
        """Return the step that an hour belongs to."""
        return _local(hour).date() if self.range.by_day else hour

    def labels(self) -> list[str]:
        """Return what the steps are called, in local time."""
        return [
            date_format(_local(step), "j M, H:i")
            if isinstance(step, datetime)
            else date_format(step, "j M")
            for step in self.steps
        ]


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment
