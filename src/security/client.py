"""Who asks, and over what, behind the proxies that the settings declare."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from security.conf import conf
from security.policy.proxies import Client

__all__ = ["Client", "client_of"]


def client_of(request: Any) -> Client:
    """
    Return the address and the scheme of the client of a request.

    The same before and after ``SecurityMiddleware``, and without it. Where Django is told
    which header holds the scheme (``SECURE_PROXY_SSL_HEADER``), that header alone decides
    about it, from a declared proxy.
    """
    meta, proxies = request.META, conf.SECURITY_TRUSTED_PROXIES
    peer = meta.get("REMOTE_ADDR") or ""
    client = proxies.resolve(
        peer,
        request._get_scheme() or "http",
        forwarded_for=meta.get("HTTP_X_FORWARDED_FOR", ""),
        forwarded_proto=meta.get("HTTP_X_FORWARDED_PROTO", ""),
        forwarded=meta.get("HTTP_FORWARDED", ""),
    )
    if settings.SECURE_PROXY_SSL_HEADER:
        scheme = request.scheme if proxies.trusts(peer) else request._get_scheme()
        return client._replace(scheme=scheme or "http")
    return client
