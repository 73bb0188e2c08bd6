"""What this process knows to be written, so that it need not be written again."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, Final

from django.db import connections

MOST: Final = 10_000  # things known, a few MB


class Memory:
    """The things that were used last, each until a moment in Unix seconds. Threads share it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, tuple[Any, float]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: Hashable, now: float) -> Any:
        """Return what is known, or ``None``."""
        with self._lock:
            value, until = self._known.get(name, (None, 0))
            if until <= now:
                return None
            self._known.move_to_end(name)
            return value

    def put(self, name: Hashable, value: Any, until: float) -> None:
        """Know something, and forget what was not used for longest."""
        with self._lock:
            self._known[name] = value, until
            self._known.move_to_end(name)
            if len(self._known) > self._most:
                self._known.popitem(last=False)

    def clear(self) -> None:
        """Know nothing."""
        self._known = OrderedDict()
        self._lock = Lock()


MEMORY: Final = Memory()


def place(using: str) -> tuple[str, ...]:
    """Return what tells one database from another behind the same alias."""
    known = connections.settings[using]
    return (using, *(str(known[name]) for name in ("NAME", "HOST", "PORT")))


def forget() -> None:
    """Look everything up in the database again, as a new process would."""
    MEMORY.clear()


os.register_at_fork(after_in_child=forget)  # another thread may have held the lock
