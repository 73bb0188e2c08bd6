"""What the site and those who judge it agree on: the limits, in seconds, and the names of pages."""

from __future__ import annotations

IDLE = 5
AGE = 20
FREE = 3  # guesses at an account before the next has to wait
FIRST_DELAY = 5
MAX_DELAY = 10
RECHECK = 5  # until every process knows that a password expired; the package says 60

HOME = "/"
LOGIN = "/accounts/login/"
CHANGE = "/password/"
EXPIRE = "/expire/"
UNLOCK = "/unlock/{}/"

PASSWORD = "Right-{}"  # noqa: S105  # of every user, with the number of changes
HASHER = "benchmarks.load_pages.CountingHasher"
CHECKS = "LOAD_CHECKS"  # names the file of checked passwords, in the environment
DATABASE = "LOAD_DATABASE"
REDIS = "LOAD_REDIS"


def delay(account_attempt_count: int, ip_attempt_count: int = 0) -> tuple[int, int]:
    """Return as the default function does, but stop doubling soon: a load test is short."""
    if account_attempt_count < FREE:
        return 0, 0
    return min(FIRST_DELAY << min(account_attempt_count - FREE, 8), MAX_DELAY), 0
