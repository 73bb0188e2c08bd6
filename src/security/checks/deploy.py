"""What works as written, and is weaker than it looks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage

from security.conf import conf

from .hosts import admits_all, redirects_anywhere
from .installed import DJANGO, OURS, installs
from .message import error, warning
from .project import is_readable

PROXIES = error(
    "SECURITY_TRUSTED_PROXIES must name the proxies that {name} relies on (got []).",
    hint="Until then the header is ignored from everybody, since any client can send it. "
    'Write SECURITY_TRUSTED_PROXIES = ["10.0.0.5"], or ["unix"] for a Unix socket.',
    id="bulwark.E003",
)
ALLOW_FROM = warning(
    "X_FRAME_OPTIONS uses allow-from, which no browser honours any more.",
    hint="Write frame-ancestors {ancestors} into your policy, and set "
    'X_FRAME_OPTIONS = "SAMEORIGIN". Until then we send it, except under django-csp.',
    id="bulwark.W001",
)
ANY_REDIRECT = warning(
    "ALLOWED_HOSTS admits every host, so the client chooses where the redirect to HTTPS leads.",
    hint='Name your hosts, or set SECURE_SSL_HOST = "www.example.com".',
    id="bulwark.W002",
)
NO_HSTS = warning(
    "SECURE_HSTS_SECONDS is 0, so browsers may be talked into plain HTTP.",
    hint="Begin with SECURE_HSTS_SECONDS = 3600 and raise it, or write SECURITY_HSTS_RAMP.",
    id="bulwark.W003",
)
NO_REDIRECT = warning(
    "SECURE_SSL_REDIRECT is off, so plain HTTP is answered.",
    hint="Set SECURE_SSL_REDIRECT = True, or SECURITY_PROXY_REDIRECTS = True if the proxy in "
    "SECURITY_TRUSTED_PROXIES redirects.",
    id="bulwark.W004",
)
NO_NOSNIFF = warning(
    "SECURE_CONTENT_TYPE_NOSNIFF is off, so browsers guess what a file is.",
    hint="Set SECURE_CONTENT_TYPE_NOSNIFF = True.",
    id="bulwark.W005",
)
NO_POLICY = warning(
    "SECURE_CSP is empty, so an injected script runs.",
    hint='Set SECURITY_PRESET = "balanced", or write a SECURE_CSP.',
    id="bulwark.W006",
)


def check_proxies(**kwargs: Any) -> list[CheckMessage]:
    """Find forwarded headers that are believed from nobody, since no proxy is declared."""
    if not is_readable() or conf.SECURITY_TRUSTED_PROXIES or not installs(OURS):
        return []
    return [
        PROXIES.about(name=name)
        for name in ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")
        if getattr(settings, name)
    ]


def check_allow_from(**kwargs: Any) -> list[CheckMessage]:
    """Find an X-Frame-Options that no browser honours any more."""
    options = conf.X_FRAME_OPTIONS if is_readable() else None
    if options is None or not options.ancestors:
        return []
    return [ALLOW_FROM.about(ancestors=options.ancestors)]


def check_gaps(**kwargs: Any) -> list[CheckMessage]:
    """
    Find the protections that nobody turned on.

    Django asks the same of its own middlewares only; where those are installed, or ours is
    not, it is left to Django. What a proxy is said to redirect needs no redirect of ours.
    """
    if not is_readable() or not installs(OURS) or installs(DJANGO):
        return []
    closed = (
        (NO_HSTS, conf.SECURE_HSTS_SECONDS > 0 or conf.SECURITY_HSTS_RAMP is not None),
        (NO_REDIRECT, conf.SECURE_SSL_REDIRECT or _proxy_redirects()),
        (NO_NOSNIFF, conf.SECURE_CONTENT_TYPE_NOSNIFF is not None),
        (NO_POLICY, conf.SECURE_CSP is not None),
    )
    return [gap.about() for gap, is_closed in closed if not is_closed]


def check_hosts(**kwargs: Any) -> list[CheckMessage]:
    """Find a redirect whose host the client chooses."""
    return [ANY_REDIRECT.about()] if admits_all() and redirects_anywhere() else []


def _proxy_redirects() -> bool:
    """Tell whether the project declares a proxy, and says that it redirects."""
    return conf.SECURITY_PROXY_REDIRECTS and bool(conf.SECURITY_TRUSTED_PROXIES)
