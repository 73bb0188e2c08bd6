"""Let the web server send the file: X-Accel-Redirect of nginx, X-Sendfile of others."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from security.policy.errors import must_be

ACCEL: Final = "X-Accel-Redirect"
SENDFILE: Final = "X-Sendfile"

# Of Django's answer nginx keeps the type, the disposition, cookies and the cache headers only.
PASSED_ON: Final = (
    "Content-Security-Policy",
    "Content-Security-Policy-Report-Only",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Origin-Agent-Cluster",
    "Permissions-Policy",
    "Referrer-Policy",
    "Reporting-Endpoints",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
)
_PREFIX: Final = re.compile(r"/(?:[0-9A-Za-z_-]+/)+")
_FOLDER: Final = re.compile(r"/[^\x00-\x1f\x7f\"\\$]*")


def prefix(value: object) -> str:
    """Return a location of nginx that files are under. Raises ``PolicyError``."""
    if not isinstance(value, str) or not _PREFIX.fullmatch(value):
        raise must_be("a path like '/protected/'", value)
    return value


def accel_redirect(location: str, name: str) -> str:
    """Return the value of X-Accel-Redirect, which nginx decodes."""
    return quote(location + name)


def x_sendfile(path: str) -> str:
    """Return the value of X-Sendfile: the path of the file, which the server decodes."""
    return quote(path)


def nginx_location(location: str, folder: str) -> str:
    """
    Return the block of nginx for ``MediaView(accel=location)``: files in ``folder``.

    ``internal`` keeps visitors out; the headers that Django decided are sent with the file.
    Raises ``PolicyError``.
    """
    if not _FOLDER.fullmatch(folder):
        raise must_be("an absolute path without quotes, backslashes and '$'", folder)
    folder = folder.rstrip("/")
    added = (
        f"    add_header {name} $upstream_http_{name.lower().replace('-', '_')} always;\n"
        for name in PASSED_ON
    )
    return (
        f"location ^~ {prefix(location)} {{\n"
        "    internal;\n"
        f'    alias "{folder}/";\n'
        f'    disable_symlinks on "from={folder}";\n'
        f"{''.join(added)}"
        "}\n"
    )
