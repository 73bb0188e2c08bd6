"""No request of the corpus reaches a closed page without a login."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from tests.accounts import login_site
from tests.accounts.hostile_paths import corpus

CORPUS = corpus()
HONEST = [
    "/public/",
    "/public/deep/page.html",
    "/public/..hidden/",
    "/public/a..b/",
    "/public/.well-known/x",
    "/accounts/login/",
    "/media/public/logo.png",
    "/feed/",
    "/outlet/open/",
]
REACHED: list[str] = []


def closed(request: HttpRequest, **given: object) -> HttpResponse:
    REACHED.append(request.path_info)
    return HttpResponse(b"closed")


def opened(request: HttpRequest, **given: object) -> HttpResponse:
    return HttpResponse(b"open")


def media(request: HttpRequest, rest: str) -> HttpResponse:
    """Serve files as a careless view does: what is quoted twice is unquoted twice."""
    name = rest
    for _ in range(4):
        name = unquote(name)
    name = posixpath.normpath(name.replace("\\", "/").partition(";")[0].partition("\0")[0])
    return opened(request) if name.startswith("public") else closed(request)


URLS = (
    path("public/", opened),
    re_path(r"^public/(?P<rest>(?s:.*))$", opened),
    path("accounts/login/", opened),
    path("feed/", opened, name="feed"),
    path(
        "outlet/",
        include(([path("open/", opened, name="open"), path("orders/", closed)], "outlet")),
    ),
    path("shop/", include(([path("open/", closed, name="open")], "shop"))),
    re_path(r"^media/(?P<rest>(?s:.*))$", media),
    re_path(r"(?s:.*)", closed),  # whatever the address: it is there, and closed
)


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = [
        "django.middleware.common.CommonMiddleware",
        *login_site.MIDDLEWARE,
    ]
    settings.ROOT_URLCONF = URLS
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    settings.LOGIN_EXEMPT_URLS = ["public", "media/public"]
    settings.SECURITY_LOGIN_EXEMPT_NAMES = ["feed", "outlet:open"]
    REACHED.clear()


@pytest.mark.parametrize("group", sorted(CORPUS))
def test_no_hostile_request_reaches_a_closed_page(wire, group):
    site = wire()
    through = []
    for request in CORPUS[group]:
        answer = site(**request)
        if REACHED or answer.body == b"closed" or answer.status not in {200, 301, 302, 400, 401}:
            through.append((request, answer.status))
            REACHED.clear()
    assert through == []


@pytest.mark.parametrize("asked", HONEST)
def test_an_honest_request_for_an_open_page_passes(wire, asked):
    answer = wire()(path=asked)
    assert (answer.status, answer.body) == (200, b"open")


def test_what_is_closed_is_there(wire, settings):
    """Without the middleware the same requests come through, so the corpus can fail."""
    settings.MIDDLEWARE = []
    site = wire()
    for requests in CORPUS.values():
        for request in requests:
            site(**request)
    assert len(REACHED) > 300


def test_the_corpus_is_large():
    assert len({repr(request) for group in CORPUS.values() for request in group}) > 500
