"""Pages of every kind that a middleware meets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import NoReturn

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.views import View


def sync_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"ok")


async def async_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"ok")


class SyncPage(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"ok")


class AsyncPage(View):
    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"ok")


class Callable:
    """A view that is an object."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"ok")


@login_required
def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"ok")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_later() if hasattr(request, "scope") else _now())


def _now() -> Iterator[bytes]:
    yield b"ok"


async def _later() -> AsyncIterator[bytes]:
    yield b"ok"


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(open(__file__, "rb"))  # noqa: PTH123  # the response closes it


def not_modified(request: HttpRequest) -> HttpResponse:
    return HttpResponseNotModified()


def moved(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/sync/")


def missing(request: HttpRequest) -> NoReturn:
    raise Http404


def denied(request: HttpRequest) -> NoReturn:
    raise PermissionDenied


def suspicious(request: HttpRequest) -> NoReturn:
    raise SuspiciousOperation


def broken(request: HttpRequest) -> NoReturn:
    raise ZeroDivisionError


async def async_broken(request: HttpRequest) -> NoReturn:
    raise ZeroDivisionError
