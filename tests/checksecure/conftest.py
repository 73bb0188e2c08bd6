"""Settings in which every documented check is content, for each test to spoil."""

from __future__ import annotations

from io import StringIO
from typing import NamedTuple

import pytest
from django.core.management import call_command

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
