"""A site behind a real WSGI server: ``python -m tests.uploads.accepting.served TEMP_FOLDER``."""

from __future__ import annotations

import sys
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path


def view(request: HttpRequest) -> HttpResponse:
    """Answer with the size of the file, or let its refusal end the request."""
    return HttpResponse(f"{request.FILES['file'].size}")


urlpatterns = [path("", view)]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Print nothing for a request."""


def main() -> None:
    """Serve on a free port, which is the first line of the output, until killed."""
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="this-site-signs-nothing",
        FILE_UPLOAD_TEMP_DIR=sys.argv[1],
        FILE_UPLOAD_HANDLERS=[
            "security.uploads.handlers.SafeUploadHandler",
            "django.core.files.uploadhandler.MemoryFileUploadHandler",
            "django.core.files.uploadhandler.TemporaryFileUploadHandler",
        ],
        LOGGING_CONFIG=None,
    )
    django.setup()
    from django.core.wsgi import get_wsgi_application

    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
