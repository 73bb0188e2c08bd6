"""Unix seconds as the database holds them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from django.conf import settings

HOUR: Final = 3600  # seconds
DAY: Final = 24 * HOUR


def moment(seconds: float) -> datetime:
    """Return a moment, aware where the project's moments are."""
    return datetime.fromtimestamp(seconds, tz=UTC if settings.USE_TZ else None)


def hour(seconds: int) -> datetime:
    """Return the moment at which an hour began."""
    return moment(seconds - seconds % HOUR)


@lru_cache(maxsize=64)
def day(seconds: int) -> date:
    """Return the day in UTC."""
    return datetime.fromtimestamp(seconds, tz=UTC).date()
