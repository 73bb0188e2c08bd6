"""Mark a view; read the marks once the URL is resolved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, update_wrapper
from itertools import count
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar, cast

from django.http import HttpRequest
from django.urls import Resolver404, resolve

V = TypeVar("V", bound=Callable[..., Any])

# One attribute for each decorator: method_decorator() copies attributes from one function to
# the next, so what stood in a single one would be replaced and not added to.
PREFIX = "_security_mark_"
_applied = count()

LOGGED_IN = "_security_logged_in"  # on a request: somebody logged in with it

UNATTENDED: Final = "security_unattended"  # on a view: see is_unattended()
_SENT: Final = frozenset({"POST", "OPTIONS"})
_ASKED: Final = "_security_unattended"  # on a request: the path that was asked about, the answer


class Marked(NamedTuple):
    """What one decorator left on a view. Of two, the outer was applied later."""

    number: int
    overrides: Mapping[str, Any]


class Mark:
    """
    What one decorator asks for: names of header settings to parsed values.

    Applied to a view it returns a marked twin; the view itself stays as it is. Marks add
    up, and for the same setting that of an outer decorator wins.
    """

    def __init__(self, overrides: Mapping[str, Any]) -> None:
        self.overrides = MappingProxyType(dict(overrides))

    def __call__(self, view: V) -> V:
        twin = update_wrapper(partial(view), view)
        number = next(_applied)
        setattr(twin, f"{PREFIX}{number}", Marked(number, self.overrides))
        return cast(V, twin)


def overrides_of(view: object) -> list[Mapping[str, Any]]:
    """Return what the decorators of a view ask for, that of the innermost first."""
    attributes: Mapping[str, Any] = getattr(view, "__dict__", {})
    found = [mark for name, mark in attributes.items() if name.startswith(PREFIX)]
    return [mark.overrides for mark in sorted(found, key=lambda mark: mark.number)]


def is_unattended(request: HttpRequest) -> bool:
    """
    Tell whether a browser sends the request by itself, as it does with reports.

    No user stands behind it: it needs no login, keeps no session alive, and follows no
    redirect. What counts is the mark of the view, looked up by the path as long as nobody
    has resolved it. Only POST and its preflight cost more than a comparison.
    """
    if request.method not in _SENT:
        return False
    if request.resolver_match is not None:
        return _is_marked(request.resolver_match.func)
    state, path = request.__dict__, request.path_info
    known = state.get(_ASKED)
    if known is None or known[0] != path:
        try:
            match = resolve(path, getattr(request, "urlconf", None))
        except Resolver404:
            known = (path, False)
        else:
            known = (path, _is_marked(match.func))
        state[_ASKED] = known
    return cast("bool", known[1])


def _is_marked(view: Any) -> bool:
    while isinstance(view, partial):
        if getattr(view, UNATTENDED, False) is True:
            return True
        view = view.func
    return getattr(view, UNATTENDED, False) is True
