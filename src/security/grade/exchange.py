"""
What was asked of a site and what it answered, as frozen values.

Whoever fetches, replays or reads a recording makes an ``Exchange``; nothing below knows how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeVar

from security.policy.errors import PolicyError, must_be

MAX_TARGET: Final = 2048  # characters of the name under which a result is printed
MAX_HOST: Final = 253  # characters. RFC 1035 section 2.3.4
MAX_URL: Final = 65_536  # characters; browsers and servers stop well before
MAX_CHAIN: Final = 32  # addresses of a redirect chain; scanners follow ten redirects
MAX_LINES: Final = 1000  # header lines of one answer; servers send under fifty
MAX_HEADERS: Final = 2_097_152  # characters of all header lines; browsers take 256 kB
MAX_BODY: Final = 8_388_608  # characters
MAX_PRELOAD: Final = 1000  # entries of a preload list that concern one site

# Of these the first line counts, by the rule of Node.js, with which the Observatory reads
# headers; the lines of any other are joined. https://nodejs.org/api/http.html#messageheaders
FIRST_LINE_COUNTS: Final = frozenset(
    {
        "age",
        "authorization",
        "content-length",
        "content-type",
        "etag",
        "expires",
        "from",
        "host",
        "if-modified-since",
        "if-unmodified-since",
        "last-modified",
        "location",
        "max-forwards",
        "proxy-authorization",
        "referer",
        "retry-after",
        "server",
        "user-agent",
    }
)

_T = TypeVar("_T")
_NO_LINES: Final[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. Blanks around a value are no part of it. RFC 9110 section 5.5."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    _named: Mapping[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named: dict[str, list[str]] = {}
        for name, value in self.headers:
            named.setdefault(name.lower(), []).append(value.strip(" \t\r\n"))
        object.__setattr__(self, "_named", named)

    def lines(self, name: str) -> Iterable[str]:
        """Return every line of a header, by its lower-case name, in the order sent."""
        return self._named.get(name, _NO_LINES)

    def value(self, name: str) -> str | None:
        """Return the lines of a header as one, or ``None`` where it is absent."""
        lines = self._named.get(name)
        if lines is None:
            return None
        if len(lines) == 1 or name in FIRST_LINE_COUNTS:
            return lines[0]
        return ", ".join(lines)

    @property
    def names(self) -> Set[str]:
        """The lower-case names of all headers."""
        return self._named.keys()

    def has(self, name: str) -> bool:
        """Tell whether a header was sent with any value but an empty one."""
        return any(self._named.get(name, _NO_LINES))


@dataclass(frozen=True, slots=True)
class Hop:
    """One address of a redirect chain, and the status it answered with."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Chain:
    """The session that starts at ``http://host/``, up to the answer that is no redirect."""

    hops: tuple[Hop, ...]
    is_trusted: bool = True  # every certificate on the way was


@dataclass(frozen=True, slots=True)
class Preload:
    """An entry of the browsers' HSTS preload list."""

    include_subdomains: bool
    mode: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    One site as a scanner sees it.

    ``response`` is the end of the https session, or of the http session where https does not
    answer; ``None`` where neither does. ``http`` is ``None`` where nothing answers on port 80.
    ``preflight`` answers OPTIONS with a foreign Origin. ``earlier_cookies`` are the Set-Cookie
    lines of redirects on the way to ``response``.
    """

    host: str
    response: Reply | None
    is_secure: bool = True
    is_trusted: bool = True
    http: Chain | None = None
    preflight: Reply | None = None
    preloads: Mapping[str, Preload] = field(default_factory=lambda: MappingProxyType({}))
    earlier_cookies: tuple[str, ...] = ()
    target: str = ""

    def __post_init__(self) -> None:
        if not self.target:
            object.__setattr__(self, "target", self.host)

    def preload(self, host: str) -> Preload | None:
        """Return the entry by which browsers ask ``host`` over https only, if there is one."""
        entry = self.preloads.get(host)
        if entry is not None and entry.mode == "force-https":
            return entry
        while "." in host:
            host = host.partition(".")[2]
            entry = self.preloads.get(host)
            if entry is not None and entry.mode == "force-https" and entry.include_subdomains:
                return entry
        return None


def from_recorded(data: object) -> Exchange:
    """
    Read one recorded ``input`` object, as ``json.loads`` returns it.

    Raises ``PolicyError``, whose ``path`` says where, for anything else and beyond each limit.
    Keys that are not known are passed over.
    """
    item = _mapping(data)
    is_secure = _at(item, "https", _flag)
    return Exchange(
        host=_at(item, "host", _host).lower(),
        response=_at(item, "response", _reply, optional=True),
        is_secure=is_secure,
        is_trusted=bool(_at(item, "https_cert_valid", _flag, optional=True)) and is_secure,
        http=_at(item, "http", _chain, optional=True),
        preflight=_at(item, "cors_preflight", _reply, optional=True),
        preloads=_at(item, "preload_list", _preloads, optional=True) or MappingProxyType({}),
        target=_at(item, "target", _target, optional=True) or "",
    )


def _at(
    item: Mapping[str, object], name: str, read: Callable[[Any], _T], *, optional: bool = False
) -> Any:
    value = item.get(name)
    if value is None and optional:
        return None
    try:
        return read(value)
    except PolicyError as error:
        raise error.within(name) from error


def _reply(value: object) -> Reply:
    item = _mapping(value)
    return Reply(
        status=_at(item, "status", _status),
        headers=_at(item, "headers", _headers),
        body=_at(item, "body", _body, optional=True) or "",
    )


def _chain(value: object) -> Chain:
    item = _mapping(value)
    hops = _at(item, "chain", _hops)
    return Chain(hops, _at(item, "cert_valid", _flag, optional=True) is not False)


def _hops(value: object) -> tuple[Hop, ...]:
    hops = []
    for place, hop in enumerate(_list(value, "addresses", MAX_CHAIN)):
        try:
            item = _mapping(hop)
            hops.append(Hop(_at(item, "url", _url), _at(item, "status", _status)))
        except PolicyError as error:
            raise error.within(place) from error
    return tuple(hops)


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    pairs = []
    size = 0
    for place, pair in enumerate(_list(value, "header lines", MAX_LINES)):
        if not isinstance(pair, list) or len(pair) != 2:
            raise must_be("a list of a name and a value", pair).within(place)
        name, text = pair
        if not isinstance(name, str) or not isinstance(text, str):
            raise must_be("a list of a name and a value, both text", pair).within(place)
        size += len(name) + len(text)
        pairs.append((name, text))
    if size > MAX_HEADERS:
        raise must_be(f"at most {MAX_HEADERS:,} characters long in all", f"{size:,} characters")
    return tuple(pairs)


def _preloads(value: object) -> Mapping[str, Preload]:
    item = _mapping(value)
    if len(item) > MAX_PRELOAD:
        raise must_be(f"of at most {MAX_PRELOAD:,} entries", f"{len(item):,} entries")
    entries = {}
    for host, entry in item.items():
        try:
            row = _mapping(entry)
            wide = _at(row, "includeSubDomains", _flag, optional=True)
            entries[host] = Preload(bool(wide), _at(row, "mode", _text, optional=True) or "")
        except PolicyError as error:
            raise error.within(host) from error
    return entries


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise must_be("an object", value)
    return value


def _list(value: object, what: str, limit: int) -> list[object]:
    if not isinstance(value, list):
        raise must_be(f"a list of {what}", value)
    if len(value) > limit:
        raise must_be(f"a list of at most {limit:,} {what}", f"{len(value):,} of them")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise must_be("true or false", value)
    return value


def _status(value: object) -> int:
    if type(value) is not int or not 100 <= value <= 999:
        raise must_be("a status, from 100 to 999", value)
    return value


def _text(value: object, limit: int = MAX_URL) -> str:
    if not isinstance(value, str):
        raise must_be("text", value)
    if len(value) > limit:
        raise must_be(f"at most {limit:,} characters long", f"{len(value):,} characters")
    return value


def _url(value: object) -> str:
    return _text(value, MAX_URL)


def _body(value: object) -> str:
    return _text(value, MAX_BODY)


def _target(value: object) -> str:
    return _text(value, MAX_TARGET)


def _host(value: object) -> str:
    host = _text(value, MAX_HOST)
    if not host:
        raise must_be("the name of a host", host)
    return host
