"""Attempts in the memory of one process: for development, and for a single process."""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock

from security.policy.throttling import MEMORY, Record

from .base import Change, Records, Store

_LOCK = RLock()  # the cache's own lock ends between a read and the write after it


class LocalStore(Store):
    """Count in Django's ``LocMemCache``, one thread at a time."""

    def change(self, keys: Sequence[str], step: Change) -> Records:
        with _LOCK:
            before = [Record.parse(self.cache.get(key)) for key in keys]
            after = step(before)
            for key, record in zip(keys, after or (), strict=after is not None):
                if record:
                    self.cache.set(key, str(record), MEMORY)
                else:
                    self.cache.delete(key)
        return before
