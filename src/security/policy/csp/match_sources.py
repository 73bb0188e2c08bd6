"""
What one source list matches, as a browser reads and applies it. CSP Level 3 section 6.7.2.

Where Chromium departs from the specification, this follows Chromium, which is the stricter of
the two except for addresses: ``services/network/public/cpp/content_security_policy/`` in its
source, ``csp_source.cc`` and ``csp_source_list.cc``. It

- lets ``ws:`` stand for ``wss:`` only, not for ``http:`` and ``https:`` (6.7.2.9);
- lets ``*`` stand for ``ws:`` and ``wss:`` beside ``http:`` and ``https:`` (6.7.2.8);
- raises ``http://host:8080`` to https at the default port only (6.7.2.11);
- compares whole decoded paths, not segment by segment (6.7.2.12);
- matches an IPv4 address like a name (6.7.2.10), and reads no IPv6 address and no final dot.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple, Self
from urllib.parse import unquote_to_bytes

from .vocabulary import NONCE

DEFAULT_PORTS: Final = {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}
NETWORK: Final = frozenset(DEFAULT_PORTS)
UPGRADES: Final = frozenset({("http", "https"), ("ws", "wss")})
NONE: Final = "'none'"

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*"
_URL = re.compile(rf"(?P<scheme>{_SCHEME}):(?P<slashes>[/\\]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY = re.compile(r"[^/?#\\]*")
_PATH = re.compile(r"[^?#]*")
_HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]+)(?::0*(?P<port>[0-9]{1,5})?)?")
_SOURCE = re.compile(
    rf"(?:(?P<scheme>{_SCHEME})://)?"
    r"(?P<host>\*(?!\.)|(?P<wildcard>\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)"
    r"(?::(?:0*(?P<port>[0-9]{1,5})|(?P<any_port>\*)))?"
    r"(?:(?P<path>/[^?#]*)(?:[?#].*)?)?"
)
_SCHEME_ALONE = re.compile(rf"(?P<scheme>{_SCHEME}):")
_NONCE = re.compile(r"'(?i:nonce)-(?P<value>[A-Za-z0-9+/_-]+={0,2})'")
_HASH = re.compile(r"'?(?P<name>(?i:sha-?(?:256|384|512)))-(?P<value>[A-Za-z0-9+/_-]+={0,2})'?")

Hash = tuple[str, bytes]  # "256", "384" or "512", and the digest


class Url(NamedTuple):
    """
    The parts of a URL that a source can be about.

    ``host`` is lower-case and empty where there is none, ``port`` that of the scheme where
    the URL names none, ``path`` without its percent-encoding.
    """

    scheme: str
    host: str = ""
    port: int | None = None
    path: bytes = b""

    @classmethod
    def parse(cls, text: str) -> Url | None:
        """Return the parts of a URL as browsers write it, ``None`` for what is no URL."""
        found = _URL.fullmatch(text)
        if found is None:
            return None
        scheme, rest = found["scheme"].lower(), found["rest"]
        if scheme not in NETWORK and not found["slashes"].startswith("//"):
            return cls(scheme)
        authority = _AUTHORITY.match(rest)[0]  # type: ignore[index]  # matches the empty text
        place = _HOST_PORT.fullmatch(authority.rpartition("@")[2])
        if place is None:
            return None if scheme in NETWORK else cls(scheme)
        port = int(place["port"]) if place["port"] else DEFAULT_PORTS.get(scheme)
        path = _PATH.match(rest, len(authority))[0]  # type: ignore[index]
        return cls(scheme, place["host"].lower(), port, decoded(path or "/"))

    @property
    def origin(self) -> str | None:
        """Return scheme, host and port as a source names them, ``None`` without a host."""
        if not self.host:
            return None
        port = "" if self.port == DEFAULT_PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


class _Fit(Enum):
    """How a scheme or a port fits: as it is, only when raised to https, or either way."""

    NO = 0
    EXACT = 1
    RAISED = 2
    EITHER = 3


@dataclass(frozen=True, slots=True)
class Source:
    """
    One scheme or host of a source list.

    ``host`` is ``None`` for a scheme alone and starts with ``.`` or is empty for a wildcard.
    ``port`` is 0 for any port. ``path`` is decoded, empty where any will do.
    """

    scheme: str | None
    host: str | None = None
    wildcard: bool = False
    port: int | None = None
    path: bytes = b""

    @classmethod
    def parse(cls, word: str) -> Self | None:
        """Return what a word of a source list stands for, ``None`` if a browser skips it."""
        if found := _SCHEME_ALONE.fullmatch(word):
            return cls(found["scheme"].lower())
        found = _SOURCE.fullmatch(word)
        if found is None:
            return None
        host, wildcard = found["host"].lower(), found["host"][0] == "*"
        port = 0 if found["any_port"] else int(found["port"]) if found["port"] else None
        return cls(
            found["scheme"].lower() if found["scheme"] else None,
            host[1:] if wildcard else host,
            wildcard,
            port,
            decoded(found["path"] or ""),
        )

    def matches(self, url: Url, own: Url | None, *, redirected: bool = False) -> bool:
        """Tell whether a URL matches, for a page whose origin is ``own`` (``None``: opaque)."""
        scheme = self.scheme or (own.scheme if own else None)
        if scheme is None:
            return False
        scheme_fit = _scheme_fit(scheme, url.scheme)
        if self.host is None or scheme_fit is _Fit.NO:
            return scheme_fit is not _Fit.NO
        if not url.host:
            return False
        if not (url.host.endswith(self.host) if self.wildcard else url.host == self.host):
            return False
        port_fit = self._port_fit(scheme, url)
        # Neither is raised without the other: http://a:80 is https://a:443, not https://a:80.
        if port_fit is _Fit.NO or (scheme_fit is _Fit.RAISED and port_fit is _Fit.EXACT):
            return False
        if port_fit is _Fit.RAISED and scheme_fit is _Fit.EXACT:
            return False
        return redirected or self._path_fits(url.path)

    def _port_fit(self, scheme: str, url: Url) -> _Fit:
        if self.port == 0:
            return _Fit.EITHER
        if self.port is None:
            return _Fit.EITHER if url.port == DEFAULT_PORTS.get(url.scheme) else _Fit.NO
        if self.port == url.port:
            return _Fit.EITHER if self.port == 443 and scheme == "http" else _Fit.EXACT
        return _Fit.RAISED if self.port == 80 and url.port == 443 else _Fit.NO

    def _path_fits(self, path: bytes) -> bool:
        if not self.path:
            return True
        return path.startswith(self.path) if self.path.endswith(b"/") else path == self.path


@dataclass(frozen=True, slots=True)
class SourceList:
    """
    One source list, sorted by what its words do. Words that mean nothing are gone.

    ``keywords`` are lower-case and in their quotes. ``sources`` hold each word beside what it
    stands for. An empty list, and ``'none'`` alone, match nothing.
    """

    sources: tuple[tuple[str, Source], ...]
    keywords: frozenset[str]
    nonces: frozenset[str]
    hashes: frozenset[Hash]

    @classmethod
    def parse(cls, words: tuple[str, ...]) -> Self:
        """Read the words that follow a directive."""
        sources, keywords, nonces, hashes = {}, set(), set(), set()
        for word in words:
            if word == NONCE:
                nonces.add(NONCE)
            elif nonce := _NONCE.fullmatch(word):
                nonces.add(nonce["value"])
            elif word.startswith("'") and word.endswith("'") and (digest := read_hash(word)):
                hashes.add(digest)
            elif word.startswith("'") or word == "*":
                keywords.add(word.lower())
            elif source := Source.parse(word):
                sources[word] = source
        return cls(
            tuple(sources.items()), frozenset(keywords), frozenset(nonces), frozenset(hashes)
        )

    @property
    def names_inline(self) -> bool:
        """Tell whether a nonce or a hash is there, which silences ``'unsafe-inline'``."""
        return bool(self.nonces or self.hashes)

    def source_of(self, url: Url, own: Url | None, *, redirected: bool = False) -> str | None:
        """Return the first word that matches a URL, ``None`` where none does."""
        if "*" in self.keywords and (url.scheme in NETWORK or (own and url.scheme == own.scheme)):
            return "*"
        if "'self'" in self.keywords and own is not None and _is_own(url, own):
            return "'self'"
        for word, source in self.sources:
            if source.matches(url, own, redirected=redirected):
                return word
        return None

    def allows_all_inline(self, *, script: bool) -> bool:
        """Tell whether any inline block runs. Section 6.7.3.2."""
        return (
            "'unsafe-inline'" in self.keywords
            and not self.names_inline
            and not (script and "'strict-dynamic'" in self.keywords)
        )


def read_hash(word: str) -> Hash | None:
    """Return the algorithm and the digest of a hash, quoted or not, ``None`` for all else."""
    found = _HASH.fullmatch(word)
    if found is None:
        return None
    value = found["value"].rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return found["name"][-3:], b64decode(value + "=" * (-len(value) % 4))
    except Error:
        return None


def decoded(path: str) -> bytes:
    """Return a path without its percent-encoding."""
    return unquote_to_bytes(path.encode(errors="surrogatepass"))


def _scheme_fit(ours: str, theirs: str) -> _Fit:
    if ours == theirs:
        return _Fit.EXACT
    return _Fit.RAISED if (ours, theirs) in UPGRADES else _Fit.NO


def _is_own(url: Url, own: Url) -> bool:
    """Tell whether ``'self'`` means a URL. Section 6.7.2.8, step 4."""
    defaults = (DEFAULT_PORTS.get(own.scheme), DEFAULT_PORTS.get(url.scheme))
    same_port = own.port == url.port or (own.port, url.port) == defaults
    same_scheme = url.scheme == own.scheme or url.scheme in {"https", "wss"}
    return (
        bool(own.host)
        and url.host == own.host
        and same_port
        and (same_scheme or (own.scheme, url.scheme) == ("http", "ws"))
    )
