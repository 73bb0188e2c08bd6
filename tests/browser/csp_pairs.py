"""Policies beside requests, by topic: what Chromium and ``security.policy.csp.match`` decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from tests.browser.csp_frames import Frame

from security.policy.csp.match import Request, hashes_of

HTTP, HTTPS = "http://page.test", "https://page.test"
TEXT = "window.ran = 1"
LINK = "javascript:window.ran=1"
STYLE = "a { color: red }"
HASH = hashes_of(TEXT)[0]

# What each action of a frame is a request of.
DIRECTIVES: Final = {
    "img": "img-src",
    "audio": "media-src",
    "fetch": "connect-src",
    "xhr": "connect-src",
    "socket": "connect-src",
    "events": "connect-src",
    "beacon": "connect-src",
    "font": "font-src",
    "worker": "worker-src",
    "blob": "worker-src",
    "added": "script-src-elem",
    "typed": "script-src-elem",
    "styled": "style-src-elem",
    "eval": "script-src",
    "wasm": "script-src",
    "form": "form-action",
    "inner": "frame-src",
    "prefetch": "default-src",
}
WORDS: Final = {"typed": "inline", "styled": "inline", "eval": "eval", "wasm": "wasm-eval"}


@dataclass(frozen=True, slots=True)
class Pair:
    """
    A policy, one request under it, and how a page makes that.

    ``reported`` is how the violation names the URL. ``url`` of the request is where a redirect
    leads to, in which case the violation names where it came from.
    """

    site: str
    policy: str
    request: Request
    reported: str
    html: str = ""
    action: tuple[str, str] | None = None

    @property
    def violation(self) -> tuple[str, str]:
        return self.request.directive, self.reported


def acts(site: str, policy: str, what: str, url: str) -> Pair:
    """Return the pair of something that a script of the page does."""
    word = WORDS.get(what)
    asked = word or ("blob:" + site if what == "blob" else url)
    asked = site + asked if asked.startswith("/") else asked
    reported = word or ("blob" if asked.startswith("blob:") else asked)
    if what == "inner":
        reported = framed(site, asked)
    if what == "form":
        reported += "?"
    request = Request(
        DIRECTIVES[what],
        asked,
        site,
        hashes=(HASH,) if url == TEXT else hashes_of(STYLE) if url == STYLE else (),
        parser_inserted=what not in {"added", "typed"},
    )
    return Pair(site, policy, request, reported, action=(what, url))


def framed(site: str, url: str) -> str:
    """Return how a violation names a document in a frame: of another origin nothing else."""
    origin = "/".join(url.split("/")[:3])
    return url if origin == site else origin


def stands(policy: str, html: str, request: Request, reported: str | None = None) -> Pair:
    """Return the pair of something that stands in the page."""
    return Pair(HTTP, policy, request, reported or request.url, html=html)


def frames(pairs: Iterable[Pair]) -> Iterator[tuple[Frame, list[Pair]]]:
    """Put pairs of one policy into one frame, as long as their violations can be told apart."""
    shared: dict[tuple[str, str], list[list[Pair]]] = {}
    for pair in pairs:
        rows = shared.setdefault((pair.site, pair.policy), [])
        for row in rows:
            alone = pair.request.directive == "base-uri"  # only the first of a page counts
            if not alone and pair.violation not in {one.violation for one in row}:
                row.append(pair)
                break
        else:
            rows.append([pair])
    for (site, policy), rows in shared.items():
        for row in rows:
            html = "".join(pair.html for pair in row)
            actions = tuple(pair.action for pair in row if pair.action)
            yield Frame(site, policy, html, actions), row


def _images(site: str, sources: Iterable[str], urls: Iterable[str]) -> Iterator[Pair]:
    for source, url in product(sources, urls):
        yield acts(site, f"img-src {source}", "img", url)


def _hosts() -> Iterator[Pair]:
    urls = [
        *("http://a.test/x.svg", "http://b.a.test/x.svg", "http://c.b.a.test/x.svg"),
        *("http://ba.test/x.svg", "http://page.test/x.svg", "http://127.0.0.1/x.svg"),
        "http://u_v.test/x.svg",
    ]
    sources = [
        *("a.test", "A.TEST", "*.a.test", "*.test", "*", "http://*", "*.*.test", "*a.test"),
        *("a.test.", "b.*.test", "127.0.0.1", "[::1]", "u_v.test", "a.test:80/", "//a.test"),
        *("'self'", "self", "'SELF'", "'none'", "'none' a.test", "'none' 'none'", ""),
        *("user@a.test", "a.test?x", "a.test/?x", "a.test/#x", "a..test", "-a.test *.a.test"),
    ]
    return _images(HTTP, sources, urls)


def _ports() -> Iterator[Pair]:
    urls = ["http://a.test/x.svg", "http://a.test:8080/x.svg", "https://a.test/x.svg"]
    urls += ["https://a.test:8443/x.svg"]
    sources = [
        *("a.test", "a.test:80", "a.test:080", "a.test:443", "a.test:8080", "a.test:*", "*:8080"),
        *("http://a.test", "http://a.test:80", "http://a.test:443", "http://a.test:8443"),
        *("https://a.test", "https://a.test:80", "https://a.test:*", "http://a.test:*"),
        *("a.test:99999", "a.test:", "a.test:x", "*:*", "https://*:8443"),
    ]
    yield from _images(HTTP, sources, urls)
    yield from _images(HTTPS, sources, urls[2:])


def _schemes() -> Iterator[Pair]:
    data = "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'/%3E"
    sources = ["*", "http:", "https:", "HTTPS:", "data:", "blob:", "'self'", "ws:", "wss:"]
    for source in sources:
        yield acts(HTTP, f"img-src {source}", "img", "https://a.test/x.svg")
        yield acts(HTTP, f"img-src {source}", "img", "http://a.test/x.svg")
        pair = acts(HTTP, f"img-src {source}", "img", data)
        yield Pair(HTTP, pair.policy, pair.request, "data", action=pair.action)
    socket = ["ws://a.test/", "wss://a.test/", "ws://page.test/", "wss://page.test/"]
    socket += ["wss://page.test:8443/", "ws://page.test:8080/"]
    sources = ["*", "http:", "https:", "ws:", "wss:", "'self'", "a.test", "http://a.test"]
    sources += ["https://a.test", "ws://a.test", "wss://a.test", "a.test:443", "page.test"]
    sources += ["ws://a.test:80", "ws://a.test:443", "wss://a.test:80", "ws://page.test:*"]
    for source, url in product(sources, socket):
        yield acts(HTTP, f"connect-src {source}", "socket", url)
        if url.startswith("wss:"):
            yield acts(HTTPS, f"connect-src {source}", "socket", url)
    for source, url in product(("'self'", "page.test"), ("https://page.test", "http://page.test")):
        yield acts(HTTP, f"connect-src {source}", "fetch", url + "/1")
        yield acts(HTTP, f"connect-src {source}", "fetch", url + ":8080/1")
        yield acts(HTTPS, f"connect-src {source}", "fetch", "https://page.test:8443/1")


def _paths() -> Iterator[Pair]:
    urls = ["/", "/d", "/d/", "/d/x.svg", "/d/e/x.svg", "/D/x.svg", "/d%2Fx.svg", "/%64/x.svg"]
    urls += ["/d/x.svg?q", "/%FF/x.svg", "/%C3%A9/x.svg", "/d%3Fx.svg"]
    paths = ["", "/", "/d", "/d/", "/d/x.svg", "/%64/x.svg", "/d%2Fx.svg", "/d/?q", "/%FF/"]
    paths += ["/%C3%A9/x.svg", "/d/e/", "//", "/d%3Fx.svg", "/%zz/"]
    return _images(HTTP, (f"a.test{path}" for path in paths), (f"http://a.test{u}" for u in urls))


def _redirects() -> Iterator[Pair]:
    start = "http://a.test/r?to="
    for policy, to in product(
        ("a.test", "a.test b.test", "a.test/r b.test/other/", "a.test/r b.test:8080", "*"),
        ("http://b.test/x.svg", "http://b.test:8080/x.svg"),
    ):
        request = Request("img-src", to, HTTP, redirected=True)
        yield Pair(HTTP, f"img-src {policy}", request, start + to, action=("img", start + to))


def _fallbacks() -> Iterator[Pair]:
    asked = [("img", "http://a.test/x.svg"), ("font", "http://a.test/f"), ("blob", "")]
    asked += [("audio", "http://a.test/m"), ("fetch", "http://a.test/c"), ("worker", "/w.js")]
    asked += [("added", "http://a.test/s.js"), ("inner", "http://a.test/i.html")]
    asked += [("form", "http://a.test/p"), ("prefetch", "http://a.test/h"), ("events", "/e")]
    asked += [("xhr", "http://a.test/y"), ("beacon", "http://a.test/b"), ("eval", "")]
    for policy in (
        "default-src 'none'",
        "default-src 'self'; img-src a.test",
        "default-src a.test; script-src 'none'; child-src blob:",
        "default-src 'none'; child-src 'self' a.test",
        "default-src 'none'; script-src 'self' 'unsafe-eval'; worker-src blob:",
        "default-src a.test; frame-src 'self'; script-src-elem 'self'",
        "script-src-elem a.test; style-src 'none'",
        "form-action 'self'; default-src *",
        "img-src 'none'; img-src *; DEFAULT-SRC a.test",
        "default-src 'strict-dynamic' a.test",
        "worker-src 'strict-dynamic'; script-src 'none'",
        "upgrade-insecure; font-src\ta.test ; ; connect-src",
        "default-src 'none', img-src *",
        "img-src a.test, default-src a.test blob:, connect-src 'self'",
    ):
        for what, url in asked:
            yield acts(HTTP, policy, what, url)


def _others() -> Iterator[Pair]:
    for sources in ("'none'", "'self'", "a.test", "a.test/b/", "https:", "data:", "*"):
        for url in ("http://a.test/", "http://a.test/b/", "http://page.test/", "https://c.test/"):
            ask = Request("base-uri", url, HTTP)
            yield stands(f"base-uri {sources}", f"<base href={url}>", ask)
            yield acts(HTTP, f"form-action {sources}", "form", url)
            yield acts(HTTP, f"frame-src {sources}", "inner", url)
            ask = Request("object-src", url, HTTP)
            yield stands(
                f"object-src {sources}",
                f"<object data={url}></object>",
                ask,
                framed(HTTP, url),
            )


TOPICS: Final = {
    "hosts": _hosts,
    "ports": _ports,
    "schemes": _schemes,
    "paths": _paths,
    "redirects": _redirects,
    "fallbacks": _fallbacks,
    "other directives": _others,
}
