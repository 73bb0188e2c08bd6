"""
One session: an address, the redirects from there, the page at their end, and its preflight.

As MDN HTTP Observatory does it, a session keeps cookies from one answer to the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import httpx

from ..exchange import MAX_LINES, MAX_URL, Hop, Reply
from ..observatory import media_type
from ..observatory_tests import ORIGIN
from ..page import HTML
from .body import ACCEPTED, read_body
from .failure import NETWORK, FailureError, reason
from .site import is_host
from .trust import Transport, Trust

AGENT: Final = "Mozilla/5.0 (compatible; django-bulwark)"
TIMEOUT: Final = 10.0  # seconds of one step: connecting, one read, a whole preflight
PATIENCE: Final = 3  # times that, for all redirects and the page together
MAX_REDIRECTS: Final = 10  # as the Observatory
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PREFLIGHT: Final = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}


@dataclass(frozen=True, slots=True)
class Terms:
    """How to ask; ``timeout`` is in seconds."""

    trust: Trust
    timeout: float = TIMEOUT
    user_agent: str = AGENT


@dataclass(frozen=True, slots=True)
class Walk:
    """
    Where a session led; ``reply`` is the answer of its last hop.

    ``cookies`` are the Set-Cookie lines of the hops before.
    """

    hops: tuple[Hop, ...]
    reply: Reply
    cookies: tuple[str, ...]
    is_trusted: bool
    preflight: Reply | None = None


async def walk(url: str, terms: Terms, *, with_preflight: bool) -> Walk:
    """Follow ``url`` to its page. Raises ``FailureError``, in bounded time."""
    async with Session(terms) as session:
        try:
            async with asyncio.timeout(PATIENCE * terms.timeout):
                found = await session.page(httpx.URL(url))
        except NETWORK as error:
            is_closed = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
            is_open = session.has_answered or not is_closed
            raise FailureError(reason(error), is_open=is_open) from error
        if not with_preflight:
            return found
        return replace(found, preflight=await session.preflight(found.hops[-1].url))


async def preflight(url: str, terms: Terms) -> Reply | None:
    """Send a preflight in a session of its own; ``None`` without an answer."""
    async with Session(terms) as session:
        return await session.preflight(url)


class Session:
    """Connections and cookies that belong together."""

    def __init__(self, terms: Terms) -> None:
        self.has_answered = False
        self._terms = terms
        self._transport = Transport(terms.trust)
        self._cookies = httpx.Cookies()
        self._timeouts = {"timeout": httpx.Timeout(terms.timeout).as_dict()}

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._transport.aclose()

    async def page(self, url: httpx.URL) -> Walk:
        """Follow redirects and read the page. Raises what ``NETWORK`` lists."""
        hops: list[Hop] = []
        earlier: list[str] = []
        while True:
            async with self._asked("GET", url) as (answer, reply):
                hops.append(Hop(str(url), reply.status))
                onward = _onward(url, answer)
                if onward is None:
                    page = replace(reply, body=await _text(answer, reply))
                    return Walk(tuple(hops), page, tuple(earlier), self._transport.is_trusted)
            if len(hops) > MAX_REDIRECTS:
                raise FailureError(f"more than {MAX_REDIRECTS} redirects")
            earlier += reply.lines("set-cookie")
            url = onward

    async def preflight(self, address: str) -> Reply | None:
        """Ask, as a script of another site would have its browser do; redirects are followed."""
        url = httpx.URL(address)
        try:
            async with asyncio.timeout(self._terms.timeout):
                for _ in range(MAX_REDIRECTS + 1):
                    async with self._asked("OPTIONS", url, PREFLIGHT) as (answer, reply):
                        onward = _onward(url, answer)
                    if onward is None:
                        return reply
                    url = onward
        except (*NETWORK, FailureError):
            pass
        return None

    @asynccontextmanager
    async def _asked(
        self, method: str, url: httpx.URL, extra: Mapping[str, str] | None = None
    ) -> AsyncIterator[tuple[httpx.Response, Reply]]:
        """Send one request; the body is left unread, and the connection closed with it."""
        headers = {
            "User-Agent": self._terms.user_agent,
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Encoding": ACCEPTED,
            **(extra or {}),
        }
        request = httpx.Request(method, url, headers=headers, extensions=self._timeouts)
        self._cookies.set_cookie_header(request)
        answer = await self._transport.handle_async_request(request)
        self.has_answered = True
        try:
            answer.request = request
            self._cookies.extract_cookies(answer)
            yield answer, _reply(answer)
        finally:
            await answer.aclose()


def _reply(answer: httpx.Response) -> Reply:
    """Return status and headers; a byte is a character, as in Node.js and in browsers."""
    lines = answer.headers.raw
    if len(lines) > MAX_LINES:
        raise FailureError(f"more than {MAX_LINES:,} header lines")
    pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in lines)
    return Reply(answer.status_code, tuple(pairs))


def _onward(url: httpx.URL, answer: httpx.Response) -> httpx.URL | None:
    """
    Return where an answer redirects to, without a password and a fragment.

    ``None`` where it is no redirect, or leads nowhere that HTTP is spoken: that ends the way.
    """
    if answer.status_code not in REDIRECTS or "location" not in answer.headers:
        return None
    place = answer.headers["location"]
    try:
        onward = url.join(place).copy_with(fragment=None, userinfo=b"")
    except (httpx.InvalidURL, UnicodeError, ValueError):
        return None
    if onward.scheme not in {"http", "https"} or len(str(onward)) > MAX_URL:
        return None
    return onward if is_host(onward.raw_host.decode("ascii")) else None


async def _text(answer: httpx.Response, reply: Reply) -> str:
    """Read what may be a page, as UTF-8; of anything else the grader reads no body."""
    kind = media_type(reply).strip().lower()
    if kind and kind not in HTML and not kind.startswith("text/") and reply.status < 400:
        return ""
    coding = ", ".join(answer.headers.get_list("content-encoding"))
    body = await read_body(answer.aiter_raw(), coding)
    return body.decode("utf-8", "replace")
