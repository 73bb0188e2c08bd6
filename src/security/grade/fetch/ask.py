"""Ask one site everything that the grader looks at."""

from __future__ import annotations

import asyncio

from ..exchange import Chain, Exchange, Reply
from .failure import FailureError
from .outcome import Fetched, unanswered
from .session import Terms, Walk, preflight, walk
from .site import Site


async def ask(site: Site, terms: Terms) -> Fetched:
    """
    Ask a site over https and http at once; never raises what a network or a site may cause.

    The page over https is graded, and that over http where https does not answer. It takes at
    most ``PATIENCE + 1`` times ``terms.timeout``.
    """
    secure, plain = await asyncio.gather(
        _try(site.secure, terms, with_preflight=True),
        _try(site.plain, terms, with_preflight=site.secure is None),
    )
    chain = Chain(plain.hops, plain.is_trusted) if isinstance(plain, Walk) else None
    if isinstance(secure, Walk):
        notes: tuple[str, ...] = ()
        if isinstance(plain, FailureError) and plain.is_open:
            notes = (f"http: {plain}; the way from there is not judged.",)
        exchange = _exchange(site, secure, chain, secure.preflight, is_secure=True)
        return Fetched(exchange, None, notes)
    if isinstance(plain, Walk):
        if secure is None:  # https is not asked, but the way may lead there
            is_secure = plain.hops[-1].url.startswith("https:")
            return Fetched(_exchange(site, plain, chain, plain.preflight, is_secure=is_secure))
        answer = await preflight(plain.hops[-1].url, terms)
        exchange = _exchange(site, plain, chain, answer, is_secure=False)
        return Fetched(exchange, None, (f"https: {secure}; the page over http is graded.",))
    ends = (("https", secure), ("http", plain))
    reason = "; ".join(f"{scheme}: {end}" for scheme, end in ends if end is not None)
    return unanswered(site.name, site.host, f"{reason}.")


def ask_now(site: Site, terms: Terms) -> Fetched:
    """Ask one site where no event loop runs."""
    return asyncio.run(ask(site, terms))


async def _try(
    url: str | None, terms: Terms, *, with_preflight: bool
) -> Walk | FailureError | None:
    if url is None:
        return None
    try:
        return await walk(url, terms, with_preflight=with_preflight)
    except FailureError as error:
        return error


def _exchange(
    site: Site, end: Walk, chain: Chain | None, preflight: Reply | None, *, is_secure: bool
) -> Exchange:
    return Exchange(
        host=site.host,
        response=end.reply,
        is_secure=is_secure,
        is_trusted=is_secure and end.is_trusted,
        http=chain,
        preflight=preflight,
        earlier_cookies=end.cookies,
        target=site.name,
    )
