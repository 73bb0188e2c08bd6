"""Ask a running site with forged headers, and judge from outside what it believed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final, NamedTuple, Self
from urllib.parse import SplitResult, urlsplit

from django.utils.encoding import iri_to_uri

from security import proxy_probe

MAX_BODY = 4096  # bytes; the answer to a probe has about 100
ADDRESS: Final = "192.0.2.66"  # nobody's. RFC 5737
HOST: Final = "spoofed.invalid"  # nobody's. RFC 2606 section 2
PORT: Final = "4443"
REFUSALS: Final = frozenset({400, 421})
HUNG_UP: Final = 444  # the status of no answer at all, as nginx counts it
ERROR = 400  # and above


class Forgery(NamedTuple):
    """A header that only a proxy may set, and what to do where a client's is believed."""

    name: str
    value: str
    advice: str


class Answer(NamedTuple):
    """What came back; ``told`` is the answer to the probe, if there is one."""

    status: int
    location: SplitResult
    told: Mapping[str, Any]


class UnaskableError(Exception):
    """The site could not be asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """The page that is asked for. ``timeout`` is in seconds, for each step of a request."""

    scheme: str
    host: str
    port: int | None
    path: str
    timeout: float

    @classmethod
    def from_url(cls, url: str, *, timeout: float) -> Self:
        """Read an address. Raises ``UnaskableError`` where it is none that can be asked for."""
        try:
            parts = urlsplit(url)
            port = parts.port
            host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
        except ValueError:  # of urlsplit, of the port, of IDNA
            raise UnaskableError(f"URL must be an address (got {url!a:.80}).") from None
        if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
            raise UnaskableError(
                f"URL must be an http or https address without a user (got {url!a:.80})."
            )
        path = iri_to_uri(f"{parts.path or '/'}?{parts.query}")
        return cls(parts.scheme, host, port, path, timeout)

    def ask(self, forged: Mapping[str, str], *, probe: bool) -> Answer:
        """
        Send one GET with its own query, so that no cache answers it or keeps the answer.

        No redirect is followed. Raises ``UnaskableError``.
        """
        sent = {
            "User-Agent": "django-bulwark-proxyselftest",
            "Accept": "*/*",
            "Cache-Control": "no-cache",
            "Connection": "close",
            **({proxy_probe.HEADER: proxy_probe.token()} if probe else {}),
            **forged,
        }
        kind = HTTPSConnection if self.scheme == "https" else HTTPConnection
        with closing(kind(self.host, self.port, timeout=self.timeout)) as connection:
            try:
                response = self._send(connection, sent)
                body = response.read(MAX_BODY)
            except (OSError, HTTPException, ValueError) as error:
                if forged and isinstance(error, ConnectionResetError):
                    return Answer(HUNG_UP, urlsplit(""), {})
                raise UnaskableError(f"{self.host} cannot be asked: {error}.") from error
        location = _split(response.getheader("Location") or "")
        return Answer(response.status, location, _told(body) if probe else {})

    def _send(self, connection: HTTPConnection, headers: Mapping[str, str]) -> HTTPResponse:
        mark = f"{'' if self.path.endswith('?') else '&'}selftest={secrets.token_hex(8)}"
        connection.putrequest(
            "GET", self.path + mark, skip_host="Host" in headers, skip_accept_encoding=True
        )
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse()


def forgeries(scheme: str) -> tuple[Forgery, ...]:
    """Return what is sent, one header each, to a site that takes ``scheme`` for the client's."""
    other = "http" if scheme == "https" else "https"
    return (
        Forgery(
            "X-Forwarded-For",
            ADDRESS,
            "Let the proxy nearest to the clients overwrite it or append to it (nginx: "
            "$proxy_add_x_forwarded_for), and declare no network of clients as a proxy.",
        ),
        Forgery(
            "X-Forwarded-Proto",
            other,
            "Let the proxy nearest to the clients overwrite it (nginx: $scheme).",
        ),
        Forgery(
            "X-Forwarded-Host",
            HOST,
            "Let the proxy overwrite or drop it, or set USE_X_FORWARDED_HOST = False.",
        ),
        Forgery(
            "X-Forwarded-Port",
            PORT,
            "Let the proxy overwrite or drop it, or set USE_X_FORWARDED_PORT = False.",
        ),
        Forgery(
            "Forwarded",
            f"for={ADDRESS};proto={other};host={HOST}",
            'Let the proxy overwrite it, or drop it (nginx: proxy_set_header Forwarded "").',
        ),
        Forgery(
            "X-Real-IP",
            ADDRESS,
            "Let the server take addresses from this header only where a proxy of yours sent it.",
        ),
        Forgery(
            "Host",
            HOST,
            "Name your hosts in ALLOWED_HOSTS, and let the proxy answer no other (nginx: a "
            "default_server that returns 444).",
        ),
    )


def believed(target: Target, forgery: Forgery, plain: Answer, known: Answer) -> list[str]:
    """
    Send one forgery, without and with a probe; return what it changed, as sentences.

    ``plain`` and ``known`` are the answers to the same without the forgery.
    """
    forged = {forgery.name: forgery.value}
    outside = _outside(forgery, plain, target.ask(forged, probe=False))
    inside = _inside(known.told, target.ask(forged, probe=True).told) if known.told else ()
    return [*outside, *inside]


def _outside(forgery: Forgery, before: Answer, after: Answer) -> Iterator[str]:
    here, there = before.location, after.location
    if there.hostname == HOST:
        yield f"the site redirects to {there.scheme or 'http'}://{HOST}/"
    if f":{PORT}" in there.netloc and f":{PORT}" not in here.netloc:
        yield f"the site redirects to port {PORT}"
    if here.netloc and not there.netloc and after.status < ERROR:
        yield f"the redirect disappears (status {after.status})"
    if forgery.name == "Host":
        if after.status < ERROR and not there.netloc and not here.netloc:
            yield f"the site answers (status {after.status})"
        return
    if there.netloc and not here.netloc:
        yield f"a redirect appears (status {after.status})"
    if after.status in REFUSALS and before.status not in REFUSALS:
        yield f"the site refuses the request (status {after.status}), so it reads the header"


def _inside(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    names = {
        "address": "the address of the client",
        "scheme": "the scheme",
        "host": "the host",
        "port": "the port",
    }
    for key, what in names.items():
        if after.get(key) != before[key] and after.get(key) is not None:
            yield f"{what} is taken to be {after[key]!a}"


def _split(location: str) -> SplitResult:
    try:
        return urlsplit(location)
    except ValueError:
        return urlsplit("")


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    keys = {"address", "scheme", "host", "port"}
    return told if isinstance(told, dict) and keys == told.keys() else {}
