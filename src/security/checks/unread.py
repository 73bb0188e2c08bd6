"""Settings that are there, and that nothing in ``MIDDLEWARE`` reads."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.checks import CheckMessage

from security.conf import conf, declared
from security.middleware._run import HeaderMiddleware

from .installed import (
    DJANGO_FRAMES,
    DJANGOSECURE,
    EXPIRY,
    OUR_CSP,
    OUR_FRAMES,
    OUR_HSTS,
    OUR_REFERRER,
    OURS,
    imported,
    installs,
)
from .message import warning
from .project import is_readable
from .throttling import BACKEND, HERE, counting_backends

# What no middleware but one of ours reads.
_OWN: Final = (
    "SECURITY_PRESET",
    "SECURITY_ROUTES",
    "SECURITY_CSP_CALLABLE",
    "SECURITY_CSP_ROLLOUT",
)
_LOGIN: Final = "security.middleware.LoginRequiredMiddleware"
_NO_CACHING: Final = "security.middleware.NoConfidentialCachingMiddleware"
_CLEARING: Final = "security.middleware.ClearSiteDataMiddleware"
_P3P: Final = "security.middleware.P3PPolicyMiddleware"
_XSS: Final = "security.middleware.XssProtectMiddleware"


class Documented(NamedTuple):
    """
    Documented settings, and the middlewares that read them.

    ``instead`` says the same to ``SecurityMiddleware``, where that reads another setting.
    """

    names: tuple[str, ...]
    readers: tuple[str, ...]
    instead: str = ""


DOCUMENTED: Final = (
    Documented(
        ("CSP_DICT", "CSP_STRING", "CSP_REPORT_DICT", "CSP_REPORT_STRING"),
        (OUR_CSP,),
        "SECURE_CSP = {...}",
    ),
    Documented(
        ("STS_MAX_AGE", "STS_INCLUDE_SUBDOMAINS", "STS_PRELOAD"),
        (OUR_HSTS,),
        "SECURE_HSTS_SECONDS = 31_536_000",
    ),
    Documented(("REFERRER_POLICY",), (OUR_REFERRER,), 'SECURE_REFERRER_POLICY = "same-origin"'),
    Documented(("SECURE_FRAME_DENY",), (DJANGOSECURE,), 'X_FRAME_OPTIONS = "DENY"'),
    Documented(("SECURE_BROWSER_XSS_FILTER",), (DJANGOSECURE,), 'XSS_PROTECT = "on"'),
    Documented(("XSS_PROTECT",), (OURS, _XSS)),
    Documented(("X_FRAME_OPTIONS_EXCLUDE_URLS",), (OURS, OUR_FRAMES)),
    Documented(("NO_CONFIDENTIAL_CACHING",), (OURS, _NO_CACHING)),
    Documented(("CLEAR_SITE_DATA_URL_WHITELIST",), (OURS, _CLEARING)),
    Documented(("P3P_COMPACT_POLICY",), (OURS, _P3P)),
    Documented(("LOGIN_EXEMPT_URLS", "SECURITY_LOGIN_EXEMPT_NAMES"), (_LOGIN,)),
    Documented(
        (
            "SESSION_INACTIVITY_TIMEOUT",
            "SESSION_EXPIRY_EXEMPT_URLS",
            "SECURITY_SESSION_LIMITS",
            "SECURITY_SESSION_PASSIVE_NAMES",
        ),
        (EXPIRY,),
    ),
    Documented(("AUTHENTICATION_THROTTLING",), HERE),
)

UNREAD = warning(
    "MIDDLEWARE has {lack}, so {names} {do} nothing.", hint="{hint}", id="bulwark.W037"
)


def check_unread(**kwargs: Any) -> list[CheckMessage]:
    """Find settings of ours, and documented ones, for which no middleware is there."""
    if not is_readable():
        return []
    found = []
    if own := _own():
        found.append(_unread("none of this package", own, f'Write MIDDLEWARE.insert(0, "{OURS}").'))
    for names, hint in _documented():
        found.append(
            _unread(f"nothing that reads {'it' if len(names) == 1 else 'them'}", names, hint)
        )
    return found


def _own() -> list[str]:
    if any(map(_is_one_of_ours, settings.MIDDLEWARE)):
        return []
    own = [name for name, one in declared().items() if one.header and name.startswith("SECURITY_")]
    return [name for name in (*_OWN, *own) if conf.is_set(name) and getattr(conf, name)]


def _documented() -> Iterator[tuple[list[str], str]]:
    for names, readers, instead in DOCUMENTED:
        idle = [name for name in names if conf.is_set(name) and getattr(settings, name)]
        if not idle or installs(*readers) or _is_done(names[0]):
            continue
        if idle := [name for name in idle if not _is_read_by_others(name)]:
            yield idle, _hint(readers[0], instead)


def _is_done(name: str) -> bool:
    """Tell whether something else than a middleware of ours does what the setting asks for."""
    if name == "AUTHENTICATION_THROTTLING":
        return bool(counting_backends())
    if name == "SECURE_FRAME_DENY":
        denies = str(conf.X_FRAME_OPTIONS) == "DENY"
        return denies and installs(OURS, OUR_FRAMES, DJANGO_FRAMES)
    return False


def _is_read_by_others(name: str) -> bool:
    """Tell whether the module of another middleware has the name: one of the project's own."""
    return any(name in source for source in _sources(settings.MIDDLEWARE))


def _sources(middleware: Iterable[str]) -> tuple[str, ...]:
    """Return the text of the modules that are neither Django's nor ours."""
    found = []
    for path in middleware:
        for base in getattr(imported(path), "__mro__", ()):
            if base.__module__.partition(".")[0] not in {"django", "security", "djangosecure"}:
                try:
                    found.append(inspect.getsource(inspect.getmodule(base) or base))
                except (OSError, TypeError):  # built in, or a module without a file
                    continue
    return tuple(found)


def _hint(reader: str, instead: str) -> str:
    if reader == OURS:
        return f'Write MIDDLEWARE.insert(0, "{OURS}").'
    if reader == HERE[0]:
        return (
            f'Write MIDDLEWARE.append("{reader}") and AUTHENTICATION_BACKENDS.insert(0, '
            f'"{BACKEND}").'
        )
    add = f'Write MIDDLEWARE.append("{reader}")'
    return f"{add}, or {instead} for SecurityMiddleware." if instead else f"{add}."


def _unread(lack: str, names: list[str], hint: str) -> CheckMessage:
    do = "does" if len(names) == 1 else "do"
    return UNREAD.about(lack=lack, names=" and ".join(names), do=do, hint=hint)


def _is_one_of_ours(path: str) -> bool:
    found = imported(path)
    return found is not None and issubclass(found, HeaderMiddleware)
