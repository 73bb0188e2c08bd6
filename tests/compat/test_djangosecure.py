from __future__ import annotations

import django
import pytest
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from tests import views
from tests.pages import responding, sent

from djangosecure.decorators import frame_deny_exempt
from security.decorators import frame_options

NOSNIFF = {"X-Content-Type-Options": "nosniff"}
DENY = {"X-Frame-Options": "DENY"}
FILTER = {"X-XSS-Protection": "1; mode=block"}
SETTINGS = [
    ({}, {}, {}),
    ({"SECURE_FRAME_DENY": True}, DENY, {}),
    ({"SECURE_FRAME_DENY": False}, {}, {}),
    ({"SECURE_BROWSER_XSS_FILTER": True}, FILTER, {}),
    ({"SECURE_BROWSER_XSS_FILTER": False}, {}, {}),
    ({"SECURE_HSTS_SECONDS": 0}, {}, {}),
    ({"SECURE_HSTS_SECONDS": 60}, {}, {"Strict-Transport-Security": "max-age=60"}),
    (
        {"SECURE_HSTS_SECONDS": 60, "SECURE_HSTS_INCLUDE_SUBDOMAINS": True},
        {},
        {"Strict-Transport-Security": "max-age=60; includeSubDomains"},
    ),
    (
        {"SECURE_HSTS_SECONDS": 60, "SECURE_HSTS_PRELOAD": True},
        {},
        {"Strict-Transport-Security": "max-age=60; preload"},
    ),
    (
        {
            "SECURE_HSTS_SECONDS": 31536000,
            "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
            "SECURE_HSTS_PRELOAD": True,
        },
        {},
        {"Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload"},
    ),
    ({"SECURE_HSTS_INCLUDE_SUBDOMAINS": True, "SECURE_HSTS_PRELOAD": True}, {}, {}),
]


@pytest.fixture(autouse=True)
def old_project(settings):
    """Be a project that never heard of us: the app and the middleware of django-secure."""
    apps = [name for name in settings.INSTALLED_APPS if name != "security"]
    settings.INSTALLED_APPS = [*apps, "djangosecure"]
    settings.MIDDLEWARE = ["djangosecure.middleware.SecurityMiddleware"]


def change(settings, values):
    for name, value in values.items():
        setattr(settings, name, value)


@pytest.mark.parametrize(("values", "always", "https_only"), SETTINGS, ids=str)
def test_a_setting_sends_its_header(get, settings, values, always, https_only):
    change(settings, values)
    assert sent(get("/sync/")) == NOSNIFF | always
    assert sent(get("/sync/", secure=True)) == NOSNIFF | always | https_only


def test_nosniff_can_be_turned_off(get, settings):
    settings.SECURE_CONTENT_TYPE_NOSNIFF = False
    assert sent(get("/sync/")) == {}


PAGES = {
    "/sync/": 200,
    "/async/": 200,
    "/sync-page/": 200,
    "/async-page/": 200,
    "/callable/": 200,
    "/stream/": 200,
    "/not-modified/": 304,
    "/moved/": 302,
    "/nowhere/": 404,
    "/missing/": 404,
    "/denied/": 403,
}


@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_every_kind_of_page_is_protected(get, settings, path, status):
    change(settings, {"SECURE_FRAME_DENY": True, "SECURE_BROWSER_XSS_FILTER": True})
    settings.SECURE_HSTS_SECONDS = 60
    response = get(path, secure=True)
    assert response.status_code == status
    hsts = {"Strict-Transport-Security": "max-age=60"}
    assert sent(response) == NOSNIFF | DENY | FILTER | hsts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-Content-Type-Options", "of the view"),
        ("X-XSS-Protection", "0"),
        ("Strict-Transport-Security", "max-age=1"),
    ],
)
def test_a_header_that_the_view_set_is_never_overridden(page, settings, name, value):
    change(settings, {"SECURE_FRAME_DENY": True, "SECURE_BROWSER_XSS_FILTER": True})
    settings.SECURE_HSTS_SECONDS = 60
    response = page(responding({name: value}), secure=True)
    hsts = {"Strict-Transport-Security": "max-age=60"}
    assert sent(response) == NOSNIFF | DENY | FILTER | hsts | {name: value}


@method_decorator(frame_deny_exempt, name="dispatch")
class ExemptPage(views.SyncPage):
    pass


@method_decorator(frame_deny_exempt, name="dispatch")
class AsyncExemptPage(views.AsyncPage):
    pass


class ExemptMethod(views.SyncPage):
    @method_decorator(frame_deny_exempt)
    def get(self, request):
        return super().get(request)


class AsyncExemptMethod(views.AsyncPage):
    @method_decorator(frame_deny_exempt)
    async def get(self, request):
        return await super().get(request)


def calling(request):
    return frame_deny_exempt(views.sync_view)(request)


async def calling_later(request):
    return await frame_deny_exempt(views.async_view)(request)


# Each leaves the mark of django-secure on the response, and none on the view of the URL.
FOUND_BY_RESPONSE = {
    "method": ExemptMethod.as_view(),
    "named method": method_decorator(frame_deny_exempt, name="get")(
        type("Named", (views.SyncPage,), {})
    ).as_view(),
    "called": calling,
    "called later": calling_later,
}
if django.VERSION >= (5, 2):  # since then Django's method_decorator() knows async methods
    FOUND_BY_RESPONSE["async method"] = AsyncExemptMethod.as_view()
EXEMPT = FOUND_BY_RESPONSE | {
    "sync": frame_deny_exempt(views.sync_view),
    "async": frame_deny_exempt(views.async_view),
    "class": ExemptPage.as_view(),
    "async class": AsyncExemptPage.as_view(),
    "around as_view": frame_deny_exempt(views.SyncPage.as_view()),
    "around async as_view": frame_deny_exempt(views.AsyncPage.as_view()),
    "object": frame_deny_exempt(views.Callable()),
}


@pytest.mark.parametrize("view", EXEMPT.values(), ids=EXEMPT)
def test_an_exempt_view_may_be_framed(page, settings, view):
    settings.SECURE_FRAME_DENY = True
    response = page(view)
    assert (response.content, sent(response)) == (b"ok", NOSNIFF)


@pytest.mark.parametrize("view", FOUND_BY_RESPONSE.values(), ids=FOUND_BY_RESPONSE)
@pytest.mark.parametrize("name", ["SecurityMiddleware", "XFrameOptionsMiddleware"])
def test_every_middleware_of_ours_honours_it_on_the_response(page, settings, view, name):
    settings.MIDDLEWARE = [f"security.middleware.{name}"]
    response = page(view)
    assert (response.content, "X-Frame-Options" in response.headers) == (b"ok", False)


OUTER = {
    "around": frame_options("SAMEORIGIN")(frame_deny_exempt(views.sync_view)),
    "around async": frame_options("SAMEORIGIN")(frame_deny_exempt(views.async_view)),
    "calling": frame_options("SAMEORIGIN")(calling),
    "calling later": frame_options("SAMEORIGIN")(calling_later),
}


@pytest.mark.parametrize("view", OUTER.values(), ids=OUTER)
@pytest.mark.parametrize(
    "middleware",
    [
        "djangosecure.middleware.SecurityMiddleware",
        "security.middleware.SecurityMiddleware",
        "security.middleware.XFrameOptionsMiddleware",
    ],
)
def test_an_outer_decorator_wins_over_an_exemption(page, settings, view, middleware):
    settings.MIDDLEWARE = [middleware]
    settings.SECURE_FRAME_DENY = True
    assert page(view)["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("path", ["/sync/", "/async/", "/sync-page/", "/async-page/"])
def test_exempting_a_view_leaves_the_original_protected(get, settings, path):
    settings.SECURE_FRAME_DENY = True
    assert sent(get(path)) == NOSNIFF | DENY


def test_an_exempt_view_may_set_the_header_itself(page, settings):
    settings.SECURE_FRAME_DENY = True
    view = frame_deny_exempt(responding({"X-Frame-Options": "SAMEORIGIN"}))
    assert sent(page(view)) == NOSNIFF | {"X-Frame-Options": "SAMEORIGIN"}


@pytest.mark.parametrize(("exempt", "expected"), [(True, NOSNIFF), (False, NOSNIFF | DENY)])
def test_a_response_may_be_exempt_by_its_old_attribute(page, settings, exempt, expected):
    settings.SECURE_FRAME_DENY = True
    assert sent(page(responding(_frame_deny_exempt=exempt))) == expected


def test_the_decorator_keeps_the_name_and_the_text_of_the_view():
    def contract(request):
        """Say what holds."""

    twin = frame_deny_exempt(contract)
    assert (twin.__name__, twin.__doc__, twin.__wrapped__) == (
        "contract",
        "Say what holds.",
        contract,
    )


@pytest.mark.parametrize("method", ["get", "head"])
def test_plain_http_is_redirected_to_the_same_path_and_query(site, settings, method):
    settings.SECURE_SSL_REDIRECT = True
    response = getattr(site, method)("/sync/?a=1&b=%20x")
    assert response.status_code == 301
    assert response["Location"] == "https://testserver/sync/?a=1&b=%20x"


def test_https_is_not_redirected(get, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert get("/sync/", secure=True).content == b"ok"


def test_nothing_is_redirected_unless_asked(get):
    assert get("/sync/").content == b"ok"


def test_no_view_runs_before_the_redirect(page, settings):
    settings.SECURE_SSL_REDIRECT = True
    calls = []

    def view(request):
        calls.append(request)
        return HttpResponse()

    assert (page(view).status_code, calls) == (301, [])


def test_the_redirect_leads_to_the_host_of_the_setting(get, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_SSL_HOST = "secure.example.com"
    assert get("/sync/?a=1")["Location"] == "https://secure.example.com/sync/?a=1"


def test_the_redirect_never_leads_to_a_host_that_the_client_chose(wire, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = wire()(headers={"Host": "evil.example"})
    assert (answer.status, answer["Location"]) == (400, None)


def test_the_redirect_drops_the_port_of_plain_http(wire, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = wire()(headers={"Host": "testserver:8000"}, query="a=1")
    assert (answer.status, answer["Location"]) == (301, "https://testserver/sync/?a=1")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/sync/", 200), ("/sync/deeper/", 404), ("/sync-page/", 301), ("/async/", 301)],
)
def test_exempt_paths_stay_on_plain_http(get, settings, path, status):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^sync/"]
    assert get(path).status_code == status


def test_the_proxy_header_of_django_tells_https(get, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 60
    response = get("/sync/", headers={"x-forwarded-proto": "https"})
    assert sent(response) == NOSNIFF | {"Strict-Transport-Security": "max-age=60"}
    assert get("/sync/", headers={"x-forwarded-proto": "http"}).status_code == 301
