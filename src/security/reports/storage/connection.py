"""A transaction that is tried again after a deadlock, and says when the database is down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.db import (
    DataError,
    Error,
    IntegrityError,
    OperationalError,
    connections,
    models,
    router,
)
from django.db.models import QuerySet
from django.db.transaction import atomic

from security.models import ReportInbox

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)

TRIES: Final = 10  # after deadlocks, or rows that others insert first

# Nothing was done, and the same may succeed now.
_POSTGRESQL: Final = frozenset({"40001", "40P01"})  # serialization failure, deadlock
_MYSQL: Final = frozenset({1205, 1213, 1020})  # lock wait timeout, deadlock, record has changed


class StorageUnavailable(Exception):  # noqa: N818  # no error of the program
    """The database does not take anything just now; the text says what it said."""


def alias(using: str | None) -> str:
    """Return the alias of the database that keeps the reports."""
    return using or router.db_for_write(ReportInbox)


def transact(using: str, work: Callable[[], T]) -> T:
    """
    Do work in one transaction, or inside of the one that is open.

    What a deadlock, or a row that another process inserted first, rolled back is tried again.
    Else it fails as ``guarded`` work does.
    """
    connection = connections[using]

    def whole() -> T:
        with atomic(using=using):
            if not connection.features.has_select_for_update:
                _hold(using)
            return work()

    for _ in range(TRIES - 1):
        try:
            return guarded(using, whole)
        except StorageUnavailable as error:
            if connection.in_atomic_block or not _is_conflict(error.__cause__):
                raise
    return guarded(using, whole)


def guarded(using: str, work: Callable[[], T]) -> T:
    """
    Do work that fails with ``StorageUnavailable`` where the database does not do its part.

    Then the connection is closed, and the next call opens another. ``DataError`` passes: what
    was to be written is at fault.
    """
    connection = connections[using]
    try:
        return work()
    except DataError:
        raise
    except Error as error:
        if not connection.in_atomic_block and not _is_conflict(error):
            connection.close()
        raise StorageUnavailable(f"{type(error).__name__}: {error}") from error


def locked(rows: QuerySet[M], using: str, *, skip: bool = False) -> QuerySet[M]:
    """
    Return the rows locked until the transaction ends, in an order that all keep to.

    ``skip`` leaves out rows that another transaction has locked, if the database can do that.
    """
    features = connections[using].features
    how: dict[str, Any] = {"no_key": features.has_select_for_no_key_update}
    if skip and features.has_select_for_update_skip_locked:
        how["skip_locked"] = True
    return rows.using(using).select_for_update(**how).order_by("pk")


def _hold(using: str) -> None:
    """SQLite: whoever writes first holds the file until the end of the transaction."""
    ReportInbox.objects.using(using).filter(pk__lt=0).update(tallies="")


def _is_conflict(error: BaseException | None) -> bool:
    if not isinstance(error, OperationalError):
        return isinstance(error, IntegrityError)
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return state in _POSTGRESQL or (bool(error.args) and error.args[0] in _MYSQL)
