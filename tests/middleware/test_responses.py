from __future__ import annotations

import asyncio

import pytest
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path
from tests import views
from tests.pages import responding, sent

from security.decorators import frame_options

SM = "security.middleware.SecurityMiddleware"
CONDITIONAL = "django.middleware.http.ConditionalGetMiddleware"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICIES = {
    "Content-Security-Policy": "default-src 'self'",
    "Content-Security-Policy-Report-Only": "default-src 'none'",
}
KINDS = {
    "/sync/": 200,
    "/async/": 200,
    "/sync-page/": 200,
    "/async-page/": 200,
    "/callable/": 200,
    "/private/": 302,
    "/stream/": 200,
    "/file/": 200,
    "/moved/": 302,
    "/missing/": 404,
    "/nowhere/": 404,
    "/denied/": 403,
    "/suspicious/": 400,
    "/broken/": 500,
    "/async-broken/": 500,
}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = [SM]
    settings.SECURE_CSP = {"default-src": ["'self'"]}
    settings.SECURE_CSP_REPORT_ONLY = {"default-src": ["'none'"]}


@pytest.fixture
def calm(site):
    """GET without the exception of the view."""
    if site.mode == "wsgi":
        return Client(raise_request_exception=False).get
    client = AsyncClient(raise_request_exception=False)
    return lambda *args, **kwargs: asyncio.run(client.get(*args, **kwargs))


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning")
@pytest.mark.parametrize(("address", "status"), KINDS.items())
def test_every_kind_of_response_is_protected(calm, settings, address, status):
    settings.MIDDLEWARE = [
        SM,
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    response = calm(address)
    response.close()
    assert response.status_code == status
    headers = sent(response)
    headers.pop("Vary", None)  # of the session
    assert headers == HEADERS | POLICIES


def test_an_unchanged_page_keeps_the_policy_it_came_with(get):
    response = get("/not-modified/")
    assert (response.status_code, sent(response)) == (304, HEADERS)


@pytest.mark.parametrize(
    ("middleware", "headers"),
    [([SM, CONDITIONAL], HEADERS), ([CONDITIONAL, SM], {})],
    ids=["inside", "outside"],
)
@pytest.mark.parametrize("address", ["/sync/", "/async/"])
def test_a_conditional_get_brings_no_policy(get, settings, address, middleware, headers):
    settings.MIDDLEWARE = middleware
    first = get(address)
    kept = {"ETag": first["ETag"]}
    assert sent(first) == HEADERS | POLICIES | kept
    second = get(address, headers={"if-none-match": first["ETag"]})
    assert (second.status_code, sent(second)) == (304, headers | kept)


def test_a_policy_that_the_view_set_on_an_unchanged_page_stays(page):
    def view(request):
        return HttpResponse(status=304, headers={"Content-Security-Policy": "img-src *"})

    assert sent(page(view)) == HEADERS | {"Content-Security-Policy": "img-src *"}


@pytest.mark.parametrize("method", ["head", "post", "put", "patch", "delete", "options", "trace"])
def test_every_method_is_answered_with_the_headers(site, method):
    assert sent(getattr(site, method)("/sync/")) == HEADERS | POLICIES


def test_a_response_of_an_inner_middleware_is_protected(get, settings):
    settings.MIDDLEWARE = [SM, "django.middleware.common.CommonMiddleware"]
    settings.PREPEND_WWW = True
    response = get("/sync/")
    assert (response.status_code, sent(response)) == (301, HEADERS | POLICIES)


@pytest.mark.parametrize("value", ["SAMEORIGIN", None])
def test_the_error_of_a_view_keeps_the_marks_of_the_view(calm, settings, value):
    settings.ROOT_URLCONF = (path("page/", frame_options(value)(views.broken)),)
    response = calm("/page/")
    assert (response.status_code, response.headers.get("X-Frame-Options")) == (500, value)


class Listing:
    """A view that is an object and cannot be hashed, since it can be compared."""

    def __eq__(self, other):
        return isinstance(other, Listing)

    __hash__ = None

    def __call__(self, request):
        return HttpResponse(b"ok")


def test_a_view_that_cannot_be_hashed_is_protected(page):
    response = page(Listing())
    assert (response.content, sent(response)) == (b"ok", HEADERS | POLICIES)


def test_cookies_are_left_alone(page):
    def view(request):
        response = HttpResponse()
        response.set_cookie("a", "b", httponly=True)
        return response

    response = page(view)
    assert response.cookies["a"].OutputString() == "a=b; HttpOnly; Path=/"
    assert sent(response) == HEADERS | POLICIES


@pytest.mark.parametrize("name", ["x-frame-options", "X-FRAME-OPTIONS", "X-Frame-Options"])
def test_the_header_of_a_view_counts_in_any_case(wire, settings, name):
    settings.ROOT_URLCONF = (path("page/", responding({name: "SAMEORIGIN"})),)
    assert wire()(path="/page/")["X-Frame-Options"] == "SAMEORIGIN"


def test_a_view_that_empties_a_header_has_set_it(page):
    response = page(responding({"Referrer-Policy": ""}))
    assert sent(response) == HEADERS | POLICIES | {"Referrer-Policy": ""}
