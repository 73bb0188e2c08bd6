"""Whether what proxies say is read at all, and from nobody else."""

from __future__ import annotations

import re
from ipaddress import IPv4Network
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage

from security.conf import conf
from security.policy.errors import shown

from .installed import OURS, installs
from .message import error, warning
from .project import is_readable

MIN_BITS_V4: Final = 8  # of a public network; one owner rarely has more addresses
MIN_BITS_V6: Final = 19  # the largest block that registries give to one provider
HEADER: Final = re.compile(r"HTTP_[A-Z0-9_]+")
_TYPED = re.compile(r"(?i)x[-_].*|forwarded.*|http_.*|.*-.*")

NAME = error(
    "SECURE_PROXY_SSL_HEADER[0] must be a key of request.META such as 'HTTP_X_FORWARDED_PROTO' "
    "(got {got}).",
    hint="No request is found to be secure until then. Write "
    'SECURE_PROXY_SSL_HEADER = ("{key}", "https").',
    id="bulwark.E013",
)
HTTP = error(
    "SECURE_PROXY_SSL_HEADER[1] must be what the proxy writes for HTTPS (got {got}).",
    hint="Until then plain HTTP is taken for HTTPS. Write "
    'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https").',
    id="bulwark.E016",
)
WIDE = warning(
    "SECURITY_TRUSTED_PROXIES must name networks of your own (got '{network}'): whoever is in it "
    "chooses the address, the scheme and the host that the site believes.",
    hint='Name the proxies: SECURITY_TRUSTED_PROXIES = ["10.0.0.5"].',
    id="bulwark.W029",
)
UNDECLARED = warning(
    "{name} is set, and nothing asks who sends the header: any client does.",
    hint="Let the proxy overwrite it, and have it read from there only: "
    'MIDDLEWARE.insert(0, "security.middleware.SecurityMiddleware") and '
    'SECURITY_TRUSTED_PROXIES = ["10.0.0.5"].',
    id="bulwark.W030",
)


def check_proxy_header(**kwargs: Any) -> list[CheckMessage]:
    """Find a header that is written as in HTTP, and so is in no request."""
    name, _ = _header()
    if not name or HEADER.fullmatch(name) or not _TYPED.fullmatch(name):
        return []  # others are variables of the server, such as REQUEST_SCHEME
    word = re.sub(r"[^A-Z0-9]+", "_", name.upper()).removeprefix("HTTP_").strip("_")
    return [NAME.about(got=shown(name), key=f"HTTP_{word or 'X_FORWARDED_PROTO'}")]


def check_proxy_scheme(**kwargs: Any) -> list[CheckMessage]:
    """Find plain HTTP that is taken for HTTPS."""
    _, value = _header()
    return [HTTP.about(got=shown(value))] if value.strip().lower() == "http" else []


def check_trusted_networks(**kwargs: Any) -> list[CheckMessage]:
    """Find networks that nobody owns as a whole."""
    if not is_readable() or not conf.SECURITY_TRUSTED_PROXIES:
        return []
    return [
        WIDE.about(network=network)
        for network in conf.SECURITY_TRUSTED_PROXIES.networks
        if network.prefixlen == 0
        or (
            not network.is_private
            and network.prefixlen
            < (MIN_BITS_V4 if isinstance(network, IPv4Network) else MIN_BITS_V6)
        )
    ]


def check_forwarded_host(**kwargs: Any) -> list[CheckMessage]:
    """Find host, port and scheme that any client chooses, since ours does not ask who."""
    if not is_readable() or installs(OURS):  # then check_proxies() asks
        return []
    return [
        UNDECLARED.about(name=name)
        for name in ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")
        if getattr(settings, name)
    ]


def _header() -> tuple[str, str]:
    if not is_readable() or not settings.SECURE_PROXY_SSL_HEADER:
        return "", ""
    name, value = settings.SECURE_PROXY_SSL_HEADER
    return name, value
