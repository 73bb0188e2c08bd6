"""Letting somebody log in again at once: view, admin action, command."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.urls import path
from tests.throttling import logins
from tests.throttling.logins import Browser

from security.auth_throttling import attempt_count, attempts, increment_counters
from security.auth_throttling.admin import ThrottleActions
from security.auth_throttling.stores import StoreUnavailable
from security.auth_throttling.views import reset_username_throttle


class LockedUserAdmin(ThrottleActions, UserAdmin):
    pass


pages = admin.AdminSite()
pages.register(get_user_model(), LockedUserAdmin)

urlpatterns = [
    *logins.urlpatterns,
    path("reset/<str:user_id>/", reset_username_throttle),
    path("away/<str:user_id>/", reset_username_throttle, {"redirect_url": "//evil.example/"}),
    path("back/<str:user_id>/", reset_username_throttle, {"redirect_url": "/who/?a=b"}),
    path("admin/", pages.urls),
]


@pytest.fixture
def root(guarded, ann, site, django_user_model):
    """Return the browser of a superuser."""
    guarded.ROOT_URLCONF = __name__
    django_user_model.objects.create_superuser("root", password="right")
    browser = Browser(site)
    assert browser.attempt("root", "right") == 302
    return browser


@pytest.fixture
def bob(django_user_model, transactional_db):
    """Return somebody whose name has upper case, and who has failed five times."""
    user = django_user_model.objects.create_user("Bob", "Bob@Example.com")
    for name in ("Bob", "bob@example.com"):
        for _ in range(5):
            increment_counters(username=name)
    return user


def counted():
    return [attempt_count("username", name) for name in ("bob", "Bob@example.com")]


def test_a_superuser_unlocks_whoever_it_is(root, bob):
    got = root.post(f"/reset/{bob.pk}/")
    assert (got.status_code, got["Location"]) == (302, "/")
    assert counted() == [0, 0]


@pytest.mark.parametrize(
    ("page", "target"), [("away", "/"), ("back", "/who/?a=b")], ids=["foreign", "own"]
)
def test_it_leads_to_this_site_only(root, bob, page, target):
    assert root.post(f"/{page}/{bob.pk}/")["Location"] == target


@pytest.mark.parametrize("user", ["0", "-1", "x", "99999999999999999999999", "1.5"])
def test_nobody_of_that_number_is_404(root, user):
    assert root.post(f"/reset/{user}/").status_code == 404


def test_a_get_is_404_and_changes_nothing(root, bob):
    assert root.get(f"/reset/{bob.pk}/").status_code == 404
    assert counted() == [5, 5]


def test_everybody_else_gets_404(guarded, ann, bob, site):
    guarded.ROOT_URLCONF = __name__
    browser = Browser(site)
    assert browser.post(f"/reset/{bob.pk}/").status_code == 404
    browser.attempt("ann", "right")
    assert browser.post(f"/reset/{bob.pk}/").status_code == 404
    assert counted() == [5, 5]


def test_the_admin_has_an_action(root, bob):
    data = {"action": "unlock_accounts", "_selected_action": [bob.pk]}
    got = root.post("/admin/auth/user/", data)
    assert got.status_code == 302
    assert counted() == [0, 0]


def test_the_action_is_for_those_who_may_change_users(root, bob, ann):
    ann.is_staff = True
    ann.save()
    ann.user_permissions.add(Permission.objects.get(codename="view_user"))
    root.logout()
    root.attempt("ann", "right")
    root.post("/admin/auth/user/", {"action": "unlock_accounts", "_selected_action": [bob.pk]})
    assert counted() == [5, 5]


def run(*arguments):
    out = StringIO()
    call_command("throttle", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def held(guarded, clock, bob):
    increment_counters(ip="192.0.2.1")
    return clock


def test_the_command_tells_how_long_to_wait(held):
    told, other, address = run("status", "Bob", "eve", "--address", "192.0.2.1").splitlines()
    assert told.startswith("Bob (")
    assert told.endswith("): 5 attempts counted, the next may come in 20 seconds.")
    assert other.endswith("): 0 attempts counted, the next may come at once.")
    assert address == "192.0.2.1: 1 attempt counted, the next may come at once."


def test_the_command_forgets(held):
    assert run("reset", "Bob", "--address", "192.0.2.1").splitlines() == [
        "Bob: forgotten, the next attempt may come at once.",
        "192.0.2.1: forgotten, the next attempt may come at once.",
    ]
    assert counted() == [0, 0]
    assert attempt_count("ip", "192.0.2.1") == 0


def test_the_command_forgets_a_name_that_nobody_has(held):
    increment_counters(username="eve")
    run("reset", "eve")
    assert attempt_count("username", "eve") == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["status"], "Name an account, or --address IP."),
        (["reset", "--address", "x"], "--address must be an address (got 'x')."),
    ],
    ids=["nobody", "no address"],
)
def test_the_command_explains_what_it_wants(held, arguments, message):
    with pytest.raises(CommandError, match=message.replace("(", r"\(").replace(")", r"\)")):
        run(*arguments)


def test_the_command_says_when_the_cache_is_down(held, monkeypatch):
    def down():
        raise StoreUnavailable("down")

    monkeypatch.setattr(attempts, "store", down)
    with pytest.raises(CommandError, match="does not answer: down"):
        run("status", "Bob")
