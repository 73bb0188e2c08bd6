from __future__ import annotations

import django
import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import clear_script_prefix, path, set_script_prefix
from django.utils import translation
from tests.accounts import password_site as pages
from tests.accounts.password_site import installed, logged_in, sent_away, user

from security.middleware import MandatoryPasswordChangeMiddleware

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db(transaction=True)


# No loop.


@pytest.mark.parametrize("name", ["password_change", "admin:password_change"])
def test_the_target_of_a_redirect_is_open(site, settings, installed, db, name):
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": name}
    staff = User.objects.create_user("bob", password="first Secret 1", is_staff=True)
    headers = logged_in(staff)
    target = site.get("/", headers=headers)["Location"]
    assert site.get(target, headers=headers).status_code == 200


def test_the_target_of_a_redirect_is_open_where_it_is_quoted(site, user, settings):
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "quoted"}
    headers = logged_in(user)
    target = site.get("/", headers=headers)["Location"]
    assert (target, site.get(target, headers=headers).status_code) == ("/my%20password/", 200)


def test_the_target_of_a_redirect_is_open_where_its_namespace_has_another_name(
    site, settings, installed, db
):
    staff = AdminSite(name="staff")
    settings.ROOT_URLCONF = (path("", pages.home), path("staff/", staff.urls))
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "admin:password_change"}
    bob = User.objects.create_user("bob", password="first Secret 1", is_staff=True)
    headers = logged_in(bob)
    target = site.get("/", headers=headers)["Location"]
    assert (target, site.get(target, headers=headers).status_code) == (
        "/staff/password_change/",
        200,
    )


@pytest.fixture
def below_app(settings):
    """Serve the site below a prefix."""
    settings.FORCE_SCRIPT_NAME = "/app"
    set_script_prefix("/app/")  # as a server does, and the client does not
    yield
    clear_script_prefix()


@pytest.mark.parametrize("static", ["/static/", "static/"])
def test_the_target_of_a_redirect_is_open_under_a_script_name(
    site, user, below_app, settings, static
):
    settings.STATIC_URL = static
    headers = logged_in(user)
    whole = site.mode == "asgi" and django.VERSION >= (5, 0)  # what a server hands over
    root = "/app" if whole else ""
    assert site.get(f"{root}/async/", headers=headers)["Location"] == "/app/password/"
    assert site.get(f"{root}/password/", headers=headers).status_code == 200


@pytest.mark.parametrize("locale", ["before", "after"])
def test_the_target_of_a_redirect_is_open_in_every_language(site, user, settings, locale):
    place = 1 if locale == "before" else len(pages.MIDDLEWARE)
    middleware = list(pages.MIDDLEWARE)
    middleware.insert(place, "django.middleware.locale.LocaleMiddleware")
    settings.MIDDLEWARE = middleware
    settings.ROOT_URLCONF = "tests.accounts.password_languages"
    settings.LANGUAGE_CODE = "en"
    headers = {**logged_in(user), "Accept-Language": "fr"}
    with translation.override("en"):  # and what a request leaves in the thread goes
        for page in ("/de/", "/fr/", "/en/", "/"):
            target = site.get(page, headers=headers)["Location"]
            assert site.get(target, headers=headers).status_code == 200


def test_the_page_may_stand_in_a_urlconf_of_the_request(site, user, settings):
    settings.ROOT_URLCONF = (path("elsewhere/", pages.home, name="password_change"),)
    settings.MIDDLEWARE = [
        "tests.accounts.test_password_middleware_page.own_urlconf",
        *pages.MIDDLEWARE,
    ]
    headers = logged_in(user)
    assert sent_away(site.get("/", headers=headers))
    assert site.get("/password/", headers=headers).status_code == 200


def own_urlconf(get_response):
    from asgiref.sync import iscoroutinefunction, markcoroutinefunction

    def middleware(request):
        request.urlconf = pages.__name__
        return get_response(request)

    if iscoroutinefunction(get_response):
        markcoroutinefunction(middleware)
    return middleware


own_urlconf.sync_capable = own_urlconf.async_capable = True


# What cannot work.


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("passwords_change", "Did you mean 'password_change'?"),
        ("admin:passwords_change", "Did you mean 'admin:password_change'?"),
        ("user", "That URL takes arguments."),
    ],
)
def test_a_page_that_does_not_exist_stops_the_start(installed, settings, name, hint):
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": name}
    with pytest.raises(ImproperlyConfigured) as caught:
        MandatoryPasswordChangeMiddleware(lambda request: HttpResponse())
    assert str(caught.value) == (
        'MANDATORY_PASSWORD_CHANGE["URL_NAME"] must be the name of a URL without arguments '
        f"(got '{name}').\n    HINT: {hint}"
    )


def test_a_setting_without_a_page_stops_the_start(installed, settings):
    settings.MANDATORY_PASSWORD_CHANGE = {"EXEMPT_URLS": ["help"]}
    with pytest.raises(ImproperlyConfigured, match="given a URL_NAME"):
        MandatoryPasswordChangeMiddleware(lambda request: HttpResponse())


def test_a_urlconf_that_cannot_be_read_at_the_start_is_read_later(settings):
    settings.ROOT_URLCONF = "tests.there_is_no_such_module"
    MandatoryPasswordChangeMiddleware(lambda request: HttpResponse())
