"""What Django tells about logins, noted for the request at hand."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed

from . import attempts, backends, guards, names
from .stores import StoreUnavailable

logger = logging.getLogger("security.throttling")


def connect() -> None:
    """Listen to logins. Once is enough, twice does no harm."""
    user_login_failed.connect(note_failure, dispatch_uid="security.throttling.failed")
    user_logged_in.connect(note_login, dispatch_uid="security.throttling.logged_in")


def note_failure(*, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
    """Note that a password was wrong, which our middleware counts. Without it, count it now."""
    told = names.among(credentials)
    found = [name for name in told if name != guards.HIDDEN]
    if (guard := guards.current.get()) is not None:
        for name in found:
            guard.failed(name)
        if len(found) < len(told):
            guard.failed_unnamed()
    elif backends.is_installed():
        for name in found:
            _count(name, backends.plain(request))


def note_login(*, user: Any, request: Any = None, **kwargs: Any) -> None:
    """Note who logged in. Without our middleware, let the account start anew."""
    if (guard := guards.current.get()) is not None:
        guard.users.append(user)
    elif backends.is_installed():
        try:
            attempts.start_anew(user.get_username(), backends.plain(request))
        except StoreUnavailable as error:
            logger.warning("Attempts stay counted, since the cache did not answer: %s", error)


def _count(name: str, request: Any) -> None:
    """Count a failure; what has to wait was refused, and does not count."""
    try:
        attempts.reserve(name, request)
    except attempts.Delayed:
        return
    except StoreUnavailable as error:
        logger.warning("A failure was not counted, since the cache did not answer: %s", error)
