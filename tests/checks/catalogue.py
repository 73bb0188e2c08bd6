"""A project in which no check finds anything, and the way to ask one of them."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from django.core.checks import CheckMessage

from security import checks
from security.middleware import plan

HERE = Path(__file__).resolve().parent
OURS = "security.middleware.SecurityMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
DJANGO = "django.middleware.security.SecurityMiddleware"
OUR_CSP = "security.middleware.ContentSecurityPolicyMiddleware"
MIDDLEWARE = [OURS, SESSIONS, COMMON, CSRF, AUTHENTICATION]
NONCE = "<CSP_NONCE_SENTINEL>"
DAY = date(2026, 11, 2)  # on which every check is asked: the clock may pass midnight
GONE = object()  # for a setting that is taken out

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
    "MEDIA_URL": "https://shop-uploads.net/",
    "STATIC_ROOT": "/srv/shop/static",
    "BASE_DIR": "/srv/shop",
}
EVERY = {
    f"{check.__module__.removeprefix('security.checks.')}.{check.__name__}": check
    for check in (*checks.ALWAYS, *checks.DEPLOYED)
}


class Case(NamedTuple):
    """What makes a check speak, and what of its hint silences it again; ``without`` a module."""

    check: str
    spoiled: dict[str, Any]
    mended: dict[str, Any]
    without: str = ""

    def keep_out(self, monkeypatch: Any) -> None:
        """Let nobody import the module that is not there."""
        if self.without:
            monkeypatch.setitem(sys.modules, self.without, None)


def say(settings: Any, check: str, *changes: dict[str, Any]) -> list[CheckMessage]:
    """Return what a check says on ``DAY`` of the safe project with these changes."""
    for values in (SAFE, *changes):
        for name, value in values.items():
            if value is GONE:
                delattr(settings, name)
            else:
                setattr(settings, name, value)
    with patch.object(plan, "today", lambda: DAY):
        return EVERY[check]()


def ramp(*steps: tuple[int, int]) -> dict[str, Any]:
    """Return a ramp whose days are counted from ``DAY``."""
    return {"SECURITY_HSTS_RAMP": [((DAY + timedelta(day)).isoformat(), age) for day, age in steps]}


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def texts(found: list[CheckMessage]) -> list[str]:
    return [str(message.msg) for message in found]
