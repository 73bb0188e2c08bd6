"""Planning HSTS: a ramp with dates, where it stands, how it ends. RFC 6797 section 11."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from .errors import PolicyError, must_be
from .hsts import YEAR, Ramp

DAY: Final = 86_400  # seconds
# What hstspreload.org advises, with a day and two years at the ends.
AGES: Final = {
    300: "5 minutes",
    DAY: "a day",
    7 * DAY: "a week",
    30 * DAY: "a month",
    2 * YEAR: "two years",
}
HOLD: Final = 7  # days: a mistake shows within a working week
MAX_HOLD: Final = 365  # days
PRELOAD_AGE: Final = YEAR  # seconds; the lists of the browsers take no host with less
LAST_DAY: Final = date.max - timedelta(days=10_000)  # so that every date of a plan exists


def ramp(start: date, *, hold: int = HOLD) -> Ramp:
    """
    Return the five steps from 5 minutes to two years.

    Each stands for as long as it says, and for at least ``hold`` days, so that whoever
    remembers a step has felt it before the next. Raises ``PolicyError``.
    """
    if type(hold) is not int or not 1 <= hold <= MAX_HOLD:
        raise must_be(f"held for 1 to {MAX_HOLD} days", hold)
    if start > LAST_DAY:
        raise must_be(f"begun by {LAST_DAY}", str(start))
    steps = []
    for age in AGES:
        steps.append((start, age))
        start += timedelta(days=max(hold, days(age)))
    return Ramp(tuple(steps))


def days(seconds: int) -> int:
    """Return a number of seconds in whole days, rounded up."""
    return -(-seconds // DAY)


def spoken(seconds: int) -> str:
    """Return a number of seconds as one says it: ``a week``, ``90 days``."""
    if seconds in {*AGES, YEAR}:
        return AGES.get(seconds, "a year")
    for unit, name in ((DAY, "day"), (3600, "hour"), (60, "minute")):
        if seconds and seconds % unit == 0:
            count = seconds // unit
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return f"{seconds} seconds"


def written(plan: Ramp) -> str:
    """Return a ramp as the lines of a settings file."""
    rows = [f'    ("{day}", {age:_}),  # {_remark(age)}' for day, age in plan.steps]
    return "\n".join(["SECURITY_HSTS_RAMP = [", *rows, "]"])


def _remark(age: int) -> str:
    return spoken(age) if age else "forget this host"


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Where a ramp stands on one day.

    ``number`` counts the steps that are reached, of ``count``; ``age`` is what is sent, in
    seconds, ``None`` before the first step. ``next_day`` and ``next_age`` are ``None`` after
    the last. ``ends`` is the day of the last step, ``longest`` the highest age until today.
    """

    number: int
    count: int
    age: int | None
    next_day: date | None
    next_age: int | None
    ends: date
    longest: int

    @property
    def has_ended(self) -> bool:
        return self.next_day is None

    @property
    def is_withdrawn(self) -> bool:
        return self.age == 0


def standing(plan: Ramp, today: date) -> Standing:
    """Return where the ramp stands today."""
    reached = [age for day, age in plan.steps if day <= today]
    coming = [step for step in plan.steps if step[0] > today]
    next_day, next_age = coming[0] if coming else (None, None)
    return Standing(
        number=len(reached),
        count=len(plan.steps),
        age=reached[-1] if reached else None,
        next_day=next_day,
        next_age=next_age,
        ends=plan.steps[-1][0],
        longest=max(reached, default=0),
    )


def check_preload(plan: Ramp, today: date, *, include_subdomains: bool) -> None:
    """
    Refuse ``preload`` until the ramp is at its end, and what the lists would not take.

    Raises ``PolicyError``: whoever sends it may be on the list for good, and anybody may
    submit the host.
    """
    here = standing(plan, today)
    final = plan.steps[-1][1]
    if final < PRELOAD_AGE:
        raise PolicyError(
            f"must wait for a ramp that ends at {PRELOAD_AGE} seconds or more (got {final}).",
            hint="The lists of the browsers take no host that promises less than a year.",
        )
    if not here.has_ended:
        raise PolicyError(
            f"must wait until {here.ends}, the last step of the ramp (today is {today}).",
            hint="A host stays on the browsers' lists for months after it was taken off.",
        )
    if not include_subdomains:
        raise PolicyError(
            "must come with SECURE_HSTS_INCLUDE_SUBDOMAINS = True (got False).",
            hint="The lists of the browsers take no host without its subdomains.",
        )


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The ramp that takes HSTS back, and the first day on which nobody remembers it."""

    ramp: Ramp
    forgotten: date


def withdrawal(plan: Ramp | None, start: date, *, longest: int = 0) -> Withdrawal:
    """
    Return the ramp that sends ``max-age=0`` from ``start`` on.

    The steps reached by then stay, as a record of what was sent. ``longest`` is the highest
    age, in seconds, that was sent without a ramp. A browser that saw the highest age on the
    last day before keeps it that long, so the ramp has to stay until ``forgotten``. Raises
    ``PolicyError`` where nothing was ever sent.
    """
    past = [] if plan is None else [step for step in plan.steps if step[0] <= start]
    remembered = max([longest, *(age for _, age in past)])
    if not remembered:
        raise PolicyError(
            "must have been sent before it is withdrawn (got no step of a ramp until "
            f"{start}, and no number of seconds).",
            hint="If the number was taken out of the settings already, name it: "
            "--longest 31536000.",
        )
    since = start
    while past and past[-1][1] == 0:  # withdrawn before: the clock runs from then
        since, _ = past.pop()
    if past and past[-1][0] == since:  # sent on this very day: recorded as of the day before
        _, age = past.pop()
        before = since - timedelta(days=1)
        if past and past[-1][0] == before:
            age = max(age, past.pop()[1])
        past.append((before, age))
    if (date.max - since).days <= days(remembered):
        raise must_be("a date whose end can be told", str(since))
    return Withdrawal(Ramp((*past, (since, 0))), since + timedelta(days=days(remembered)))
