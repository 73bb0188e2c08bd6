"""Who sends a request: asked once, without a thread where Django can await it."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.functional import LazyObject, empty

from ._run import Flow, Step, blocking

DJANGOS: Final = "django.contrib.auth.middleware"
KNOWN: Final = "_security_user"  # on a request: what stood as its user, and who that is


def known_user(request: HttpRequest) -> Any:
    """Return the user if ``current_user`` was asked and nobody changed it since, else ``None``."""
    state: dict[str, Any] = request.__dict__
    known = state.get(KNOWN)
    return known[1] if known is not None and known[0] is state.get("user") else None


def user_now(request: HttpRequest) -> Any:
    """Return the user as ``current_user`` does, for whoever may block."""
    if (known := known_user(request)) is not None:
        return known
    standing: Any = getattr(request, "user", None)
    if standing is None:
        raise ImproperlyConfigured(
            "MIDDLEWARE must name AuthenticationMiddleware before what asks for the user "
            "(got a request without one).\n"
            '    HINT: Put "django.contrib.auth.middleware.AuthenticationMiddleware" in front.'
        )
    user = standing
    if issubclass(type(standing), LazyObject):
        bool(standing.is_authenticated)  # makes it a user
        user = vars(standing)["_wrapped"]
    state: dict[str, Any] = request.__dict__
    if "user" in state:  # elsewhere nobody can tell whether it was changed
        state[KNOWN] = (standing, user)
    return user


def current_user(request: HttpRequest) -> Flow:
    """
    Return the user of a request, with one step at most and with none once it is known.

    Whatever reads ``request.user`` afterwards costs no second query, sync or async. A user
    that some other middleware put on the request counts as it stands there.

    Raises ``ImproperlyConfigured`` without ``AuthenticationMiddleware`` in front.
    """
    standing: Any = getattr(request, "user", None)
    if not issubclass(type(standing), LazyObject) or standing._wrapped is not empty:
        return user_now(request)
    state: dict[str, Any] = request.__dict__
    if "_acached_user" in state:
        state.setdefault("_cached_user", state["_acached_user"])
    if "_cached_user" in state:
        return user_now(request)
    djangos = getattr(standing.__dict__.get("_setupfunc"), "__module__", None) == DJANGOS
    if not djangos or not hasattr(request, "auser"):  # another's, or before Django 5.0
        return (yield blocking(user_now, request))
    return (yield Step(partial(user_now, request), partial(_awaited, request)))


async def _awaited(request: HttpRequest) -> Any:
    # Where request.user looks first.
    request.__dict__["_cached_user"] = await request.auser()
    return user_now(request)
