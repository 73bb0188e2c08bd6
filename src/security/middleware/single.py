"""The documented middlewares that send one fixed header each."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from security.conf import conf
from security.policy.hsts import StrictTransportSecurity
from security.policy.legacy import P3P, XssProtection
from security.policy.nosniff import ContentTypeOptions

from ._run import GetResponse, HeaderMiddleware


class SingleHeader(HeaderMiddleware):
    """Send what ``value`` returns, unless the response has that header already."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.value()

    def value(self) -> Any:
        """Return the policy to send, or ``None``. Raises ``ImproperlyConfigured``."""
        raise NotImplementedError

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if (policy := self.value()) is not None:
            response.headers.setdefault(policy.name, str(policy))
        return response


class ContentNoSniff(SingleHeader):
    """Send ``X-Content-Type-Options: nosniff``, and the documented ``X-Content-Options``."""

    def value(self) -> ContentTypeOptions:
        return ContentTypeOptions()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.headers.setdefault("X-Content-Options", "nosniff")
        return super().process_response(request, response)


class ReferrerPolicyMiddleware(SingleHeader):
    """Send ``Referrer-Policy`` as ``REFERRER_POLICY`` says; ``off`` sends none."""

    def value(self) -> Any:
        return conf.REFERRER_POLICY


class XssProtectMiddleware(SingleHeader):
    """Send ``X-XSS-Protection`` as ``XSS_PROTECT`` says: ``sanitize``, ``on`` or ``off``."""

    def value(self) -> XssProtection:
        return conf.XSS_PROTECT or XssProtection("sanitize")


class P3PPolicyMiddleware(SingleHeader):
    """Send ``P3P`` with ``P3P_COMPACT_POLICY`` and the place of ``P3P_POLICY_URL``."""

    def value(self) -> P3P:
        return conf.derived(_p3p)


class StrictTransportSecurityMiddleware(SingleHeader):
    """Send ``Strict-Transport-Security`` over HTTPS only. RFC 6797 section 7.2."""

    def value(self) -> StrictTransportSecurity:
        return conf.derived(_transport)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        return super().process_response(request, response) if request.is_secure() else response


def _p3p() -> P3P:
    if conf.P3P_COMPACT_POLICY is None:
        raise ImproperlyConfigured(
            "P3P_COMPACT_POLICY must be set: P3PPolicyMiddleware needs it (got None)."
        )
    return P3P(conf.P3P_COMPACT_POLICY, conf.P3P_POLICY_URL)


def _transport() -> StrictTransportSecurity:
    return StrictTransportSecurity(conf.STS_MAX_AGE, conf.STS_INCLUDE_SUBDOMAINS, conf.STS_PRELOAD)
