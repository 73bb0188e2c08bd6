"""The parts of a URL in a report. Lenient: browsers send addresses that no parser accepts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):[/\\]{2}([^/?#\\]*)([^?#]*)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]*\]|[^:\[\]]*)(?::(.*))?")


class Address(NamedTuple):
    """
    A URL with an authority, without user, password, query and fragment.

    Scheme and host are in lower case. ``port`` is ``None`` where it is the scheme's own. An
    authority that cannot be read leaves no port and no path behind.
    """

    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and, where it is not the default, port."""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    def __str__(self) -> str:
        return self.origin + self.path


@lru_cache(maxsize=512)  # the same few URLs come again and again; a text has at most 2 kB
def read(text: str) -> Address | None:
    """Return the parts of a URL with ``//``; ``None`` for a keyword or any other text."""
    found = _URL.match(text)
    if found is None:
        return None
    scheme = found[1].lower()
    authority = found[2].rpartition("@")[2].lower()
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        return Address(scheme, "", None, "")
    host, port = parts[1], parts[2] or ""
    if port.endswith(host) and host:  # WebKit: https://user@cdn.example:443cdn.example/
        port = port[: -len(host)]
    if not port:
        return Address(scheme, host, None, found[3])
    if not (port.isascii() and port.isdecimal() and len(port) <= 5):
        return Address(scheme, host, None, "")
    own = int(port) == DEFAULT_PORTS.get(scheme)
    return Address(scheme, host, None if own else int(port), found[3])


def scheme(text: str) -> str:
    """Return the scheme of a URL, in lower case; a bare word counts as one; else ""."""
    found = _SCHEME.match(text) or _WORD.fullmatch(text)
    return found[0].rstrip(":").lower() if found else ""
