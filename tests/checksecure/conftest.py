"""Settings in which every documented check is content, for each test to spoil."""

from __future__ import annotations

from io import StringIO
from typing import NamedTuple

import pytest
from django.core.management import call_command
from tests.checksecure.codes import OURS, PLACE
from tests.checksecure.ramp import TODAY

from djangosecure.check import get_check
from security.middleware import plan

OLD = "djangosecure.middleware.SecurityMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
SAFE = {
    "MIDDLEWARE": [OLD, SESSIONS, CSRF],
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SECURE_HSTS_SECONDS": 3600,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_FRAME_DENY": True,
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_BROWSER_XSS_FILTER": True,
    "SECURE_SSL_REDIRECT": True,
    "SECRET_KEY": "of-many-characters",
}
CHECKS = (
    "check_security_middleware",
    "check_sts",
    "check_sts_include_subdomains",
    "check_frame_deny",
    "check_content_type_nosniff",
    "check_xss_filter",
    "check_ssl_redirect",
)


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def safe(settings):
    """Be a project of django-secure with everything turned on."""
    for name, value in SAFE.items():
        setattr(settings, name, value)
    return settings


@pytest.fixture
def run():
    """Run a command, and return its exit code and what it printed."""

    def call(name, *words, **options):
        out, err, code = StringIO(), StringIO(), 0
        try:
            call_command(name, *words, stdout=out, stderr=err, no_color=True, **options)
        except SystemExit as error:
            code = error.code
        return Ran(code, out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def checksecure(run):
    """Run ``manage.py checksecure``."""
    return lambda *words, **options: run("checksecure", *words, **options)


@pytest.fixture
def found(settings):
    """Return what the seven checks of the middleware find in these settings."""

    def judge(middleware, values=None):
        settings.MIDDLEWARE = middleware
        for name, value in (values or {}).items():
            setattr(settings, name, value)
        return {code for name in CHECKS for code in get_check(f"{PLACE}.{name}")()}

    return judge


@pytest.fixture
def calendar(monkeypatch, settings):
    """Be a site with our middleware on a given day; return what turns the page."""
    settings.MIDDLEWARE = [OURS]
    settings.ALLOWED_HOSTS = ["www.example.com"]

    def turn(day):
        monkeypatch.setattr(plan, "today", lambda: day)

    turn(TODAY)
    return turn


@pytest.fixture
def hsts(run, calendar):
    """Run ``manage.py hsts`` on that site."""
    return lambda *words, **options: run("hsts", *words, **options)
