"""
The addresses that the browser asks.

``/media/`` is the view as it is, ``/open/`` opens drawings too, ``/risky/`` sends every page as
one with nothing but the policy to hold it, ``/bare/`` is what the others are compared with.
"""

from __future__ import annotations

import mimetypes

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from tests.uploads.serving.browser_files import FILES

from security.decorators import security_headers
from security.uploads.serve import MediaView
from security.uploads.serve.headers import INLINE

UPLOADS = InMemoryStorage()
for name, content in FILES.items():
    UPLOADS.save(name, ContentFile(content))

# Framing and the policy of the site would protect as well; here the view is on its own.
alone = security_headers(
    X_FRAME_OPTIONS=None,
    SECURE_CSP=None,
    SECURE_CONTENT_TYPE_NOSNIFF=False,
    SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY=None,
)


class Risky(MediaView):
    def get(self, request: HttpRequest, path: str) -> HttpResponse:
        response = super().get(request, path)
        response.headers["Content-Type"] = guessed(path)
        del response.headers["Content-Disposition"]
        return response


def guessed(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "text/html"


def bare(request: HttpRequest, path: str) -> HttpResponse:
    """Send a file as careless servers do."""
    return HttpResponse(FILES[path], content_type=guessed(path))


def host(request: HttpRequest) -> HttpResponse:
    """Embed a file in a page that protects nothing."""
    tag = request.GET["tag"]
    return HttpResponse(f"<!doctype html><title>host</title><body>{tag}")


urlpatterns = [
    path("media/<path:path>", alone(MediaView.as_view(storage=UPLOADS))),
    path("open/<path:path>", alone(MediaView.as_view(storage=UPLOADS, inline=[*INLINE, "svg"]))),
    path("risky/<path:path>", alone(Risky.as_view(storage=UPLOADS))),
    path("bare/<path:path>", alone(bare)),
    path("host/", alone(host)),
    path("", include("demo.urls")),
]
