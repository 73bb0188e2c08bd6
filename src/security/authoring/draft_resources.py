"""
What one page loads, runs and sends to, read from its HTML.

What scripts do at run time is not in it. A ``<template>`` and a ``<noscript>`` count: what
stands in them may come to life. So does the HTML in ``srcdoc``, which has the same policy.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

from . import draft_css
from .draft_elements import LOADS, NAVIGATED, PRELOADS, RELATIONS
from .draft_found import Code, Found, Inline, Kind, Resource

MAX_DEPTH: Final = 2  # a srcdoc in a srcdoc; what is deeper is not read
MAX_SHOWN: Final = 40  # characters of the name of an attribute or an element

_RUNS = re.compile(
    r"(?:(?:application|text)/(?:x-)?(?:ecma|java)script|text/javascript1\.[0-5]"
    r"|text/(?:j|live)script|module|importmap|speculationrules)?",
    re.IGNORECASE | re.ASCII,
)  # HTML Standard, section 4.12.1
_CANDIDATE = re.compile(r"[\s,]*+(\S++)")
_DESCRIPTOR = re.compile(r"[^,(]*+(?:\([^)]*+\)?[^,(]*+)*+")
_REFRESH = re.compile(r"\s*[\d.]*[\s;,]*(?:url\s*=)?\s*['\"]?([^'\"]*)", re.IGNORECASE)
_DROPPED: Final = dict.fromkeys(map(ord, "\t\n\r"))  # URL Standard, section 4.4


@dataclass(frozen=True, slots=True)
class Page:
    """
    What a page needs, each once and in its order.

    ``links`` are absolute addresses that a click, a frame or a refresh leads to. ``hosts`` are
    those that the page prepares a connection to, without saying what for. ``policies`` counts
    policies in ``meta`` elements.
    """

    found: tuple[Found, ...]
    links: tuple[str, ...]
    hosts: tuple[str, ...]
    policies: int


def read_page(text: str, url: str, *, depth: int = 0) -> Page:
    """Read the HTML that stands at ``url``. Never raises; broken HTML is read as it goes."""
    reader = _Reader(url, depth)
    reader.feed(text)
    reader.close()
    reader.finish()
    links = (_absolute(reader.base, link) for link in reader.links)
    return Page(
        tuple(dict.fromkeys(map(reader.resolved, reader.found))),
        tuple(dict.fromkeys(link for link in links if link)),
        tuple(dict.fromkeys(_absolute(reader.base, host) for host in reader.hosts)),
        reader.policies,
    )


def read_css(text: str, url: str) -> tuple[Resource, ...]:
    """Return what the style sheet at ``url`` loads. Never raises."""
    found = (Resource(kind, _absolute(url, value)) for kind, value in draft_css.addresses(text))
    return tuple(dict.fromkeys(found))


def digest(code: str) -> str:
    """Return the source that lets through inline code. CSP3 section 6.7.2.3."""
    # The parser of a browser has made these line ends one. HTML Standard, section 13.2.3.5.
    text = code.replace("\r\n", "\n").replace("\r", "\n")
    hashed = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return f"'sha256-{base64.b64encode(hashed).decode()}'"


def _absolute(base: str, url: str) -> str:
    try:
        return urljoin(base, url.strip().translate(_DROPPED))
    except ValueError:  # such as "http://[": left as it is, for whoever asks for its host
        return url.strip()


class _Reader(HTMLParser):
    """Collects as it goes; addresses stay relative until the base is known."""

    def __init__(self, url: str, depth: int) -> None:
        super().__init__()
        self.url, self.base, self.depth = url, url, depth
        self.found: list[Found] = []
        self.links: list[str] = []
        self.hosts: list[str] = []
        self.policies = 0
        self._has_base = self._has_icon = False
        self._media: list[str] = []  # open <audio>, <picture> and <video>
        self._open: Code | None = None  # an inline script or style, with no text yet
        self._text: list[str] = []

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Take ``<![`` for what it is in HTML, a comment up to ``>``; the original may raise."""
        return self.parse_bogus_comment(i, report)

    def resolved(self, found: Found) -> Found:
        if isinstance(found, Code) or found.kind is Kind.BASE:
            return found
        return replace(found, url=_absolute(self.base, found.url))

    def finish(self) -> None:
        """A style that nobody closed counts; a script does not."""
        if self._open is not None and self._open.kind is Inline.STYLE:
            self._text.append(self.rawdata)  # what older releases of Python keep to themselves
            self.handle_endtag("style")
        if not self._has_icon and self.depth == 0:
            self.found.append(Resource(Kind.IMAGE, _absolute(self.url, "/favicon.ico")))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: dict[str, str] = {}
        for name, value in attrs:
            values.setdefault(name, value or "")  # of two by one name the first one counts
        nonce = bool(values.get("nonce"))
        match tag:
            case "script":
                self._script(values, nonce=nonce)
            case "style" if values.get("type", "").strip().lower() in {"", "text/css"}:
                self._open, self._text = Code(Inline.STYLE, "", "<style>", nonce), []
            case "link":
                self._link(values, nonce=nonce)
            case "base":
                self._base(values)
            case "meta":
                self._meta(values)
            case "form":
                if values.get("method", "").strip().lower() != "dialog":
                    self._add(Kind.FORM, values.get("action", "") or self.url)
            case "audio" | "picture" | "video":
                self._media.append(tag)
            case "source":
                in_picture = self._media[-1:] == ["picture"]
                self._add(Kind.IMAGE if in_picture else Kind.MEDIA, values.get("src", ""))
            case "input" if values.get("type", "").strip().lower() == "image":
                self._add(Kind.IMAGE, values.get("src", ""))
        self._attributes(tag, values)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Only a script of SVG may close itself; one of HTML with ``/>`` stays open."""
        self.handle_starttag(tag, attrs)
        if tag in {"script", "style"}:  # html.parser reads what follows as markup
            self._open = None

    def handle_endtag(self, tag: str) -> None:
        if tag in self._media:
            del self._media[self._media.index(tag) :]
        if self._open is None or tag not in {"script", "style"}:
            return
        code, text = self._open, "".join(self._text)
        self._open = None
        if text or code.kind is Inline.STYLE:  # an empty script never runs
            self.found.append(replace(code, source=digest(text)))
        if code.kind is Inline.STYLE:
            self._css(text)

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._text.append(data)

    def _add(self, kind: Kind, url: str, *, nonce: bool = False) -> None:
        if url.strip() and not url.strip().startswith("#") and not _is_script(url):
            self.found.append(Resource(kind, url, nonce))

    def _script(self, values: Mapping[str, str], *, nonce: bool) -> None:
        if not _RUNS.fullmatch(values.get("type", "").strip()):
            return  # a block of data
        names = [name for name in ("src", "href", "xlink:href") if name in values]
        if names:
            self._add(Kind.SCRIPT, values[names[0]], nonce=nonce)
        else:
            self._open, self._text = Code(Inline.SCRIPT, "", "<script>", nonce), []

    def _link(self, values: Mapping[str, str], *, nonce: bool) -> None:
        href = values.get("href", "")
        relations = values.get("rel", "").lower().split()
        for relation in relations:
            kind = RELATIONS.get(relation)
            if relation == "preload":
                kind = PRELOADS.get(values.get("as", "").strip().lower())
                self._srcset(values.get("imagesrcset", ""))
            if kind is not None:
                self._add(kind, href, nonce=nonce and kind in {Kind.SCRIPT, Kind.STYLE})
        self._has_icon |= "icon" in relations
        if {"preconnect", "dns-prefetch"}.intersection(relations) and href.strip():
            self.hosts.append(href)

    def _base(self, values: Mapping[str, str]) -> None:
        if "href" in values and not self._has_base:
            self._has_base = True
            self.base = _absolute(self.url, values["href"])
            self.found.append(Resource(Kind.BASE, self.base))

    def _meta(self, values: Mapping[str, str]) -> None:
        content = values.get("content", "")
        match values.get("http-equiv", "").strip().lower():
            case "refresh":
                if (target := _REFRESH.match(content)) and target[1].strip():
                    self.links.append(target[1])
            case "content-security-policy":
                self.policies += 1

    def _attributes(self, tag: str, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            where = f"{name[:MAX_SHOWN]} of <{tag[:MAX_SHOWN]}>"
            if kind := LOADS.get((tag, name)) or LOADS.get(("", name)):
                self._add(kind, value)
            if name == "ping":
                for url in value.split():
                    self._add(Kind.CONNECT, url)
            elif name == "srcset" and tag in {"img", "source"}:
                self._srcset(value)
            elif name == "style" and value.strip():
                self.found.append(Code(Inline.STYLE_ATTRIBUTE, digest(value), where))
                self._css(value)
            elif name.startswith("on") and name[2:].isalpha() and value.strip():
                self.found.append(Code(Inline.HANDLER, digest(value), where))
            elif name == "srcdoc" and self.depth < MAX_DEPTH:
                self._within(value)
            if _is_script(value) and _navigates(tag, name):
                self.found.append(Code(Inline.JAVASCRIPT_URL, digest(value), where))
        if tag in {"a", "area", "iframe", "frame"} and "download" not in values:
            name = "href" if tag in {"a", "area"} else "src"
            if values.get(name, "").strip() and not _is_script(values[name]):
                self.links.append(values[name])

    def _css(self, text: str) -> None:
        for kind, url in draft_css.addresses(text):
            self._add(kind, url)

    def _srcset(self, value: str) -> None:
        for url in _candidates(value):
            self._add(Kind.IMAGE, url)

    def _within(self, text: str) -> None:
        page = read_page(text, self.base, depth=self.depth + 1)
        self.found.extend(page.found)
        self.links.extend(page.links)


def _candidates(value: str) -> Iterator[str]:
    """Return the addresses of a ``srcset``. HTML Standard, section 4.8.4.3.9."""
    place = 0
    while match := _CANDIDATE.match(value, place):
        url = match[1].rstrip(",")
        if url:
            yield url
        place = match.end()
        if url == match[1] and (rest := _DESCRIPTOR.match(value, place)):
            place = rest.end()


def _navigates(tag: str, name: str) -> bool:
    navigated = {(tag, name), ("", name)} & NAVIGATED
    return bool(navigated) or LOADS.get((tag, name)) in {Kind.FRAME, Kind.OBJECT}


def _is_script(url: str) -> bool:
    """Tell whether a browser takes this for a ``javascript:`` URL."""
    cleaned = url.translate(_DROPPED).lstrip("".join(map(chr, range(33))))
    return cleaned[:11].lower() == "javascript:"
