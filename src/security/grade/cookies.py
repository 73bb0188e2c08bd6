"""Cookies as a jar of RFC 6265bis accepts them, for whoever judges their attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .javascript import SPACE
from .suffixes import registrable

SAME_SITE: Final = ("strict", "lax", "none")
SESSION: Final = ("login", "sess")  # what the name of a session cookie contains

# Names of one label that count as a site of their own. RFC 6761 section 6.
_SPECIAL: Final = frozenset({"invalid", "localhost"})
_RESERVED: Final = _SPECIAL | {"example", "local", "test"}
_CONTROL = re.compile(r"[\x00-\x1f]")
_LINE_END = re.compile(r"[\n\r\0]")


@dataclass(frozen=True, slots=True)
class Cookie:
    """
    One Set-Cookie line.

    ``same_site`` is one of ``SAME_SITE``, or ``None`` without the attribute and for a word that
    is none of them. ``domain`` is empty for the host alone; ``path`` where none is given.
    """

    name: str
    is_secure: bool
    is_http_only: bool
    same_site: str | None
    domain: str
    path: str
    size: int  # characters of name and value

    @property
    def is_session(self) -> bool:
        """Whether the name is one of a session or a login."""
        name = self.name.lower()
        return any(word in name for word in SESSION)

    @property
    def is_anti_csrf(self) -> bool:
        """Whether the name is one of a token against forged requests."""
        return "csrf" in self.name.lower()

    @property
    def lives_up_to_its_prefix(self) -> bool:
        """Whether the name promises nothing that the attributes do not keep."""
        if self.name.startswith("__Secure-"):
            return self.is_secure
        if self.name.startswith("__Host-"):
            return self.is_secure and not self.domain and self.path in {"", "/"}
        return True


def read(line: str) -> Cookie | None:
    """Read one line; ``None`` for one without a name, which no jar keeps."""
    pair, *attributes = line.strip(SPACE).split(";")
    pair = _LINE_END.split(pair, maxsplit=1)[0]
    name, equals, content = pair.partition("=")
    name, content = name.strip(SPACE), content.strip(SPACE)
    if not equals or not name or _CONTROL.search(name) or _CONTROL.search(content):
        return None
    values: dict[str, str] = {}
    for attribute in attributes:
        key, _, value = attribute.partition("=")
        values[key.strip(SPACE).lower()] = value.strip(SPACE)
    same_site = values.get("samesite", "").lower()
    domain = values.get("domain", "")
    path = values.get("path", "")
    return Cookie(
        name=name,
        is_secure="secure" in values,
        is_http_only="httponly" in values,
        same_site=same_site if same_site in SAME_SITE else None,
        domain=domain.removeprefix(".").lower(),
        path=path if path.startswith("/") else "",
        size=len(name) + len(content),
    )


def accepted(lines: Iterable[str], host: str) -> list[Cookie]:
    """Return what a jar keeps of lines that ``host`` sent; a later cookie replaces its like."""
    jar: dict[tuple[str, str, str], Cookie] = {}
    for line in lines:
        cookie = read(line)
        if cookie is None or not cookie.lives_up_to_its_prefix:
            continue
        if cookie.domain and not (_is_open(cookie.domain) and _matches(host, cookie.domain)):
            continue
        jar[cookie.domain or host, cookie.path or "/", cookie.name] = cookie
    return list(jar.values())


def has_odd_same_site(line: str) -> bool:
    """Tell whether a line has a SameSite without a value, or with an unknown one."""
    if "samesite" not in line.lower():
        return False
    for part in line.split(";"):
        name, *values = part.split("=")
        if name.strip(SPACE).lower() == "samesite":
            value = values[0] if values else ""
            if value.strip(SPACE).lower() not in SAME_SITE:
                return True
    return False


def _is_open(domain: str) -> bool:
    """Tell whether a cookie may be set for a domain: nobody owns a public suffix."""
    if "." in domain and domain.rpartition(".")[2] in _RESERVED:
        return True
    return domain in _SPECIAL or registrable(domain, with_hosts=True) is not None


def _matches(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)
