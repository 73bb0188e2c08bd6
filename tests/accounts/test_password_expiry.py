from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser, User
from django.core.serializers import deserialize, serialize
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.accounts.password_site import RULE, YEAR, installed, row_of, user

from security.models import PasswordExpiry
from security.password_expiry import never_expire_password, password_changed, password_is_expired
from security.policy.passwords import fingerprint

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db


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


# How a row reads.


def test_a_row_names_its_user_and_its_date(user):
    row = row_of(user)
    assert str(row) == f"ada: {row.password_expiry_date:%Y-%m-%d %H:%M}"
    row.password_expiry_date = None
    assert str(row) == "ada: no expiry date"
