"""Whether cookies reach only whom they are for, and browsers take them at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage

from security.policy.errors import shown

from .hosts import is_local
from .installed import CSRF, LOCALE, SESSIONS, installs
from .message import error, info, warning
from .project import is_readable

SESSIONS_APP: Final = "django.contrib.sessions"
HOST, SECURE = "__host-", "__secure-"  # browsers read them in any case. RFC 6265bis 4.1.3

PREFIX = error(
    "{setting} must be {what} for a cookie named {name} (got {got}).",
    hint="Browsers refuse the cookie otherwise. Write {setting} = {what}.",
    id="bulwark.E011",
)
NONE_WITHOUT_SECURE = error(
    "{cookie}_COOKIE_SECURE must be True beside {cookie}_COOKIE_SAMESITE = {same_site} "
    "(got {got}).",
    hint='Browsers refuse the cookie otherwise. Write {cookie}_COOKIE_SAMESITE = "Lax", or '
    "{cookie}_COOKIE_SECURE = True.",
    id="bulwark.E012",
)
NOT_SECURE = warning(
    "{cookie}_COOKIE_SECURE must be True (got {got}).",
    hint="Whoever listens to plain HTTP has the cookie. Write {cookie}_COOKIE_SECURE = True.",
    id="bulwark.W016",
)
NOT_HTTPONLY = warning(
    "SESSION_COOKIE_HTTPONLY must be True (got {got}).",
    hint="A script that was injected reads the cookie. Write SESSION_COOKIE_HTTPONLY = True.",
    id="bulwark.W017",
)
NOT_SAME_SITE = warning(
    "{cookie}_COOKIE_SAMESITE must be 'Lax' or 'Strict' (got {got}).",
    hint='Other sites send requests with the cookie. Write {cookie}_COOKIE_SAMESITE = "Lax"; '
    "silence this if other sites show yours in a frame.",
    id="bulwark.W018",
)
LANGUAGE = info(
    "The language cookie is sent without {lacking}.",
    hint='Write LANGUAGE_COOKIE_SECURE = True, LANGUAGE_COOKIE_SAMESITE = "Lax".',
    id="bulwark.W019",
)
DOMAIN = warning(
    "{cookie}_COOKIE_DOMAIN is {domain}, so every subdomain reads the {what}, and sets one of its "
    "own choice.",
    hint='Write {cookie}_COOKIE_DOMAIN = None, and {cookie}_COOKIE_NAME = "__Host-{short}", which '
    "no other host can set.",
    id="bulwark.W020",
)
WILDCARD = warning(
    "CSRF_TRUSTED_ORIGINS trusts {origin}: a form of whoever has one of these hosts is accepted.",
    hint='Name the hosts that send forms: CSRF_TRUSTED_ORIGINS = ["https://forms.example.com"].',
    id="bulwark.W021",
)
PLAIN = warning(
    "CSRF_TRUSTED_ORIGINS trusts {origin}, whose pages can be changed on their way.",
    hint='Write it with https: CSRF_TRUSTED_ORIGINS = ["https://{host}"].',
    id="bulwark.W022",
)


class Cookie(NamedTuple):
    """A cookie of Django's: the prefix of its settings, what it holds, whether it is sent."""

    prefix: str
    what: str
    short: str
    is_sent: Callable[[], bool]

    def setting(self, part: str) -> str:
        return f"{self.prefix}_COOKIE_{part}"

    def value(self, part: str) -> Any:
        return getattr(settings, self.setting(part))


COOKIES: Final = (
    Cookie("SESSION", "session", "sessionid", lambda: installs(SESSIONS)),
    Cookie(
        "CSRF", "CSRF token", "csrftoken", lambda: installs(CSRF) and not settings.CSRF_USE_SESSIONS
    ),
    Cookie("LANGUAGE", "language", "language", lambda: installs(LOCALE)),
)


def check_cookie_prefixes(**kwargs: Any) -> list[CheckMessage]:
    """Find cookies whose name promises what their attributes do not keep."""
    return [
        PREFIX.about(
            setting=cookie.setting(part),
            what=what,
            name=shown(cookie.value("NAME")),
            got=shown(cookie.value(part)),
        )
        for cookie in _sent()
        for part, what, is_kept in _promised(cookie.value("NAME").lower())
        if not is_kept(cookie.value(part))
    ]


def check_cross_site_cookies(**kwargs: Any) -> list[CheckMessage]:
    """Find cookies for other sites that are not for HTTPS only."""
    return [
        NONE_WITHOUT_SECURE.about(
            cookie=cookie.prefix,
            same_site=shown(cookie.value("SAMESITE")),
            got=shown(cookie.value("SECURE")),
        )
        for cookie in _sent()
        if _is_for_all_sites(cookie) and not cookie.value("SECURE")
    ]


def check_secure_cookies(**kwargs: Any) -> list[CheckMessage]:
    """Find cookies sent over plain HTTP, where a class of its own hides them from Django."""
    asked = {"SESSION": _is_asked_of_sessions(), "CSRF": CSRF in _paths()}
    return [
        NOT_SECURE.about(cookie=cookie.prefix, got=shown(cookie.value("SECURE")))
        for cookie in _sent()
        if not asked.get(cookie.prefix, True) and not cookie.value("SECURE")
    ]


def check_httponly_cookie(**kwargs: Any) -> list[CheckMessage]:
    """Find a session cookie that scripts read, where a class of its own hides it from Django."""
    return [
        NOT_HTTPONLY.about(got=shown(cookie.value("HTTPONLY")))
        for cookie in _sent()
        if cookie.prefix == "SESSION"
        and not cookie.value("HTTPONLY")
        and not _is_asked_of_sessions()
    ]


def check_same_site(**kwargs: Any) -> list[CheckMessage]:
    """Find cookies that come along with requests of other sites."""
    return [
        NOT_SAME_SITE.about(cookie=cookie.prefix, got=shown(cookie.value("SAMESITE")))
        for cookie in _sent()
        if cookie.prefix != "LANGUAGE"
        and (not cookie.value("SAMESITE") or _is_for_all_sites(cookie))
    ]


def check_language_cookie(**kwargs: Any) -> list[CheckMessage]:
    """Say what the cookie of ``set_language`` lacks."""
    return [
        LANGUAGE.about(lacking=" and ".join(lacking))
        for cookie in _sent()
        if cookie.prefix == "LANGUAGE"
        and (
            lacking := [
                name
                for part, name in (("SECURE", "Secure"), ("SAMESITE", "SameSite"))
                if not cookie.value(part)
            ]
        )
    ]


def check_cookie_domains(**kwargs: Any) -> list[CheckMessage]:
    """Find cookies that subdomains share: with sessions, one can be given to a visitor."""
    return [
        DOMAIN.about(
            cookie=cookie.prefix,
            domain=shown(cookie.value("DOMAIN")),
            what=cookie.what,
            short=cookie.short,
        )
        for cookie in _sent()
        if cookie.prefix != "LANGUAGE" and cookie.value("DOMAIN")
    ]


def check_trusted_wildcards(**kwargs: Any) -> list[CheckMessage]:
    """Find origins of any subdomain whose forms are accepted."""
    return [WILDCARD.about(origin=shown(origin)) for origin in _origins() if "*" in origin]


def check_trusted_schemes(**kwargs: Any) -> list[CheckMessage]:
    """Find origins over plain HTTP whose forms are accepted."""
    found = ((origin, _host(origin)) for origin in _origins() if origin.startswith("http://"))
    return [
        PLAIN.about(origin=shown(origin), host=ascii(host)[1:-1])
        for origin, host in found
        if not is_local(host)
    ]


def _paths() -> list[str]:
    return list(settings.MIDDLEWARE) if is_readable() else []


def _sent() -> Iterator[Cookie]:
    if is_readable():
        yield from (cookie for cookie in COOKIES if cookie.is_sent())


def _origins() -> list[str]:
    return sorted(settings.CSRF_TRUSTED_ORIGINS) if is_readable() and installs(CSRF) else []


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:  # a bracket without the other
        return ""


def _promised(name: str) -> Iterator[tuple[str, str, Callable[[Any], bool]]]:
    if name.startswith((HOST, SECURE)):
        yield "SECURE", "True", bool
    if name.startswith(HOST):
        yield "PATH", '"/"', lambda path: path == "/"
        yield "DOMAIN", "None", lambda domain: not domain


def _is_for_all_sites(cookie: Cookie) -> bool:
    return str(cookie.value("SAMESITE") or "").lower() == "none"


def _is_asked_of_sessions() -> bool:
    """Tell whether Django's own checks ask about the cookie of sessions."""
    return apps.is_installed(SESSIONS_APP) or SESSIONS in _paths()
