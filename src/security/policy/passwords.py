"""When a password has to be changed, and what it is made of. No clock, no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Final

MAX_HISTORY: Final = 24  # passwords; each costs a comparison as slow as a login
MAX_COUNT: Final = 64  # characters of one kind that a rule may ask for
REHASH_WINDOW: Final = timedelta(seconds=10)  # two logins of one user, started together
_REHASHED: Final = "rehashed:"


class News(Enum):
    """What a stored hash says beside the fingerprint that was recorded."""

    NONE = "none"  # the same password
    UNKNOWN = "unknown"  # nothing was recorded yet: this hash is the one that is meant
    CHANGED = "changed"


def fingerprint(encoded: str) -> str:
    """
    Return what tells one stored hash from another: 64 hexadecimal digits.

    No key goes into it, so that it outlives a new ``SECRET_KEY``. Nor is one needed: whoever
    has the fingerprint alone knows neither the salt nor the hash, and whoever reads the
    table of users has better than this.
    """
    return sha256(encoded.encode()).hexdigest()


def rehashed(now: datetime) -> str:
    """Return what is recorded while the same password gets a better hash."""
    return f"{_REHASHED}{now.timestamp():.0f}"


def news(recorded: str, encoded: str, *, now: datetime) -> News:
    """
    Compare a recorded fingerprint with the stored hash.

    For ``REHASH_WINDOW`` after a re-hash any hash counts as the same password: of two
    logins at once each writes a hash of its own. After that, the one that stayed is meant.
    """
    if recorded == fingerprint(encoded):
        return News.NONE
    if not recorded:
        return News.UNKNOWN
    if recorded.startswith(_REHASHED):
        since = now.timestamp() - float(recorded.removeprefix(_REHASHED))
        return News.NONE if since < REHASH_WINDOW.total_seconds() else News.UNKNOWN
    return News.CHANGED


@dataclass(frozen=True, slots=True)
class Lifetime:
    """
    What is known of the password of a user.

    ``date`` is the moment from which it must be changed, or ``None``; ``changed_on`` is
    where its age counts from; ``never_expires`` takes the age out of account, not the date.
    """

    date: datetime | None
    changed_on: datetime | None
    never_expires: bool = False

    def end(self, max_age: timedelta | None) -> datetime | None:
        """Return the moment from which the password is expired, or ``None`` for never."""
        moments = [] if self.date is None else [self.date]
        if max_age is not None and not self.never_expires and self.changed_on is not None:
            moments.append(self.changed_on + max_age)
        return min(moments, default=None)


def uppercase(password: str) -> int:
    """Count the upper-case letters, of any alphabet that has them."""
    return sum(map(str.isupper, password))


def lowercase(password: str) -> int:
    """Count the lower-case letters, of any alphabet that has them."""
    return sum(map(str.islower, password))


def digits(password: str) -> int:
    """Count the decimal digits, of any script; a superscript is none."""
    return sum(map(str.isdecimal, password))


def readings(view_name: str) -> Iterator[str]:
    """
    Yield what a list of URL names may call a view.

    ``shop:basket:pay`` answers to its full name, ``shop:basket:*`` and ``shop:*``; never to
    ``pay``, which is another view.
    """
    yield view_name
    space = view_name
    while ":" in space:
        space = space.rpartition(":")[0]
        yield f"{space}:*"
