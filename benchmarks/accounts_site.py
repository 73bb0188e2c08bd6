"""A site with one page for its users, guarded by ours, by the documented package, or by nobody."""

from __future__ import annotations

import io
import sys
from typing import Any

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from .apart import APART

HOST = "www.example.com"
PAGE = "/home/"
ASYNC_PAGE = "/home-async/"
BASE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)
THROTTLE = "security.auth_throttling.Middleware"
PASSWORD = "a long enough password"  # noqa: S105
GUARDS = (
    "security.middleware.SessionExpiryPolicyMiddleware",
    "security.middleware.LoginRequiredMiddleware",
    "security.middleware.MandatoryPasswordChangeMiddleware",
)


def configure(*, database: str, cache: str, peer: bool) -> None:
    """Set Django up, with ours or with the documented package as ``security``."""
    if peer:
        sys.path.insert(0, str(APART))
    settings.configure(
        ALLOWED_HOSTS=[HOST],
        AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"],
        AUTHENTICATION_THROTTLING={"LOGIN_URLS_WITH_TEMPLATES": [("login/", None)]},
        CACHES={
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": cache,
            }
        },
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "security",
        ],
        LOGIN_EXEMPT_URLS=["public/"],
        LOGIN_URL="/login/",
        MANDATORY_PASSWORD_CHANGE={
            "URL_NAME": "change",
            "EXEMPT_URL_NAMES": [],
            "INCLUDE_SUPERUSERS": False,
        },
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="measures-and-signs-nothing",  # noqa: S106
        SESSION_COOKIE_AGE=86_400,
        SESSION_INACTIVITY_TIMEOUT=1_800,
        USE_TZ=True,
    )
    django.setup()
    if peer:
        bridge()


def bridge() -> None:
    """Let the guards of the documented package run on a Django that is newer than they are."""
    from security import middleware  # noqa: PLC0415  # theirs

    for path_of_guard in GUARDS:
        guard: Any = getattr(middleware, path_of_guard.rpartition(".")[2])
        guard.async_capable = guard.async_mode = False


def prepare() -> str:
    """Make the tables, and a user who is logged in; return the key of the session."""
    from django.contrib.auth import login  # noqa: PLC0415  # the settings come first
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from security.password_expiry import never_expire_password  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("ada", password=PASSWORD)
    never_expire_password(user)
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.session = SessionStore()
    login(request, user)
    request.session.save()
    key: str = request.session.session_key
    return key


def log_in(request: HttpRequest) -> HttpResponse:
    """Log in as Django's own page does, without a template."""
    from django.contrib.auth import authenticate, login  # noqa: PLC0415

    user = authenticate(
        request, username=request.POST["username"], password=request.POST["password"]
    )
    if user is None:
        return HttpResponse("no")
    login(request, user)
    return HttpResponse("yes")


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<!doctype html><title>{request.user.get_username()}</title>")


async def async_page(request: HttpRequest) -> HttpResponse:
    user = await request.auser()
    return HttpResponse(f"<!doctype html><title>{user.get_username()}</title>")


urlpatterns = [
    path(PAGE[1:], page),
    path(ASYNC_PAGE[1:], async_page),
    path("change/", page, name="change"),
    path("login/", log_in, name="login"),
]


def environ(session: str) -> dict[str, Any]:
    """Return what a WSGI server hands over for a GET. PEP 3333."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": PAGE,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": HOST,
        "HTTP_ACCEPT": "text/html",
        "HTTP_COOKIE": f"sessionid={session}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def scope(session: str) -> dict[str, Any]:
    """Return what an ASGI server hands over for the same GET."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": ASYNC_PAGE,
        "raw_path": ASYNC_PAGE.encode("ascii"),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", HOST.encode("ascii")),
            (b"accept", b"text/html"),
            (b"cookie", f"sessionid={session}".encode("ascii")),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }
