"""What the proxies on the way say about a request: X-Forwarded-* and RFC 7239, from the right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NamedTuple

MAX_LIST = 2048  # characters from the end of X-Forwarded-*; forty hops and more
MAX_FORWARDED = 16_384  # characters from the end of Forwarded; a hop may quote a long host
SCHEMES: Final = frozenset({"http", "https"})

# RFC 7239 section 6: a port is digits, or a name of the proxy's own that begins with "_".
_PORT = r"(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]{1,80}))?"
_BRACKETED = re.compile(rf"\[([0-9A-Fa-f:.]{{2,45}})\]{_PORT}")
_IPV4 = re.compile(rf"([0-9.]{{7,15}}){_PORT}")
# Section 4: token "=" ( token / quoted-string ). Brackets and colons, which want quotes, are
# read without them too: proxies write them so.
_NAME = r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)="
_VALUE = r'(?:"((?:[^"\\]|\\.)*)"|([^\s",;]+))[ \t]*'
_PAIR = re.compile(_NAME + _VALUE, re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Hop(NamedTuple):
    """
    Who connected to a proxy, and how, in the words of that proxy.

    ``address`` is ``None`` where none can be read, ``proto`` where it is neither http nor https.
    """

    address: IPv4Address | IPv6Address | None
    proto: str | None


def x_forwarded(addresses: str, protos: str = "") -> Iterator[Hop]:
    """
    Yield the hops of X-Forwarded-For, the nearest first, with their X-Forwarded-Proto.

    Neither header has a standard; proxies append to both, or only the first one sets the
    second. So the values of both are paired from the right, where ours stand; a hop without
    a value of its own has the right-most.
    """
    schemes = [scheme_of(proto) for proto in _from_the_right(protos)]
    for index, hop in enumerate(_from_the_right(addresses)):
        yield Hop(address_of(hop), schemes[index if index < len(schemes) else 0])


def forwarded(header: str) -> Iterator[Hop]:
    """
    Yield the elements of Forwarded, the nearest first.

    They are read from the right: whatever a client wrote before our proxies added theirs,
    an open quote too, is not even looked at. RFC 7239 section 4. An element that is
    malformed or names a thing twice has neither address nor scheme.
    """
    for element in _elements(header):
        if element.strip(" \t"):  # an empty one is no element. RFC 9110 section 5.6.1.2
            yield _hop(element)


def address_of(hop: str) -> IPv4Address | IPv6Address | None:
    """
    Return the address of ``10.0.0.1:443``, ``[fd00::1]:443``, ``fd00::1`` and the like.

    One address is one value: without zone, and IPv4 where it is mapped to IPv6.
    """
    named = _BRACKETED.fullmatch(hop) or _IPV4.fullmatch(hop)
    try:
        address = ip_address(named[1] if named else hop)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.scope_id is not None:  # it means something on one machine only
            return IPv6Address(int(address))
    return address


def scheme_of(proto: str) -> str | None:
    """Return ``http`` or ``https``, in lower case, or ``None`` for anything else."""
    found = "" if len(proto) > MAX_LIST else proto.strip(" \t").lower()
    return found if found in SCHEMES else None


def _from_the_right(header: str) -> list[str]:
    """Split a list; what was cut off, and the entry that the cut went through, are not read."""
    entries = header[-MAX_LIST:].split(",")
    if len(header) > MAX_LIST:
        entries[0] = ""
    return [entry.strip(" \t") for entry in reversed(entries)]


def _elements(header: str) -> Iterator[str]:
    """Split at the commas outside of quotes, from the right, in linear time."""
    text = header[-MAX_FORWARDED:]
    end = here = len(text)
    comma = text.rfind(",")
    while True:
        if comma >= here:
            comma = text.rfind(",", 0, here)
        quote = text.rfind('"', 0, here)
        if quote > comma:  # the end of a quoted string: go on before its beginning
            here = _opening(text, quote)
            if here < 0:
                yield text[:end] if len(header) == len(text) else '"'
                return
            continue
        if comma < 0:
            if len(header) == len(text):
                yield text[:end]
            return
        yield text[comma + 1 : end]
        end = here = comma


def _opening(text: str, closing: int) -> int:
    """Return where the quoted string begins that ends at ``closing``, or -1."""
    quote = text.rfind('"', 0, closing)
    while quote > 0:
        before = quote
        while before and text[before - 1] == "\\":
            before -= 1
        if (quote - before) % 2 == 0:  # otherwise it is escaped
            break
        quote = text.rfind('"', 0, before)
    return quote


def _hop(element: str) -> Hop:
    found: dict[str, str] = {}
    for name, value in _pairs(element):
        if name in found:
            return Hop(None, None)
        found[name] = value
    return Hop(address_of(found.get("for", "")), scheme_of(found.get("proto", "")))


def _pairs(element: str) -> list[tuple[str, str]]:
    """Return the pairs of one element, names in lower case; none where one is malformed."""
    pairs, here = [], 0
    element = element.strip(" \t")
    while here < len(element):
        if element[here] == ";":  # a pair may be left out
            here += 1
            continue
        if (pair := _PAIR.match(element, here)) is None:
            return []
        name, quoted, bare = pair.groups()
        value = bare if quoted is None else _ESCAPED.sub(r"\1", quoted)
        pairs.append((name.lower(), value))
        here = pair.end()
        if here < len(element) and element[here] != ";":
            return []
    return pairs
