"""Whether somebody who is sent to log in can do so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, get_resolver, get_script_prefix

from security.conf import Misconfigured, conf
from security.middleware import LoginRequiredMiddleware, login_exempt, login_url, routes
from security.policy.errors import did_you_mean, shown

from .installed import AUTHENTICATION, imported
from .project import is_readable

__all__ = ["check_login", "imported", "installed"]

DJANGOS: Final = "django.contrib.auth.middleware.LoginRequiredMiddleware"  # since 5.1


def installed() -> dict[str, bool]:
    """Return the paths in ``MIDDLEWARE`` that ask for a login, and whether each is ours."""
    found = {}
    for path in settings.MIDDLEWARE:
        middleware = imported(path)
        if middleware is not None and issubclass(middleware, LoginRequiredMiddleware):
            found[path] = True
        elif middleware is not None and descends(middleware, DJANGOS):
            found[path] = False
    return found


def descends(each: type, path: str) -> bool:
    """Tell whether a class is, or inherits, the one at a dotted path, which is not imported."""
    return any(f"{parent.__module__}.{parent.__qualname__}" == path for parent in each.__mro__)


def check_login(**kwargs: Any) -> list[CheckMessage]:
    """Find what keeps everybody out, and exempt names that open nothing."""
    guards = installed() if is_readable() else {}
    if not guards:
        return []
    ours = any(guards.values())
    closed = [closed_page(ours=one) for one in sorted(set(guards.values()))]
    found: list[CheckMessage] = [
        Error(message, hint=hint, id="bulwark.E004")
        for message, hint in dict.fromkeys((*misplaced(guards), *filter(None, closed)))
    ]
    return [*found, *(unknown_names() if ours else ())]


def misplaced(guards: dict[str, bool]) -> Iterator[tuple[str, str]]:
    """Yield what stands before the middleware that knows the user; Django asks for its own."""
    paths = list(settings.MIDDLEWARE)
    knows = [
        index
        for index, path in enumerate(paths)
        if (each := imported(path)) is not None and descends(each, AUTHENTICATION)
    ]
    for path, ours in guards.items():
        if ours and not any(index < paths.index(path) for index in knows):
            yield (
                f"{path} stands before AuthenticationMiddleware, so every request is an error.",
                f'Put "{AUTHENTICATION}" in front of it.',
            )


def closed_page(*, ours: bool) -> tuple[str, str] | None:
    """Return what is wrong with the login page, and what to do, if anything is."""
    try:
        login = login_url.address(conf.LOGIN_URL)
    except Misconfigured as error:
        return str(error.error.describe("LOGIN_URL")), str(error.error.hint)
    parts = urlsplit(login)
    host = split_domain_port(parts.netloc.lower())[0]
    if host and not validate_host(host, settings.ALLOWED_HOSTS):
        return None  # a page of another site
    prefix = get_script_prefix()
    path = f"/{unquote(parts.path).removeprefix(prefix).lstrip('/')}"
    try:
        match = get_resolver().resolve(path)
    except Resolver404:
        return (
            f"LOGIN_URL leads to {shown(login)}, where this project has no page.",
            "Write the name of the login page, or its full URL where another site has it.",
        )
    if login_exempt.by_mark(match.func):
        return None
    if ours and (
        not host
        or host in settings.ALLOWED_HOSTS
        or login_exempt.by_path(path)
        or login_exempt.by_name(match)
    ):
        return None
    return (
        f"The login page, {shown(login)}, needs a login itself.",
        "Put login_not_required on its view"
        + (", or write LOGIN_URL without a host." if ours else "."),
    )


def unknown_names() -> list[CheckMessage]:
    """Find exempt names that no URL of the project has."""
    known = set(routes.known_names())
    return [
        checks.Warning(
            f"SECURITY_LOGIN_EXEMPT_NAMES names {shown(name)}, and no URL has that name.",
            hint=did_you_mean(name, known)
            or 'Take a name from urls.py: SECURITY_LOGIN_EXEMPT_NAMES = ["shop:index"].',
            id="bulwark.W010",
        )
        for name in conf.SECURITY_LOGIN_EXEMPT_NAMES
        if name not in known
    ]
