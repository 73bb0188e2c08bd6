"""Attempts in Redis: one round trip to count, one more when somebody logs in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from security.policy.throttling import MAX_SLOTS, MAX_SPELLINGS, MEMORY, Record

from . import scripts
from .base import Change, Entry, Operation, Records, Rule, Store, StoreUnavailable, claims

TRIES: Final = 500  # of all who count at the same time, one succeeds each time


class RedisStore(Store):
    """
    Count in Django's ``RedisCache``.

    Redis judges an attempt by the tables of the rule. Where a table does not know, or the
    delay function itself sees it otherwise, the records are read, judged, and swapped.
    """

    def reserve(self, entries: Sequence[Entry], rule: Rule, now: int) -> Records:
        keys = [entry.key for entry in entries]
        tables = rule.tables[: len(entries)]
        rows = [[e.slot, e.spelling, t] for e, t in zip(entries, tables, strict=True)]
        asked = {
            "now": now,
            "memory": MEMORY,
            "room": MAX_SLOTS,
            "spellings": MAX_SPELLINGS,
            "entries": rows,
        }
        counted, found = self._run(scripts.RESERVE, keys, json.dumps(asked))
        before = [Record.parse(text) for text in found]
        has_to_wait = rule.wait(entries, before, now) > 0
        if counted and has_to_wait:  # the function does not do as its table says
            self.settle(claims(entries, before, now))
        elif not counted and not has_to_wait:
            return super().reserve(entries, rule, now)
        return before

    def settle(self, operations: Sequence[Operation]) -> None:
        keys = list(dict.fromkeys(operation.key for operation in operations))
        rows = [
            [clears, keys.index(key) + 1, c.slot, c.spelling, c.before, c.own]
            for key, c, clears in operations
        ]
        self._run(scripts.SETTLE, keys, json.dumps({"memory": MEMORY, "operations": rows}))

    def change(self, keys: Sequence[str], step: Change) -> Records:
        for _ in range(TRIES):
            found = self._ask("mget", self._names(keys))
            before = [Record.parse(text) for text in found]
            after = step(before)
            if after is None:
                return before
            texts = [
                text
                for old, new in zip(found, after, strict=True)
                for text in (old or "", str(new) if new else "")
            ]
            if self._run(scripts.SWAP, keys, MEMORY, *texts):
                return before
        raise StoreUnavailable(f"{TRIES} others counted at the same time")

    def _run(self, script: str, keys: Sequence[str], *arguments: Any) -> Any:
        # EVAL, not EVALSHA: the text is short, and a restarted Redis knows no hash of it.
        return self._ask("eval", script, len(keys), *self._names(keys), *arguments)

    def _ask(self, command: str, *arguments: Any) -> Any:
        from redis.exceptions import RedisError  # noqa: PLC0415  # an extra

        try:
            return getattr(self._client(), command)(*arguments)
        except (RedisError, OSError) as error:
            raise StoreUnavailable(str(error)) from error

    def _client(self) -> Any:
        return self.cache._cache.get_client(None, write=True)

    def _names(self, keys: Sequence[str]) -> list[str]:
        return [self.cache.make_and_validate_key(key) for key in keys]


class DjangoRedisStore(RedisStore):
    """Count in the ``RedisCache`` of django-redis."""

    def _client(self) -> Any:
        return self.cache.client.get_client(write=True)

    def _names(self, keys: Sequence[str]) -> list[str]:
        return [str(self.cache.client.make_key(key)) for key in keys]
