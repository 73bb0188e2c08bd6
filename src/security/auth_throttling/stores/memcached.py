"""Attempts in Memcached: one record at a time, changed only if nobody else changed it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from security.policy.throttling import MAIN, MEMORY, Attempts, Record

from .base import Change, Entry, Records, Rule, Store, StoreUnavailable, claims

TRIES: Final = 500  # of all who count at the same time, one succeeds each time


class MemcachedStore(Store):
    """
    Count in Django's ``PyMemcacheCache``, by compare and swap.

    Memcached changes one record at a time. An attempt that has its account counted, and is
    then refused for its address, gives the first back.
    """

    def change(self, keys: Sequence[str], step: Change) -> Records:
        for _ in range(TRIES):
            before, tokens = self._read(keys)
            after = step(before)
            if after is None:
                return before
            if len(keys) == 1:
                if self._swap(keys[0], after[0], tokens[0]):
                    return before
                continue
            return [
                self.change([key], partial(self._part, step, before, i))[0]
                for i, key in enumerate(keys)
            ]
        raise StoreUnavailable(f"{TRIES} others counted at the same time")

    def reserve(self, entries: Sequence[Entry], rule: Rule, now: int) -> Records:
        """Count the address, then the account: whoever sees the second sees the first."""
        if len(entries) == 1:
            return super().reserve(entries, rule, now)
        keys, address = [entry.key for entry in entries], entries[1]
        held: Record | None = None
        for _ in range(TRIES):
            (account, others), tokens = self._read(keys)
            if held is None:
                if rule.wait(entries, [account, others], now):
                    return [account, others]
                if self._swap(keys[1], others.claimed(address.slot, "", now), tokens[1]):
                    held = others
                continue
            # The address as it was for itself, and as it is now for the delay of the account.
            since = Record({MAIN: Attempts(max(others.at().count - 1, 0))})
            for before in ([account, held], [account, since]):
                if rule.wait(entries, before, now):
                    self._give_back(address, held, now)
                    return before
            where = entries[0]
            if self._swap(keys[0], account.claimed(where.slot, where.spelling, now), tokens[0]):
                return [account, held]
        if held is not None:
            self._give_back(address, held, now)
        raise StoreUnavailable(f"{TRIES} others counted at the same time")

    def _give_back(self, entry: Entry, before: Record, now: int) -> None:
        self.settle(claims([entry], [before], now))

    @staticmethod
    def _part(step: Change, before: Records, index: int, found: Records) -> Records | None:
        """Return what ``step`` makes of one record, the others being as they were."""
        after = step([*before[:index], *found, *before[index + 1 :]])
        return None if after is None else [after[index]]

    def _read(self, keys: Sequence[str]) -> tuple[Records, list[Any]]:
        names = [self.cache.make_and_validate_key(key) for key in keys]
        found = [self._ask("gets", name) or (None, None) for name in names]
        return [Record.parse(text) for text, _ in found], [token for _, token in found]

    def _swap(self, key: str, record: Record, token: Any) -> bool:
        """Write a record if it is as it was read. An empty one stays, as nothing."""
        name = self.cache.make_and_validate_key(key)
        if token is None:
            return self._ask("add", name, str(record), MEMORY) is True
        return self._ask("cas", name, str(record), token, MEMORY) is True

    def _ask(self, command: str, *arguments: Any) -> Any:
        from pymemcache.exceptions import (  # type: ignore[import-untyped]  # noqa: PLC0415
            MemcacheError,
        )

        try:
            return getattr(self.cache._cache, command)(*arguments)
        except (MemcacheError, OSError) as error:
            raise StoreUnavailable(str(error)) from error
