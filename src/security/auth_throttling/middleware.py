"""Guards the login pages, and whatever calls ``authenticate()``, against guesses."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from security.conf import conf
from security.middleware._run import Flow, FlowMiddleware, GetResponse, blocking

from . import answers, attempts, backends, devices, guards, names, receivers

GUARD: Final = "_security_throttling"
SAFE: Final = ("GET", "HEAD", "OPTIONS", "TRACE")  # RFC 9110 9.2.1; all else may log in
REFUSED: Final = 429


class Middleware(FlowMiddleware):
    """
    Slow down who guesses passwords, by account and by address.

    A request to a login page by any method but the safe ones is counted as an attempt before
    the view runs, and so is each ``authenticate()`` where our backend is installed. An attempt
    that has to wait is answered at once, and nobody looks at its password. Where only the view
    could read the name, it is counted after it: what had to wait gets the same answer whether
    it was right or wrong, and its login is undone. Raises ``ImproperlyConfigured`` without
    ``AUTHENTICATION_THROTTLING``, for a cache that cannot count, and for a delay function
    that tells no delays.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        attempts.verify()
        _ = conf.SECURITY_TRUSTED_PROXIES
        receivers.connect()

    def request_flow(self, request: HttpRequest) -> Flow:
        """Reserve the attempt, or refuse it."""
        guard = guards.Guard(request, listed=request.path_info in conf.derived(logins))
        guard.attempt = guard.listed and request.method not in SAFE
        setattr(request, GUARD, guard)
        guards.current.set(guard)
        if not guard.attempt:
            return None
        try:
            return (yield from self._reserve(guard))
        except BaseException:  # no response_flow follows
            guards.current.set(None)
            raise

    def response_flow(self, request: HttpRequest, response: HttpResponseBase) -> Flow:
        """Take back what was no wrong guess; answer for what was refused on the way."""
        guard: guards.Guard = getattr(request, GUARD)
        guards.current.set(None)
        yield from backends.recount(guard)
        status = response.status_code
        if not (yield from self._count_late(guard)):
            status = REFUSED
            guard.users.clear()
            yield blocking(answers.leave_no_trace, request)
        addresses = (yield blocking(guard.addresses)) if guard.users else ()
        if operations := guard.operations(status, addresses):
            yield blocking(attempts.settle, operations)
        if guard.users:
            devices.remember(request, response, guard.proven())
        elif (refusal := (yield from self._refusal(guard))) is not None:
            return refusal
        return response

    def _reserve(self, guard: guards.Guard) -> Flow:
        try:
            posted = yield blocking(names.posted, guard.request)
        except RequestDataTooBig as error:
            return answers.too_big(guard.request, str(error))
        for name in posted or [""]:
            if (trial := (yield from backends.reserve(guard, name))) is None:
                break
            trial.posted = True
        return (yield from self._refusal(guard))

    def _count_late(self, guard: guards.Guard) -> Flow:
        """Count what the view found out under a name read by nobody else; tell if it may."""
        refused: set[str] = set()
        for name in guard.missed:
            if (account := names.fold(name)) in refused:
                continue
            if (trial := (yield from backends.reserve(guard, name))) is None:
                refused.add(account)
            else:
                trial.failed = True
        for name in guard.unvouched():
            if (yield from backends.reserve(guard, name)) is None:
                refused.add(names.fold(name))
        return not refused

    def _refusal(self, guard: guards.Guard) -> Flow:
        if guard.unavailable:
            return answers.unavailable(guard.request)
        if guard.wait:
            template = conf.derived(logins).get(guard.request.path_info)
            if template is not None:
                return (yield blocking(answers.page, guard.request, template, guard.wait))
            return answers.delayed(guard.request, guard.wait)
        return None


def logins() -> dict[str, str | None]:
    """Return the paths of the login pages, and the template of each."""
    return dict(attempts.settings().login_urls)
