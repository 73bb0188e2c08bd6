"""A site of open and closed pages; each closed one tells that it was reached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from asgiref.sync import iscoroutinefunction
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import LoginView
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import include, path, re_path
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.views import View
from tests.modes import Site

from security.decorators import login_not_required

REACHED: list[str] = []
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
OURS = "security.middleware.LoginRequiredMiddleware"
MIDDLEWARE = [SESSIONS, AUTHENTICATION, OURS]


ASKED: list[str] = []  # which users the backend was asked for


class Backend(BaseBackend):
    """Users without a database: ``1`` is active, ``2`` is not any more."""

    def get_user(self, user_id: Any) -> Any:
        ASKED.append(str(user_id))
        return account(user_id)


def account(number: Any) -> Any:
    from django.contrib.auth.models import User

    return User(pk=int(number), username=f"user{number}", is_active=int(number) == 1)


def logged_in(number: int) -> str:
    """Return the session cookie of a browser in which a user logged in."""
    session = SessionStore()
    session[SESSION_KEY] = str(number)
    session[BACKEND_SESSION_KEY] = f"{__name__}.Backend"
    session[HASH_SESSION_KEY] = account(number).get_session_auth_hash()
    session.save()
    return str(session.session_key)


def visit(mode: str, address: str, cookie: str) -> Any:
    """GET a page in a browser that has a session cookie."""
    client: Any = Client() if mode == "wsgi" else AsyncClient()
    client.cookies["sessionid"] = cookie
    return client.get(address) if mode == "wsgi" else asyncio.run(client.get(address))


def install(settings: Any) -> None:
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ROOT_URLCONF = urlpatterns
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.Backend"]
    REACHED.clear()
    ASKED.clear()


@pytest.fixture(autouse=True)
def installed(settings: Any) -> None:
    install(settings)


@pytest.fixture(name="visit")
def visiting(site: Site, settings: Any) -> Callable[..., Any]:
    """GET a page as a user who logged in, or one view at ``/page/``."""

    def ask(address: str, number: int, view: Any = None) -> Any:
        if view is not None:
            settings.ROOT_URLCONF = (path("page/", view),)
        return visit(site.mode, address, logged_in(number))

    return ask


def ways(response: Any) -> tuple[str, list[tuple[str, str]]]:
    """Return where a redirect leads: the address without its query, and its fields."""
    assert response.status_code == 302
    parts = urlsplit(response["Location"])
    return parts._replace(query="").geturl(), parse_qsl(parts.query, keep_blank_values=True)


def to_login(back: str) -> tuple[str, list[tuple[str, str]]]:
    return "/accounts/login/", [("next", back)]


def secret(request: HttpRequest, **given: object) -> HttpResponse:
    REACHED.append(request.path_info)
    return HttpResponse(b"secret")


async def async_secret(request: HttpRequest) -> HttpResponse:
    REACHED.append(request.path_info)
    return HttpResponse(b"secret")


def public(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse(b"public")


async def async_public(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"public")


class Secret(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return secret(request)


@method_decorator(login_not_required, name="dispatch")
class Open(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return public(request)


class ClosedAgain(Open):
    """A subclass that overrides what carried the mark."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return secret(request)


class OwnLogin(LoginView):
    def render_to_response(self, context: Any, **response: Any) -> HttpResponse:
        return HttpResponse(b"public")


named = (
    [
        path("login/", secret, name="login"),
        path("open/", public, name="open"),
        path("inner/", include(([path("x/", public, name="x")], "inner"))),
    ],
    "shop",
)

urlpatterns = (
    path("accounts/login/", public, name="login"),
    path("accounts/login-as/bob/", secret),
    path("accounts/", secret),
    path("home/", secret, name="home"),
    path("any/<path:rest>", secret),
    path("async/", async_secret),
    path("class/", Secret.as_view()),
    path("public/", public, name="public"),
    re_path(r"^public/(?P<rest>.*)$", public),
    path("public-secret/", secret),
    path("marked/", login_not_required(public), name="marked"),
    path("marked-async/", login_not_required(async_public)),
    path("marked-class/", Open.as_view()),
    path("marked-partial/", partial(login_not_required(public), extra=1)),
    path("unmarked/", public),
    path("closed-again/", ClosedAgain.as_view()),
    path("own-login/", OwnLogin.as_view(), name="own-login"),
    path("shop/", include(named)),
    path("", secret),
)


# Middlewares of a project.


def both(act: Any) -> Any:
    """Return a middleware that does something to the request, in either mode."""

    def middleware(get_response: Any) -> Any:
        if iscoroutinefunction(get_response):

            async def awaited(request: Any) -> Any:
                act(request)
                return await get_response(request)

            return awaited

        def called(request: Any) -> Any:
            act(request)
            return get_response(request)

        return called

    middleware.sync_capable = middleware.async_capable = True
    return middleware


OTHER = (path("home/", secret), path("enter/", public, name="enter"))
SWAPPED = (
    path("public/", secret),
    path("marked/", secret),
    path("x/", include([path("", secret)])),
    path("accounts/login/", secret),
)


@both
def other_urlconf(request: Any) -> None:
    request.urlconf = OTHER


@both
def swapped_urlconf(request: Any) -> None:
    request.urlconf = SWAPPED
    request.path_info = request.path_info.replace("/accounts/login/", "/x/")


@both
def rewritten_path(request: Any) -> None:
    request.path_info = "/home/"


@both
def logged_out_late(request: Any) -> None:
    request.user = AnonymousUser()
    request.path_info = "/home/"


@both
def own_login_url(request: Any) -> None:
    request.login_url = "/shop/open/?a=1"


@both
def token_user(request: Any) -> None:
    request.user = account(1)


@both
def lazy_user(request: Any) -> None:
    request.user = SimpleLazyObject(lambda: account(1))


@both
def nobody(request: Any) -> None:
    request.user = SimpleLazyObject(AnonymousUser)
