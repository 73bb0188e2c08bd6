"""A target as a user types it becomes the addresses of one site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import httpx

from security.policy.errors import PolicyError, must_be

from ..exchange import MAX_HOST, MAX_TARGET

WHAT: Final = "a host, host:port, or an address of http or https"
HTTP, HTTPS = 80, 443

_PORTS = {None, *range(1, 65_536)}
_BLANK_OR_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*+\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Site:
    """
    One site to ask, printed as ``name``.

    ``secure`` is where the https session begins, and ``plain`` where the http session does;
    ``None`` is not asked.
    """

    name: str
    host: str
    secure: str | None
    plain: str | None


def read_target(text: str, *, http_port: int | None = None) -> Site:
    """
    Return the site that a user means; raises ``PolicyError``.

    The plain address of a target on port 443 is on ``http_port`` or 80. That of a target on
    another port is on ``http_port``, and not known without it. An address of http has no other.
    """
    name = text.strip()
    if len(name) > MAX_TARGET:
        raise must_be(f"at most {MAX_TARGET:,} characters long", f"{len(name):,} characters")
    if not name or _BLANK_OR_CONTROL.search(name):
        raise must_be(WHAT, name)
    try:
        url = httpx.URL(name if "://" in name else f"https://{name}").copy_with(fragment=None)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise must_be(WHAT, name) from error
    if url.scheme not in {"http", "https"}:
        raise must_be(WHAT, name)
    if url.userinfo:  # the secret is not shown
        raise PolicyError("must be without a user name and a password (got one).")
    host = url.raw_host.decode("ascii")
    if not is_host(host) or url.port not in _PORTS:
        raise must_be(WHAT, name)
    url = url.copy_with(raw_path=url.raw_path)  # writes the slash after a bare host
    if url.scheme == "http":
        return Site(name, host, None, str(url))
    plain: str | None = None
    if http_port is not None or url.port in {None, HTTPS}:
        port = None if http_port in {None, HTTP} else http_port
        plain = str(url.copy_with(scheme="http", port=port))
    return Site(name, host, str(url), plain)


def is_host(host: str) -> bool:
    """Tell whether what httpx takes for a host, in ASCII, can be one."""
    if ":" in host:  # an address of IPv6, which httpx has read
        return True
    return len(host) <= MAX_HOST and _NAME.fullmatch(host) is not None
