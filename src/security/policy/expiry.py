"""When a session is too old or too idle to trust. No clock, only numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum
from functools import lru_cache

from .errors import must_be

MAX_REFRESH_SHARE = 10  # an idle time is known to within a tenth of its limit
MAX_SECONDS = 10**10  # 317 years; a limit beyond that is a mistake
MAX_TEXT = 40  # characters; a time with microseconds and an offset has 32
SKEW = 60  # seconds that the clocks of two servers may be apart

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Verdict(Enum):
    """What is to be done with a session."""

    FRESH = "nothing recorded yet"
    ALIVE = "alive"
    DUE = "alive, and the activity is to be recorded"
    IDLE = "idle for too long"
    OLD = "too old"
    UNREADABLE = "no times that can be true"


@dataclass(frozen=True, slots=True)
class Expiry:
    """
    The limits of a session, in seconds.

    ``age`` counts from its start, ``idle`` from the last recorded activity, ``refresh`` is
    the least time between two records. A limit of 0 ends a session at the next request.
    """

    age: float
    idle: float
    refresh: float = 60

    @classmethod
    def of_pair(cls, pair: object, *, refresh: float) -> Expiry:
        """Read ``(age, idle)``. Raises ``PolicyError`` for anything else."""
        if (
            isinstance(pair, tuple | list)
            and len(pair) == 2  # a pair
            and all(type(limit) in {int, float} and 0 <= limit <= MAX_SECONDS for limit in pair)
        ):
            return cls(pair[0], pair[1], refresh)
        raise must_be(
            "a function that returns None or two numbers of seconds, (age, idle)",
            pair,
            hint="Return (28_800, 900) for eight hours and fifteen minutes.",
        )

    def judge(self, started: float | None, seen: float | None, now: float) -> Verdict:
        """
        Judge a session by the times of its start and of its last activity.

        All times are Unix seconds; ``None`` is a time that is not recorded, and nan one that
        cannot be read. Of the two, one alone was not recorded by us. A time in the future,
        by more than clocks are apart, cannot be true either.
        """
        if started is None and seen is None:
            return Verdict.FRESH
        if started is None or seen is None:
            return Verdict.UNREADABLE
        latest = now + SKEW
        if not (started <= latest and seen <= latest):  # nan is never less
            return Verdict.UNREADABLE
        if not self.age or now - started > self.age:
            return Verdict.OLD
        if not self.idle or now - seen > self.idle:
            return Verdict.IDLE
        return Verdict.DUE if self.is_due(seen, now) else Verdict.ALIVE

    def due(self, seen: float) -> float:
        """
        Return from when on an activity is worth a record: ``refresh`` seconds after the last.

        A tenth of the idle time is enough, where that is less: by so much at most a session
        ends too early.
        """
        return seen + min(self.refresh, self.idle / MAX_REFRESH_SHARE)

    def is_due(self, seen: float, now: float) -> bool:
        """Tell whether an activity is worth a record now."""
        return now >= self.due(seen)


def write_time(moment: float) -> str:
    """Return a time in Unix seconds as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(int(moment), UTC).isoformat()


def read_time(recorded: object, *, naive: tzinfo) -> float:
    """
    Return Unix seconds, or nan for what is no time.

    Text in ISO 8601 and datetimes are times; ``naive`` is where a clock without an offset
    hung.
    """
    if isinstance(recorded, str):
        return _read_text(recorded, naive) if len(recorded) <= MAX_TEXT else math.nan
    return _seconds(recorded, naive) if isinstance(recorded, datetime) else math.nan


@lru_cache(maxsize=4096)  # times; that of an active user stays the same for a minute
def _read_text(text: str, naive: tzinfo) -> float:
    try:
        return _seconds(datetime.fromisoformat(text), naive)
    except ValueError:
        return math.nan


def _seconds(moment: datetime, naive: tzinfo) -> float:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=naive)
    return (aware - _EPOCH).total_seconds()
