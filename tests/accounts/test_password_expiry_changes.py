from __future__ import annotations

import asyncio

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.utils import timezone
from tests.accounts.password_site import YEAR, installed, queries, row_of, user

from security.models import PasswordExpiry
from security.password_expiry import (
    never_expire_password,
    password_changed,
    password_is_expired,
    require_change,
)
from security.policy.passwords import REHASH_WINDOW, fingerprint

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db
SCRYPT = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
]


def saved(user) -> User:
    return User.objects.get(pk=user.pk)


# Changes.


def test_a_forced_change_ends_with_the_change_and_not_before(user):
    never_expire_password(user)
    require_change(user)
    assert [password_is_expired(saved(user)) for _ in range(2)] == [True, True]
    User.objects.update(password=make_password("second Secret 2"))
    assert not password_is_expired(saved(user))
    assert row_of(user).never_expires


def test_a_change_of_something_else_is_no_change(user):
    user.email = "ada@example.com"
    user.save()
    user.save(update_fields=["email"])
    assert password_is_expired(user)


def test_a_password_that_is_set_and_not_saved_is_no_change(user):
    user.set_password("second Secret 2")
    user.save(update_fields=["last_login"])
    assert password_is_expired(saved(user))


def test_a_user_read_before_the_change_does_not_undo_it(user):
    stale = saved(user)
    user.set_password("second Secret 2")
    user.save()
    fresh = fingerprint(user.password)
    assert not password_is_expired(stale)
    assert row_of(user).fingerprint == fresh
    require_change(stale)
    assert row_of(user).fingerprint == fresh
    assert password_is_expired(user)


def test_a_change_of_the_hash_is_recorded_once(user):
    User.objects.update(password=make_password("second Secret 2"))
    user = saved(user)
    assert not password_is_expired(user)
    changed = row_of(user).password_changed_on
    with queries() as asked:
        assert not password_is_expired(user)
    assert (len(asked), row_of(user).password_changed_on) == (1, changed)


# A better hash of the same password.


def rehash(user, mode) -> None:
    if mode == "async" and hasattr(user, "acheck_password"):
        saving = asyncio.run(steps(user))
        assert saving == ["password"]
    else:
        assert user.check_password("first Secret 1")


async def steps(user) -> list[str]:
    """Re-hash as ``acheck_password()`` does, with the save at the end in this thread."""
    fields = []

    async def asave(*, update_fields):
        fields.extend(update_fields)

    user.asave = asave
    assert await user.acheck_password("first Secret 1")
    return fields


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_a_rehash_at_login_is_no_change(user, settings, mode):
    old = user.password
    settings.PASSWORD_HASHERS = SCRYPT
    rehash(user, mode)
    user.save(update_fields=["password"])
    assert (user._password, user.password[:6], old[:3]) == (None, "scrypt", "md5")
    assert password_is_expired(saved(user))
    settle(user)
    assert password_is_expired(saved(user))
    assert row_of(user).fingerprint == fingerprint(user.password)


def settle(user) -> None:
    """Let the time pass in which two logins may meet."""
    mark = row_of(user).fingerprint
    assert mark.startswith("rehashed:")
    before = int(mark.removeprefix("rehashed:")) - REHASH_WINDOW.total_seconds() - 1
    PasswordExpiry.objects.update(fingerprint=f"rehashed:{before:.0f}")


def test_a_rehash_keeps_what_was_said_of_the_password(user, settings):
    password_changed(user)
    date = timezone.now() + YEAR
    PasswordExpiry.objects.update(password_expiry_date=date)
    changed = row_of(user).password_changed_on
    settings.PASSWORD_HASHERS = SCRYPT
    user.check_password("first Secret 1")
    settle(user)
    assert not password_is_expired(user)
    row = row_of(user)
    assert (row.password_expiry_date, row.password_changed_on) == (date, changed)


def test_two_logins_that_rehash_at_once_are_no_change(user, settings):
    one, two = saved(user), saved(user)
    settings.PASSWORD_HASHERS = SCRYPT
    for each in (one, two):
        each.check_password("first Secret 1")
        assert password_is_expired(saved(user))
    settle(user)
    assert password_is_expired(saved(user))


def test_a_change_right_after_a_rehash_is_a_change(user, settings):
    settings.PASSWORD_HASHERS = SCRYPT
    user.check_password("first Secret 1")
    user.set_password("second Secret 2")
    user.save()
    assert not password_is_expired(user)


def test_a_change_that_nobody_noticed_before_the_rehash_counts(user, settings):
    User.objects.update(password=make_password("second Secret 2"))
    user = saved(user)
    settings.PASSWORD_HASHERS = SCRYPT
    user.check_password("second Secret 2")
    assert not password_is_expired(user)


@pytest.mark.parametrize("old", ["!unusable", "gibberish", ""])
def test_a_hash_that_nobody_can_log_in_with_is_never_rehashed(user, old):
    User.objects.update(password=old)
    user = saved(user)
    PasswordExpiry.objects.update(fingerprint=fingerprint(old))
    user.password = make_password("second Secret 2")
    user.save(update_fields=["password"])
    assert not password_is_expired(user)
