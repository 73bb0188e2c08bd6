"""
The host and the path that CSP Evaluator sees in a source: those of ``https://`` and the source.

URL Standard, https://url.spec.whatwg.org/ sections 3.5 and 4.4, for the scheme https alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv6Address
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

MAX_PORT: Final = 65_535
MAX_ADDRESS: Final = 45  # characters of an IPv6 address, as long as it can be written
MAX_LABEL: Final = 63  # characters between two dots. RFC 1035 section 2.3.4
ANY: Final = "any_host"  # stands for the first "*" while the rest is read


class Place(NamedTuple):
    """
    Where a source points.

    With ``wildcard``, ``host`` starts with a dot and means every name that ends so. ``path``
    is ``/`` where the source has none.
    """

    host: str
    path: str = "/"
    wildcard: bool = False
    address: bool = False


NOWHERE: Final = Place("")

_QUOTED = re.compile(r"'[A-Za-z0-9+/=_-]*'")
_PLAIN = re.compile(
    r"(?:\w[+\w.-]*://)?(?P<wildcard>\*(?=\.))?"
    r"(?P<host>\.?(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*)(?::\*)?/?",
    re.ASCII,
)
_SCHEME = re.compile(r"\w[+\w.-]*://", re.ASCII)
_AUTHORITY_END = re.compile(r"[/?#\\]")
_PATH_END = re.compile(r"[?#]")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f#%/:<>?@\[\\\]^|\ufffd]")
_INVISIBLE = re.compile(r"[\xad\u034f\u180b-\u180f\u200b\u2060\u2064\ufe00-\ufe0f]")
_DOT = re.compile(r"(?:\.|%2e)", re.IGNORECASE)
_CONTROLS = "".join(map(chr, range(0x21)))
_NUMBERS = (
    (re.compile(r"0[xX]0*(?P<digits>[0-9A-Fa-f]*)"), 16),
    (re.compile(r"0+(?P<digits>[0-7]*)"), 8),
    (re.compile(r"(?P<digits>[1-9][0-9]*)"), 10),
)


def place(source: str) -> Place | None:
    """Return where a source points, ``None`` where no URL can have such a host."""
    if found := _PLAIN.fullmatch(source):
        host = found["host"]
        if host[0] != "." and "xn--" not in host:
            return Place(host)
        if found["wildcard"] and "xn--" not in host:
            return Place(host, wildcard=True)
    elif _QUOTED.fullmatch(source):
        return NOWHERE
    return _parsed(without_scheme(source).replace(":*", "", 1).replace("*", ANY, 1))


def without_scheme(source: str) -> str:
    """Return a source without its ``scheme://`` or ``//``."""
    found = _SCHEME.match(source)
    return source[found.end() if found else 0 :].removeprefix("//")


def by_suffix(urls: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Return the hosts of a table by each ending that starts at a dot, in the table's order."""
    found: dict[str, tuple[str, ...]] = {}
    for host in urls:
        for dot in re.finditer(r"\.", host):
            suffix = host[dot.start() :]
            found[suffix] = (*found.get(suffix, ()), host)
    return found


def known(
    place: Place, urls: Mapping[str, str], suffixes: Mapping[str, tuple[str, ...]]
) -> str | None:
    """Return the first host of a table of paths that a source covers."""
    hosts = suffixes.get(place.host, ()) if place.wildcard else (place.host,)
    for host in hosts:
        path = urls.get(host)
        if path is not None and (
            place.path in {"/", path} or (place.path[-1] == "/" and path.startswith(place.path))
        ):
            return host
    return None


def _parsed(rest: str) -> Place | None:
    rest = rest.rstrip(_CONTROLS).lstrip("/\\")
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    path = _path(_PATH_END.split(rest[len(authority) :], maxsplit=1)[0])
    _, _, address = authority.rpartition("@")
    bracket = address.find("]") + 1 if address[:1] == "[" else 0
    colon = address.find(":", bracket)
    host, port = (address, "") if colon < 0 else (address[:colon], address[colon + 1 :])
    if port and not _is_port(port):
        return None
    if bracket:
        return Place(host, path, address=True) if _is_ipv6(host) else None
    if (name := _domain(host)) is None:
        return None
    if _is_number(name.removesuffix(".").rpartition(".")[2]):
        return Place(name, path, address=True) if _is_ipv4(name) else None
    if name.startswith(f"{ANY}."):
        return Place(name.removeprefix(ANY), path, wildcard=True)
    return Place(name, path)


def _is_port(text: str) -> bool:
    digits = text.lstrip("0") or "0"
    return text.isascii() and text.isdigit() and len(digits) <= 5 and int(digits) <= MAX_PORT


def _domain(host: str) -> str | None:
    """
    Return a host name as the Domain Name System would be asked for it, or ``None``.

    Where it is not ASCII, this is near enough to UTS 46 for comparing with names that are.
    """
    name = host
    if "%" in name:
        name = unquote_to_bytes(name.encode(errors="replace")).decode(errors="replace")
    if not name.isascii():
        name = _INVISIBLE.sub("", unicodedata.normalize("NFKC", name)).replace("\u3002", ".")
    name = name.lower()
    if not name or _FORBIDDEN.search(name):
        return None
    return name if all(map(_is_label, name.split("."))) else None


def _is_label(label: str) -> bool:
    """Refuse what claims to be an international label and is not. RFC 3492."""
    if not label.startswith("xn--") or len(label) > MAX_LABEL or not label.isascii():
        return True
    try:
        name = label[4:].encode().decode("punycode")
    except UnicodeError:
        return False
    return name.isprintable() and not name.isascii()


def _is_number(part: str) -> bool:
    return (part.isascii() and part.isdigit()) or _number(part) is not None


def _is_ipv4(name: str) -> bool:
    numbers = [_number(part) for part in name.removesuffix(".").split(".", 5)]
    if len(numbers) > 4:
        return False
    *front, last = numbers
    return (
        last is not None
        and all(number is not None and number <= 255 for number in front)
        and last < 256 ** (4 - len(front))
    )


def _number(part: str) -> int | None:
    """Return a part of an IPv4 address, decimal, octal or hexadecimal; large ones as 2**32."""
    for pattern, base in _NUMBERS:
        if found := pattern.fullmatch(part):
            digits = found["digits"]
            return int(digits or "0", base) if len(digits) <= 11 else 2**32
    return None


def _is_ipv6(host: str) -> bool:
    inner = host[1:-1]
    if host[-1] != "]" or len(inner) > MAX_ADDRESS or "%" in inner or not inner.isascii():
        return False
    try:
        IPv6Address(inner)
    except AddressValueError:
        return False
    return True


def _path(text: str) -> str:
    """Return a path without its ``.`` and ``..``, and with all that a URL keeps as it is."""
    if not text or text == "/":
        return "/"
    kept: list[str] = []
    *front, last = _segments(text)
    for segment in front:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    return "/" + "".join(f"{one}/" for one in kept) + (last if last not in {".", ".."} else "")


def _segments(text: str) -> Iterator[str]:
    for segment in text.replace("\\", "/")[1:].split("/"):
        dots = _DOT.sub(".", segment)
        yield dots if dots in {".", ".."} else segment
