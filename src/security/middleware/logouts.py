"""End a login, as Django does or as the project itself wants it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import auth
from django.http import HttpRequest

from security.conf import conf

from ._run import Flow, Step, blocking, calling


def log_out(request: HttpRequest) -> Flow:
    """
    Log the user out; return the response of ``CUSTOM_LOGOUT_MODULE``, or ``None``.

    The rest of the request is anonymous in any case, for ``request.user`` and for
    ``request.auser()``, also where the function of the project left the user in place.
    """
    custom = conf.CUSTOM_LOGOUT_MODULE
    if custom is not None:
        step = calling(custom, request)
    elif hasattr(auth, "alogout"):
        step = Step(partial(auth.logout, request), partial(auth.alogout, request))
    else:  # before Django 5.0
        step = blocking(auth.logout, request)
    response = yield step
    forget(request)
    return response


def forget(request: HttpRequest) -> None:
    """Leave nothing of the user where Django keeps it for the time of a request."""
    from django.contrib.auth.models import AnonymousUser  # noqa: PLC0415  # a model: apps first

    nobody = AnonymousUser()
    request.user = nobody
    state: dict[str, Any] = request.__dict__
    state["_cached_user"] = nobody
    state["_acached_user"] = nobody
    if "auser" in state:

        async def auser() -> AnonymousUser:
            return nobody

        state["auser"] = auser
