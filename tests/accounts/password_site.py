"""A site whose users must change an expired password, and what is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import BaseBackend, RemoteUserBackend
from django.contrib.auth.models import User
from django.contrib.auth.views import LogoutView, PasswordChangeView
from django.contrib.sessions.backends.db import SessionStore
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.static import serve

from security.models import PasswordExpiry

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "security.middleware.MandatoryPasswordChangeMiddleware",
]
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
RULE = {"URL_NAME": "password_change"}
YEAR = timedelta(days=365)


class SingleSignOn(BaseBackend):
    """Users who prove who they are elsewhere, and may have a password here all the same."""

    def authenticate(self, request: Any, token: str | None = None) -> None:
        return None

    def get_user(self, user_id: Any) -> Any:
        return User.objects.get(pk=user_id)


class TokenAndPassword(SingleSignOn):
    def authenticate(  # type: ignore[override]
        self, request: Any, token: str | None = None, password: str | None = None
    ) -> None:
        return None


class Header(RemoteUserBackend):
    pass


SINGLE_SIGN_ON, BOTH, REMOTE = (
    f"{__name__}.{name.__name__}" for name in (SingleSignOn, TokenAndPassword, Header)
)


def home(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse(b"home")


async def async_home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"home")


def evil(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"evil")


evil_patterns = ([path("help/", evil, name="help"), path("logout/", evil, name="logout")], "evil")
shop_patterns = ([path("pay/", home, name="pay")], "shop")

urlpatterns = [
    path("", home, name="home"),
    path("async/", async_home, name="async"),
    path("help/", home, name="help"),
    path("evil/", include(evil_patterns)),
    path("shop/", include(shop_patterns)),
    path("user/<int:number>/", home, name="user"),
    path("password/", PasswordChangeView.as_view(success_url="/"), name="password_change"),
    path("my password/", home, name="quoted"),
    path("leave/", LogoutView.as_view(next_page="/"), name="leave"),
    path("logout/", home, name="logout"),
    path("files/<path:path>", serve, {"document_root": settings.BASE_DIR}),
    path("admin/", admin.site.urls),
]


@pytest.fixture(autouse=True)
def installed(settings: Any) -> None:
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ROOT_URLCONF = __name__
    settings.AUTHENTICATION_BACKENDS = [MODEL_BACKEND, SINGLE_SIGN_ON, BOTH, REMOTE]
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE}


@pytest.fixture
def user(installed: None, db: None) -> User:
    """A new user, whose password counts as expired."""
    return User.objects.create_user("ada", password="first Secret 1")


def logged_in(user: Any, backend: str | None = MODEL_BACKEND) -> dict[str, str]:
    """Return the headers of a browser in which a user logged in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if backend is not None:
        session[BACKEND_SESSION_KEY] = backend
    session.save()
    return {"Cookie": f"sessionid={session.session_key};"}  # an empty one may follow


def sent_away(response: Any) -> bool:
    return (response.status_code, response.headers.get("Location")) == (302, "/password/")


def row_of(user: User) -> PasswordExpiry:
    return PasswordExpiry.objects.get(user=user)


@contextmanager
def queries() -> Iterator[list[str]]:
    """Collect the SQL of every thread."""
    asked: list[str] = []
    execute = CursorWrapper.execute

    def listen(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        asked.append(sql)
        return execute(self, sql, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", listen)
        yield asked
