"""A browser in which a user has logged in is told apart from the rest of the world."""

from __future__ import annotations

from collections.abc import Iterable
from secrets import token_hex
from typing import Any, Final

from django.core import signing
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix

from security.conf import conf

from . import names

COOKIE: Final = "security_device"
SALT: Final = "security.auth_throttling.device"
MAX_ACCOUNTS: Final = 6  # of one browser; the one that logged in longest ago is forgotten
MAX_COOKIE: Final = 1_000  # characters; six accounts take 500


def slot(request: Any, name: str) -> str:
    """
    Return the slot of the browser that sent a request, or ``""`` for one like all others.

    Its failures count apart from those of the world: the world cannot lock it out, and it
    is slowed down like anybody. That holds for the very spelling that logged in: where
    ``bob`` and ``BOB`` are two, the one is no device of the other.
    """
    device = _known(request).get(_account(name))
    return f"d:{device}" if device else ""


def remember(request: Any, response: HttpResponseBase, logins: Iterable[str]) -> None:
    """Let a browser prove from now on that these accounts have logged in with it."""
    if not (age := _age()):
        return
    known = _known(request)
    for name in logins:
        account = _account(name)
        known[account] = known.pop(account, "") or token_hex(8)
    kept = list(known.items())[-MAX_ACCOUNTS:]
    if not kept:
        return
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=age,
        path=f"{(request.META.get('SCRIPT_NAME') or get_script_prefix()).rstrip('/')}/",
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _account(name: str) -> str:
    return names.digest("device", names.spelled(name))[:20]


def _age() -> int:
    throttling = conf.AUTHENTICATION_THROTTLING
    return throttling.device_age if throttling else 0


def _known(request: Any) -> dict[str, str]:
    """Return the accounts that the browser has proof of, and what it is called for each."""
    cookie = request.COOKIES.get(COOKIE, "")
    if not (age := _age()) or not cookie or len(cookie) > MAX_COOKIE:
        return {}
    try:
        return dict(signing.loads(cookie, salt=SALT, max_age=age))
    except signing.BadSignature:
        return {}
