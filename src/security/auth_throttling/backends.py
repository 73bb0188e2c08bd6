"""First in ``AUTHENTICATION_BACKENDS``: nobody looks at a password that has to wait."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.utils.module_loading import import_string

from security.conf import conf
from security.middleware._run import Flow, adrive, blocking, drive

from . import attempts, guards, names
from .stores import StoreUnavailable

PATH: Final = "security.auth_throttling.backends.ThrottlingBackend"
MODEL_PATH: Final = "security.auth_throttling.backends.ThrottledModelBackend"


class ThrottlingBackend:
    """
    Count every ``authenticate()`` before any other backend sees the password.

    It logs nobody in, and knows no user: Django asks it for nothing else. Within a request
    that passed our middleware the count is exact; in one that did not, an attempt is judged
    before and counted after.
    """

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Raise ``PermissionDenied``, upon which Django stops, if the account has to wait."""
        drive(_flow(request, credentials))

    async def aauthenticate(self, request: Any, **credentials: Any) -> None:
        """Do the same, awaited."""
        await adrive(_flow(request, credentials))


class ThrottledModelBackend(ModelBackend):
    """
    Django's ``ModelBackend``, counted: one backend, in the place of that one.

    So ``login(request, user)`` needs no ``backend=`` in a project with no other backend.
    """

    def authenticate(
        self, request: Any, username: Any = None, password: Any = None, **kwargs: Any
    ) -> Any:
        """Raise ``PermissionDenied`` if the account has to wait, else check the password."""
        drive(_flow(request, {"username": username, **kwargs}))
        return super().authenticate(request, username=username, password=password, **kwargs)

    async def aauthenticate(
        self, request: Any, username: Any = None, password: Any = None, **kwargs: Any
    ) -> Any:
        """Do the same, awaited."""
        await adrive(_flow(request, {"username": username, **kwargs}))
        credentials = {"username": username, "password": password, **kwargs}
        if hasattr(ModelBackend, "aauthenticate"):
            return await super().aauthenticate(request, **credentials)
        # Before Django 5.2
        return await blocking(super().authenticate, request, **credentials).arun()


def counts(path: str) -> bool:
    """Tell whether the backend of this path is one of ours, or inherits from one."""
    if path in (PATH, MODEL_PATH):
        return True
    try:
        found = import_string(path)
    except ImportError:  # Django says so itself
        return False
    return isinstance(found, type) and issubclass(found, ThrottlingBackend | ThrottledModelBackend)


def is_installed() -> bool:
    return conf.AUTHENTICATION_THROTTLING is not None and any(
        counts(path) for path in settings.AUTHENTICATION_BACKENDS
    )


def plain(request: Any) -> Any:
    """Return Django's own request where REST framework has wrapped it."""
    return getattr(request, "_request", request)


def _flow(request: Any, credentials: dict[str, Any]) -> Flow:
    attempts.settings()  # refuses to go on without
    guard = guards.current.get()
    for name in names.among(credentials):
        if guard is None:
            yield from _judge(name, plain(request))
            continue
        trial = guard.unchecked(name) or (yield from _counted(guard, name))
        if trial is None:
            raise PermissionDenied
        trial.checked = True


def _counted(guard: guards.Guard, name: str) -> Flow:
    """Reserve an attempt; one that was posted in another spelling is counted under this one."""
    if (posted := guard.misspelled(name)) is not None:
        guard.trials.remove(posted)
        yield blocking(attempts.settle, posted.reserved.refund())
    return (yield from reserve(guard, name))


def reserve(guard: guards.Guard, name: str) -> Flow:
    """
    Reserve an attempt for this request; return ``None`` if it may not be made.

    Without a name, only the address is counted.
    """
    if not (yield from recount(guard)):
        return None
    held = guard.idle()
    try:
        if name:
            reserved = yield blocking(attempts.reserve, name, guard.request, held and held.reserved)
        else:
            reserved = yield blocking(attempts.reserve_address, guard.request)
    except attempts.Delayed as delayed:
        guard.wait = max(guard.wait, delayed.seconds)
        return None
    except StoreUnavailable:
        attempts.logger.exception("Nobody can log in: the cache that counts does not answer.")
        guard.unavailable = True
        return None
    if reserved is None:
        return None
    trial = guards.Trial(reserved)
    guard.add(trial, held)
    return trial


def recount(guard: guards.Guard) -> Flow:
    """
    Count again what a view took back with a transaction; return ``False`` if nobody can.

    Where all of a view is one transaction (``ATOMIC_REQUESTS``) and attempts are counted in
    the same database, a wrong password may roll back its own count.
    """
    for trial in guard.trials:
        if not trial.is_lost():
            continue
        try:
            trial.reserved = yield blocking(attempts.again, trial.reserved)
        except StoreUnavailable:
            attempts.logger.exception("An attempt is lost: the cache that counts does not answer.")
            guard.unavailable = True
            return False
    return True


def _judge(name: str, request: Any) -> Flow:
    try:
        wait = yield blocking(attempts.judge, name, request)
    except StoreUnavailable as error:
        attempts.logger.exception("Nobody can log in: the cache that counts does not answer.")
        raise PermissionDenied from error
    if wait:
        raise PermissionDenied
