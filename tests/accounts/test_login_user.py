from __future__ import annotations

import asyncio
import logging

import django
import pytest
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import AsyncRequestFactory
from tests.accounts import login_site as pages
from tests.accounts.login_site import installed, to_login, visiting, ways

from security.decorators import login_not_required
from security.middleware._run import adrive
from security.middleware.current_user import current_user

__all__ = ["installed", "visiting"]


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
