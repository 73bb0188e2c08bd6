"""Where sessions are kept, and who can read or change them there."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage

from security.policy.errors import shown

from .installed import AUTHENTICATION, EXPIRY, SESSIONS, imported, indexes, installs
from .message import error, warning
from .project import is_readable

COOKIES: Final = "django.contrib.sessions.backends.signed_cookies"

PICKLE = warning(
    "SESSION_SERIALIZER unpickles sessions (got {got}), so whoever can write one, or knows "
    "SECRET_KEY, runs code on the server.",
    hint="Sessions made until then end. Write "
    'SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer".',
    id="bulwark.W026",
)
IN_COOKIES = warning(
    "SESSION_ENGINE keeps sessions in their cookies: whoever has one reads {what} in it, and a "
    "copy works after the logout.",
    hint='Write SESSION_ENGINE = "django.contrib.sessions.backends.cached_db".',
    id="bulwark.W027",
)
SAVED = warning(
    "SESSION_SAVE_EVERY_REQUEST writes whole sessions beside SessionExpiryPolicyMiddleware, so a "
    "slow request undoes what another one saved, and a passive one prolongs the cookie.",
    hint="The middleware records activity by itself. Write SESSION_SAVE_EVERY_REQUEST = False.",
    id="bulwark.W028",
)
BEFORE = error(
    "{path} stands before {needed}, so every request is an error.",
    hint='Put it behind: MIDDLEWARE.insert(MIDDLEWARE.index("{needed}") + 1, '
    'MIDDLEWARE.pop(MIDDLEWARE.index("{path}"))).',
    id="bulwark.E014",
)
MISSING = error(
    "{path} needs {needed}, which MIDDLEWARE does not have: every request is an error.",
    hint='Put it in front: MIDDLEWARE.insert(MIDDLEWARE.index("{path}"), "{needed}").',
    id="bulwark.E015",
)


def check_session_serializer(**kwargs: Any) -> list[CheckMessage]:
    """Find sessions that are unpickled."""
    if not _has_sessions():
        return []
    path = settings.SESSION_SERIALIZER
    names = [path, *(each.__name__ for each in getattr(imported(path), "__mro__", ()))]
    return [PICKLE.about(got=shown(path))] if any("pickle" in n.lower() for n in names) else []


def check_session_engine(**kwargs: Any) -> list[CheckMessage]:
    """Find sessions that their visitors keep."""
    if not _has_sessions() or settings.SESSION_ENGINE != COOKIES:
        return []
    return [
        IN_COOKIES.about(what="the CSRF secret" if settings.CSRF_USE_SESSIONS else "what you put")
    ]


def check_session_saving(**kwargs: Any) -> list[CheckMessage]:
    """Find sessions that are saved whole where their times alone would be."""
    is_saved = is_readable() and settings.SESSION_SAVE_EVERY_REQUEST and installs(EXPIRY)
    return [SAVED.about()] if is_saved else []


def check_session_order(**kwargs: Any) -> list[CheckMessage]:
    """Find the middleware that ends sessions where there is none yet."""
    return [
        BEFORE.about(path=path, needed=needed) for path, needed, is_there in _early() if is_there
    ]


def check_session_middleware(**kwargs: Any) -> list[CheckMessage]:
    """Find the middleware that ends sessions without the one that loads them."""
    return [
        MISSING.about(path=path, needed=needed)
        for path, needed, is_there in _early()
        if not is_there
    ]


def _has_sessions() -> bool:
    return is_readable() and installs(SESSIONS)


def _early() -> list[tuple[str, str, bool]]:
    """Return each that stands before, or without, what it needs, and whether that is there."""
    found = []
    for place in indexes(EXPIRY) if is_readable() else ():
        for needed in (SESSIONS, AUTHENTICATION):
            there = indexes(needed)
            if not there or there[0] > place:
                found.append((settings.MIDDLEWARE[place], needed, bool(there)))
    return found
