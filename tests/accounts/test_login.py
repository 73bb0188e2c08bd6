from __future__ import annotations

import asyncio
import logging

import django
import pytest
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import AsyncRequestFactory, Client, RequestFactory
from django.urls import path
from tests.accounts import login_site as pages
from tests.accounts.login_site import to_login, ways

from security.conf import conf
from security.decorators import login_not_required
from security.middleware import LoginRequiredMiddleware
from security.middleware._run import adrive
from security.middleware.current_user import current_user

AJAX = {"X-Requested-With": "XMLHttpRequest"}
USER = f"{pages.__name__}.Backend"
OPEN = [
    "/marked/",
    "/marked-async/",
    "/marked-class/",
    "/marked-partial/",
    "/own-login/",
    "/accounts/login/",
]
CLOSED = ["/", "/home/", "/async/", "/class/", "/unmarked/", "/closed-again/", "/shop/login/"]


@pytest.fixture(autouse=True)
def installed(settings):
    pages.install(settings)


@pytest.fixture
def visit(site, settings):
    """GET a page as a user who logged in, or one view at ``/page/``."""

    def ask(address, number, view=None):
        if view is not None:
            settings.ROOT_URLCONF = (path("page/", view),)
        return pages.visit(site.mode, address, pages.logged_in(number))

    return ask


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


# Exempt paths and names.


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


# Users who are not active any more.


def test_an_inactive_user_is_logged_out(caplog, visit):
    caplog.set_level(logging.INFO, logger="security.login")
    response = visit("/home/", 2)
    assert ways(response) == to_login("/home/")
    assert response.cookies["sessionid"]["max-age"] == 0
    assert pages.REACHED == []
    assert [record.getMessage() for record in caplog.records] == [
        "User 2 is not active any more, and was logged out."
    ]


def test_an_inactive_user_is_anonymous_on_an_open_page(visit):
    @login_not_required
    async def who(request):
        other = await request.auser() if hasattr(request, "auser") else request.user
        return HttpResponse(f"{request.user} {other}")

    response = visit("/page/", 2, who)
    assert response.content == b"AnonymousUser AnonymousUser"


@pytest.mark.parametrize("function", ["own_logout", "own_async_logout"])
def test_the_project_may_log_out_in_its_own_way(settings, function, visit):
    settings.CUSTOM_LOGOUT_MODULE = f"{__name__}.{function}"
    response = visit("/home/", 2)
    assert (response.status_code, response.content) == (403, b"gone")
    assert response.cookies["sessionid"]["max-age"] == 0


def test_a_logout_of_the_project_that_does_nothing_opens_nothing(settings, visit):
    settings.CUSTOM_LOGOUT_MODULE = f"{__name__}.no_logout"
    assert ways(visit("/home/", 2)) == to_login("/home/")
    assert visit("/accounts/login/", 2).content == b"public"
    assert pages.REACHED == []


# The user of the request.


def test_the_user_is_asked_for_once(visit):
    def who(request):
        return HttpResponse(str(request.user))

    assert visit("/page/", 1, who).content == b"user1"
    assert pages.ASKED == ["1"]


def test_an_async_view_finds_the_user_that_was_asked_for(visit):
    async def who(request):
        other = await request.auser() if hasattr(request, "auser") else ""
        return HttpResponse(f"{request.user}{other}")

    assert visit("/page/", 1, who).content.startswith(b"user1")
    assert pages.ASKED in (["1"], ["1", "1"])  # under WSGI Django itself asks twice


def test_who_asks_later_without_waiting_finds_the_user():
    async def ask():
        request = AsyncRequestFactory().get("/")
        request.session = pages.SessionStore(pages.logged_in(1))
        AuthenticationMiddleware(lambda request: None).process_request(request)
        user = await adrive(current_user(request))
        return user, request.user.username

    user, name = asyncio.run(ask())
    assert (user.username, name) == ("user1", "user1")
    assert pages.ASKED == ["1"]


if django.VERSION >= (5, 0):

    def test_who_asked_before_us_asked_for_all():
        async def ask():
            request = AsyncRequestFactory().get("/")
            request.session = pages.SessionStore(pages.logged_in(1))
            AuthenticationMiddleware(lambda request: None).process_request(request)
            await request.auser()
            return (await adrive(current_user(request))).username, request.user.username

        assert asyncio.run(ask()) == ("user1", "user1")
        assert pages.ASKED == ["1"]


def test_a_user_whom_another_middleware_knows_goes_through(get, settings):
    for name in ("token_user", "lazy_user"):
        settings.MIDDLEWARE = [
            pages.SESSIONS,
            pages.AUTHENTICATION,
            f"{pages.__name__}.{name}",
            pages.OURS,
        ]
        assert get("/home/").content == b"secret"
    assert pages.ASKED == []


def test_a_lazy_user_of_another_middleware_wins_over_the_session(settings, visit):
    settings.MIDDLEWARE = [
        pages.SESSIONS,
        pages.AUTHENTICATION,
        f"{pages.__name__}.nobody",
        pages.OURS,
    ]
    assert visit("/home/", 1).status_code == 302
    assert pages.ASKED == []


def test_without_authentication_every_request_is_an_error(get, settings):
    settings.MIDDLEWARE = [pages.SESSIONS, pages.OURS, pages.AUTHENTICATION]
    with pytest.raises(ImproperlyConfigured, match="AuthenticationMiddleware"):
        get("/home/")


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


# Functions of a project.


def own_logout(request):
    logout(request)
    return HttpResponse(b"gone", status=403)


async def own_async_logout(request):
    await request.session.aflush() if hasattr(
        request.session, "aflush"
    ) else request.session.flush()
    return HttpResponse(b"gone", status=403)


def no_logout(request):
    return None
