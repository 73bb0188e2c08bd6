"""Logins of the admin, and of backends that are not Django's."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import path
from tests.throttling import logins
from tests.throttling.logins import Browser

from security.auth_throttling import attempt_count

urlpatterns = [*logins.urlpatterns, path("admin/", admin.site.urls)]


@pytest.fixture
def pages(guarded, ann, site):
    guarded.ROOT_URLCONF = __name__
    guarded.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ]
    ann.is_staff = True
    ann.save()
    return Browser(site)


def test_the_admin_is_guarded_without_being_listed(pages):
    address = "/admin/login/?next=/admin/"
    assert [pages.attempt("ann", "wrong", address) for _ in range(4)] == [200, 200, 200, 429]
    assert pages.attempt("ann", "right", address) == 429


def test_a_login_to_the_admin_resets_the_account(pages):
    pages.attempt("ann", "wrong", "/admin/login/")
    assert pages.attempt("ann", "right", "/admin/login/?next=/admin/") == 302
    assert attempt_count("username", "ann") == 0


def test_the_admin_may_explain_on_its_own_login_page(pages, guarded):
    guarded.AUTHENTICATION_THROTTLING = {
        "LOGIN_URLS_WITH_TEMPLATES": [("admin/login/", "admin/login.html")]
    }
    for _ in range(3):
        pages.attempt("ann", "wrong", "/admin/login/")
    got = pages.post("/admin/login/", {"username": "ann", "password": "right"})
    assert got.status_code == 200
    assert "this attempt to log in was not looked at" in got.content.decode()


class ByEmail:
    """A backend that finds users by their address of e-mail."""

    def authenticate(self, request, username=None, password=None):
        from django.contrib.auth import get_user_model

        found = get_user_model().objects.filter(email__iexact=username or "").first()
        return found if found is not None and found.check_password(password) else None

    async def aauthenticate(self, request, **credentials):
        from asgiref.sync import sync_to_async

        return await sync_to_async(self.authenticate)(request, **credentials)

    def get_user(self, user_id):
        from django.contrib.auth import get_user_model

        return get_user_model().objects.get(pk=user_id)


@pytest.mark.parametrize("has_backend", [True, False], ids=["backend", "no backend"])
def test_a_login_by_e_mail_is_counted_under_it_and_resets_it(guarded, ann, site, has_backend):
    ours = guarded.AUTHENTICATION_BACKENDS[: 1 if has_backend else 0]
    guarded.AUTHENTICATION_BACKENDS = [*ours, f"{__name__}.ByEmail"]
    browser = Browser(site)
    for _ in range(2):
        browser.attempt("Ann@example.com", "wrong", "/plain/")
    assert attempt_count("username", "ann@example.com") == 2
    assert browser.attempt("Ann@example.com", "right", "/plain/") == 302
    assert attempt_count("username", "ann@example.com") == 0
    assert attempt_count("username", "ann") == 0


class Crashing:
    def authenticate(self, request, username=None, password=None):
        raise ZeroDivisionError

    aauthenticate = authenticate


def test_a_backend_that_crashes_proves_no_password(guarded, ann, site):
    guarded.AUTHENTICATION_BACKENDS = [guarded.AUTHENTICATION_BACKENDS[0], f"{__name__}.Crashing"]
    browser = Browser(site)
    assert [browser.attempt("ann", "x") for _ in range(4)] == [500, 500, 500, 429]
