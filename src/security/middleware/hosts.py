"""Who asked, and for which host: settled before any view sees the request."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

from security import proxy_probe
from security.client import client_of
from security.conf import conf
from security.policy.errors import shown
from security.policy.forwarded import scheme_of

logger = logging.getLogger("security.hosts")

MAX_REMEMBERED = 1024  # hosts, and proxies; a wildcard in ALLOWED_HOSTS admits any number
MAX_REFUSED = 100  # hosts with a log line of their own within an hour
MAX_HOST = 255  # characters; RFC 1035 section 2.3.4
OTHERS = "other hosts"
QUIET = 3600.0  # seconds between two log lines about the same host

# What Django believes when the settings beside it say so, and what others believe.
_FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_SCHEME",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_REAL_IP",
)


def believed_headers() -> tuple[str, ...]:
    """Return the ``META`` names that only a declared proxy may set."""
    names = []
    if settings.SECURE_PROXY_SSL_HEADER:
        names.append(settings.SECURE_PROXY_SSL_HEADER[0])
    if settings.USE_X_FORWARDED_HOST:
        names.append("HTTP_X_FORWARDED_HOST")
    if settings.USE_X_FORWARDED_PORT:
        names.append("HTTP_X_FORWARDED_PORT")
    if conf.SECURITY_TRUSTED_PROXIES:
        names.extend(_FORWARDED)
    return tuple(dict.fromkeys(names))


class Doorkeeper:
    """Judge the host of each request once; remember the answer for as long as it may hold."""

    def __init__(self) -> None:
        self.claims = believed_headers()
        self.forwarded = (*self.claims, proxy_probe.META) if self.claims else ()
        self.proxies = conf.SECURITY_TRUSTED_PROXIES
        self.ours: set[str] = set()
        self.sets_scheme = settings.SECURE_PROXY_SSL_HEADER is None
        self.accepted: set[str] = set()
        self.refused: dict[str, tuple[float, int]] = {}
        self.warned = False

    def settle(self, request: HttpRequest) -> HttpResponse | None:
        """
        Believe what a declared proxy says about the connection, forget what others do.

        Returns the answer to a signed probe of ours, which goes no further.
        """
        meta = request.META
        if meta.keys().isdisjoint(self.forwarded):
            return None
        if not self._trusts(meta.get("REMOTE_ADDR", "")):
            self._drop_claims(request)
        elif self.sets_scheme:
            _set_scheme(request, _scheme_of(request))
        return proxy_probe.answer(request) if proxy_probe.META in meta else None

    def _trusts(self, peer: str) -> bool:
        if peer in self.ours:
            return True
        if not self.proxies.trusts(peer):
            return False
        if len(self.ours) < MAX_REMEMBERED:
            self.ours.add(peer)
        return True

    def _drop_claims(self, request: HttpRequest) -> None:
        meta = request.META
        claims = [name for name in self.claims if name in meta]
        for name in claims:
            del meta[name]
        if claims and not self.warned:
            self.warned = True
            logger.warning(
                "Ignored %s from %s, which is not in SECURITY_TRUSTED_PROXIES. "
                "This is logged once per process.",
                ", ".join(claims),
                shown(meta.get("REMOTE_ADDR", "")),
            )

    def refusal(self, request: HttpRequest) -> HttpResponse | None:
        """Return ``None`` for a host of ours, else the answer: 400, with nothing in it."""
        try:
            request.get_host()
        except DisallowedHost as error:
            host = request.META.get("HTTP_HOST", "")
            self._count(host)
            text = str(error) if settings.DEBUG else "Bad Request: this host is not served here."
            answer = HttpResponseBadRequest(text + "\n", content_type="text/plain; charset=utf-8")
            answer._has_been_logged = True  # type: ignore[attr-defined]  # by us; Django asks
            return answer
        if len(self.accepted) >= MAX_REMEMBERED:
            self.accepted.clear()
        if not settings.USE_X_FORWARDED_HOST:
            self.accepted.add(request.META.get("HTTP_HOST", request.META.get("SERVER_NAME", "")))
        return None

    def _count(self, host: str) -> None:
        """Log a refused host the first time, then once an hour with the number since."""
        now = time.monotonic()
        key = host[:MAX_HOST]
        if key not in self.refused and len(self.refused) >= MAX_REFUSED:
            self.refused = {k: v for k, v in list(self.refused.items()) if now - v[0] < QUIET}
            key = key if len(self.refused) < MAX_REFUSED else OTHERS
        logged, since = self.refused.get(key, (float("-inf"), 0))
        since += 1
        if now - logged >= QUIET:
            logger.warning(
                "Refused host %s%s. If it is yours, add it to ALLOWED_HOSTS.",
                shown(key),
                f" ({since} requests since the last line about it)" if since > 1 else "",
            )
            logged, since = now, 0
        self.refused[key] = (logged, since)


def _scheme_of(request: Any) -> str:
    """Return the scheme of ``client_of()``, sooner where every hop has the same."""
    proto = request.META.get("HTTP_X_FORWARDED_PROTO", "")
    if "HTTP_FORWARDED" in request.META or "," in proto:
        return client_of(request).scheme
    return scheme_of(proto) or request._get_scheme()


def _set_scheme(request: Any, scheme: str) -> None:
    """Let ``request.is_secure()`` and every URL that is built say the scheme of the client."""
    if request._get_scheme() == scheme:
        return
    if hasattr(request, "scope"):
        request.scope = {**request.scope, "scheme": scheme}  # the server keeps its own
    else:
        request.META["wsgi.url_scheme"] = scheme
