from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.accounts.password_site import installed, row_of, user

from security import password_expiry
from security.conf import conf
from security.models import PasswordExpiry
from security.password_expiry import Memory, password_changed, password_is_expired, require_change

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db


# Concurrency.


def test_a_row_that_others_keep_changing_counts_as_expired(user, monkeypatch):
    password_changed(user)
    monkeypatch.setattr(password_expiry, "_changes", lambda row, encoded, now: {"fingerprint": ""})
    assert password_is_expired(user)


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


@pytest.mark.django_db(transaction=True)
def test_the_row_of_a_user_is_made_without_a_look_inside_of_its_transaction(user):
    PasswordExpiry.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        row = password_expiry.ensure_row(user, user.password)
    assert (row.user_id, row.is_expired()) == (user.pk, True)
    words = [query["sql"].split()[0] for query in asked]
    assert [w for w in words if w not in {"BEGIN", "COMMIT"}] == ["SELECT", "INSERT", "SELECT"]
    assert "BEGIN" not in words or words[words.index("BEGIN") + 1] == "INSERT"


# Memory.


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
