from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import path
from tests.accounts import login_site as pages
from tests.accounts.login_site import installed, to_login, ways

from security.decorators import login_not_required

__all__ = ["installed"]


# Paths and names.


def test_an_exempt_page_for_a_stranger_is_the_same_for_all(get, settings):
    settings.LOGIN_EXEMPT_URLS = ["public"]
    response = get("/public/")
    assert response.content == b"public"
    assert "Vary" not in response


@pytest.mark.parametrize("pattern", ["public", "public/", "/public/", "^public"])
def test_an_exempt_pattern_opens_whole_segments_only(get, settings, pattern):
    settings.LOGIN_EXEMPT_URLS = [pattern]
    assert get("/public/").content == b"public"
    assert get("/public/deep/down/").content == b"public"
    assert ways(get("/public-secret/")) == to_login("/public-secret/")
    assert ways(get("/accounts/login-as/bob/")) == to_login("/accounts/login-as/bob/")


def test_a_string_in_place_of_the_patterns_stops_the_start(get, settings):
    settings.LOGIN_EXEMPT_URLS = r"^public/$"
    with pytest.raises(ImproperlyConfigured, match="LOGIN_EXEMPT_URLS must be a list"):
        get("/home/")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOGIN_URL", ""),
        ("LOGIN_URL", None),
        ("SECURITY_LOGIN_EXEMPT_NAMES", "login"),
        ("SECURITY_LOGIN_EXEMPT_NAMES", ["*"]),
        ("CUSTOM_LOGOUT_MODULE", "no.such.function"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_work_stops_the_start(site, settings, name, value):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=rf"{name}(\[0\])? must be"):
        site.get("/marked/")


def test_an_exempt_name_keeps_its_namespace(get, settings):
    settings.SECURITY_LOGIN_EXEMPT_NAMES = ["login", "home"]
    assert get("/home/").content == b"secret"
    assert ways(get("/shop/login/")) == to_login("/shop/login/")


@pytest.mark.parametrize("name", ["shop:open", "shop:*"])
def test_a_name_in_a_namespace_is_exempt_by_its_whole_name(get, settings, name):
    settings.SECURITY_LOGIN_EXEMPT_NAMES = [name]
    assert get("/shop/open/").content == b"public"


@pytest.mark.parametrize(
    ("name", "status"), [("shop:*", 200), ("shop:inner:*", 200), ("inner:*", 302), ("shop:x", 302)]
)
def test_a_namespace_holds_for_those_within_it(get, settings, name, status):
    settings.SECURITY_LOGIN_EXEMPT_NAMES = [name]
    assert get("/shop/inner/x/").status_code == status


def test_a_view_without_a_name_is_not_exempt_by_its_dotted_path(get, settings):
    settings.SECURITY_LOGIN_EXEMPT_NAMES = [f"{pages.__name__}.secret"]
    assert ways(get("/")) == to_login("/")


# Marks.


def test_a_mark_on_a_twin_leaves_the_view_itself_closed():
    assert login_not_required(pages.secret).login_required is False
    assert not hasattr(pages.secret, "login_required")


def test_a_view_that_carries_the_attribute_of_djangos_decorator_is_open(page, settings):
    def view(request):
        return HttpResponse(b"open")

    view.login_required = False
    assert page(view).content == b"open"


@pytest.mark.parametrize("value", [True, None, 0, "no"], ids=str)
def test_only_false_opens_a_view(page, value):
    def view(request):
        return pages.secret(request)

    view.login_required = value
    assert ways(page(view)) == to_login("/page/")


@pytest.mark.parametrize("address", ["/admin/login/", "/reset/", "/sent/"])
def test_the_views_that_django_marks_are_open_on_every_django(get, settings, address):
    from django.contrib import admin
    from django.contrib.auth import views

    settings.ROOT_URLCONF = (
        path("admin/", admin.site.urls),
        path("reset/", views.PasswordResetView.as_view(), name="password_reset"),
        path("sent/", views.PasswordResetDoneView.as_view()),
        path("change/", views.PasswordChangeView.as_view(), name="password_change"),
        path("other/", views.PasswordChangeDoneView.as_view(), name="password_change_done"),
        path("accounts/login/", pages.public),
    )
    settings.MIDDLEWARE = [
        *pages.MIDDLEWARE,
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    assert get(address).status_code == 200
    assert get("/change/").status_code == 302
    assert get("/other/").status_code == 302
    assert ways(get("/admin/"))[1] == [("next", "/admin/")]
