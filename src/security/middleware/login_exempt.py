"""Who may go in without a login: by path, by URL name, or by a mark on the view."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

import django
from django.urls import ResolverMatch

from security.conf import conf

# A segment that a view, or a file system below it, may read as "one level up": also quoted once
# more, with a backslash, or with parameters behind it.
_CLIMBS = re.compile(
    r"(?:^|[/\\]|%(?:25)*(?:2f|5c))"
    r"(?:\.|%(?:25)*2e){1,2}"
    r"(?=[/\\;?#\0]|%(?:25)*(?:2f|5c|3b|3f|23|00)|$)",
    re.IGNORECASE,
)

# What Django marks with login_not_required since 5.1, for those before it.
MARKED_SINCE: Final = (5, 1)
_OPEN_VIEWS: Final = frozenset(
    f"django.contrib.auth.views.{name}"
    for name in (
        "LoginView",
        "PasswordResetView",
        "PasswordResetDoneView",
        "PasswordResetConfirmView",
        "PasswordResetCompleteView",
    )
)
_OPEN_METHOD: Final = ("django.contrib.admin.sites", "AdminSite.login")


def by_path(path: str) -> bool:
    """
    Tell whether ``LOGIN_EXEMPT_URLS`` covers a path, given with its leading slash.

    A path that climbs (``/public/../secret/``) is not covered: what it leads to is up to
    whatever reads it.
    """
    return conf.LOGIN_EXEMPT_URLS.covers(path) and _CLIMBS.search(path) is None


def by_name(match: ResolverMatch) -> str | None:
    """Return the entry of ``SECURITY_LOGIN_EXEMPT_NAMES`` that means this URL, if any does."""
    names = conf.SECURITY_LOGIN_EXEMPT_NAMES
    if not names:
        return None
    keys = [
        ":".join(match.namespaces[:depth]) + ":*" for depth in range(1, len(match.namespaces) + 1)
    ]
    if match.url_name is not None:
        keys.append(match.view_name)
    return next((key for key in keys if key in names), None)


def by_mark(view: Any) -> bool:
    """
    Tell whether a view is under ``login_not_required``.

    It counts where it stands as ``login_required = False`` on the view, or on what a
    ``partial`` calls. The views that Django itself marks since 5.1 are open before, too.
    """
    while True:
        marked = getattr(view, "login_required", None)
        if marked is not None:
            return marked is False
        if not isinstance(view, partial):
            return django.VERSION < MARKED_SINCE and _is_marked_later(view)
        view = view.func


def attribute(view: Any, name: str, default: Any) -> Any:
    """Return what a decorator left on a view, or on what a ``partial`` calls."""
    while not hasattr(view, name) and isinstance(view, partial):
        view = view.func
    return getattr(view, name, default)


def _is_marked_later(view: Any) -> bool:
    function = getattr(view, "__func__", None)
    if function is not None:
        return (function.__module__, function.__qualname__) == _OPEN_METHOD
    for each in getattr(getattr(view, "view_class", None), "__mro__", ()):
        if f"{each.__module__}.{each.__qualname__}" in _OPEN_VIEWS:
            return True
        if "dispatch" in vars(each):  # a subclass that overrides it loses the mark
            return False
    return False
