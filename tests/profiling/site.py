"""Views whose profiles are looked into, and middlewares that know who asks."""

from __future__ import annotations

import asyncio
import re
from types import SimpleNamespace

from django.http import HttpResponse
from django.views import View

OURS = "security.middleware.ProfilingMiddleware"
TIMING = re.compile(r'total;dur=\d+\.\d, db;dur=\d+\.\d;desc="(?:1 query|\d+ queries)"')


def crunch_numbers():
    return sum(range(1000))


def sync_view(request):
    crunch_numbers()
    return HttpResponse(b"ok")


async def async_view(request):
    for _ in range(3):
        await asyncio.sleep(0)
        crunch_numbers()
    return HttpResponse(b"ok")


class SyncPage(View):
    def get(self, request):
        crunch_numbers()
        return HttpResponse(b"ok")


class AsyncPage(View):
    async def get(self, request):
        await asyncio.sleep(0)
        crunch_numbers()
        return HttpResponse(b"ok")


VIEWS = {
    "sync": sync_view,
    "async": async_view,
    "sync-page": SyncPage.as_view(),
    "async-page": AsyncPage.as_view(),
}


def known(**person):
    """Return a middleware that knows who everybody is."""

    def middleware(get_response):
        def ask(request):
            request.user = SimpleNamespace(**{"is_active": True, "is_staff": False} | person)
            return get_response(request)

        return ask

    return middleware


staff = known(is_staff=True)
visitor = known()
dismissed = known(is_staff=True, is_active=False)


def is_profiled(response):
    return TIMING.fullmatch(response.headers.get("Server-Timing", "")) is not None
