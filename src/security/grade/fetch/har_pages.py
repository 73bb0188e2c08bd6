"""Which entries of a HAR file are visits of pages, and which redirects led there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from security.policy.errors import PolicyError, must_be, shown

from ..exchange import MAX_URL
from ..recorded import Unreadable

MAX_ENTRIES: Final = 100_000  # requests of one file; a long visit makes some thousand
MAX_REDIRECTS: Final = 30  # of one visit; browsers stop at twenty
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
HTML: Final = ("text/html", "application/xhtml+xml")
UNSAFE: Final = ("broken", "insecure")  # what Firefox says of a connection


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer; ``place`` is its number in the file."""

    place: int
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    content: Mapping[str, Any] = field(repr=False)
    is_known: bool  # to be a page, by the word of the browser
    is_trusted: bool
    onward: str | None  # where it redirects to

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def is_secure(self) -> bool:
        return urlsplit(self.url).scheme == "https"


@dataclass(frozen=True, slots=True)
class Visit:
    """A page at the end of ``hops``; ``plain`` is the way from http to it, if one was recorded."""

    hops: tuple[Entry, ...]
    plain: tuple[Entry, ...]


def entries(document: object) -> tuple[list[Entry], list[Unreadable]]:
    """
    Return the entries of a file that are pages or lead to one, and what is wrong with others.

    Raises ``PolicyError`` where there is no list of entries.
    """
    listed = _mapping(document, "log").get("entries")
    if not isinstance(listed, list):
        raise must_be("a list of requests", listed).within("log", "entries")
    if len(listed) > MAX_ENTRIES:
        wanted = f"a list of at most {MAX_ENTRIES:,} requests"
        raise must_be(wanted, f"{len(listed):,} of them").within("log", "entries")
    found: list[Entry] = []
    broken: list[Unreadable] = []
    opened: set[object] = set()  # pages of the file whose document is found
    for place, item in enumerate(listed):
        try:
            entry = _entry(place, item, opened)
        except PolicyError as error:
            broken.append(Unreadable(error.within("log", "entries", place).describe("HAR:")))
            continue
        if entry is not None:
            found.append(entry)
    return found, broken


def visits(found: Iterable[Entry]) -> Iterator[Visit | Unreadable]:
    """Join redirects to the pages that they lead to, in the order of the file."""
    ways = list(_ways(found))
    plain: dict[tuple[str, str], tuple[Entry, ...]] = {}
    for way in ways:
        if isinstance(way, tuple) and not way[0].is_secure:
            plain.setdefault((way[0].host, way[-1].url), way)
            plain.setdefault((way[0].host, ""), way)
    for way in ways:
        if isinstance(way, Unreadable):
            yield way
        elif way[0].is_secure:
            host, url = way[-1].host, way[-1].url
            yield Visit(way, plain.get((host, url)) or plain.get((host, "")) or ())
        else:
            yield Visit(way, way)


def _ways(found: Iterable[Entry]) -> Iterator[tuple[Entry, ...] | Unreadable]:
    awaited: dict[str, list[Entry]] = {}  # ways by the address that they lead to
    for entry in found:
        way = [*awaited.pop(entry.url, ()), entry]
        if entry.onward is None or len(way) > MAX_REDIRECTS:
            yield tuple(way)
        else:
            awaited[entry.onward] = way
    for way in awaited.values():
        if way[-1].is_known:
            yield Unreadable(f"HAR: where {way[0].url:.200} redirects to is not recorded.")


def _entry(place: int, item: object, opened: set[object]) -> Entry | None:
    """Return an entry, or ``None`` for what is no page and no answer of a site."""
    row = _mapping(item)
    request, response = _mapping(row, "request"), _mapping(row, "response")
    url = request.get("url")
    if not isinstance(url, str) or len(url) > MAX_URL or not _host(url):
        if isinstance(url, str) and not url.startswith(("http:", "https:")):
            return None  # blob:, data:, an extension's
        raise must_be("an address of http or https", url).within("request", "url")
    said = _said(request, row)
    if said is False or request.get("method") in ("OPTIONS", "HEAD"):
        return None
    status = response.get("status")
    if status == 0 and said:
        reason = response.get("_error") or "blocked, or not finished"
        raise PolicyError(f"has no answer of {url!a:.200}: {shown(reason)}.")
    if type(status) is not int:
        raise must_be("a status, from 100 to 999", status).within("response", "status")
    headers = _headers(response)
    names = {name.lower(): value for name, value in headers}
    if names.get("non-authoritative-reason") == "HSTS":
        return None  # the browser itself went on to https, without asking
    onward = _onward(url, status, response.get("redirectURL") or names.get("location"))
    if said is None and onward is None:
        page = row.get("pageref")
        page = page if isinstance(page, str) else None
        if not names.get("content-type", "").startswith(HTML) or page in opened:
            return None
        opened |= {page} - {None}
    return Entry(
        place=place,
        url=urldefrag(url).url,
        status=status,
        headers=headers,
        content=_mapping(response, "content"),
        is_known=said is True,
        is_trusted=row.get("_securityState") not in UNSAFE,
        onward=onward,
    )


def _said(request: Mapping[str, Any], row: Mapping[str, Any]) -> bool | None:
    """Return what the browser says: whether it asked for a page. Not all of them do."""
    for name, value in _headers(request):
        if name.lower() == "sec-fetch-dest":
            return value == "document"
    kind = row.get("_resourceType")
    return None if kind is None else kind == "document"


def _onward(url: str, status: int, place: object) -> str | None:
    if status not in REDIRECTS or not isinstance(place, str) or not place:
        return None
    try:
        onward = urldefrag(urljoin(url, place[:MAX_URL])).url
    except ValueError:
        return None
    return onward if _host(onward) else None


def _headers(message: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    listed = message.get("headers")
    if not isinstance(listed, list):
        raise must_be("a list of headers", listed).within("headers")
    pairs = []
    for place, item in enumerate(listed):
        name, value = (item.get("name"), item.get("value")) if isinstance(item, dict) else (0, 0)
        if not isinstance(name, str) or not isinstance(value, str):
            raise must_be("an object of a name and a value, both text", item).within(
                "headers", place
            )
        pairs.append((name, value))
    return tuple(pairs)


def _host(url: str) -> str:
    """Return the host of an address of http or https; empty for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""


def _mapping(value: object, name: str | None = None) -> Mapping[str, Any]:
    """Return an object, or the one in it by that name."""
    if not isinstance(value, dict):
        raise must_be("an object", value)
    if name is None:
        return value
    try:
        return _mapping(value.get(name))
    except PolicyError as error:
        raise error.within(name) from error
