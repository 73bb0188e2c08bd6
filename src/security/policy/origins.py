"""Where something comes from, or goes to: scheme, host and port. RFC 6454, CSP section 2.3.1."""

from __future__ import annotations

import re

from .errors import PolicyError, must_be
from .grammar import text

MAX_HOST = 253  # characters of a host name. RFC 1035 section 2.3.4
MAX_PORT = 65_535

# Browsers take no underscore, no user name and no IPv6 address where a policy names an origin.
_ORIGIN = re.compile(
    r"(?P<scheme>(?i:https?))://"
    r"(?P<host>(?P<wildcard>\*\.)?[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+\.?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?![^/?#])"
)


def leading(url: str, *, wildcard: bool = False) -> str | None:
    """
    Return the origin with which an http(s) URL starts, as written, or ``None``.

    With ``wildcard`` the host may start with ``*.``.
    """
    found = _ORIGIN.match(url)
    if found is None or len(found["host"]) > MAX_HOST:
        return None
    if found["wildcard"] and not wildcard:
        return None
    if found["port"] and not 0 < int(found["port"]) <= MAX_PORT:
        return None
    return found[0]


def origin(value: object, what: str = "an origin", *, wildcard: bool = False) -> str:
    """
    Return ``value`` if it is ``scheme://host`` or ``scheme://host:port``, of http or https.

    Raises ``PolicyError`` for anything else, a path included.
    """
    word = text(value, f"{what} like 'https://example.com'")
    found = leading(word, wildcard=wildcard)
    if found != word:
        raise _not_an_origin(what, word, found)
    return word


def _not_an_origin(what: str, word: str, found: str | None) -> PolicyError:
    if found is not None:
        hint = f"Leave out what follows the host: {found!r}."
    elif "://" not in word:
        hint = "An origin starts with 'https://'."
    else:
        hint = "Write an international name in its xn-- form; user names and paths have no place."
    return must_be(f"{what} like 'https://example.com'", word, hint=hint)
