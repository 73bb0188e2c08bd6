from __future__ import annotations

import django
import pytest
from django.urls import include, path
from tests.accounts import login_site as pages

from security.checks.login import check_login
from security.middleware import LoginRequiredMiddleware

DJANGOS = "django.contrib.auth.middleware.LoginRequiredMiddleware"


class Subclass(LoginRequiredMiddleware):
    """A middleware of a project."""


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = pages.MIDDLEWARE
    settings.ROOT_URLCONF = pages.urlpatterns


def found() -> list[tuple[str, str, str]]:
    return [(each.id, each.msg, each.hint) for each in check_login()]


@pytest.mark.parametrize(
    "login", ["login", "/accounts/login/", "https://sso.example/", "own-login"]
)
def test_a_login_page_that_lets_people_in_is_fine(settings, login):
    settings.LOGIN_URL = login
    assert found() == []


def test_without_the_middleware_nothing_is_asked(settings):
    settings.MIDDLEWARE = ["no.such.middleware", f"{__name__}.found"]
    settings.LOGIN_URL = "nothing"
    assert found() == []


def test_a_setting_that_cannot_work_is_left_to_the_check_of_settings(settings):
    settings.LOGIN_EXEMPT_URLS = "^public/$"
    assert found() == []


@pytest.mark.parametrize("name", [pages.OURS, f"{__name__}.Subclass"])
def test_a_middleware_in_front_of_the_user_is_found(settings, name):
    settings.MIDDLEWARE = [pages.SESSIONS, name, pages.AUTHENTICATION]
    assert found() == [
        (
            "bulwark.E004",
            f"{name} stands before AuthenticationMiddleware, so every request is an error.",
            f'Put "{pages.AUTHENTICATION}" in front of it.',
        )
    ]


@pytest.mark.parametrize("name", ["nothing", "shop:nothing"])
def test_a_login_page_with_a_name_that_no_url_has_is_found(settings, name):
    settings.LOGIN_URL = name
    assert found() == [
        (
            "bulwark.E004",
            f"LOGIN_URL must be the address of the login page (got '{name}').",
            'No URL is named so. Put path("accounts/", include("django.contrib.auth.urls")) into '
            "urls.py, which names its login page 'login', or write the name of your own.",
        )
    ]


def test_what_the_hint_about_a_missing_name_says_is_enough(settings):
    settings.LOGIN_URL = "login"
    settings.ROOT_URLCONF = (path("", pages.public),)
    assert [each[0] for each in found()] == ["bulwark.E004"]
    settings.ROOT_URLCONF = (path("accounts/", include("django.contrib.auth.urls")),)
    assert found() == []


@pytest.mark.parametrize("login", ["accounts/login/", "item"])
def test_a_login_page_without_an_address_is_found(settings, login):
    settings.LOGIN_URL = login
    settings.ROOT_URLCONF = (path("<int:number>/", pages.public, name="item"),)
    assert found() == [
        (
            "bulwark.E004",
            f"LOGIN_URL must be the address of the login page (got '{login}').",
            "Write a path with its leading slash, a URL name, or a full URL.",
        )
    ]


def test_a_login_page_that_is_not_there_is_found(settings):
    settings.LOGIN_URL = "/sign-in/"
    assert found() == [
        (
            "bulwark.E004",
            "LOGIN_URL leads to '/sign-in/', where this project has no page.",
            "Write the name of the login page, or its full URL where another site has it.",
        )
    ]


def test_a_login_page_that_is_not_exempt_is_found(settings):
    settings.ALLOWED_HOSTS = [".example.com"]
    settings.LOGIN_URL = "https://www.example.com/home/"
    message = (
        "bulwark.E004",
        "The login page, 'https://www.example.com/home/', needs a login itself.",
        "Put login_not_required on its view, or write LOGIN_URL without a host.",
    )
    assert found() == [message]
    settings.LOGIN_EXEMPT_URLS = ["home"]
    assert found() == []
    settings.LOGIN_EXEMPT_URLS = []
    settings.SECURITY_LOGIN_EXEMPT_NAMES = ["home"]
    assert found() == []
    settings.SECURITY_LOGIN_EXEMPT_NAMES = []
    settings.ALLOWED_HOSTS = ["www.example.com"]
    assert found() == []


def test_a_name_that_no_url_has_is_found(settings):
    settings.SECURITY_LOGIN_EXEMPT_NAMES = ["home", "shop:*", "shop:opeen"]
    assert found() == [
        (
            "bulwark.W010",
            "SECURITY_LOGIN_EXEMPT_NAMES names 'shop:opeen', and no URL has that name.",
            "Did you mean 'shop:open'?",
        )
    ]


if django.VERSION >= (5, 1):

    def test_djangos_middleware_needs_the_mark_on_the_login_page(settings):
        settings.MIDDLEWARE = [pages.SESSIONS, pages.AUTHENTICATION, DJANGOS]
        settings.LOGIN_URL = "login"
        settings.SECURITY_LOGIN_EXEMPT_NAMES = ["login", "nothing"]  # these are not for it
        assert found() == [
            (
                "bulwark.E004",
                "The login page, '/accounts/login/', needs a login itself.",
                "Put login_not_required on its view.",
            )
        ]
        settings.LOGIN_URL = "own-login"
        assert found() == []
        settings.ROOT_URLCONF = (path("x/", pages.public, name="own-login"),)
        assert [each[0] for each in found()] == ["bulwark.E004"]

    def test_djangos_middleware_out_of_order_is_left_to_django(settings):
        settings.MIDDLEWARE = [pages.SESSIONS, DJANGOS, pages.AUTHENTICATION]
        settings.LOGIN_URL = "own-login"
        assert found() == []
