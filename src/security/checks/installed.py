"""What ``MIDDLEWARE`` has, by class: one that a project made from another counts as that."""

from __future__ import annotations

from inspect import isclass
from typing import Final

from django.conf import settings
from django.utils.module_loading import import_string

OURS: Final = "security.middleware.SecurityMiddleware"
OUR_CSP: Final = "security.middleware.ContentSecurityPolicyMiddleware"
OUR_FRAMES: Final = "security.middleware.XFrameOptionsMiddleware"
OUR_HSTS: Final = "security.middleware.StrictTransportSecurityMiddleware"
OUR_REFERRER: Final = "security.middleware.ReferrerPolicyMiddleware"
EXPIRY: Final = "security.middleware.SessionExpiryPolicyMiddleware"
DJANGOSECURE: Final = "djangosecure.middleware.SecurityMiddleware"

DJANGO: Final = "django.middleware.security.SecurityMiddleware"
DJANGO_CSP: Final = "django.middleware.csp.ContentSecurityPolicyMiddleware"  # since 6.0
DJANGO_FRAMES: Final = "django.middleware.clickjacking.XFrameOptionsMiddleware"
SESSIONS: Final = "django.contrib.sessions.middleware.SessionMiddleware"
AUTHENTICATION: Final = "django.contrib.auth.middleware.AuthenticationMiddleware"
CSRF: Final = "django.middleware.csrf.CsrfViewMiddleware"
LOCALE: Final = "django.middleware.locale.LocaleMiddleware"


def imported(path: str) -> type | None:
    """Return the class at a dotted path, or ``None`` where there is none."""
    try:
        found = import_string(path)
    except Exception:  # a module may raise anything; the start says so
        return None
    return found if isclass(found) else None


def indexes(*paths: str) -> list[int]:
    """Return where ``MIDDLEWARE`` has one of these classes, or a class made from one."""
    wanted = tuple(found for path in paths if (found := imported(path)) is not None)
    return [
        index
        for index, path in enumerate(settings.MIDDLEWARE)
        if path in paths or ((found := imported(path)) is not None and issubclass(found, wanted))
    ]


def installs(*paths: str) -> bool:
    """Tell whether ``MIDDLEWARE`` has one of these classes, or a class made from one."""
    return bool(indexes(*paths))
