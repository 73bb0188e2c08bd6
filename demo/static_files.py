"""
Static files through the middleware, so that they carry the same headers as the pages.

``ASGIStaticFilesHandler`` answers before any middleware runs and would send bare files. One
process with a handful of small files can afford this view; a production site hands its files to
the web server or to whitenoise, and sets the headers there.
"""

from __future__ import annotations

from contextlib import closing

from django.contrib.staticfiles.views import serve
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe


@require_safe
def static_file(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with one file of the installed apps; 404 for any other path."""
    response = serve(request, path, insecure=True)  # DEBUG is off and stays off
    if not isinstance(response, FileResponse):
        return response
    # Django would stream a file through a thread, and warn about it, on every request.
    with closing(response):
        whole = HttpResponse(response.getvalue(), headers=dict(response.items()))
    whole.headers.setdefault("Cache-Control", "public, max-age=300")
    return whole
