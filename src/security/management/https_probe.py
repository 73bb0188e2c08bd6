"""Which hosts HSTS would bind, and whether each of them answers over HTTPS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any, Final, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from security.policy.errors import PolicyError, must_be

MAX_HOSTS: Final = 500
MAX_NAME: Final = 253  # characters; RFC 1035 section 2.3.4, without the last dot
MAX_SAID: Final = 200  # characters of what an error says
WORKERS: Final = 8  # hosts that are asked at a time

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?(?::[0-9]{1,5})?", re.IGNORECASE)


class Answer(NamedTuple):
    """Whether a host answered over HTTPS with a certificate that holds, and what it said."""

    host: str
    is_safe: bool
    text: str


def named(hosts: Iterable[str]) -> list[str]:
    """
    Return the hosts that somebody named, each once.

    Raises ``PolicyError`` for what is no host name, and for more than ``MAX_HOSTS``.
    """
    found = list(dict.fromkeys(hosts))
    if len(found) > MAX_HOSTS:
        raise PolicyError(f"must be at most {MAX_HOSTS} hosts (got {len(found)}).")
    for host in found:
        if not _is_host(host):
            raise must_be(
                "a host name such as 'www.example.com'",
                host,
                hint="Leave out scheme and path; write a name that is not ASCII as 'xn--...'.",
            )
    return found


def allowed(hosts: Iterable[str]) -> list[str]:
    """
    Return the hosts of ``ALLOWED_HOSTS`` that HSTS can bind.

    A wildcard stands for hosts that nobody can list. Addresses and this machine are left
    out: a browser remembers HSTS for names, RFC 6797 section 8.1.1.
    """
    names = (host.lstrip(".") for host in hosts)
    kept = [name for name in names if _is_host(name) and not _is_local(name)]
    return list(dict.fromkeys(kept))[:MAX_HOSTS]


def probe(hosts: list[str], *, timeout: float) -> Iterator[Answer]:
    """Ask each host once, several at a time; ``timeout`` is in seconds, for each wait."""
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        yield from pool.map(partial(ask, timeout=timeout), hosts)


def ask(host: str, *, timeout: float) -> Answer:
    """Send one HEAD over HTTPS. Any status is an answer; a redirect is not followed."""
    request = Request(f"https://{host}/", method="HEAD")  # the scheme is ours
    try:
        with build_opener(_Stay).open(request, timeout=timeout) as response:
            return Answer(host, True, str(response.status))
    except HTTPError as error:
        return Answer(host, True, str(error.code))
    except URLError as error:
        return Answer(host, False, _said(error.reason))
    except (HTTPException, OSError, ValueError) as error:
        return Answer(host, False, _said(error))


class _Stay(HTTPRedirectHandler):
    """The answer counts, not where it leads."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _said(error: object) -> str:
    text = str(error) or type(error).__name__
    return ascii(text[:MAX_SAID])[1:-1]


def _is_host(host: str) -> bool:
    found = _HOST.fullmatch(host) if len(host) <= MAX_NAME else None
    return found is not None and ".." not in host


def _is_local(host: str) -> bool:
    name = host.partition(":")[0].lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
