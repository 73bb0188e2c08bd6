"""Views for one test, served at ``/page/``, and what a response says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View

from tests.modes import Site

NOT_OURS = {"Content-Type", "Content-Length", "Content-Disposition", "Location"}


@pytest.fixture
def page(site: Site, settings: Any) -> Callable[..., Any]:
    """Serve one view at ``/page/``, by the name of ``page``, and GET it."""

    def ask(view: Any, address: str = "/page/", **request: Any) -> Any:
        settings.ROOT_URLCONF = (path("page/", view, name="page"),)
        return site.get(address, **request)

    return ask


def sent(response: Any) -> dict[str, str]:
    """Return the headers that a middleware may have added."""
    return {name: value for name, value in response.headers.items() if name not in NOT_OURS}


def responding(headers: Mapping[str, str] = MappingProxyType({}), **state: object) -> Any:
    """Return a view whose response has these headers, and these attributes of its own."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(b"ok", headers=dict(headers))
        response.__dict__.update(state)
        return response

    return respond


def on_class(decorator: Any, page: type[View]) -> Any:
    """Return the view of a subclass of ``page`` that is decorated as Django documents it."""
    marked = type("Marked", (page,), {})
    return method_decorator(decorator, name="dispatch")(marked).as_view()
