"""What a web server has to know of a project, as frozen values, whichever server it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final

MAX_BODY: Final = 2_147_483_647  # bytes; the most that Apache's LimitRequestBody always takes
MAX_SLUG: Final = 16  # characters of the first host in a name
HTTP: Final = 80
HTTPS: Final = 443

HEADER_TIMEOUT: Final = 10  # seconds for the head of a request
BODY_TIMEOUT: Final = 30  # seconds between two parts of a body
ANSWER_TIMEOUT: Final = 60  # seconds until Django has to answer
IDLE_TIMEOUT: Final = 30  # seconds that a connection may wait for the next request
HEADER_BUFFERS: Final = 4  # of HEADER_SIZE each
HEADER_SIZE: Final = 8192  # bytes of one line of a request's head

# Mozilla's guideline 6.0, "intermediate". X25519MLKEM768, the first of its curves, needs
# OpenSSL 3.5, and an older one refuses the whole list.
# https://ssl-config.mozilla.org/guidelines/6.0.json
TLS_GUIDELINE: Final = "Mozilla's TLS guideline 6.0, intermediate"
CIPHERS: Final = (
    ("ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    ("ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    ("ECDHE-RSA-AES256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    ("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
)
CURVES: Final = "X25519:prime256v1:secp384r1"

# What an upload may be when it is shown in the page; all else is an attachment.
INLINE: Final = (
    ("image/avif", ("avif",)),
    ("image/gif", ("gif",)),
    ("image/jpeg", ("jpg", "jpeg")),
    ("image/png", ("png",)),
    ("image/webp", ("webp",)),
    ("audio/mpeg", ("mp3",)),
    ("audio/ogg", ("oga", "ogg")),
    ("audio/wav", ("wav",)),
    ("video/mp4", ("mp4",)),
    ("video/webm", ("webm",)),
)
SVG: Final = ("image/svg+xml", ("svg",))  # an <img> needs the type; opened alone, it is saved
UNKNOWN: Final = "application/octet-stream"

# No upload is a page: nothing in it loads, runs, submits or opens anything.
MEDIA_CSP: Final = "default-src 'none'; sandbox"
# A script of a worker obeys the policy of its own file, so it may load from the site.
STATIC_CSP: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# Styles of an SVG stand in it; alone in a tab it runs nothing.
SVG_CSP: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# A page of the server itself: a line of text.
ERROR_CSP: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

# Django's ManifestStaticFilesStorage: twelve digits of the content before the last dot.
HASHED: Final = r"\.[0-9a-f]{12}(\.[^./]*)?$"
FOREVER: Final = "public, max-age=31536000, immutable"
BRIEFLY: Final = "max-age=60"  # seconds; the name stays when the content changes

# Claims about the client that only the server may make. Each is overwritten or dropped.
CLAIMS: Final = (
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Forwarded-Scheme",
    "X-Forwarded-Ssl",
    "X-Forwarded-Prefix",
    "X-Forwarded-Server",
    "X-Real-Ip",
    "Forwarded",
    "Proxy",  # httpoxy: CGI programs would take it for the variable HTTP_PROXY
)
SET_CLAIMS: Final = CLAIMS[:4]


class Plain(Enum):
    """What a request over plain HTTP gets: a redirect, Django's own choice, or the site."""

    REDIRECTED = "redirected"
    ASKED = "asked"
    SERVED = "served"


@dataclass(frozen=True, slots=True)
class Folder:
    """
    Files that the server sends by itself; ``url`` and ``root`` both end with a slash.

    ``setting`` names the root.
    """

    url: str
    root: str
    setting: str


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where Django listens: ``host:port``, or the path of a Unix socket."""

    address: str
    is_unix: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """
    One site, behind one server.

    ``hosts`` are those of ``ALLOWED_HOSTS``; a leading dot is the host with all subdomains.
    ``headers`` belong to every answer that Django never sees, ``hsts`` to those over HTTPS.
    ``scheme_header`` is the name and value by which Django knows HTTPS, where it is another
    than ``X-Forwarded-Proto: https``. ``max_body`` is in bytes. ``certificate`` is ``None``
    where the server gets its own.
    """

    hosts: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    hsts: tuple[str, str] | None
    resource: tuple[str, str]
    plain: Plain
    redirect_host: str | None
    static: Folder | None
    media: Folder | None
    upstream: Upstream
    max_body: int
    certificate: str | None
    key: str | None
    scheme_header: tuple[str, str] | None = None
    address: str | None = None
    http_port: int = HTTP
    https_port: int = HTTPS
    made_from: tuple[str, ...] = ()
    version: str = ""
    remarks: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The hosts as a short name that no other site has; nginx allows 46 characters in all."""
        start = re.sub(r"[^a-z0-9]+", "_", self.hosts[0][:MAX_SLUG]).strip("_")
        return f"{start}_{sha256(' '.join(self.hosts).encode()).hexdigest()[:4]}"

    def port(self, *, secure: bool) -> int:
        return self.https_port if secure else self.http_port

    def is_usual(self, *, secure: bool) -> bool:
        """Tell whether browsers leave the port out of the address."""
        return self.port(secure=secure) == (HTTPS if secure else HTTP)

    def fixed(self, *, secure: bool) -> tuple[tuple[str, str], ...]:
        """Return what belongs to every answer over one kind of connection."""
        return (*self.headers, *((self.hsts,) if secure and self.hsts else ()))

    def error_headers(self, *, secure: bool) -> tuple[tuple[str, str], ...]:
        return (*self.fixed(secure=secure), ("Content-Security-Policy", ERROR_CSP))

    def media_headers(self, *, secure: bool) -> tuple[tuple[str, str], ...]:
        rest = [pair for pair in self.fixed(secure=secure) if pair[0] != self.resource[0]]
        return (*rest, self.resource, ("Content-Security-Policy", MEDIA_CSP))

    def scheme_headers(self, *, secure: bool) -> Iterator[tuple[str, str]]:
        """Yield what tells Django the scheme: one name and value, or two."""
        told = {"X-Forwarded-Proto": "https" if secure else "http"}
        if self.scheme_header is not None:
            name, value = self.scheme_header
            told[name] = value if secure else "http"
        yield from told.items()

    def dropped(self) -> tuple[str, ...]:
        """Return the names of claims that nobody may make to Django."""
        own = self.scheme_header[0].lower() if self.scheme_header else ""
        return tuple(name for name in CLAIMS if name not in SET_CLAIMS and name.lower() != own)


def extensions(types: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """Return the endings of files as alternatives of a regular expression."""
    return "|".join(ending for _, endings in types for ending in endings)
