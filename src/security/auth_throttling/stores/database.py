"""Attempts in the table of Django's database cache, one row a record, locked while it changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError, connections, router
from django.db.transaction import atomic, on_commit

from security.policy.throttling import MEMORY, Record

from .base import Change, Lasts, Records, Store, StoreUnavailable

TRIES: Final = 20  # a row that others insert first, or a deadlock that the database resolves
SWEEP: Final = 100  # new rows of this process between two clearances of expired ones
TABLE: Final = '(is there a table? "manage.py createcachetable" makes one)'
_new_rows = count(1)


class DatabaseStore(Store):
    """
    Count in Django's ``DatabaseCache``. Exact on SQLite, PostgreSQL, MySQL and MariaDB.

    Rows are locked in the order of their keys, so that two attempts never wait for each
    other. Inside of somebody else's transaction they stay locked until it ends, and what was
    counted goes with it if it is rolled back: ``pending`` tells.
    """

    def __init__(self, cache: Any) -> None:
        super().__init__(cache)
        self.alias = router.db_for_write(cache.cache_model_class)
        self.connection = connections[self.alias]
        quote = self.connection.ops.quote_name
        self.table, self.key, self.value, self.expires = map(
            quote, (cache._table, "cache_key", "value", "expires")
        )

    def change(self, keys: Sequence[str], step: Change) -> Records:
        names = [self.cache.make_and_validate_key(key) for key in keys]
        last: Exception | None = None
        for _ in range(TRIES):
            try:
                with atomic(using=self.alias):
                    before, is_new = self._change(names, step)
            except (IntegrityError, OperationalError) as error:
                last = error
            except DatabaseError as error:
                raise StoreUnavailable(f"{error} {TABLE}") from error
            else:
                if is_new and next(_new_rows) % SWEEP == 0:
                    self._sweep()
                return before
        raise StoreUnavailable(f"{last} {TABLE}") from last

    def pending(self) -> Lasts | None:
        connection = self.connection
        committed: list[bool] = []
        if not connection.in_atomic_block:
            return None

        def note() -> None:
            committed.append(True)

        # Django forgets the note with the transaction, or the savepoint, that is rolled back.
        on_commit(note, using=self.alias)
        return lambda: bool(committed) or any(note in noted for noted in connection.run_on_commit)

    def _change(self, names: Sequence[str], step: Change) -> tuple[Records, bool]:
        rows = self._locked(sorted(set(names)))
        before = [Record.parse(rows.get(name, ("", False))[0]) for name in names]
        after = step(before)
        is_new = False
        for name, record in zip(names, after or (), strict=after is not None):
            if not record:
                self._run("DELETE FROM {table} WHERE {key} = %s", name)
            elif name in rows:
                self._run(
                    "UPDATE {table} SET {value} = %s, {expires} = %s WHERE {key} = %s",
                    str(record),
                    self._moment(MEMORY),
                    name,
                )
            else:
                is_new = True
                self._run(
                    "INSERT INTO {table} ({key}, {value}, {expires}) VALUES (%s, %s, %s)",
                    name,
                    str(record),
                    self._moment(MEMORY),
                )
        return before, is_new

    def _locked(self, names: Sequence[str]) -> dict[str, tuple[str, bool]]:
        """Return the rows by key, the text empty where it expired, and lock them."""
        among = f"WHERE {{key}} IN ({', '.join(['%s'] * len(names))})"
        lock = ""
        if self.connection.features.has_select_for_update:
            lock = " ORDER BY {key} FOR UPDATE"
        else:  # SQLite: whoever writes first holds the file until the end of the transaction
            hold = "UPDATE {table} SET {expires} = {expires} " + among  # noqa: S608  # no values
            self._run(hold, *names)
        rows = self._run(
            "SELECT {key}, {value}, CASE WHEN {expires} > %s THEN 1 ELSE 0 END "
            "FROM {table} " + among + lock,
            self._moment(0),
            *names,
        )
        return {name: (text if lasts else "", True) for name, text, lasts in rows}

    def _sweep(self) -> None:
        """Forget what expired. Another process may do the same; then one is enough."""
        try:
            with atomic(using=self.alias):
                self._run("DELETE FROM {table} WHERE {expires} < %s", self._moment(0))
        except DatabaseError:
            return

    def _run(self, statement: str, *values: Any) -> Any:
        """Run a statement; return the rows of one that has rows."""
        names = {name: getattr(self, name) for name in ("table", "key", "value", "expires")}
        with self.connection.cursor() as cursor:
            cursor.execute(statement.format(**names), values)
            return cursor.fetchall() if cursor.description else None

    def _moment(self, seconds: int) -> Any:
        """Return a moment so many seconds from now, as the column holds it."""
        utc = timezone.utc  # noqa: UP017  # Django's own cache compares with this one
        now = datetime.now(tz=utc if settings.USE_TZ else None).replace(microsecond=0)
        return self.connection.ops.adapt_datetimefield_value(now + timedelta(seconds=seconds))
