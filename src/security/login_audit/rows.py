"""From the URLs of the project to who may see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from security.checks.login import imported, installed
from security.conf import conf
from security.middleware import login_exempt, login_url
from security.policy.exemptions import Exemptions

from .decorated import guards
from .guard import Guard, Rank, anyone, login, unknown
from .paths import Entry, entries

_LITERAL = re.compile(r"\^?/?((?:[\w/-]|\\[-./])*)(.?)")


class Row(NamedTuple):
    """One URL, who may see it, and why. ``is_public`` also where we cannot know."""

    path: str
    name: str
    who: str
    why: str
    is_public: bool


def rows() -> Iterator[Row]:
    """Yield a row for every URL, then for files that are served in front of all of them."""
    middlewares = installed()
    found = list(entries())
    for entry in found:
        guard = _verdict(entry, middlewares)
        name = entry.match.view_name if entry.match.url_name is not None else ""
        yield _row(entry.path, name, guard)
    known = [entry.fixed for entry in found]
    for path, guard in _files(known, middlewares):
        yield _row(path, "", guard)


def _row(path: str, name: str, guard: Guard) -> Row:
    return Row(path, name, guard.who, guard.why, guard.rank <= Rank.UNKNOWN)


def _verdict(entry: Entry, middlewares: dict[str, bool]) -> Guard:
    """Return the strongest of what the middlewares and the view ask for."""
    own = guards(entry.match.func)
    strongest = max(own, key=lambda guard: guard.rank, default=anyone(""))
    gates = [_gate(entry, path, ours=ours) for path, ours in middlewares.items()]
    gate = max(gates, key=lambda guard: guard.rank, default=anyone(""))
    if strongest.rank >= Rank.LOGIN and strongest.rank > gate.rank:
        return strongest
    reasons = dict.fromkeys(guard.why for guard in (gate, strongest) if guard.why)
    why = "; ".join(reasons) or "no guard found"
    return max(gate, strongest, key=lambda guard: guard.rank)._replace(why=why)


def _gate(entry: Entry, middleware: str, *, ours: bool) -> Guard:
    """Return what one middleware asks of a visitor to this URL."""
    name = middleware.rpartition(".")[2]
    if login_exempt.by_mark(entry.match.func):
        return anyone("login_not_required")
    if not ours:
        return login(name)
    if key := login_exempt.by_name(entry.match):
        return anyone(f"SECURITY_LOGIN_EXEMPT_NAMES: {key}")
    if entry.sample is not None and entry.sample == _login_page():
        return anyone("the login page")
    for index, pattern in enumerate(conf.LOGIN_EXEMPT_URLS.patterns):
        if entry.sample is not None and conf.derived(_alone, pattern).covers(entry.sample):
            return anyone(f"LOGIN_EXEMPT_URLS[{index}]")
    for index, pattern in enumerate(conf.LOGIN_EXEMPT_URLS.patterns):
        if not entry.is_one and _may_meet(pattern, entry.fixed[1:]):
            return unknown(f"LOGIN_EXEMPT_URLS[{index}] may cover some of it")
    return login(name)


def _alone(pattern: str) -> Exemptions:
    return Exemptions((pattern,))


def _login_page() -> str | None:
    """Return the path of the login page, if it is one of ours."""
    try:
        parts = urlsplit(login_url.address(conf.LOGIN_URL))
    except ImproperlyConfigured:
        return None
    if parts.netloc and parts.hostname not in settings.ALLOWED_HOSTS:
        return None
    return parts.path


def _may_meet(pattern: str, fixed: str) -> bool:
    """Tell whether a pattern may cover some path that begins like this."""
    found = _LITERAL.match(pattern)
    literal = found[1].replace("\\", "") if found is not None else ""
    if found is None or "|" in pattern:
        literal = ""
    elif found[2] and found[2] in "?*{":
        literal = literal[:-1]
    return literal.startswith(fixed) or fixed.startswith(literal)


def _files(known: list[str], middlewares: dict[str, bool]) -> Iterator[tuple[str, Guard]]:
    """Yield the folders of files that no URL of the project stands for."""
    white = [path for path in settings.MIDDLEWARE if _is_whitenoise(path)]
    static = _local(settings.STATIC_URL)
    if static and static not in known:
        if white:
            yield static, _before(white[0], middlewares)
        elif settings.DEBUG and "django.contrib.staticfiles" in settings.INSTALLED_APPS:
            yield static, anyone("runserver serves them before any middleware")
        else:
            yield static, unknown("the web server decides")
    if white and getattr(settings, "WHITENOISE_ROOT", None):
        yield "/", _before(white[0], middlewares)._replace(why="WHITENOISE_ROOT")
    media = _local(settings.MEDIA_URL)
    if media and settings.MEDIA_ROOT and media not in known:
        yield media, unknown("the web server decides")


def _is_whitenoise(path: str) -> bool:
    middleware: Any = imported(path)
    return middleware is not None and any(
        each.__module__.partition(".")[0] == "whitenoise" for each in middleware.__mro__
    )


def _before(middleware: str, guarding: dict[str, bool]) -> Guard:
    """Return who gets files from a middleware: nobody is asked behind whom it stands."""
    order = list(settings.MIDDLEWARE)
    first = [path for path in guarding if order.index(path) < order.index(middleware)]
    if first:
        return login(first[0].rpartition(".")[2])
    return anyone("WhiteNoise serves them before any login")


def _local(address: str | None) -> str | None:
    """Return the path of a folder of files on this host, or ``None``."""
    if not address or urlsplit(str(address)).netloc or str(address) == "/":
        return None
    return f"/{str(address).strip('/')}/"
