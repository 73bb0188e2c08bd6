"""
Every hostile file, stored as it was sent, at the addresses that the browser asks.

``/media/`` is the view as it is, ``/open/`` shows drawings and PDF too, ``/kept/`` has a storage
that keeps the worst media type with each file. ``/bare/`` is a careless site.
"""

from __future__ import annotations

import mimetypes
from html import escape
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path, re_path
from tests.uploads.corpus.browser_files import filled, paths
from tests.uploads.corpus.files import HTML_TYPE, SCRIPT_TYPE
from tests.uploads.corpus.hostile import hostile
from tests.uploads.serving.browser_urls import alone

from security.uploads.serve import MediaView
from security.uploads.serve.headers import INLINE

UPLOADS = filled()
STOLEN: set[str] = set()
NO_SCRIPT = ("names", "cut off", "another type", "declared")  # honest contents under false names
TAGS = {
    "frame": '<iframe src="{0}" width="9" height="9"></iframe>',
    "object": '<object data="{0}" width="9" height="9"></object>',
    "embed": '<embed src="{0}" width="9" height="9">',
    "picture": '<img src="{0}" width="9" height="9">',
    "script": '<script src="{0}" charset="windows-1252"></script>',
    "module": '<script type="module" src="{0}"></script>',
    "style": '<link rel="stylesheet" href="{0}">',
}


class Kept(MediaView):
    """As with a bucket that stores what the uploader said."""

    def media_type(self, path: str, stored: Any) -> str:
        return hostile()[int(path.partition("/")[0])].runs_as or HTML_TYPE


def bare(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Send a file as careless servers do: by its name, or as somebody said."""
    said = request.GET.get("as") or mimetypes.guess_type(name)[0] or HTML_TYPE
    return HttpResponse(hostile()[number].content, content_type=said)


def host(request: HttpRequest, kind: str) -> HttpResponse:
    """Embed files, by their numbers; those that a browser can run in the given ways."""
    tags = []
    for number in map(int, request.GET["files"].split(",")):
        file = hostile()[number]
        address = f"/{kind}/{quote(paths()[number])}"
        ways = request.GET["ways"].split(",") if file.runs_as else ["frame", "script"]
        if not file.is_drawn or file.family in NO_SCRIPT:
            ways = ["script"]
        if "as" in request.GET:
            address += f"?as={quote(file.runs_as or '', safe='')}"
            ways = ["script"] if file.runs_as == SCRIPT_TYPE else ["frame"]
        tags += [TAGS[way].format(escape(address)) for way in ways]
    return HttpResponse(f"<!doctype html><title>host</title><body>{''.join(tags)}")


def stolen(request: HttpRequest, by: str) -> HttpResponse:
    """Take what a script sends."""
    STOLEN.add(by)
    return HttpResponse(status=204)


def loot(request: HttpRequest) -> HttpResponse:
    """Tell who sent something since the last time."""
    told = sorted(STOLEN)
    STOLEN.clear()
    return JsonResponse({"stolen": told})


urlpatterns = [
    re_path("^stolen(.*)$", stolen),
    path("loot/", loot),
    path("media/<path:path>", alone(MediaView.as_view(storage=UPLOADS))),
    path(
        "open/<path:path>",
        alone(MediaView.as_view(storage=UPLOADS, inline=[*INLINE, "svg", "pdf"])),
    ),
    path("kept/<path:path>", alone(Kept.as_view(storage=UPLOADS))),
    path("bare/<int:number>/<path:name>", alone(bare)),
    path("host/<str:kind>/", alone(host)),
    path("", include("demo.urls")),
]
