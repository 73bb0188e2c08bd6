"""Answers that come before the view: out of Django's site cache, or of another middleware."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.utils.decorators import sync_and_async_middleware
from tests import views

from djangosecure.decorators import frame_deny_exempt
from security.decorators import csp_override, frame_options
from security.marks import match_of

CACHE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
OURS = "security.middleware.SecurityMiddleware"
OLD = "djangosecure.middleware.SecurityMiddleware"
FRAMES = "security.middleware.XFrameOptionsMiddleware"
POLICY = "security.middleware.ContentSecurityPolicyMiddleware"
XFO, CSP = "X-Frame-Options", "Content-Security-Policy"
SITE = {XFO: "DENY", CSP: "default-src 'self'"}
NONE = {"default-src": ["'none'"]}

# Middleware, what a view or its row says, and the two headers of every answer.
FRAMING = (frame_options("SAMEORIGIN"), {"X_FRAME_OPTIONS": "SAMEORIGIN"})
STRICT = (csp_override(NONE), {"SECURE_CSP": NONE})
CASES = {
    "ours, frames": (OURS, *FRAMING, SITE | {XFO: "SAMEORIGIN"}),
    "ours, policy": (OURS, *STRICT, SITE | {CSP: "default-src 'none'"}),
    "django-secure": (OLD, *FRAMING, {XFO: "SAMEORIGIN", CSP: None}),
    "frames": (FRAMES, *FRAMING, {XFO: "SAMEORIGIN", CSP: None}),
    "policy": (POLICY, *STRICT, {XFO: None, CSP: "default-src 'none'"}),
}


class Counted(StringConverter):
    """A converter that counts how often it is asked, and that may fail as none should."""

    calls = 0

    def to_python(self, value: str) -> str:
        Counted.calls += 1
        if value == "wrong":
            raise RuntimeError("the database of a converter is away")
        return super().to_python(value)


register_converter(Counted, "counted")


@pytest.fixture(autouse=True)
def installed(settings: Any) -> Iterator[None]:
    settings.MIDDLEWARE = [OURS, *CACHE]
    settings.SECURE_CSP = {"default-src": ["'self'"]}
    settings.SECURE_FRAME_DENY = True
    Counted.calls = 0
    cache.clear()
    yield
    cache.clear()


def counting() -> tuple[Callable[..., HttpResponse], list[int]]:
    """Return a view, and what it notes down of each call."""
    calls: list[int] = []

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        calls.append(1)
        return HttpResponse(b"ok")

    return view, calls


@sync_and_async_middleware
def answering(get_response: Any) -> Any:
    """Answer before anybody resolved the path: with the status that the query asks for."""

    def middleware(request: Any) -> HttpResponse:
        return HttpResponse(b"early", status=int(request.GET.get("status", 200)))

    async def amiddleware(request: Any) -> HttpResponse:
        return middleware(request)

    return amiddleware if iscoroutinefunction(get_response) else middleware


@sync_and_async_middleware
def other_urls(get_response: Any) -> Any:
    """Serve another URLconf, as projects with several hosts do."""

    def middleware(request: Any) -> Any:
        request.urlconf = (path("page/", csp_override(NONE)(views.sync_view)),)
        return get_response(request)

    async def amiddleware(request: Any) -> Any:
        return await middleware(request)

    return amiddleware if iscoroutinefunction(get_response) else middleware


def headers(response: Any) -> dict[str, str | None]:
    return {name: response.headers.get(name) for name in (XFO, CSP)}


@pytest.mark.parametrize(("middleware", "mark", "row", "expected"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("way", ["decorator", "row"])
def test_an_answer_of_the_cache_gets_what_its_view_gets(
    page, settings, middleware, mark, row, expected, way
):
    settings.MIDDLEWARE = [middleware, *CACHE]
    view, calls = counting()
    if way == "row":
        settings.SECURITY_ROUTES = {"page": row}
    else:
        view = mark(view)
    assert [headers(page(view)) for _ in range(3)] == [expected] * 3
    assert len(calls) == 1


@pytest.mark.parametrize("middleware", [OURS, OLD, FRAMES])
def test_an_exempt_page_out_of_the_cache_may_be_framed(page, settings, middleware):
    settings.MIDDLEWARE = [middleware, *CACHE]
    view, calls = counting()
    assert [XFO in page(frame_deny_exempt(view)).headers for _ in range(2)] == [False] * 2
    assert len(calls) == 1


def test_the_urls_of_the_request_count(page, settings):
    settings.MIDDLEWARE = [OURS, f"{__name__}.other_urls", *CACHE]
    for _ in range(2):
        assert page(views.sync_view)[CSP] == "default-src 'none'"


@pytest.mark.parametrize(("middleware", "mark", "row", "expected"), CASES.values(), ids=CASES)
def test_so_does_an_answer_of_another_middleware(page, settings, middleware, mark, row, expected):
    settings.MIDDLEWARE = [middleware, f"{__name__}.answering"]
    response = page(mark(views.sync_view))
    assert (response.content, headers(response)) == (b"early", expected)


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_an_error_before_the_view_is_an_error_of_the_site(get, settings, status):
    settings.MIDDLEWARE = [OURS, f"{__name__}.answering"]
    settings.ROOT_URLCONF = (path("<counted:name>/", csp_override(NONE)(views.sync_view)),)
    response = get(f"/page/?status={status}")
    assert (response.status_code, headers(response)) == (status, SITE)
    assert status >= 500 or Counted.calls == 0  # Django 4.2 itself looks it up for its report


@pytest.mark.parametrize(
    ("static", "policy", "calls"),
    [
        ("/page/", SITE[CSP], 0),
        ("page/", SITE[CSP], 0),
        ("/static/", "default-src 'none'", 1),
        ("https://cdn.example/page/", "default-src 'none'", 1),
        ("/", "default-src 'none'", 1),
        ("", "default-src 'none'", 1),
        (None, "default-src 'none'", 1),
    ],
)
def test_only_a_file_below_the_static_url_is_not_looked_up(get, settings, static, policy, calls):
    settings.MIDDLEWARE = [OURS, f"{__name__}.answering"]
    settings.STATIC_URL = static
    settings.ROOT_URLCONF = (path("<counted:name>/", csp_override(NONE)(views.sync_view)),)
    assert (get("/page/")[CSP], Counted.calls) == (policy, calls)


@pytest.mark.parametrize("address", ["/nowhere/", "/page/more/"])
def test_an_answer_to_a_path_of_nobody_is_protected_as_the_site_is(get, settings, address):
    settings.MIDDLEWARE = [OURS, f"{__name__}.answering"]
    settings.ROOT_URLCONF = (path("page/", csp_override(NONE)(views.sync_view)),)
    response = get(address)
    assert (response.content, headers(response)) == (b"early", SITE)


@pytest.mark.parametrize("middleware", [OURS, OLD, FRAMES, POLICY])
def test_a_converter_that_fails_costs_no_answer(get, settings, middleware):
    settings.MIDDLEWARE = [middleware, f"{__name__}.answering"]
    settings.ROOT_URLCONF = (path("<counted:name>/", frame_options(None)(views.sync_view)),)
    assert get("/wrong/").content == b"early"
    assert Counted.calls == 1


def test_the_path_is_looked_up_once_for_all(get, settings):
    settings.MIDDLEWARE = [OURS, OLD, FRAMES, POLICY, f"{__name__}.answering"]
    settings.ROOT_URLCONF = (path("<counted:name>/", views.sync_view),)
    assert get("/page/").content == b"early"
    assert Counted.calls == 1


def test_a_page_that_the_view_answers_is_looked_up_by_django_alone(get, settings):
    settings.MIDDLEWARE = [OURS, OLD, FRAMES, POLICY]
    view, _ = counting()
    settings.ROOT_URLCONF = (path("<counted:name>/", view),)
    assert get("/page/").content == b"ok"
    assert Counted.calls == 1


@pytest.mark.parametrize("middleware", [OURS, OLD, FRAMES, POLICY])
def test_neither_is_a_missing_page_looked_up_again(get, settings, middleware):
    settings.MIDDLEWARE = [middleware]
    settings.ROOT_URLCONF = (path("<counted:name>/", include(([], "none"))),)
    assert get("/page/missing/").status_code == 404
    assert Counted.calls == 1


@pytest.mark.parametrize("middleware", [OURS, OLD])
@pytest.mark.parametrize(("host", "status"), [("testserver", 301), ("evil.example", 400)])
def test_no_path_is_looked_up_for_a_redirect_or_a_refusal(wire, settings, middleware, host, status):
    settings.MIDDLEWARE = [middleware]
    settings.SECURE_SSL_REDIRECT = True
    settings.ROOT_URLCONF = (path("<counted:name>/", views.sync_view),)
    assert wire()(path="/page/", headers={"Host": host}).status == status
    assert Counted.calls == 0


def by_user(request, response):
    return {"default-src": [request.user.origin]}


def test_a_callable_that_fails_before_the_view_leaves_the_policy_of_the_site(
    page, settings, caplog
):
    settings.MIDDLEWARE = [OURS, f"{__name__}.answering"]
    assert headers(page(csp_override(by_user)(views.sync_view))) == SITE
    (record,) = (record for record in caplog.records if record.name == "security.csp")
    assert record.getMessage() == (
        "The policy of the site stays: the callable for SECURE_CSP failed"
    )


def test_a_callable_that_fails_costs_no_page_and_no_header(page, settings, caplog):
    settings.MIDDLEWARE = [OURS]
    answer = page(csp_override(by_user)(views.sync_view))
    assert (answer.status_code, headers(answer)) == (200, SITE)
    assert "AttributeError" in caplog.text


def test_a_callable_has_its_say_beside_the_other_marks(page, settings):
    settings.MIDDLEWARE = [OURS, f"{__name__}.answering"]
    view = frame_options("SAMEORIGIN")(
        csp_override(lambda request, response: NONE)(views.sync_view)
    )
    assert headers(page(view)) == {XFO: "SAMEORIGIN", CSP: "default-src 'none'"}


def nonced(request):
    return HttpResponse(str(request.csp_nonce))


def test_no_cache_in_front_keeps_a_page_with_a_nonce(page, settings):
    update, common, fetch = CACHE
    settings.MIDDLEWARE = [update, POLICY, common, fetch]
    settings.SECURE_CSP = {"script-src": ["<CSP_NONCE_SENTINEL>"]}
    pages = [page(nonced) for _ in "ab"]
    assert pages[0].content != pages[1].content
    assert [answer["Cache-Control"] for answer in pages] == ["private"] * 2


def test_a_path_that_changes_is_looked_up_anew(settings):
    settings.ROOT_URLCONF = (
        path("a/", views.sync_view, name="a"),
        path("b/", views.sync_view, name="b"),
    )
    request = RequestFactory().get("/a/")
    names = []
    for address in ("/a/", "/b/", "/c/"):
        request.path_info = address
        match = match_of(request)
        names.append(match and match.url_name)
    assert names == ["a", "b", None]
