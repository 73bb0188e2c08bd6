"""Whose host names the site answers to."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage

from security.grade.suffixes import registrable
from security.policy.errors import shown

from .message import warning
from .project import is_readable

# RFC 6761, RFC 6762, RFC 8375, and what ICANN keeps free for local use.
LOCAL: Final = ("localhost", "test", "example", "invalid", "local", "internal", "home.arpa")

ANY = warning(
    "ALLOWED_HOSTS admits every host, so the client chooses where the links in mails lead.",
    hint='Name your hosts: ALLOWED_HOSTS = ["www.example.com"].',
    id="bulwark.W023",
)
SUFFIX = warning(
    "ALLOWED_HOSTS must not admit every site under a public suffix (got {host}).",
    hint='Name your own: ALLOWED_HOSTS = ["shop{host_in_name}"].',
    id="bulwark.W024",
)
DEBUG = warning(
    "DEBUG is on, and ALLOWED_HOSTS names {host}: an error shows its visitors settings and source.",
    hint="Write DEBUG = False there. On your own machine, name localhost in ALLOWED_HOSTS.",
    id="bulwark.W025",
)


def check_any_host(**kwargs: Any) -> list[CheckMessage]:
    """Find links in mails whose host the client chooses, where no redirect goes there too."""
    return [ANY.about()] if admits_all() and not redirects_anywhere() else []


def check_host_suffixes(**kwargs: Any) -> list[CheckMessage]:
    """Find names under which others have their sites."""
    return [
        SUFFIX.about(host=shown(host), host_in_name=ascii(host.lower())[1:-1])
        for host in _hosts()
        if host.startswith(".")
        and host.strip(".")
        and not is_local(host)
        and registrable(host[1:], with_hosts=True) is None
    ]


def check_debug_hosts(**kwargs: Any) -> list[CheckMessage]:
    """Find ``DEBUG`` on a machine that answers to public names only."""
    hosts = _hosts()
    if not settings.DEBUG or not hosts or "*" in hosts or any(map(is_local, hosts)):
        return []
    return [DEBUG.about(host=shown(hosts[0]))]


def is_local(host: str) -> bool:
    """Tell whether a host is of no network but this machine's, or of the one around it."""
    name = host.strip(".").lower()
    try:
        return not ip_address(name.strip("[]")).is_global
    except ValueError:
        return any(name == suffix or name.endswith(f".{suffix}") for suffix in LOCAL)


def _hosts() -> list[str]:
    return list(settings.ALLOWED_HOSTS) if is_readable() else []


def admits_all() -> bool:
    """Tell whether any host is answered to."""
    return "*" in _hosts()


def redirects_anywhere() -> bool:
    """Tell whether the redirect to HTTPS leads to the host that was asked for."""
    return bool(settings.SECURE_SSL_REDIRECT and not settings.SECURE_SSL_HOST)
