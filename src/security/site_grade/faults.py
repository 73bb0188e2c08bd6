"""Pages of errors: provoked in the site's own handlers, behind all of its middlewares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test.client import ClientHandler
from django.urls import ResolverMatch, get_resolver

MARK: Final = "security.site_grade.fault"  # in the environment, where no client can put it
MISSING: Final = "404"
FORGED: Final = "CSRF"


def _failing(error: type[Exception]) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error("gradesite asks for the page of this error")

    return view


def _accepting(request: HttpRequest) -> HttpResponse:
    """Answer a forged POST that nobody refused."""
    return HttpResponse(status=204)


# What the error is called, to the view that causes it. The missing page has no view.
VIEWS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "400": _failing(BadRequest),
        "403": _failing(PermissionDenied),
        "500": _failing(RuntimeError),
        FORGED: _accepting,
    }
)
NAMES: Final = (MISSING, *VIEWS)
for _view in VIEWS.values():
    _view.login_required = False  # an error is shown to strangers, too


def path_of(name: str) -> str:
    """Return an address that the site does not have, and that says which error is meant."""
    return f"/no-such-page/{name.lower()}-of-gradesite/"


def status_of(name: str) -> int:
    """Return the status that the page of an error has."""
    return 403 if name == FORGED else int(name)


class FaultHandler(ClientHandler):
    """A handler whose requests meet a failing view where they are marked so."""

    def resolve_request(self, request: Any) -> ResolverMatch:
        """Return the view of the site, or of the error that is asked for."""
        view = VIEWS.get(request.META.get(MARK, ""))
        if view is None:
            return super().resolve_request(request)
        get_resolver()  # a URLconf that cannot be read is no page of ours
        match = request.resolver_match = ResolverMatch(view, (), {})
        return match
