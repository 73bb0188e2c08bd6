"""Mark a view; find the view of a request; read its marks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial, update_wrapper
from inspect import isawaitable
from itertools import count
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self, TypeVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, resolve
from django.utils.translation import get_language

from security.policy.caching import CacheControl, forbids_storing

V = TypeVar("V", bound=Callable[..., Any])

# One attribute for each decorator: method_decorator() copies attributes from one function to
# the next, so what stood in a single one would be replaced and not added to.
PREFIX = "_security_mark_"
_applied = count()

LOGGED_IN = "_security_logged_in"  # on a request: somebody logged in with it

UNATTENDED: Final = "security_unattended"  # on a view: see is_unattended()
_SENT: Final = frozenset({"POST", "OPTIONS"})
_FOUND: Final = "_security_match"  # on a request: what was looked up, and the match

FRAMES: Final = "X_FRAME_OPTIONS"
CACHES: Final = "SECURITY_CACHE_CONTROL"
TOLD: Final = frozenset({FRAMES, CACHES})  # overrides that a response is told of
EXEMPT: Final = "_frame_deny_exempt"  # on a response: the attribute of django-secure
KEPT_OUT: Final = "_security_kept_out"  # on a response: the Cache-Control that a mark put there


class Marked(NamedTuple):
    """What one decorator left on a view. Of two, the outer was applied later."""

    number: int
    overrides: Mapping[str, Any]


class Mark:
    """
    What one decorator asks for: names of header settings to parsed values.

    Applied to a view it returns a marked twin; the view itself stays as it is. Marks add
    up, and for the same setting that of an outer decorator wins. Every response of the view
    gets the attributes of ``carried``.
    """

    def __init__(
        self, overrides: Mapping[str, Any], carried: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        self.overrides = MappingProxyType(dict(overrides))
        self.carried = carried

    def __call__(self, view: V) -> V:
        is_told = self.carried or not TOLD.isdisjoint(self.overrides)
        twin = update_wrapper(Telling(self, view) if is_told else partial(view), view)
        number = next(_applied)
        setattr(twin, f"{PREFIX}{number}", Marked(number, self.overrides))
        return cast(V, twin)


class Telling(partial[Any]):
    """
    A marked view that tells its responses what cannot wait for a middleware of ours.

    They may come from a method or from a view that another one calls, where nobody looks
    for marks, and a cache may store them on the way.
    """

    __slots__ = ("mark",)  # not in __dict__, from which decorators copy
    mark: Mark

    def __new__(cls, mark: Mark, view: Callable[..., Any]) -> Self:
        twin = super().__new__(cls, view)
        twin.mark = mark
        return twin

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        answer = super().__call__(*args, **kwargs)
        return self._awaited(answer) if isawaitable(answer) else self._told(answer)

    async def _awaited(self, answer: Awaitable[Any]) -> Any:
        return self._told(await answer)

    def _told(self, response: Any) -> Any:
        if isinstance(response, HttpResponseBase):
            if FRAMES in self.mark.overrides:
                response.__dict__.pop(EXEMPT, None)
            if CACHES in self.mark.overrides:
                _keep_out(response, self.mark.overrides[CACHES])
            response.__dict__.update(self.mark.carried)
        return response


def _keep_out(response: HttpResponseBase, control: CacheControl | None) -> None:
    """Put a ``no-store`` on a response; take back what a decorator further in has put."""
    name, state = CacheControl.name, response.__dict__
    if KEPT_OUT in state and response.headers.get(name) == state.pop(KEPT_OUT):
        del response.headers[name]
    if control is None or not control.forbids_storing:
        return
    if not forbids_storing(response.headers.get(name)):
        response.headers[name] = state[KEPT_OUT] = str(control)


def marks_of(view: object) -> list[Marked]:
    """Return what decorators left on a view or a method, that of the innermost first."""
    attributes: Mapping[str, Any] = getattr(view, "__dict__", {})
    return sorted(mark for name, mark in attributes.items() if name.startswith(PREFIX))


def overrides_of(view: object) -> list[Mapping[str, Any]]:
    """Return what the decorators of a view ask for, that of the innermost first."""
    return [mark.overrides for mark in marks_of(view)]


def is_unattended(request: HttpRequest) -> bool:
    """
    Tell whether a browser sends the request by itself, as it does with reports.

    No user stands behind it: it needs no login, keeps no session alive, and follows no
    redirect. What counts is the mark of the view, looked up by the path as long as nobody
    has resolved it. Only POST and its preflight cost more than a comparison.
    """
    if request.method not in _SENT:
        return False
    match = match_of(request)
    return match is not None and _is_marked(match.func)


def match_of(request: HttpRequest) -> ResolverMatch | None:
    """
    Return where the path leads, also before anybody has resolved it.

    Looked up once for one path, one URLconf and one language. Never raises: where the
    URLconf or a converter of the project fails, there is no match.
    """
    if request.resolver_match is not None:
        return request.resolver_match
    place = (request.path_info, getattr(request, "urlconf", None))
    key = (*place, get_language())
    known = request.__dict__.get(_FOUND)
    if known is None or known[0] != key:
        try:
            match = resolve(*place)
        except Exception:  # code of the project, and no view to answer for it
            match = None
        known = request.__dict__[_FOUND] = (key, match)
    return cast("ResolverMatch | None", known[1])


def _is_marked(view: Any) -> bool:
    while isinstance(view, partial):
        if getattr(view, UNATTENDED, False) is True:
            return True
        view = view.func
    return getattr(view, UNATTENDED, False) is True
