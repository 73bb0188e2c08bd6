"""Whether attempts to log in are really counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from security.conf import conf

from .project import is_readable

BACKEND = "security.auth_throttling.backends.ThrottlingBackend"
MODEL_BACKEND = "security.auth_throttling.backends.ThrottledModelBackend"
MIDDLEWARE = "security.auth_throttling.Middleware"
ENTRIES = 10_000  # accounts and addresses that somebody may try within 48 hours
HERE = (MIDDLEWARE, "security.auth_throttling.middleware.Middleware")


def check_throttling(**kwargs: Any) -> list[CheckMessage]:
    """Find a cache that cannot count, and half of the protection without the other half."""
    if not is_readable():
        return []
    has_middleware = any(path in settings.MIDDLEWARE for path in HERE)
    counting = counting_backends()
    if not (has_middleware or counting):
        return []
    found: list[CheckMessage] = [
        Error(text, hint=hint, id="bulwark.E005") for text, hint in _misconfigured()
    ]
    found.extend(
        Error(text, hint=hint, id="bulwark.E006")
        for text, hint in _misplaced(counting, has_middleware)
    )
    if not counting:
        found.append(
            checks.Warning(
                "Only the pages in LOGIN_URLS_WITH_TEMPLATES are guarded against guesses, not the "
                "admin, token logins, and whatever else calls authenticate().",
                hint=f'Put "{BACKEND}" first in AUTHENTICATION_BACKENDS, or '
                f'"{MODEL_BACKEND}" in the place of ModelBackend.',
                id="bulwark.W012",
            )
        )
    return found


def check_throttling_cache(**kwargs: Any) -> list[CheckMessage]:
    """Find a cache of one process, and one so small that it forgets what it counted."""
    if settings.DEBUG or not is_readable():
        return []
    if (throttling := conf.AUTHENTICATION_THROTTLING) is None:
        return []
    cache = _opened(throttling.cache)
    found: list[CheckMessage] = []
    if isinstance(cache, LocMemCache):
        found.append(
            checks.Warning(
                f"CACHES[{throttling.cache!r}] lives in one process, so every process of the "
                "site counts attempts to log in by itself, and each restart forgets them.",
                hint="Name a Redis, Memcached or database cache: "
                'AUTHENTICATION_THROTTLING["CACHE"] = "shared".',
                id="bulwark.W011",
            )
        )
    if isinstance(cache, LocMemCache | DatabaseCache) and cache._max_entries < ENTRIES:
        found.append(
            checks.Warning(
                f"CACHES[{throttling.cache!r}] should keep at least {ENTRIES:,} entries "
                f"(got {cache._max_entries}): a full cache throws away what was counted, and "
                "guesses at invented names fill it.",
                hint=f'Set "OPTIONS": {{"MAX_ENTRIES": {ENTRIES * 10:_}}} in it.',
                id="bulwark.W013",
            )
        )
    return found


def _misconfigured() -> Iterator[tuple[str, str]]:
    """Yield what the start of the middleware would say, and what to do about it."""
    # Late: a project that counts nothing need not have what the counting imports.
    from security.auth_throttling import attempts  # noqa: PLC0415

    try:
        attempts.verify()
        throttling = attempts.settings()
    except ImproperlyConfigured as error:
        text, _, hint = str(error).partition("\n    HINT: ")
        yield text, hint or "Name one of CACHES."
        return
    for path, template in throttling.login_urls:
        if template is None:
            continue
        try:
            get_template(template)
        except (TemplateDoesNotExist, ImproperlyConfigured):
            yield (
                f"LOGIN_URLS_WITH_TEMPLATES names {template!r} for {path!r}, which no template "
                "engine finds: an attempt that has to wait would be an error.",
                "Name the template of the login page, or None.",
            )


def counting_backends() -> list[str]:
    """Return the paths of the backends that count."""
    if not apps.is_installed("django.contrib.auth"):  # whose models they import
        return []
    from security.auth_throttling.backends import counts  # noqa: PLC0415

    return [path for path in settings.AUTHENTICATION_BACKENDS if counts(path)]


def _misplaced(counting: list[str], has_middleware: bool) -> Iterator[tuple[str, str]]:
    """Yield what keeps the backend, where it is installed, from doing its work."""
    if not counting:
        return
    path = counting[0]
    name = path.rpartition(".")[2]
    if not has_middleware:
        yield (
            f"AUTHENTICATION_BACKENDS has {name}, and MIDDLEWARE not its middleware: "
            "attempts that come at the same time are not counted exactly, and nobody is told "
            "how long to wait.",
            f'Add "{MIDDLEWARE}" to MIDDLEWARE, after AuthenticationMiddleware.',
        )
    if (first := settings.AUTHENTICATION_BACKENDS[0]) != path:
        yield (
            f"AUTHENTICATION_BACKENDS must begin with {name} (got {first!r}): "
            "the backends before it look at passwords that have to wait.",
            f'Put "{path}" first.',
        )
    if len(counting) > 1:
        yield (
            "AUTHENTICATION_BACKENDS must have one backend that counts "
            f"(got {', '.join(counting)}): each counts every attempt.",
            f'Keep "{path}".',
        )


def _opened(alias: str) -> object:
    try:
        return caches[alias]
    except (ImportError, ImproperlyConfigured):
        return None
