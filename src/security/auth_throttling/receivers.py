"""What Django tells about logins, noted for the request at hand."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed

from . import attempts, backends, names
from .stores import StoreUnavailable

logger = logging.getLogger("security.throttling")


def connect() -> None:
    """Listen to logins. Once is enough, twice does no harm."""
    user_login_failed.connect(note_failure, dispatch_uid="security.throttling.failed")
    user_logged_in.connect(note_login, dispatch_uid="security.throttling.logged_in")


def note_failure(*, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
    """Note that a password was wrong. Without our middleware, count it now."""
    found = names.among(credentials)
    if (guard := attempts.current.get()) is not None:
        for name in found:
            guard.failed(name)
    elif backends.is_installed():
        for name in found:
            _count(name, backends.plain(request))


def note_login(*, user: Any, request: Any = None, **kwargs: Any) -> None:
    """Note who logged in. Without our middleware, let the account start anew."""
    if (guard := attempts.current.get()) is not None:
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
