"""Whether the session cookie is kept from sniffers and from scripts."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings

from security.management.sent import installs

from .util import explained

APP = "django.contrib.sessions"
MIDDLEWARE = "django.contrib.sessions.middleware.SessionMiddleware"

SECURE = "SESSION_COOKIE_NOT_SECURE"
HTTPONLY = "SESSION_COOKIE_NOT_HTTPONLY"


def _messages(code: str, setting: str, reason: str) -> dict[str, str]:
    return {
        f"{code}_APP_INSTALLED": (
            f"You have '{APP}' in your INSTALLED_APPS, but {setting} is not True. {reason}"
        ),
        f"{code}_MIDDLEWARE": (
            f"You have '{MIDDLEWARE}' in your MIDDLEWARE, but {setting} is not True. {reason}"
        ),
        code: f"{setting} is not True. {reason}",
    }


def _codes(code: str) -> set[str]:
    """Return the code of whichever is there, the app or the middleware, or that of both."""
    match apps.is_installed(APP), installs(MIDDLEWARE):
        case True, True:
            return {code}
        case True, False:
            return {f"{code}_APP_INSTALLED"}
        case False, True:
            return {f"{code}_MIDDLEWARE"}
    return set()


@explained(
    **_messages(
        SECURE,
        "SESSION_COOKIE_SECURE",
        "The cookie then travels over plain HTTP too, where whoever listens can take over the "
        "session. Set it to True.",
    )
)
def check_session_cookie_secure() -> set[str]:
    """Warn if sessions are in use and their cookie is sent over plain HTTP."""
    return set() if settings.SESSION_COOKIE_SECURE else _codes(SECURE)


@explained(
    **_messages(
        HTTPONLY,
        "SESSION_COOKIE_HTTPONLY",
        "A script that was injected into a page can then read the cookie and take over the "
        "session. Set it to True.",
    )
)
def check_session_cookie_httponly() -> set[str]:
    """Warn if sessions are in use and scripts can read their cookie."""
    return set() if settings.SESSION_COOKIE_HTTPONLY else _codes(HTTPONLY)
