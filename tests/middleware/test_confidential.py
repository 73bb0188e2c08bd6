"""Confidential pages behind whatever else says what caches may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django
import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control, cache_page
from tests import views
from tests.pages import responding

from security.decorators import no_store, security_headers

CACHE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
OURS = "security.middleware.SecurityMiddleware"
DOCUMENTED = "security.middleware.NoConfidentialCachingMiddleware"
NAMES = ("Cache-Control", "Pragma", "Expires")
CONFIDENTIAL = ["no-cache, no-store, max-age=0, must-revalidate", "no-cache", "-1"]
NO_STORE = CONFIDENTIAL[0]
KEPT_OUT = {"no_store": no_store}
if django.VERSION >= (5, 0):  # before, caches of Django know max-age=0 and not no-store
    KEPT_OUT |= {
        "security_headers": security_headers(SECURITY_CACHE_CONTROL=["no-store"]),
        "cache_page": lambda view: cache_page(60)(no_store(view)),
    }


@pytest.fixture(autouse=True)
def installed(settings: Any) -> Iterator[None]:
    settings.MIDDLEWARE = [OURS]
    settings.NO_CONFIDENTIAL_CACHING = {"BLACKLIST_ON": True, "BLACKLIST_REGEXES": ["page/"]}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def open_to_caches(settings: Any) -> None:
    settings.NO_CONFIDENTIAL_CACHING = None


def said(response: Any) -> list[str | None]:
    return [response.headers.get(name) for name in NAMES]


def numbered() -> Any:
    """Return a view that says how often it was called."""
    calls: list[int] = []

    def view(request: HttpRequest) -> HttpResponse:
        calls.append(1)
        return HttpResponse(f"call {len(calls)}")

    return view


@pytest.mark.parametrize("middleware", [OURS, DOCUMENTED])
@pytest.mark.parametrize("inside", [False, True], ids=["around the cache", "inside of it"])
def test_the_site_cache_of_django_opens_no_confidential_page(page, settings, middleware, inside):
    settings.MIDDLEWARE = [*CACHE, middleware] if inside else [middleware, *CACHE]
    view = numbered()
    assert [said(page(view)) for _ in range(2)] == [CONFIDENTIAL] * 2


@pytest.mark.parametrize("middleware", [OURS, DOCUMENTED])
@pytest.mark.parametrize(
    "own",
    [
        "public, max-age=600",
        "private",
        "no-cache",
        "max-age=600, must-understand, no-store",  # whoever understands it ignores no-store
        'private="a, no-store, b"',
        "no-store=1",
        "no-store; public",
        "",
    ],
)
def test_a_weaker_header_of_the_view_gives_way(page, settings, middleware, own):
    settings.MIDDLEWARE = [middleware]
    expires = "Wed, 21 Oct 2099 07:28:00 GMT"
    view = responding({"Cache-Control": own, "Expires": expires, "Pragma": "own"})
    assert said(page(view)) == CONFIDENTIAL


@pytest.mark.parametrize("middleware", [OURS, DOCUMENTED])
@pytest.mark.parametrize("own", ["no-store", "private, No-Store", NO_STORE + ", private"])
def test_a_header_that_forbids_storing_stays(page, settings, middleware, own):
    settings.MIDDLEWARE = [middleware]
    assert said(page(responding({"Cache-Control": own}))) == [own, *CONFIDENTIAL[1:]]


@pytest.mark.parametrize("middleware", [OURS, DOCUMENTED])
def test_other_pages_keep_their_header(page, settings, middleware):
    settings.MIDDLEWARE = [middleware]
    settings.NO_CONFIDENTIAL_CACHING = {"BLACKLIST_ON": True, "BLACKLIST_REGEXES": ["other/"]}
    view = responding({"Cache-Control": "public, max-age=600"})
    assert said(page(view)) == ["public, max-age=600", None, None]


def test_a_confidential_page_with_a_nonce_is_confidential(page, settings):
    settings.SECURE_CSP = {"script-src": ["<CSP_NONCE_SENTINEL>"]}

    def view(request):
        return HttpResponse(str(request.csp_nonce), headers={"Cache-Control": "public"})

    assert said(page(view)) == CONFIDENTIAL


def test_clearing_and_confidence_go_together(page, settings):
    settings.CLEAR_SITE_DATA_URL_WHITELIST = ["page/"]
    response = page(responding({"Cache-Control": "public"}))
    assert said(response) == CONFIDENTIAL
    assert response["Clear-Site-Data"] == '"cookies", "storage"'
    assert page(responding({"Clear-Site-Data": '"cache"'}))["Clear-Site-Data"] == '"cache"'


@pytest.mark.usefixtures("open_to_caches")
@pytest.mark.parametrize("middleware", [[OURS, *CACHE], [*CACHE, OURS], CACHE], ids=str)
@pytest.mark.parametrize("decorate", KEPT_OUT.values(), ids=KEPT_OUT)
def test_no_cache_of_django_keeps_a_page_under_no_store(page, settings, middleware, decorate):
    settings.MIDDLEWARE = middleware
    view = decorate(numbered())
    answers = [page(view) for _ in range(2)]
    assert [answer.content for answer in answers] == [b"call 1", b"call 2"]
    assert all("no-store" in answer["Cache-Control"] for answer in answers)


class MarkedMethod(views.SyncPage):
    @method_decorator(no_store)
    def get(self, request):
        return super().get(request)


class AsyncMarkedMethod(views.AsyncPage):
    @method_decorator(no_store)
    async def get(self, request):
        return await super().get(request)


def calling(request):
    return no_store(views.sync_view)(request)


async def calling_later(request):
    return await no_store(views.async_view)(request)


METHODS = [MarkedMethod]
if django.VERSION >= (5, 2):  # since then Django's method_decorator() knows async methods
    METHODS.append(AsyncMarkedMethod)


@pytest.mark.usefixtures("open_to_caches")
@pytest.mark.parametrize(
    ("view", "control"),
    [
        *((method.as_view(), NO_STORE) for method in METHODS),
        (no_store(views.sync_view), NO_STORE),
        (no_store(views.async_view), NO_STORE),
        (no_store(views.Callable()), NO_STORE),
        (calling, NO_STORE),
        (calling_later, NO_STORE),
        (no_store(responding({"Cache-Control": "public, max-age=600"})), NO_STORE),
        (no_store(cache_control(private=True)(views.sync_view)), NO_STORE),
        (no_store(cache_page(60)(views.sync_view)), NO_STORE),
        (no_store(responding({"Cache-Control": "no-store, private"})), "no-store, private"),
    ],
)
def test_no_store_wins_over_whatever_may_be_stored(page, view, control):
    assert page(view)["Cache-Control"] == control


@pytest.mark.usefixtures("open_to_caches")
@pytest.mark.parametrize(("value", "control"), [(["private"], "private"), (None, None)])
def test_an_outer_decorator_takes_no_store_back(page, value, control):
    outer = security_headers(SECURITY_CACHE_CONTROL=value)
    assert page(outer(no_store(views.sync_view))).headers.get("Cache-Control") == control
    view = outer(no_store(responding({"Cache-Control": "no-store, public"})))
    assert page(view)["Cache-Control"] == "no-store, public"
