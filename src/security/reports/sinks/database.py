"""Reports into the database of the project, many requests in one commit."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from threading import Lock
from typing import Final

from django.db import connections

from security.reports import storage
from security.reports.entry import Arrival

from .base import SinkUnavailable
from .commit import GroupCommit

log = logging.getLogger("security.reports")

WRITES: Final = 2  # at once: one waits for the disk while another gathers
FOLD_EVERY: Final = 1  # second
FOLD_MOST: Final = 1_000  # rows of the inbox


class DatabaseSink:
    """
    Keep reports in the database ``using``, where Django's router puts them if that is ``None``.

    ``most_waiting`` is how many may wait at once; more are refused with ``SinkUnavailable``.
    What was accepted is in the database. Inside of a transaction of the caller it is so
    when that is.
    """

    def __init__(self, using: str | None = None, most_waiting: int = 10_000) -> None:
        self._using = storage.alias(using)
        self._commit = GroupCommit(
            self._write,
            most_waiting,
            # SQLite would only let the second wait, by the clock.
            writes=1 if connections[self._using].vendor == "sqlite" else WRITES,
            is_alone=self._is_alone,
            after=self._after,
        )
        self._refused: Counter[str] = Counter()
        self._lock = Lock()
        self._folded = 0.0

    def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Return when every arrival is in the database. Raises ``SinkUnavailable``."""
        self._commit.run(arrivals)

    async def aaccept(self, arrivals: Sequence[Arrival]) -> None:
        """Do the same, awaited."""
        await self._commit.arun(arrivals)

    def refuse(self, reason: str, count: int) -> None:
        """Note that items were refused; it is written with what is accepted next."""
        with self._lock:
            self._refused[reason] += count

    def _is_alone(self) -> bool:
        return connections[self._using].in_atomic_block

    def _write(self, arrivals: list[Arrival]) -> None:
        try:
            storage.append(arrivals, using=self._using)
        except storage.StorageUnavailable as error:
            raise SinkUnavailable(str(error)) from error

    def _after(self) -> None:
        """Count what was accepted, at most once a second in this process."""
        with self._lock:
            now = time.monotonic()
            if now - self._folded < FOLD_EVERY:
                return
            self._folded = now
            refused, self._refused = self._refused, Counter()
        try:
            storage.fold(FOLD_MOST, using=self._using)
            if refused:
                storage.refused(refused, int(time.time()), using=self._using)
        except storage.StorageUnavailable as error:  # what was accepted is safe
            log.warning("Accepted reports wait to be counted: %s.", _kind(error))
            with self._lock:
                self._refused += refused


def _kind(error: BaseException) -> str:
    """Return the name of the driver's error, whose text may hold what was reported."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__
