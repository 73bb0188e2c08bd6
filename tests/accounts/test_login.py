from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client, RequestFactory
from tests.accounts import login_site as pages
from tests.accounts.login_site import installed, to_login, visiting, ways

from security.conf import conf
from security.middleware import LoginRequiredMiddleware

__all__ = ["installed", "visiting"]

AJAX = {"X-Requested-With": "XMLHttpRequest"}
OPEN = [
    "/marked/",
    "/marked-async/",
    "/marked-class/",
    "/marked-partial/",
    "/own-login/",
    "/accounts/login/",
]
CLOSED = ["/", "/home/", "/async/", "/class/", "/unmarked/", "/closed-again/", "/shop/login/"]


# Who goes in.


@pytest.mark.parametrize("asked", CLOSED)
def test_a_visitor_is_sent_to_the_login_page(get, asked):
    assert ways(get(asked)) == to_login(asked)
    assert pages.REACHED == []


@pytest.mark.parametrize("asked", OPEN)
def test_the_login_page_and_marked_views_are_open(get, asked):
    assert get(asked).content == b"public"


@pytest.mark.parametrize("asked", ["/home/", "/async/", "/class/"])
def test_a_user_who_logged_in_goes_through(visit, asked):
    assert visit(asked, 1).content == b"secret"
    assert pages.REACHED.pop() == asked


def test_a_session_of_somebody_unknown_is_one_of_nobody(settings, visit):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    assert ways(visit("/home/", 1)) == to_login("/home/")


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_every_method_needs_a_login(site, method):
    assert ways(getattr(site, method)("/home/")) == to_login("/home/")
    assert pages.REACHED == []


@pytest.mark.django_db(transaction=True)
def test_a_real_user_goes_through_and_one_made_inactive_does_not(site, settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.AllowAllUsersModelBackend"]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    user = User.objects.create_user("ada")
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    assert pages.visit(site.mode, "/home/", cookie).content == b"secret"
    User.objects.update(is_active=False)
    response = pages.visit(site.mode, "/home/", cookie)
    assert ways(response) == to_login("/home/")
    assert response.cookies["sessionid"]["max-age"] == 0
    User.objects.update(is_active=True)
    assert ways(pages.visit(site.mode, "/home/", cookie)) == to_login(
        "/home/"
    )  # the session is gone


# What is not there.


def test_an_address_that_is_not_there_is_answered_like_one_that_is(get):
    there, absent = get("/home/"), get("/h0me/")
    assert (absent.status_code, absent.content) == (there.status_code, there.content)
    renamed = {name: value.replace("h0me", "home") for name, value in absent.items()}
    assert renamed == dict(there.items())


def test_programs_cannot_tell_what_is_there_either(get):
    for headers in (AJAX, {"Accept": "application/json"}):
        there, absent = get("/home/", headers=headers), get("/h0me/", headers=headers)
        assert (absent.status_code, absent.content) == (401, there.content)
        assert dict(absent.items()) == dict(there.items())


def test_what_is_not_there_below_an_exempt_pattern_is_a_404(get, settings):
    settings.LOGIN_EXEMPT_URLS = ["nowhere"]
    assert get("/nowhere/at/all/").status_code == 404


def test_an_open_page_without_its_slash_is_found(get, settings):
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware", *pages.MIDDLEWARE]
    settings.SECURITY_LOGIN_EXEMPT_NAMES = ["public"]
    response = get("/public")
    assert (response.status_code, response["Location"]) == (301, "/public/")
    assert get("/accounts/login")["Location"] == "/accounts/login/"
    assert ways(get("/home")) == to_login("/home")
    settings.APPEND_SLASH = False
    assert ways(get("/public")) == to_login("/public")


# What stands behind us.


@pytest.mark.parametrize("name", ["rewritten_path", "swapped_urlconf", "logged_out_late"])
def test_a_middleware_behind_us_opens_nothing(get, settings, name, visit):
    settings.LOGIN_EXEMPT_URLS = ["public/x"]
    settings.SECURITY_LOGIN_EXEMPT_NAMES = ["public"]
    settings.MIDDLEWARE = [*pages.MIDDLEWARE, f"{pages.__name__}.{name}"]
    for asked in ("/public/", "/accounts/login/", "/marked/"):
        response = visit(asked, 1) if name == "logged_out_late" else get(asked)
        assert response.status_code == 302
    assert pages.REACHED == []


def test_a_urlconf_of_the_request_is_the_one_that_counts(get, settings):
    settings.SECURITY_LOGIN_EXEMPT_NAMES = ["home"]
    settings.MIDDLEWARE = [f"{pages.__name__}.other_urlconf", *pages.MIDDLEWARE]
    assert get("/home/").status_code == 302
    assert pages.REACHED == []


def test_process_request_may_be_called_and_overridden(settings):
    request = RequestFactory().get("/home/")
    request.user = AnonymousUser()
    assert LoginRequiredMiddleware(lambda r: None).process_request(request).status_code == 302
    request.user = pages.account(1)
    assert LoginRequiredMiddleware(lambda r: None).process_request(request) is None


def test_the_settings_follow_a_test(settings):
    settings.LOGIN_URL = "/a/"
    assert conf.LOGIN_URL == "/a/"
