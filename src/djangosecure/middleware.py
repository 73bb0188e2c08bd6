"""The documented middleware of django-secure."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from security.conf import conf
from security.marks import is_unattended
from security.middleware import plan, redirects
from security.middleware._run import GetResponse, HeaderMiddleware
from security.middleware.plan import Choice
from security.middleware.routes import answered, for_view
from security.policy.frames import FrameOptions
from security.policy.hsts import StrictTransportSecurity

DENY = FrameOptions("DENY")


class SecurityMiddleware(HeaderMiddleware):
    """
    Send what the ``SECURE_*`` settings turn on; redirect to HTTPS where they say so.

    A header that the view set is left alone. Raises ``ImproperlyConfigured`` for a
    setting that cannot work.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        conf.verify()

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Redirect plain HTTP to HTTPS when ``SECURE_SSL_REDIRECT`` is on."""
        if conf.SECURE_SSL_REDIRECT and not request.is_secure() and not is_unattended(request):
            return redirects.to_https(request)
        return None

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the headers that the response does not have yet."""
        for name, value in conf.derived(_headers):
            response.headers.setdefault(name, value)
        if conf.SECURE_FRAME_DENY and not getattr(response, "_frame_deny_exempt", False):
            options = for_view(answered(request, response)).get("X_FRAME_OPTIONS", DENY)
            if options is not None:
                response.headers.setdefault(options.name, str(options))
        if request.is_secure() and (hsts := _transport()) is not None:
            response.headers.setdefault(hsts.name, str(hsts))
        return response


def _headers() -> tuple[tuple[str, str], ...]:
    headers = []
    if (nosniff := conf.SECURE_CONTENT_TYPE_NOSNIFF) is not None:
        headers.append((nosniff.name, str(nosniff)))
    if conf.SECURE_BROWSER_XSS_FILTER:
        headers.append(("X-XSS-Protection", "1; mode=block"))
    return tuple(headers)


def _transport() -> StrictTransportSecurity | None:
    if conf.SECURITY_HSTS_RAMP is not None:
        return plan.transport(Choice({}, {}), plan.today())
    return conf.derived(_constant_transport)


def _constant_transport() -> StrictTransportSecurity | None:
    return plan.transport(Choice({}, {}), plan.today())
