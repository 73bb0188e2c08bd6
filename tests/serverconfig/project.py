"""A small real site: its settings, views and server. ``FRONT_*`` variables say where it is."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import uvicorn
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_exempt

FOLDER = Path(os.environ["FRONT_FOLDER"])

SECRET_KEY = "signs-nothing-that-matters-0123456789-abcdefghij"
DEBUG = False
ALLOWED_HOSTS = ["www.example.test", ".other.test"]
ROOT_URLCONF = __name__
INSTALLED_APPS = ["security"]
MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict[str, object] = {}

SECURITY_PRESET = "strict"
SECURITY_TRUSTED_PROXIES = ["127.0.0.1"]
SECURE_HSTS_PRELOAD = True
SECURE_SSL_REDIRECT = True
STATIC_URL, STATIC_ROOT = "/static/", FOLDER / "static files"
MEDIA_URL, MEDIA_ROOT = "/media/", FOLDER / 'up "loads"'
DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000  # bytes

# What a test wants otherwise.
globals().update(json.loads(os.environ.get("FRONT_SETTINGS", "{}")))


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"<!doctype html><title>Shop</title><p>Open.")


def told(request: HttpRequest) -> JsonResponse:
    """Tell what Django believes about the client, and everything that it was sent."""
    from security.client import client_of

    sent = {name: value for name, value in request.META.items() if name.startswith("HTTP_")}
    client = client_of(request)
    return JsonResponse(
        {
            "address": client.address,
            "secure": request.is_secure(),
            "host": request.get_host(),
            "url": request.get_full_path(),
            "sent": sent,
        }
    )


def length(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.read())).encode())


@xframe_options_exempt
def unframed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"in a frame", status=int(request.GET["status"]))


urlpatterns = [
    path("", page),
    path("told/", told),
    path("health/", page),
    path("length/", length),
    path("unframed/", unframed),
]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def tell(where: object) -> None:
    sys.stdout.write(f"{where}\n")
    sys.stdout.flush()


def unix() -> None:
    """Serve on a Unix socket, where the peer has no address."""
    path = str(FOLDER / f"socket{os.getpid()}")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        Path(path).chmod(0o666)
        tell(f"unix:{path}")
        uvicorn.Server(configured()).run([listener])


def configured() -> uvicorn.Config:
    return uvicorn.Config(
        get_asgi_application(), lifespan="off", log_config=None, proxy_headers=False, ws="none"
    )


def asgi() -> None:
    """Serve by uvicorn, which reads bodies of unknown length; wsgiref does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        tell(f"127.0.0.1:{listener.getsockname()[1]}")
        uvicorn.Server(configured()).run([listener])


def wsgi() -> None:
    """Serve by wsgiref, which tells its version, and takes X_Name for X-Name."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
    tell(f"127.0.0.1:{server.server_port}")
    server.serve_forever()
