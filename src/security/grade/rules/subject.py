"""What every rule is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, Self, TypeVar, cast

from security.policy.csp.parse import Policy, read, split
from security.policy.errors import PolicyError

from .. import cookies
from ..exchange import Exchange, Reply
from ..finding import Finding
from ..observatory import media_type
from ..page import HTML, Page

MAX_REMEMBERED = 1024  # characters of a header value that is read once for many sites
MAX_POLICIES = 20  # of one page that are looked at; each costs a browser time on every load


class _Readable(Protocol):
    @classmethod
    def parse(cls, text: str) -> Self: ...


Header = TypeVar("Header", bound=_Readable)


@dataclass(frozen=True, slots=True)
class Subject:
    """
    An exchange, with what several rules need of it.

    ``policies`` are the enforced policies of the header lines, read. ``cookies`` are all lines
    that can be read, also those that a jar refuses.
    """

    exchange: Exchange
    reply: Reply
    page: Page
    is_html: bool
    policies: tuple[Policy, ...]
    cookies: tuple[cookies.Cookie, ...]


Rule = Callable[[Subject], Iterator[Finding]]


def subject(exchange: Exchange, reply: Reply, page: Page) -> Subject:
    """Return what the rules are asked about."""
    lines = (*exchange.earlier_cookies, *reply.lines("set-cookie"))
    read_lines = (cookies.read(line) for line in lines)
    return Subject(
        exchange=exchange,
        reply=reply,
        page=page,
        is_html=media_type(reply).strip().lower() in HTML,
        policies=tuple(_policies(reply)),
        cookies=tuple(cookie for cookie in read_lines if cookie is not None),
    )


def parsed(kind: type[Header], value: str) -> Header | None:
    """Return a header value as browsers read it, or ``None`` where they ignore it."""
    return _remembered(kind, value) if len(value) <= MAX_REMEMBERED else _parsed(kind, value)


def _parsed(kind: type[Header], value: str) -> Header | None:
    try:
        return kind.parse(value)
    except PolicyError:
        return None


# Most sites send one of a few values.
_remembered = cast("Callable[[type[Header], str], Header | None]", lru_cache(maxsize=1024)(_parsed))


def _policies(reply: Reply) -> list[Policy]:
    found: list[Policy] = []
    for line in reply.lines("content-security-policy"):
        for text in split(line)[: MAX_POLICIES - len(found)]:
            try:
                found.append(read(text))
            except PolicyError:  # beyond any length that a browser would read; the lint says so
                found.append(Policy(text, {}))
    return found
