from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser, User
from django.core.serializers import deserialize, serialize
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.accounts.password_site import installed, queries, user

from security import password_expiry
from security.conf import conf
from security.models import PasswordExpiry
from security.password_expiry import (
    Memory,
    never_expire_password,
    password_changed,
    password_is_expired,
    require_change,
)
from security.policy.passwords import REHASH_WINDOW, fingerprint

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db
RULE = {"URL_NAME": "password_change"}
YEAR = timedelta(days=365)
SCRYPT = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
]


def row_of(user) -> PasswordExpiry:
    return PasswordExpiry.objects.get(user=user)


def saved(user) -> User:
    return User.objects.get(pk=user.pk)


# A new user.


def test_a_new_password_counts_as_expired_until_it_is_changed(user):
    assert password_is_expired(user)
    user.set_password("second Secret 2")
    user.save()
    assert not password_is_expired(user)


def test_a_user_gets_a_row_with_the_account(user):
    row = row_of(user)
    assert (row.fingerprint, row.never_expires, row.is_expired()) == (
        fingerprint(user.password),
        False,
        True,
    )


def test_without_the_setting_nothing_is_written_for_a_new_user(settings):
    settings.MANDATORY_PASSWORD_CHANGE = None
    user = User.objects.create_user("ada", password="first Secret 1")
    assert not PasswordExpiry.objects.filter(user=user).exists()
    assert password_is_expired(user)


def test_a_user_who_was_there_before_has_an_expired_password(user):
    PasswordExpiry.objects.all().delete()
    assert password_is_expired(user)


def test_a_fixture_writes_no_row(user):
    text = serialize("json", [user])
    user.delete()
    for loaded in deserialize("json", text):
        loaded.save()
    assert not PasswordExpiry.objects.exists()


def test_nobody_is_expired_without_an_account_or_a_password(installed):
    nobody = User(username="new", password=make_password("first Secret 1"))
    bare = User.objects.create_user("bare")
    never_set = User.objects.create(username="empty")
    asked = [password_is_expired(each) for each in (AnonymousUser(), nobody, bare, never_set)]
    assert asked == [False] * 4


def test_an_invited_user_who_chooses_a_password_is_free(installed):
    invited = User.objects.create_user("ada")
    invited.set_password("first Secret 1")
    invited.save()
    assert not password_is_expired(invited)


def test_superusers_are_exempt_unless_included(settings, installed):
    root = User.objects.create_superuser("root", password="first Secret 1")
    assert not password_is_expired(root)
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "INCLUDE_SUPERUSERS": True}
    assert password_is_expired(root)


# Dates that the project sets.


@pytest.mark.parametrize("way", ["create", "save", "get_or_create"])
def test_a_date_that_is_given_is_kept(user, way):
    date = timezone.now() + YEAR
    if way == "create":
        PasswordExpiry.objects.create(user=user, password_expiry_date=date)
    elif way == "save":
        PasswordExpiry(user=user, password_expiry_date=date).save()
    else:
        row, _ = PasswordExpiry.objects.get_or_create(user=user)
        row.password_expiry_date = date
        row.save()
    assert not password_is_expired(user)
    assert row_of(user).password_expiry_date == date


def test_a_date_is_kept_without_a_row_before_it(settings):
    settings.MANDATORY_PASSWORD_CHANGE = None
    user = User.objects.create_user("ada", password="first Secret 1")
    date = timezone.now() + YEAR
    PasswordExpiry.objects.create(user=user, password_expiry_date=date)
    assert (password_is_expired(user), row_of(user).password_expiry_date) == (False, date)


def test_a_second_row_for_a_user_is_refused(user):
    PasswordExpiry.objects.create(user=user, password_expiry_date=timezone.now() + YEAR)
    password_is_expired(user)
    with pytest.raises(IntegrityError), transaction.atomic():
        PasswordExpiry.objects.create(user=user)


def test_a_row_of_the_documented_package_keeps_its_date(user):
    date = timezone.now() + YEAR
    PasswordExpiry.objects.filter(user=user).update(fingerprint="", password_expiry_date=date)
    assert not password_is_expired(user)
    row = row_of(user)
    assert (row.password_expiry_date, row.fingerprint) == (date, fingerprint(user.password))


def test_the_age_of_an_upgraded_row_counts_from_its_first_sight(user, settings):
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "MAX_AGE_DAYS": 30}
    PasswordExpiry.objects.update(fingerprint="", password_expiry_date=None)
    assert not password_is_expired(user)
    assert timezone.now() - row_of(user).password_changed_on < timedelta(minutes=1)


@pytest.mark.parametrize(("days", "expired"), [(0, True), (-1, True), (1, False)])
def test_a_password_is_expired_from_its_date_on(user, days, expired):
    password_changed(user)
    date = timezone.now() + timedelta(days=days)
    PasswordExpiry.objects.update(password_expiry_date=date)
    assert (password_is_expired(user), row_of(user).is_expired()) == (expired, expired)


# Age.


@pytest.mark.parametrize(("days", "expired"), [(29, False), (31, True)])
def test_a_password_expires_by_age(user, settings, days, expired):
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "MAX_AGE_DAYS": 30}
    password_changed(user)
    PasswordExpiry.objects.update(password_changed_on=timezone.now() - timedelta(days=days))
    assert password_is_expired(user) is expired


@pytest.mark.parametrize("way", ["function", "method", "unsaved"])
def test_what_never_expires_does_not_expire_by_age_either(user, settings, way):
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "MAX_AGE_DAYS": 30}
    if way == "function":
        never_expire_password(user)
    elif way == "method":
        row_of(user).never_expire()
    else:
        PasswordExpiry(user=user).never_expire()
    PasswordExpiry.objects.update(password_changed_on=timezone.now() - YEAR)
    assert not password_is_expired(user)


def test_never_expire_writes_nothing_else(user):
    row = row_of(user)
    password_changed(user)
    changed = row_of(user).password_changed_on
    row.never_expire()
    assert row_of(user).password_changed_on == changed


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


def test_a_row_that_others_keep_changing_counts_as_expired(user, monkeypatch):
    password_changed(user)
    monkeypatch.setattr(password_expiry, "_changes", lambda row, encoded, now: {"fingerprint": ""})
    assert password_is_expired(user)


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


# Concurrency and memory.


def test_who_loses_the_race_for_the_row_takes_the_other_one(user, monkeypatch):
    rows = password_expiry._rows(user)
    missing = PasswordExpiry.DoesNotExist
    get, misses = type(rows).get, [missing()]

    def late(self, *args, **kwargs):
        if misses:
            raise misses.pop()
        return get(self, *args, **kwargs)

    monkeypatch.setattr(type(rows), "get", late)
    PasswordExpiry.objects.update(password_changed_on=timezone.now())
    assert password_is_expired(user)
    assert PasswordExpiry.objects.count() == 1


def test_the_memory_is_bounded_and_forgets_the_oldest():
    memory = Memory(size=2)
    for pk in (1, 2, 3):
        memory.keep(pk, "hash", 60, since=0)
    known = [memory.holds(User(pk=pk, password="hash")) for pk in (1, 2, 3)]
    assert known == [False, True, True]


def test_the_memory_is_about_one_hash_and_a_time():
    memory = Memory()
    memory.keep(1, "hash", 60, since=0)
    memory.keep(2, "hash", 0, since=0)
    asked = [User(pk=1, password="hash"), User(pk=1, password="other"), User(pk=2, password="hash")]
    assert [memory.holds(each) for each in asked] == [True, False, False]


def test_an_answer_from_before_something_was_forgotten_is_not_kept():
    memory = Memory()
    since = memory.changes
    memory.forget(2)
    memory.keep(1, "hash", 60, since=since)
    assert not memory.holds(User(pk=1, password="hash"))


def test_only_what_is_not_expired_is_remembered(user):
    assert password_expiry.must_change(user)
    assert not conf.derived(Memory).holds(user)
    password_changed(user)
    assert not password_expiry.must_change(user)
    assert conf.derived(Memory).holds(user)


def test_it_is_remembered_no_longer_than_it_holds(user):
    password_changed(user)
    PasswordExpiry.objects.update(password_expiry_date=timezone.now() + timedelta(seconds=20))
    assert 0 < password_expiry.judge(user).seconds() <= 20
    PasswordExpiry.objects.update(password_expiry_date=None)
    assert password_expiry.judge(user).seconds() == password_expiry.RECHECK


def test_a_deleted_row_is_asked_again(user):
    password_changed(user)
    password_expiry.must_change(user)
    row_of(user).delete()
    assert not conf.derived(Memory).holds(user)


@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_says_is_asked_again_when_it_is_through(user):
    password_changed(user)
    with transaction.atomic():
        require_change(user)
        conf.derived(Memory).keep(
            user.pk, user.password, 60, since=conf.derived(Memory).changes
        )  # as another thread does, which reads what was before
    assert not conf.derived(Memory).holds(user)


# How a row reads.


def test_a_row_names_its_user_and_its_date(user):
    row = row_of(user)
    assert str(row) == f"ada: {row.password_expiry_date:%Y-%m-%d %H:%M}"
    row.password_expiry_date = None
    assert str(row) == "ada: no expiry date"


@pytest.mark.django_db(transaction=True)
def test_the_row_of_a_user_is_made_without_a_look_inside_of_its_transaction(user):
    PasswordExpiry.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        row = password_expiry.ensure_row(user, user.password)
    assert (row.user_id, row.is_expired()) == (user.pk, True)
    words = [query["sql"].split()[0] for query in asked]
    assert [w for w in words if w not in {"BEGIN", "COMMIT"}] == ["SELECT", "INSERT", "SELECT"]
    assert "BEGIN" not in words or words[words.index("BEGIN") + 1] == "INSERT"
