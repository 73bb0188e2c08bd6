"""Guards the login pages, and whatever calls ``authenticate()``, against guesses."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from security.conf import conf
from security.middleware._run import Flow, FlowMiddleware, GetResponse, blocking

from . import answers, attempts, backends, devices, names, receivers

GUARD = "_security_throttling"


class Middleware(FlowMiddleware):
    """
    Slow down who guesses passwords, by account and by address.

    A POST or PUT to a login page is counted as an attempt before the view runs, and so is
    each ``authenticate()`` where our backend is installed. An attempt that has to wait is
    answered at once, and nobody looks at its password. Raises ``ImproperlyConfigured``
    without ``AUTHENTICATION_THROTTLING``, for a cache that cannot count, and for a delay
    function that tells no delays.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.logins = dict(attempts.settings().login_urls)
        attempts.verify()
        _ = conf.SECURITY_TRUSTED_PROXIES
        receivers.connect()

    def request_flow(self, request: HttpRequest) -> Flow:
        """Reserve the attempt, or refuse it."""
        guard = attempts.Guard(request)
        setattr(request, GUARD, guard)
        attempts.current.set(guard)
        if request.method not in ("POST", "PUT") or request.path_info not in self.logins:
            return None
        try:
            return (yield from self._reserve(guard))
        except BaseException:  # no response_flow follows
            attempts.current.set(None)
            raise

    def response_flow(self, request: HttpRequest, response: HttpResponseBase) -> Flow:
        """Take back what was no wrong guess; answer for what was refused on the way."""
        guard: attempts.Guard = getattr(request, GUARD)
        attempts.current.set(None)
        yield from backends.recount(guard)
        if operations := guard.operations(response.status_code):
            yield blocking(attempts.settle, operations)
        if guard.users:
            devices.remember(request, response, guard.proven())
        elif (refusal := (yield from self._refusal(guard))) is not None:
            return refusal
        return response

    def _reserve(self, guard: attempts.Guard) -> Flow:
        try:
            posted = yield blocking(names.posted, guard.request)
        except RequestDataTooBig as error:
            return answers.too_big(guard.request, str(error))
        for name in posted:
            if (trial := (yield from backends.reserve(guard, name))) is None:
                break
            trial.posted = True
        return (yield from self._refusal(guard))

    def _refusal(self, guard: attempts.Guard) -> Flow:
        if guard.unavailable:
            return answers.unavailable(guard.request)
        if guard.wait:
            template = self.logins.get(guard.request.path_info)
            if template is not None:
                return (yield blocking(answers.page, guard.request, template, guard.wait))
            return answers.delayed(guard.request, guard.wait)
        return None
