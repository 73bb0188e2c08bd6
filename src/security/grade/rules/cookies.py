"""Cookies: what the name promises, what the attributes keep, what a jar refuses. RFC 6265bis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .. import cookies as jar
from ..finding import Finding, Severity
from .subject import Rule, Subject

MAX_COOKIE: Final = 4096  # bytes of name and value that a jar keeps. RFC 6265bis section 5.6
MAX_NAMED: Final = 50  # cookies that are looked at; a jar keeps about that many of one site

_HEADER: Final = "Set-Cookie"
_DOCS: Final = "sessions.md"


def _finding(name: str, severity: Severity, message: str, hint: str) -> Finding:
    return Finding(f"cookies.{name}", severity, _HEADER, message, hint, _DOCS)


SESSION_NO_SECURE: Final = _finding(
    "session-no-secure",
    Severity.HIGH,
    "A session cookie travels over plain HTTP too, where anybody on the way takes it.",
    "Set SESSION_COOKIE_SECURE = True.",
)
NO_SECURE: Final = _finding(
    "no-secure",
    Severity.MEDIUM,
    "The cookie travels over plain HTTP too, where it can be read and replaced.",
    "Set CSRF_COOKIE_SECURE = True for Django's token, LANGUAGE_COOKIE_SECURE = True for its "
    "language, and secure=True where a view sets another.",
)
SESSION_NO_HTTPONLY: Final = _finding(
    "session-no-httponly",
    Severity.HIGH,
    "A script that gets into the page reads the session cookie.",
    "Set SESSION_COOKIE_HTTPONLY = True.",
)
NO_SAMESITE: Final = _finding(
    "no-samesite",
    Severity.LOW,
    "Browsers disagree about a cookie that does not say SameSite.",
    "Set SESSION_COOKIE_SAMESITE = 'Lax' and CSRF_COOKIE_SAMESITE = 'Lax', or samesite='Lax' "
    "where a view sets it.",
)
NONE_WITHOUT_SECURE: Final = _finding(
    "none-without-secure",
    Severity.MEDIUM,
    "Browsers refuse a cookie with SameSite=None and without Secure.",
    "Add Secure, or say SameSite=Lax.",
)
BROKEN_PREFIX: Final = _finding(
    "broken-prefix",
    Severity.HIGH,
    "Browsers refuse the cookie: __Secure- takes Secure, and __Host- takes Secure, Path=/ and no "
    "Domain.",
    "Set SESSION_COOKIE_SECURE = True, SESSION_COOKIE_PATH = '/' and SESSION_COOKIE_DOMAIN = None.",
)
NO_PREFIX: Final = _finding(
    "no-prefix",
    Severity.INFO,
    "A subdomain, or anybody on the way, may put another session cookie in its place.",
    "Set SESSION_COOKIE_NAME = '__Host-sessionid'.",
)
WIDE_SESSION: Final = _finding(
    "wide-session",
    Severity.MEDIUM,
    "Every subdomain receives the session cookie, and may set it.",
    "Set SESSION_COOKIE_DOMAIN = None.",
)
FOREIGN: Final = _finding(
    "foreign-domain",
    Severity.MEDIUM,
    "Browsers refuse the cookie: its Domain is not this host's.",
    "Set SESSION_COOKIE_DOMAIN and CSRF_COOKIE_DOMAIN to None.",
)
TOO_LARGE: Final = _finding(
    "too-large",
    Severity.MEDIUM,
    f"Browsers refuse a cookie of more than {MAX_COOKIE} bytes.",
    "Keep the session in the database or the cache: see SESSION_ENGINE.",
)


def cookies(subject: Subject) -> Iterator[Finding]:
    """Ask each cookie."""
    host = subject.exchange.host
    for cookie in subject.cookies[:MAX_NAMED]:
        for finding in (*_refused(cookie, host), *_weak(cookie)):
            yield finding.about(cookie.name)


def _refused(cookie: jar.Cookie, host: str) -> Iterator[Finding]:
    if not cookie.lives_up_to_its_prefix:
        yield BROKEN_PREFIX
    if cookie.same_site == "none" and not cookie.is_secure:
        yield NONE_WITHOUT_SECURE
    if cookie.domain and host != cookie.domain and not host.endswith("." + cookie.domain):
        yield FOREIGN
    if cookie.size > MAX_COOKIE:
        yield TOO_LARGE


def _weak(cookie: jar.Cookie) -> Iterator[Finding]:
    if not cookie.is_secure:
        yield SESSION_NO_SECURE if cookie.is_session else NO_SECURE
    if cookie.same_site is None:
        yield NO_SAMESITE
    if not cookie.is_session:
        return
    if not cookie.is_http_only:
        yield SESSION_NO_HTTPONLY
    if cookie.domain:
        yield WIDE_SESSION
    if not cookie.name.startswith(("__Host-", "__Secure-")):
        yield NO_PREFIX


RULES: Final[tuple[Rule, ...]] = (cookies,)
