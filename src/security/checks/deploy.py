"""What works as written, and is weaker than it looks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error

from security.conf import conf

OURS = "security.middleware.SecurityMiddleware"


def check_proxies(**kwargs: Any) -> list[CheckMessage]:
    """Find forwarded headers that are believed from nobody, since no proxy is declared."""
    if not conf.is_sound() or conf.SECURITY_TRUSTED_PROXIES:
        return []
    if OURS not in settings.MIDDLEWARE:
        return []
    believed = [
        name
        for name in ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")
        if getattr(settings, name)
    ]
    return [
        Error(
            f"SECURITY_TRUSTED_PROXIES must name the proxies that {name} relies on (got []).",
            hint="Until then the header is ignored from everybody, since any client can send it. "
            'Write SECURITY_TRUSTED_PROXIES = ["10.0.0.5"], or ["unix"] for a Unix socket.',
            id="bulwark.E003",
        )
        for name in believed
    ]


def check_allow_from(**kwargs: Any) -> list[CheckMessage]:
    """Find an X-Frame-Options that no browser honours any more."""
    if not conf.is_sound():
        return []
    options = conf.X_FRAME_OPTIONS
    if options is None or not options.ancestors:
        return []
    return [
        checks.Warning(
            "X_FRAME_OPTIONS uses allow-from, which no browser honours any more.",
            hint=f"Write frame-ancestors {options.ancestors} into your policy, and set "
            'X_FRAME_OPTIONS = "SAMEORIGIN". Until then we send it, except under django-csp.',
            id="bulwark.W001",
        )
    ]


def check_gaps(**kwargs: Any) -> list[CheckMessage]:
    """
    Find the protections that nobody turned on.

    Django asks the same of its own middlewares only; where those are installed, or ours is
    not, it is left to Django.
    """
    installed = settings.MIDDLEWARE
    if OURS not in installed or "django.middleware.security.SecurityMiddleware" in installed:
        return []
    if not conf.is_sound():
        return []
    gaps = (
        checks.Warning(
            "SECURE_HSTS_SECONDS is 0, so browsers may be talked into plain HTTP.",
            hint="Begin with SECURE_HSTS_SECONDS = 3600 and raise it, or write SECURITY_HSTS_RAMP.",
            id="bulwark.W003",
        ),
        checks.Warning(
            "SECURE_SSL_REDIRECT is off, so plain HTTP is answered.",
            hint="Set SECURE_SSL_REDIRECT = True; silence this if your web server redirects.",
            id="bulwark.W004",
        ),
        checks.Warning(
            "SECURE_CONTENT_TYPE_NOSNIFF is off, so browsers guess what a file is.",
            hint="Set SECURE_CONTENT_TYPE_NOSNIFF = True.",
            id="bulwark.W005",
        ),
        checks.Warning(
            "SECURE_CSP is empty, so an injected script runs.",
            hint='Set SECURITY_PRESET = "balanced", or write a SECURE_CSP.',
            id="bulwark.W006",
        ),
    )
    closed = (
        conf.SECURE_HSTS_SECONDS > 0 or conf.SECURITY_HSTS_RAMP is not None,
        conf.SECURE_SSL_REDIRECT,
        conf.SECURE_CONTENT_TYPE_NOSNIFF is not None,
        conf.SECURE_CSP is not None,
    )
    return [gap for gap, is_closed in zip(gaps, closed, strict=True) if not is_closed]


def check_hosts(**kwargs: Any) -> list[CheckMessage]:
    """Find a redirect whose host the client chooses."""
    if (
        "*" not in settings.ALLOWED_HOSTS
        or not settings.SECURE_SSL_REDIRECT
        or settings.SECURE_SSL_HOST
    ):
        return []
    return [
        checks.Warning(
            "ALLOWED_HOSTS admits every host, so the client chooses where the redirect to "
            "HTTPS leads.",
            hint='Name your hosts, or set SECURE_SSL_HOST = "www.example.com".',
            id="bulwark.W002",
        )
    ]
