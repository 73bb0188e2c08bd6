"""A visitor with a browser of their own, a clock that only the test moves, and a small site."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model, login, logout
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import include, path
from tests.modes import Site

from security.middleware import sessions

START = datetime(2026, 11, 21, 10, tzinfo=UTC)
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "security.middleware.SessionExpiryPolicyMiddleware",
]
DB = "django.contrib.sessions.backends.db"
COOKIE = "sessionid"


def iso(seconds: float) -> str:
    """Return the text of a time so many seconds after the start of the test."""
    return datetime.fromtimestamp(int(START.timestamp() + seconds), UTC).isoformat()


class Clock:
    """Stands until the test moves it; ``passed`` is in seconds."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return START.timestamp() + self.passed


class Visitor:
    """A browser: it keeps its cookies from one request to the next."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.client: Any = Client() if mode == "wsgi" else AsyncClient()

    def get(self, address: str = "/who/", **headers: str) -> Any:
        response = self.client.get(address, headers=headers or None)
        return asyncio.run(response) if self.mode == "asgi" else response

    def who(self) -> str:
        """Return the name that the site knows the visitor by; nothing for an anonymous one."""
        response = self.get("/who/")
        assert response.status_code == 200
        name: str = response.content.decode()
        return name

    @property
    def cookie(self) -> str | None:
        morsel = self.client.cookies.get(COOKIE)
        return morsel.value or None if morsel else None


def session_of(visitor: Visitor) -> SessionStore:
    return SessionStore(visitor.cookie)


def times(visitor: Visitor) -> tuple[Any, Any]:
    session = session_of(visitor)
    return session.get("starttime"), session.get("lastactivity")


def bare(session: SessionBase) -> HttpRequest:
    """Return a request that has a session and nothing else."""
    request = HttpRequest()
    request.path = request.path_info = "/plain/"
    request.session = session
    return request


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


async def awaited_who(request: HttpRequest) -> HttpResponse:
    """Say who it is for async code, where Django has that, and for sync code."""
    response = await sync_to_async(who)(request)
    if hasattr(request, "auser"):  # since Django 5.0
        assert (await request.auser()).get_username() == response.content.decode()
    return response


def plain(request: HttpRequest) -> HttpResponse:
    """Look neither at the session nor at the user."""
    return HttpResponse(b"ok")


def enter(request: HttpRequest) -> HttpResponse:
    login(request, get_user_model().objects.get(username=request.GET.get("name", "ann")))
    return HttpResponse(b"in")


def leave(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse(b"out")


def basket(request: HttpRequest) -> HttpResponse:
    """Put something into the session, whoever it is."""
    request.session["basket"] = [*request.session.get("basket", []), "tea"]
    return HttpResponse(",".join(request.session["basket"]))


def look(request: HttpRequest) -> HttpResponse:
    return HttpResponse(",".join(request.session.get("basket", [])))


def poll(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


live = ([path("poll/", poll, name="poll"), path("unnamed/", poll)], "live")

urlpatterns = (
    path("who/", who, name="who"),
    path("awaited-who/", awaited_who),
    path("plain/", plain),
    path("enter/", enter),
    path("leave/", leave),
    path("basket/", basket),
    path("look/", look),
    path("poll/", poll, name="poll"),
    path("unnamed/", poll),
    path("live/", include(live)),
)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(sessions, "now", stopped)
    return stopped


@pytest.fixture
def serving(settings: Any) -> Callable[..., None]:
    """Serve the small site, with more pages if the test has any, in front of its own."""

    def serve(**views: Any) -> None:
        pages = tuple(path(f"{name}/", view, name=name) for name, view in views.items())
        settings.ROOT_URLCONF = (*pages, *urlpatterns)

    settings.MIDDLEWARE = MIDDLEWARE
    settings.SESSION_ENGINE = DB
    serve()
    return serve


@pytest.fixture
def visitor(site: Site, serving: Callable[..., None], clock: Clock) -> Visitor:
    """Return a visitor of the small site, with ann and bob among its users."""
    for name in ("ann", "bob"):
        get_user_model().objects.create_user(username=name, password=f"{name}-pass")
    return Visitor(site.mode)


@pytest.fixture
def ann(visitor: Visitor) -> Visitor:
    """Return a visitor who has just logged in as ann."""
    assert visitor.get("/enter/").content == b"in"
    return visitor


@pytest.fixture
def saves(monkeypatch: pytest.MonkeyPatch) -> list[type[SessionBase]]:
    """List every save of a session in the database."""
    done: list[Any] = []
    for name in ("save", "asave"):
        if (inner := getattr(SessionStore, name, None)) is not None:
            monkeypatch.setattr(SessionStore, name, _noting(done, inner))
    return done


def _noting(done: list[Any], inner: Callable[..., Any]) -> Callable[..., Any]:
    def save(self: Any, must_create: bool = False) -> Any:
        done.append(type(self))
        return inner(self, must_create)

    return save
