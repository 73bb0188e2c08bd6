"""The documented functions: what is counted, and how long somebody has to wait."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

from django.utils.translation import ngettext

from security.policy.throttling import DelayFunction, default_delay_function, wait

from . import attempts, names
from .stores import Entry

MINUTE: Final = 60  # seconds
HALF_MINUTE: Final = 30  # seconds, from which on a delay is told in minutes
HOURS: Final = 2 * 60 * 60  # seconds, from which on a delay is told in hours


def delay_message(remainder: float) -> str:
    """
    Say in words how long so many seconds are: ``"31"`` is 1 minute, ``"90"`` are 2.

    Seconds are rounded up, minutes and hours to the nearest.
    """
    if remainder >= HOURS:
        hours = _rounded(remainder / (60 * MINUTE))
        return ngettext("%d hour", "%d hours", hours) % hours
    if remainder >= HALF_MINUTE:
        minutes = _rounded(remainder / MINUTE)
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    seconds = ceil(remainder)
    return ngettext("%d second", "%d seconds", seconds) % seconds


def increment_counters(**counters: Any) -> None:
    """Count an attempt for each: ``increment_counters(username="bob", ip="192.0.2.1")``."""
    now = attempts.milliseconds()
    attempts.store().add([_entry(kind, name) for kind, name in counters.items()], now)


def reset_counters(**counters: Any) -> None:
    """Forget the attempts of each: ``reset_counters(username="bob")``."""
    attempts.store().forget([names.key(kind, name) for kind, name in counters.items()])


def attempt_count(attempt_type: str, id: object) -> int:  # noqa: A002  # as it is documented
    """Return how many attempts are counted: ``attempt_count("username", "bob")``."""
    return attempts.store().look([names.key(attempt_type, id)])[0].at().count


def throttling_delay(
    username: str, ip: str, delay_function: DelayFunction = default_delay_function
) -> float:
    """Return the seconds until somebody may try this account from this address, 0 for now."""
    keys = [names.key("username", username), names.key("ip", ip)]
    account, address = (record.at() for record in attempts.store().look(keys))
    return wait(delay_function, account, address, attempts.milliseconds()) / 1000


def _entry(kind: str, name: object) -> Entry:
    spelling = attempts.spelling(str(name)) if kind == "username" else ""
    return Entry(names.key(kind, name), "", spelling)


def _rounded(number: float) -> int:
    return int(number + 0.5)
