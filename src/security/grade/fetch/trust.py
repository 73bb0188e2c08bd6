"""Whom to believe about a certificate, and how a site without one that counts is seen too."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from os import PathLike

import httpx

from .failure import is_about_certificate

_LIMITS = httpx.Limits(max_connections=4, max_keepalive_connections=2)  # of one session


@dataclass(frozen=True, slots=True)
class Trust:
    """Contexts of TLS, made once for all sites: one that verifies, and one that does not."""

    strict: ssl.SSLContext
    lax: ssl.SSLContext


def trust(ca: str | PathLike[str] | None = None) -> Trust:
    """
    Trust the authorities that Mozilla trusts, and those in the PEM file ``ca``.

    Raises ``OSError`` where the file cannot be read; ``ssl.SSLError``, which is one, where it
    holds no certificate.
    """
    strict = httpx.create_ssl_context(trust_env=False)
    if ca is not None:
        strict.load_verify_locations(cafile=ca)
    return Trust(strict, httpx.create_ssl_context(verify=False))


class Transport(httpx.AsyncBaseTransport):
    """
    Ask with verified certificates, and without verifying where that is refused.

    ``is_trusted`` is false as soon as one was not. Neither proxies nor passwords of the
    environment are used.
    """

    def __init__(self, trust: Trust) -> None:
        self.is_trusted = True
        self._doubtful: set[tuple[str, int | None]] = set()  # hosts and ports
        self._strict = httpx.AsyncHTTPTransport(
            verify=trust.strict, trust_env=False, limits=_LIMITS
        )
        self._lax = httpx.AsyncHTTPTransport(verify=trust.lax, trust_env=False, limits=_LIMITS)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        origin = (request.url.host, request.url.port)
        if origin not in self._doubtful:
            try:
                return await self._strict.handle_async_request(request)
            except httpx.ConnectError as error:
                if not is_about_certificate(error):
                    raise
            self._doubtful.add(origin)
            self.is_trusted = False
        return await self._lax.handle_async_request(request)

    async def aclose(self) -> None:
        await self._strict.aclose()
        await self._lax.aclose()
