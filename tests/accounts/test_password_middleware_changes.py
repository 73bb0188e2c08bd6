from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.utils import timezone
from tests.accounts.password_site import RULE, installed, logged_in, queries, sent_away, user

from security import password_expiry
from security.middleware import MandatoryPasswordChangeMiddleware
from security.models import PasswordExpiry
from security.password_expiry import password_changed, require_change

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db(transaction=True)


# What ends it.


def by_page(site, user):
    response = site.post(
        "/password/",
        {
            "old_password": "first Secret 1",
            "new_password1": "second Secret 2",
            "new_password2": "second Secret 2",
        },
        headers=logged_in(user),
    )
    assert (response.status_code, response["Location"]) == (302, "/")


def by_admin(site, user):
    root = User.objects.create_superuser("root", password="first Secret 1")
    page = f"/admin/auth/user/{user.pk}/password/"
    fields = {"password1": "second Secret 2", "password2": "second Secret 2"}
    extra = {"usable_password": "true", "set-password": "1"}
    assert site.post(page, {**fields, **extra}, headers=logged_in(root)).status_code == 302


def by_command(site, user):
    user.set_password("second Secret 2")
    user.save()


def by_hash(site, user):
    user.password = make_password("second Secret 2")
    user.save(update_fields=["password"])


def by_query(site, user):
    User.objects.filter(pk=user.pk).update(password=make_password("second Secret 2"))


WAYS = {"page": by_page, "admin": by_admin, "command": by_command, "hash": by_hash, "sql": by_query}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_change_by_any_way_ends_the_redirects(site, user, way):
    assert sent_away(site.get("/", headers=logged_in(user)))
    WAYS[way](site, user)
    user.refresh_from_db()
    headers = logged_in(user)
    assert [site.get("/", headers=headers).content for _ in range(3)] == [b"home"] * 3


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_change_before_the_first_request_counts(site, user, way):
    WAYS[way](site, user)
    user.refresh_from_db()
    assert site.get("/", headers=logged_in(user)).content == b"home"


STRONGER = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
]


def test_a_better_hash_of_the_same_password_is_no_change(site, user, settings):
    old = user.password
    assert sent_away(site.get("/", headers=logged_in(user)))
    settings.PASSWORD_HASHERS = STRONGER
    assert user.check_password("first Secret 1")
    assert user.password != old
    assert sent_away(site.get("/", headers=logged_in(user)))


# What a request costs.


def test_a_password_that_is_not_expired_costs_no_query(site, user):
    password_changed(user)
    headers = logged_in(user)
    site.get("/", headers=headers)  # asks once
    with queries() as asked:
        for page in ("/", "/async/"):
            assert site.get(page, headers=headers).content == b"home"
    assert len(asked) == 2 * 2  # the session and the user


def test_the_first_request_asks_once(site, user):
    password_changed(user)
    headers = logged_in(user)
    with queries() as asked:
        site.get("/", headers=headers)
    assert len(asked) == 3
    assert "security_passwordexpiry" in asked[-1]


def test_a_password_that_is_not_expired_costs_no_look_at_the_urls(site, user, monkeypatch):
    password_changed(user)

    def look(*args, **kwargs):
        raise AssertionError

    MandatoryPasswordChangeMiddleware(lambda request: HttpResponse())  # looks at the start
    monkeypatch.setattr("security.middleware.passwords._verify", lambda rule: None)
    for name in ("resolve", "reverse"):
        monkeypatch.setattr(f"security.middleware.passwords.{name}", look)
    assert site.get("/", headers=logged_in(user)).content == b"home"


def test_what_is_done_to_a_user_holds_with_the_next_request(site, user):
    password_changed(user)
    headers = logged_in(user)
    assert site.get("/", headers=headers).content == b"home"
    require_change(user)
    assert sent_away(site.get("/", headers=headers))


def test_what_is_saved_in_a_row_holds_with_the_next_request(site, user):
    password_changed(user)
    headers = logged_in(user)
    assert site.get("/", headers=headers).content == b"home"
    row = PasswordExpiry.objects.get(user=user)
    row.password_expiry_date = timezone.now()
    row.save()
    assert sent_away(site.get("/", headers=headers))


def test_another_process_is_believed_after_a_minute(site, user, monkeypatch):
    password_changed(user)
    headers = logged_in(user)
    site.get("/", headers=headers)
    PasswordExpiry.objects.update(password_expiry_date=timezone.now())  # as another process does
    assert site.get("/", headers=headers).content == b"home"
    later = password_expiry.time.monotonic() + password_expiry.RECHECK

    class Later:
        monotonic = staticmethod(lambda: later)

    monkeypatch.setattr(password_expiry, "time", Later)
    assert sent_away(site.get("/", headers=headers))


def test_a_password_expires_by_age(site, user, settings):
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "MAX_AGE_DAYS": 30}
    password_changed(user)
    headers = logged_in(user)
    row = PasswordExpiry.objects.filter(user=user)
    row.update(password_changed_on=timezone.now() - timedelta(days=29))
    assert site.get("/", headers=headers).content == b"home"
    password_expiry.forget(user.pk)
    row.update(password_changed_on=timezone.now() - timedelta(days=31))
    assert sent_away(site.get("/", headers=headers))
