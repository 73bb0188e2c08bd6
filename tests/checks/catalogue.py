"""A project in which no check finds anything, and the way to ask one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from django.core.checks import CheckMessage

from security import checks

HERE = Path(__file__).resolve().parent
OURS = "security.middleware.SecurityMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
MIDDLEWARE = [OURS, SESSIONS, COMMON, CSRF, AUTHENTICATION]
NONCE = "<CSP_NONCE_SENTINEL>"

SAFE: dict[str, Any] = {
    "MIDDLEWARE": MIDDLEWARE,
    "ALLOWED_HOSTS": ["www.example.com"],
    "SECURITY_PRESET": "strict",
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "CSRF_COOKIE_SECURE": True,
    "MEDIA_ROOT": "/srv/shop/media",
    "MEDIA_URL": "/media/",
    "STATIC_ROOT": "/srv/shop/static",
    "BASE_DIR": "/srv/shop",
}
EVERY = {
    f"{check.__module__.removeprefix('security.checks.')}.{check.__name__}": check
    for check in (*checks.ALWAYS, *checks.DEPLOYED)
}


class Case(NamedTuple):
    """What makes a check speak, and what of its hint silences it again."""

    check: str
    spoiled: dict[str, Any]
    mended: dict[str, Any]


def say(settings: Any, check: str, *changes: dict[str, Any]) -> list[CheckMessage]:
    """Return what a check says of the safe project with these changes."""
    for values in (SAFE, *changes):
        for name, value in values.items():
            setattr(settings, name, value)
    return EVERY[check]()


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]
