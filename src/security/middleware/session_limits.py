"""How long a session may live: what the settings say, or the project of one user."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from security.conf import Misconfigured, conf
from security.policy.errors import PolicyError
from security.policy.expiry import Expiry

from ._run import Flow, calling
from .current_user import current_user


def standing() -> Expiry:
    """Return the limits of the settings."""
    return Expiry(
        conf.SESSION_COOKIE_AGE, conf.SESSION_INACTIVITY_TIMEOUT, conf.SECURITY_SESSION_REFRESH
    )


def asked(request: HttpRequest, usual: Expiry) -> Flow:
    """Return the limits of this session. Only to ask the project for them loads the user."""
    ask = conf.SECURITY_SESSION_LIMITS
    session: Any = request.session
    if ask is None or SESSION_KEY not in session._session_cache:
        return usual
    user = yield from current_user(request)
    if not user.is_authenticated:
        return usual
    try:
        pair = yield calling(ask, request, user)
    except Exception as error:
        raise ImproperlyConfigured(
            "SECURITY_SESSION_LIMITS must be a function that returns limits for every user "
            f"(got {type(error).__name__}).\n    HINT: Return None for the limits of the settings."
        ) from error
    if pair is None:
        return usual
    try:
        return Expiry.of_pair(pair, refresh=usual.refresh)
    except PolicyError as error:
        raise Misconfigured("SECURITY_SESSION_LIMITS", error) from error
