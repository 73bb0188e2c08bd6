"""A site of one page, which costs little, so that what a middleware adds can be seen."""

from __future__ import annotations

import io
from typing import Any

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from security.context_processors import csp

HOST = "www.example.com"
PAGE = "/health/"
ASYNC_PAGE = "/health-async/"
NONCE = "nonce"  # the query that asks for a page with a nonce
FIXED = "x" * 22  # as long as a nonce, so that both pages are of one size
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def configure() -> None:
    """
    Set Django up for the strict preset.

    Redirects are on and the page is exempt, as a page for a load balancer is. Over plain
    HTTP the middleware then takes the whole decision and the view still runs; without the
    exemption it would answer itself, and there would be nothing to compare with.
    """
    settings.configure(
        ALLOWED_HOSTS=[HOST],
        INSTALLED_APPS=["security"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="measures-and-signs-nothing",  # noqa: S106
        SECURITY_PRESET="strict",
        SECURE_SSL_REDIRECT=True,
        SECURE_REDIRECT_EXEMPT=[r"^health/$", r"^health-async/$"],
    )
    django.setup()


def markup(request: HttpRequest) -> str:
    """Return the page; only the one that was asked for with ``NONCE`` writes the nonce into it."""
    nonce = csp(request)["csp_nonce"]
    text = nonce if request.META["QUERY_STRING"] else FIXED
    return f'<!doctype html><title>Well</title><script nonce="{text}"></script>'


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(markup(request))


async def async_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(markup(request))


urlpatterns = [path(PAGE[1:], page), path(ASYNC_PAGE[1:], async_page)]


def environ(scheme: str, query: str = "") -> dict[str, Any]:
    """Return what a WSGI server hands over for a GET. PEP 3333."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": PAGE,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "50000",
        "HTTP_HOST": HOST,
        "HTTP_ACCEPT": "text/html",
        "HTTP_USER_AGENT": BROWSER,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def scope(scheme: str, query: str = "") -> dict[str, Any]:
    """Return what an ASGI server hands over for the same GET."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": scheme,
        "path": ASYNC_PAGE,
        "raw_path": ASYNC_PAGE.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [
            (b"host", HOST.encode("ascii")),
            (b"accept", b"text/html"),
            (b"user-agent", BROWSER.encode("ascii")),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }
