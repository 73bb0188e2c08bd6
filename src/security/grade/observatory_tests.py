"""The tests of MDN HTTP Observatory, algorithm 6, but for the policy: an exchange in, an id out."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import Final
from urllib.parse import urlsplit

from . import cookies
from .exchange import Exchange, Reply
from .javascript import SPACE, integer
from .page import HTML, Page, Script
from .suffixes import registrable

ORIGIN: Final = "https://http-observatory.security.mozilla.org"  # sent with the preflight
HALF_A_YEAR: Final = 15_552_000  # seconds; the shortest max-age without a penalty
IGNORED_COOKIES: Final = frozenset({"heroku-session-affinity"})

PRIVATE: Final = frozenset(
    {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
)
TELLING: Final = frozenset(
    {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
)
OPENER: Final = frozenset(
    {"same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none"}
)
EMBEDDER: Final = frozenset({"require-corp", "credentialless", "unsafe-none"})
RESOURCE: Final = frozenset({"same-origin", "same-site", "cross-origin"})

# A token with parameters of any type. RFC 9651 section 4.2.3.
_ITEM = re.compile(
    r" *+(?P<token>[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*+)"
    r"(?:; *+[a-z*][a-z0-9_.*-]*+(?:=(?:"
    r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*+"
    r"|%?\"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\"\\])*+\""
    r"|-?(?:[0-9]{1,12}\.[0-9]{1,3}(?![0-9])|[0-9]{1,15}+(?![0-9.]))"
    r"|@-?[0-9]{1,15}+(?![0-9.])"
    r"|\?[01]"
    r"|:[A-Za-z0-9+/=]*+:"
    r"))?+)*+ *+"
)


def transport(exchange: Exchange) -> str:
    """Judge Strict-Transport-Security."""
    if not exchange.is_secure:
        return "hsts-not-implemented-no-https"
    if exchange.preload(exchange.host):
        return "hsts-preloaded"
    if not exchange.is_trusted:
        return "hsts-invalid-cert"
    reply = exchange.response
    header = reply.value("strict-transport-security") if reply else None
    if header is None:
        return "hsts-not-implemented"
    header = header[:1024]  # characters that the tool looks at, here and below
    directives = [part.strip(SPACE).lower() for part in header.split(";")]
    ages = [part for part in directives if part.startswith("max-age=")]
    if "," in header or not ages:
        return "hsts-header-invalid"
    age = integer(ages[-1][8:128])
    if age is not None and age < HALF_A_YEAR:
        return "hsts-implemented-max-age-less-than-six-months"
    return "hsts-implemented-max-age-at-least-six-months"


def session_cookies(exchange: Exchange, reply: Reply, *, has_hsts: bool) -> str:
    """Judge all cookies that a jar accepts, by the worst of them."""
    lines = list(reply.lines("set-cookie"))
    jar = [
        cookie
        for cookie in cookies.accepted((*exchange.earlier_cookies, *lines), exchange.host)
        if cookie.name not in IGNORED_COOKIES
    ]
    if not jar:
        return "cookies-not-found"
    session = [cookie for cookie in jar if cookie.is_session]
    is_bare = any(not cookie.is_secure for cookie in jar)
    has_bare_session = any(not cookie.is_secure for cookie in session)
    shield = "-but-protected-by-hsts" if has_hsts else ""
    if has_bare_session and not has_hsts:
        return "cookies-session-without-secure-flag"
    if any(not cookie.is_http_only for cookie in session):
        return "cookies-session-without-httponly-flag"
    if any(cookie.is_anti_csrf and cookie.same_site is None for cookie in jar):
        return "cookies-anticsrf-without-samesite-flag"
    if any(map(cookies.has_odd_same_site, lines)) or any(
        cookie.same_site == "none" and not cookie.is_secure for cookie in jar
    ):
        return "cookies-samesite-flag-invalid"
    if has_bare_session:
        return "cookies-session-without-secure-flag-but-protected-by-hsts"
    if is_bare:
        return "cookies-without-secure-flag" + shield
    if any(cookie.same_site is None for cookie in jar):
        return "cookies-secure-with-httponly-sessions"
    return "cookies-secure-with-httponly-sessions-and-samesite"


def isolation(reply: Reply, kind: str, known: Container[str]) -> str:
    """Judge Cross-Origin-Opener-Policy or Cross-Origin-Embedder-Policy; without the prefix."""
    header = reply.value(f"cross-origin-{kind}-policy")
    if not header:
        return "not-implemented"
    item = _ITEM.fullmatch(header[:1024].strip(SPACE))
    if item is None or item["token"] not in known:
        return "header-invalid"
    return "implemented-with-" + item["token"]


def resource(reply: Reply) -> str:
    """Judge Cross-Origin-Resource-Policy."""
    value = (reply.value("cross-origin-resource-policy") or "")[:256].strip(SPACE).lower()
    if not value:
        return "corp-not-implemented"
    return f"corp-implemented-with-{value}" if value in RESOURCE else "corp-header-invalid"


def sharing(preflight: Reply | None) -> str:
    """Judge the answer to a preflight request from ``ORIGIN``."""
    prefix = "cross-origin-resource-sharing-"
    if preflight is None or not 200 <= preflight.status < 300:
        return prefix + "not-implemented"
    origin = preflight.value("access-control-allow-origin")
    if not origin:
        return prefix + "not-implemented"
    if origin[:256].strip(SPACE) == "*":
        return prefix + "implemented-with-public-access"
    credentials = preflight.value("access-control-allow-credentials") or ""
    if origin == ORIGIN and credentials.strip(SPACE).lower() == "true":
        return prefix + "implemented-with-universal-access"
    return prefix + "implemented-with-restricted-access"


def redirection(exchange: Exchange) -> str:
    """Judge the way from http."""
    if exchange.http is None:
        return "redirection-not-needed-no-http"
    if not exchange.http.is_trusted:
        return "redirection-invalid-cert"
    route = [_origin(hop.url) for hop in exchange.http.hops]
    if all(exchange.preload(host) for _, host in route):
        return "redirection-all-redirects-preloaded"
    if len(route) == 1:
        return "redirection-missing"
    if route[-1][0] != "https":
        return "redirection-not-to-https"
    if route[1][0] == "http":
        return "redirection-not-to-https-on-initial-redirection"
    if route[0][0] == "http" and route[1][0] == "https" and route[0][1] != route[1][1]:
        return "redirection-off-host-from-http"
    return "redirection-to-https"


def referrer(reply: Reply, page: Page) -> str:
    """Judge Referrer-Policy: the last known word of the header and of the meta tag."""
    header = reply.value("referrer-policy")
    if header is None and page.referrer is None:
        return "referrer-policy-not-implemented"
    text = ",".join(value for value in (header, page.referrer) if value)
    for word in reversed(text.lower().split(",")):
        policy = word.strip(SPACE)
        if policy in PRIVATE:
            return "referrer-policy-private"
        if policy in TELLING:
            return "referrer-policy-unsafe"
    return "referrer-policy-header-invalid"


def integrity(exchange: Exchange, media_type: str, page: Page) -> str:
    """Judge the scripts of the page."""
    if media_type and media_type not in HTML:
        return "sri-not-implemented-response-not-html"
    if not page.is_readable:
        return "html-not-parseable"
    if not page.scripts:
        return "sri-not-implemented-but-no-scripts-loaded"
    return _worst(_outcomes(exchange, page.scripts))


def nosniff(reply: Reply) -> str:
    """Judge X-Content-Type-Options."""
    value = reply.value("x-content-type-options")
    if not value:
        return "x-content-type-options-not-implemented"
    is_nosniff = value[:256].strip(SPACE).lower() == "nosniff"
    return "x-content-type-options-" + ("nosniff" if is_nosniff else "header-invalid")


def frames(reply: Reply, directives: Container[str]) -> str:
    """Judge X-Frame-Options, or ``frame-ancestors`` in its place."""
    if "frame-ancestors" in directives:
        return "x-frame-options-implemented-via-csp"
    header = reply.value("x-frame-options")
    if not header:
        return "x-frame-options-not-implemented"
    value = header[:1024].strip(SPACE).lower()
    if value in {"deny", "sameorigin"}:
        return "x-frame-options-sameorigin-or-deny"
    is_legacy = value.startswith("allow-from")
    return "x-frame-options-" + ("allow-from-origin" if is_legacy else "header-invalid")


def _origin(url: str) -> tuple[str, str]:
    """Return the scheme and the host of an address; empty where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _outcomes(exchange: Exchange, scripts: Iterable[Script]) -> set[tuple[bool, bool, bool]]:
    """Return what kinds of scripts there are: own or not, with integrity or not, secure or not."""
    outcomes: set[tuple[bool, bool, bool]] = set()
    for script in scripts:
        url = script.source
        if not url:
            continue
        if url.startswith(("http://", "https://")):
            is_own = is_same_site(url, exchange.host)
            outcomes.add((is_own, script.has_integrity, url.startswith("https://")))
        elif url.startswith("//") and url[2:3] not in {"", "/"}:
            outcomes.add((False, script.has_integrity, False))
        else:
            outcomes.add((True, script.has_integrity, exchange.is_secure))
    return outcomes


def is_same_site(url: str, host: str) -> bool:
    """Tell whether an absolute address has the registrable domain of ``host``."""
    other = _origin(url)[1]
    return other == host or registrable(other, with_hosts=False) == registrable(
        host, with_hosts=False
    )


def _worst(outcomes: set[tuple[bool, bool, bool]]) -> str:
    if (False, False, False) in outcomes:
        return "sri-not-implemented-and-external-scripts-not-loaded-securely"
    if (False, False, True) in outcomes:
        return "sri-not-implemented-but-external-scripts-loaded-securely"
    if (False, True, False) in outcomes:
        return "sri-implemented-but-external-scripts-not-loaded-securely"
    if (True, True, True) in outcomes:
        return "sri-implemented-and-all-scripts-loaded-securely"
    if (False, True, True) in outcomes:
        return "sri-implemented-and-external-scripts-loaded-securely"
    return "sri-not-implemented-but-all-scripts-loaded-from-secure-origin"
