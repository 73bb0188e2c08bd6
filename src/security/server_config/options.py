"""What the command line adds to the settings: read, bounded, and refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Final, NamedTuple, TypeVar

from security.policy.errors import PolicyError, must_be

from .site import HTTP, HTTPS, MAX_BODY, Upstream

T = TypeVar("T")

DEFAULT_BODY: Final = 2_621_440  # bytes; Django's own default for a form
UPSTREAM: Final = "127.0.0.1:8000"
CERTIFICATES: Final = "/etc/letsencrypt/live"
_UNITS: Final = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}

_UPSTREAM: Final = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):([0-9]{1,5})")
_SOCKET: Final = re.compile(r"unix:(/[A-Za-z0-9._/-]+)")
_BODY: Final = re.compile(r"([0-9]{1,12})([kmg]?)", re.IGNORECASE)


class Given(NamedTuple):
    """What the command line says; ``None`` where it says nothing."""

    certificate: str | None = None
    key: str | None = None
    upstream: str | None = None
    max_body: str | None = None
    address: str | None = None
    http_port: int = HTTP
    https_port: int = HTTPS
    own_certificate: bool = False  # the server gets one where none is given


def option(name: str, read: Callable[[Any], T], raw: Any) -> T:
    """Return an option as read. Raises ``PolicyError`` whose ``path`` is the option's name."""
    try:
        return read(raw)
    except PolicyError as error:
        raise PolicyError(str(error), hint=error.hint, path=name) from error


def certificate(given: Given, hosts: tuple[str, ...]) -> tuple[str | None, str | None, list[str]]:
    """
    Return the files of certificate and key, and what remains to edit.

    Both are ``None`` where the server gets a certificate by itself.
    """
    if (given.certificate is None) is not (given.key is None):
        missing = "--key" if given.key is None else "--certificate"
        raise PolicyError("must be given too: a certificate has a key.", path=missing)
    if given.certificate is not None:
        return given.certificate, given.key, []
    if given.own_certificate:
        if wild := [host for host in hosts if host.startswith(".")]:
            message = f"must be given for all subdomains (ALLOWED_HOSTS has {wild[0]!r})."
            raise PolicyError(message, path="--certificate")
        return None, None, []
    folder = f"{CERTIFICATES}/{hosts[0].lstrip('.')}"
    edit = f"--certificate, --key: where certificate and key are ({folder}/... stands for it)"
    return f"{folder}/fullchain.pem", f"{folder}/privkey.pem", [edit]


def body(text: str) -> int:
    """Return a number of bytes, written as ``500k`` or ``20m``."""
    return option("--max-body", _size, text)


def _size(text: str) -> int:
    found = _BODY.fullmatch(text)
    size = int(found[1]) * _UNITS[found[2].lower()] if found else 0
    if not 0 < size <= MAX_BODY:
        raise must_be(f"a size such as 500k or 20m, at most {MAX_BODY} bytes", text)
    return size


def upstream(text: str) -> Upstream:
    """Read ``HOST:PORT`` or ``unix:/path``."""
    if found := _SOCKET.fullmatch(text):
        return Upstream(found[1], is_unix=True)
    found = _UPSTREAM.fullmatch(text)
    if not found:
        raise must_be("a host and a port, or unix:/path/of/a/socket", text)
    port(int(found[2]))
    return Upstream(text)


def address(text: str | None) -> str | None:
    """Read an address to listen on; IPv6 gets its brackets."""
    if text is None:
        return None
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        raise must_be("an address to listen on, such as 127.0.0.1", text) from None
    return f"[{address}]" if address.version == 6 else str(address)


def port(number: int) -> int:
    """Return a number that a port can have."""
    if not 1 <= number <= 65_535:
        raise must_be("a port, 1 to 65535", number)
    return number
