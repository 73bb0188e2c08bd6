"""Whether a user must change the password: asked of the database, remembered for a minute."""

from __future__ import annotations

import time
from datetime import datetime
from threading import Lock
from typing import Any, Final, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import is_password_usable
from django.db import router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from security.conf import conf
from security.models import PasswordExpiry
from security.policy import passwords

RECHECK: Final = 60.0  # seconds for which a process believes that a password is not expired
MAX_REMEMBERED: Final = 10_000  # users; about 3 MB
ATTEMPTS: Final = 3  # to record what is new; each failure means that another process did so


def password_is_expired(user: Any) -> bool:
    """
    Tell whether a user must change the password before anything else.

    A new user's password counts as expired until it is changed. Superusers are exempt
    unless ``INCLUDE_SUPERUSERS``; who has no usable password cannot change it and is exempt.
    Asks the database.
    """
    return not is_exempt(user) and judge(user).is_expired


def never_expire_password(user: Any) -> None:
    """Let the password of a user never expire, neither by date nor by age."""
    _record(user, password_expiry_date=None, never_expires=True)


def require_change(user: Any) -> None:
    """
    Make a user choose another password with the next request.

    Holds at once in this process, and in any other within ``RECHECK`` seconds. A password
    that never expires stays so after the change.
    """
    _record(
        user, password_expiry_date=timezone.now(), fingerprint=passwords.fingerprint(_stored(user))
    )


def password_changed(user: Any) -> None:
    """
    End what was said of the password before: the one that a user object has now is new.

    Who sets a password in the usual way, ``set_password()`` and ``save()``, need not call
    this, nor who writes the hash in any other way: the change is seen. Call it where a user
    chose the first password while the account was made, as in a registration.
    """
    _record(
        user,
        password_expiry_date=None,
        password_changed_on=timezone.now(),
        fingerprint=passwords.fingerprint(user.password),
    )


def is_exempt(user: Any) -> bool:
    """Tell whether expiry is nothing to a user; looks at the object only."""
    encoded = getattr(user, "password", None)
    if user.pk is None or not encoded or not is_password_usable(encoded):
        return True
    rule = conf.MANDATORY_PASSWORD_CHANGE
    included = rule is not None and rule.include_superusers
    return bool(getattr(user, "is_superuser", False)) and not included


class Standing(NamedTuple):
    """When a password ends, or ``None`` for no such moment, and when that was asked."""

    end: datetime | None
    asked: datetime

    @property
    def is_expired(self) -> bool:
        return self.end is not None and self.end <= self.asked

    def seconds(self) -> float:
        """Return for how long the answer is good."""
        if self.end is None:
            return RECHECK
        return min(RECHECK, (self.end - self.asked).total_seconds())


def judge(user: Any) -> Standing:
    """
    Return how the password of a user stands, after recording what is new about it.

    A hash that is not the one on record is a new password, whoever wrote it.
    """
    encoded = user.password
    for _ in range(ATTEMPTS):
        row = ensure_row(user, encoded)
        now = timezone.now()
        if not _changes(row, encoded, now):
            return Standing(_end(row), now)
        encoded = _stored(user)  # the user may have been read before the row was written
        if changes := _changes(row, encoded, now):
            _rows(user).filter(pk=row.pk, fingerprint=row.fingerprint).update(**changes)
    return Standing(now, now)


def must_change(user: Any) -> bool:
    """Ask the database whether a password is expired; remember it if it is not."""
    memory = conf.derived(Memory)
    since = memory.changes
    standing = judge(user)
    if not standing.is_expired:
        memory.keep(user.pk, user.password, standing.seconds(), since=since)
    return standing.is_expired


class Memory:
    """
    Whose password is not expired, and for how long that is believed. Safe among threads.

    The answer is about one hash: with another one, the user is not remembered.
    """

    def __init__(self, size: int = MAX_REMEMBERED) -> None:
        self.size = size
        self.changes = 0
        self._known: dict[Any, tuple[str, float]] = {}
        self._lock = Lock()

    def holds(self, user: Any) -> bool:
        """Tell whether the password is known not to be expired."""
        known = self._known.get(user.pk)
        return known is not None and known[0] == user.password and time.monotonic() < known[1]

    def keep(self, pk: Any, encoded: str, seconds: float, *, since: int) -> None:
        """Remember a user, unless something was forgotten ``since`` the question was asked."""
        with self._lock:
            if since != self.changes:
                return
            self._known.pop(pk, None)
            if len(self._known) >= self.size:
                del self._known[next(iter(self._known))]
            self._known[pk] = encoded, time.monotonic() + seconds

    def forget(self, pk: Any) -> None:
        """Ask again about a user."""
        with self._lock:
            self.changes += 1
            self._known.pop(pk, None)


def forget(pk: Any, *, using: str | None = None) -> None:
    """Ask again about a user, now and once more when the transaction is through."""
    conf.derived(Memory).forget(pk)
    if transaction.get_connection(using).in_atomic_block:
        # Until then another thread reads what was, and would remember that.
        transaction.on_commit(lambda: conf.derived(Memory).forget(pk), using=using)


def ensure_row(user: Any, encoded: str) -> PasswordExpiry:
    """Return what is on record about a user; it begins with a password that is expired."""
    rows = _rows(user)
    row = rows.filter(user_id=user.pk).first()
    if row is None:
        first = PasswordExpiry(user_id=user.pk, fingerprint=passwords.fingerprint(encoded))
        # One statement, in which another process may be first. With a look before it, in one
        # transaction, SQLite refuses whoever is second without waiting.
        rows.bulk_create([first], ignore_conflicts=True)
        row = rows.get(user_id=user.pk)
    return row


def mark_rehashed(user: Any, old: str) -> None:
    """Expect another hash of the same password: what was said of ``old`` holds for it too."""
    about = _rows(user).filter(user_id=user.pk, fingerprint=passwords.fingerprint(old))
    about.update(fingerprint=passwords.rehashed(timezone.now()))


def _changes(row: PasswordExpiry, encoded: str, now: datetime) -> dict[str, Any]:
    """Return the columns that a row has to get for a password with this hash."""
    current = passwords.fingerprint(encoded)
    match passwords.news(row.fingerprint, encoded, now=now):
        case passwords.News.CHANGED:
            return {
                "password_expiry_date": None,
                "password_changed_on": now,
                "fingerprint": current,
            }
        case passwords.News.UNKNOWN:
            return {
                "password_changed_on": row.password_changed_on or now,
                "fingerprint": current,
            }
    if row.password_changed_on is None and not row.is_expired():
        return {"password_changed_on": now}  # its age has to count from somewhere
    return {}


def _end(row: PasswordExpiry) -> datetime | None:
    rule = conf.MANDATORY_PASSWORD_CHANGE
    lifetime = passwords.Lifetime(
        row.password_expiry_date, row.password_changed_on, row.never_expires
    )
    return lifetime.end(rule.max_age if rule is not None else None)


def _record(user: Any, **columns: Any) -> None:
    """Write what is known about a user, in one row, and let this process know."""
    row = ensure_row(user, user.password)
    _rows(user).filter(pk=row.pk).update(**columns)
    forget(user.pk, using=row._state.db)


def _rows(user: Any) -> QuerySet[PasswordExpiry]:
    """Return the rows where they are written; a copy that lags behind knows of no change."""
    return PasswordExpiry.objects.using(router.db_for_write(PasswordExpiry, instance=user))


def _stored(user: Any) -> str:
    """Return the hash that is in the database now; that of the object if there is none."""
    model = get_user_model()
    users = model._base_manager.using(router.db_for_write(model, instance=user))
    found = users.filter(pk=user.pk).values_list("password", flat=True).first()
    return str(user.password if found is None else found)
