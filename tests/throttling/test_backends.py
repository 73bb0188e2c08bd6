"""Our backends beside and in the place of Django's own."""

from __future__ import annotations

import asyncio

import pytest
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from tests.throttling import logins
from tests.throttling.logins import Browser

from security.auth_throttling import attempt_count
from security.auth_throttling.backends import MODEL_PATH, ThrottledModelBackend, ThrottlingBackend


def signup(request):
    """Make an account and log it in, naming no backend, as many a tutorial does."""
    user = auth.get_user_model().objects.create_user("new", password="right")
    auth.login(request, user)
    return HttpResponse(f"in as {user}")


urlpatterns = [*logins.urlpatterns, path("signup/", signup)]
WAYS = ["/plain/", "/json/", "/async/", "/silent/", "/token/"]


@pytest.fixture
def alone(guarded):
    """Have the one backend that counts and checks, and no other."""
    guarded.AUTHENTICATION_BACKENDS = [MODEL_PATH]
    guarded.ROOT_URLCONF = __name__
    return guarded


def test_the_backend_that_only_counts_knows_no_user_and_no_permission():
    public = {name for name in dir(ThrottlingBackend) if not name.startswith("_")}
    assert public == {"authenticate", "aauthenticate"}


@pytest.mark.parametrize("backend", ["beside", "instead"])
def test_a_forced_login_of_a_test_logs_in(guarded, ann, backend):
    if backend == "instead":
        guarded.AUTHENTICATION_BACKENDS = [MODEL_PATH]
    client = Client()
    client.force_login(ann)
    assert client.get("/who/").content == b"ann"


def test_a_sign_up_logs_in_without_naming_the_backend(alone, site, transactional_db):
    browser = Browser(site)
    assert browser.get("/signup/").content == b"in as new"
    assert browser.get("/who/").content == b"new"


@pytest.mark.parametrize("address", WAYS)
def test_the_one_backend_counts_and_checks(alone, ann, site, address):
    browser = Browser(site)
    assert browser.attempt("ann", "right", address) < 400
    browser.logout()
    assert 429 not in [browser.attempt("ann", "wrong", address) for _ in range(3)]
    assert browser.attempt("ann", "right", address) == 429
    assert attempt_count("username", "ann") == 3


def test_the_one_backend_counts_a_guess_once_beside_django_s_own(alone, ann, site):
    alone.AUTHENTICATION_BACKENDS = [MODEL_PATH, "django.contrib.auth.backends.ModelBackend"]
    browser = Browser(site)
    browser.attempt("ann", "wrong", "/json/")
    assert attempt_count("username", "ann") == 1


def test_the_one_backend_looks_at_no_password_that_has_to_wait(alone, ann, site, monkeypatch):
    seen = []
    for name in ("authenticate", "aauthenticate"):
        if hasattr(ModelBackend, name):
            monkeypatch.setattr(ModelBackend, name, watching(seen, getattr(ModelBackend, name)))
    browser = Browser(site)
    for address in ("/json/", "/async/", "/json/", "/async/", "/json/"):
        browser.attempt("ann", "wrong", address)
    assert len(seen) == 3


def watching(seen, method):
    def authenticate(self, request, **credentials):
        seen.append(credentials["username"])
        return method(self, request, **credentials)

    return authenticate


def test_the_one_backend_is_awaited_on_every_django(alone, ann):
    backend = ThrottledModelBackend()
    found = asyncio.run(backend.aauthenticate(None, username="ann", password="right"))
    assert found == ann
    assert asyncio.run(backend.aauthenticate(None, username="ann", password="wrong")) is None


def test_the_one_backend_knows_permissions(alone, ann):
    ann.user_permissions.add(Permission.objects.get(codename="view_user"))
    assert ann.has_perm("auth.view_user")
