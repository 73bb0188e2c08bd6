from __future__ import annotations

import django
import pytest
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import path, re_path
from tests.accounts import login_site as pages
from tests.accounts.audited import VIEWS, plain
from tests.accounts.audited_site import MIDDLEWARE, installed

from security.login_audit import Row, rows

__all__ = ["installed"]

if django.VERSION < (6, 1):  # what Django REST framework 3.17 can be imported with
    from tests.accounts import audited_api

    VIEWS = VIEWS | audited_api.VIEWS

DJANGOS = "django.contrib.auth.middleware.LoginRequiredMiddleware"


class WhiteNoise:
    """What stands for the middleware of that package."""

    __module__ = "whitenoise.middleware"


def verdicts() -> dict[str, tuple[str, str]]:
    return {row.path: (row.who, row.why) for row in rows()}


def public() -> list[str]:
    return [row.path for row in rows() if row.is_public]


# What views say.


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_tells_who_may_see_it(settings, name):
    view, who, why = VIEWS[name]
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = (path("page/", view, name="page"),)
    assert list(rows()) == [Row("/page/", "page", who, why, who in {"anyone", "unknown"})]


def test_the_admin_is_for_staff_but_for_its_login_page(settings):
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = (path("admin/", admin.site.urls),)
    assert public() == ["/admin/login/"]
    settings.MIDDLEWARE = pages.MIDDLEWARE
    found = verdicts()
    assert found.pop("/admin/login/") == ("anyone", "login_not_required")
    assert set(found.values()) == {("staff", "admin site 'admin'")}


# What the middleware says.


def test_without_exceptions_only_the_login_page_and_marked_views_are_public():
    found = verdicts()
    assert found.pop("/accounts/login/") == ("anyone", "the login page")
    assert found.pop("/marked/") == ("anyone", "login_not_required")
    assert set(found.values()) == {("login", MIDDLEWARE)}


def test_every_url_is_listed_as_it_is_written():
    assert [(row.path, row.name) for row in rows()] == [
        ("/", "home"),
        ("/accounts/login/", "login"),
        ("/public/", "public"),
        ("/blog/<slug:slug>/", "post"),
        ("/shop/basket/pay/", "shop:basket:pay"),
        ("/shop/basket/<int:number>/", ""),
        ("/year/<year>/", "year"),
        ("/feed.xml", ""),
        ("/marked/", ""),
    ]


@pytest.mark.parametrize(
    ("pattern", "opened"),
    [
        ("public", ["/public/"]),
        ("^$", ["/"]),
        ("blog", ["/blog/<slug:slug>/"]),
        ("year/20", []),
        (r"year/\d{4}", ["/year/<year>/"]),
        (r"feed\.xml", ["/feed.xml"]),
        ("shop", ["/shop/basket/pay/", "/shop/basket/<int:number>/"]),
    ],
)
def test_an_exempt_pattern_is_named(settings, pattern, opened):
    settings.LOGIN_EXEMPT_URLS = ["nothing", pattern]
    assert [
        path for path, said in verdicts().items() if said[1] == "LOGIN_EXEMPT_URLS[1]"
    ] == opened


@pytest.mark.parametrize(
    "pattern", ["blog/news-.*", "blog/(a|b)", "blogs?/news", "(blog|log)/news", "log|blog/news"]
)
def test_a_pattern_that_may_cover_some_of_a_url_makes_it_unknown(settings, pattern):
    settings.LOGIN_EXEMPT_URLS = [pattern]
    said = verdicts()["/blog/<slug:slug>/"]
    assert said == ("unknown", "LOGIN_EXEMPT_URLS[0] may cover some of it")


def test_an_exempt_name_is_named(settings):
    settings.SECURITY_LOGIN_EXEMPT_NAMES = ["post", "shop:*"]
    found = verdicts()
    assert found["/blog/<slug:slug>/"] == ("anyone", "SECURITY_LOGIN_EXEMPT_NAMES: post")
    assert found["/shop/basket/pay/"] == ("anyone", "SECURITY_LOGIN_EXEMPT_NAMES: shop:*")


def test_what_is_exempt_may_have_a_guard_of_its_own(settings):
    settings.LOGIN_EXEMPT_URLS = ["page"]
    settings.ROOT_URLCONF = tuple(path(f"page/{name}/", VIEWS[name][0]) for name in VIEWS)
    found = verdicts()
    assert found["/page/login/"] == ("login", "login_required")
    assert found["/page/asking/"] == (
        "unknown",
        "LOGIN_EXEMPT_URLS[0]; asking asks for the user itself",
    )


def test_a_view_may_ask_for_more_than_the_middleware(settings):
    settings.ROOT_URLCONF = tuple(path(f"{name}/", VIEWS[name][0]) for name in VIEWS)
    found = verdicts()
    assert found["/staff/"] == ("staff", "staff_member_required")
    assert found["/login/"] == ("login", "LoginRequiredMiddleware; login_required")
    assert found["/test/"] == (
        "login",
        "LoginRequiredMiddleware; user_passes_test(is_editor) decides",
    )


@pytest.mark.parametrize(
    "login", ["login", "/accounts/login/", "https://testserver/accounts/login/"]
)
def test_the_login_page_is_found_however_it_is_written(settings, login):
    settings.LOGIN_URL = login
    assert verdicts()["/accounts/login/"] == ("anyone", "the login page")


@pytest.mark.parametrize("login", ["nothing", "https://sso.example/accounts/login/"])
def test_a_login_page_elsewhere_opens_nothing_here(settings, login):
    settings.LOGIN_URL = login
    assert verdicts()["/accounts/login/"] == ("login", MIDDLEWARE)


def test_translated_urls_are_listed(settings):
    settings.ROOT_URLCONF = tuple(i18n_patterns(path("about/", plain)))
    settings.LOGIN_EXEMPT_URLS = ["en-us/about"]
    assert verdicts() == {"/en-us/about/": ("anyone", "LOGIN_EXEMPT_URLS[0]")}


@pytest.mark.parametrize(
    "written", [r"^(?P<odd>[xyz]{7}|zz)/(?!1)\w+$", r"^(?i:zz)/(?P<rest>\w+)$"]
)
def test_a_url_without_a_sample_is_unknown_where_a_pattern_may_cover_it(settings, written):
    settings.ROOT_URLCONF = (re_path(written, plain),)
    assert [row.who for row in rows()] == ["login"]
    settings.LOGIN_EXEMPT_URLS = ["zz"]
    assert [row.who for row in rows()] == ["unknown"]


if django.VERSION >= (5, 1):

    def test_djangos_own_middleware_knows_the_mark_only(settings):
        settings.MIDDLEWARE = [pages.SESSIONS, pages.AUTHENTICATION, DJANGOS]
        settings.LOGIN_EXEMPT_URLS = ["public"]
        assert public() == ["/marked/"]
        settings.MIDDLEWARE += [pages.OURS]
        assert public() == ["/marked/"]


# Files.


def test_files_that_the_project_serves_are_found(settings):
    settings.DEBUG = True
    settings.MEDIA_URL, settings.MEDIA_ROOT = "/media/", "/srv/media"
    settings.ROOT_URLCONF = tuple(static("/media/", document_root="/srv/media"))
    assert verdicts() == {
        "/media/<path>": ("login", f"{MIDDLEWARE}; django.views.static serves files")
    }
    settings.MIDDLEWARE = []
    assert verdicts() == {"/media/<path>": ("anyone", "django.views.static serves files")}


def test_files_that_others_serve_are_listed(settings):
    settings.ROOT_URLCONF = ()
    settings.STATIC_URL, settings.MEDIA_URL, settings.MEDIA_ROOT = "static/", "media/", "/srv"
    by_server = ("unknown", "the web server decides")
    assert verdicts() == {"/static/": by_server, "/media/": by_server}
    settings.DEBUG = True
    by_runserver = ("anyone", "runserver serves them before any middleware")
    assert verdicts() == {"/static/": by_runserver, "/media/": by_server}
    settings.STATIC_URL = settings.MEDIA_URL = "https://cdn.example/"
    assert verdicts() == {}


def test_files_of_whitenoise_depend_on_where_it_stands(settings):
    settings.ROOT_URLCONF = ()
    settings.STATIC_URL, settings.WHITENOISE_ROOT = "/static/", "/srv/root"
    settings.MIDDLEWARE = [f"{__name__}.WhiteNoise", *pages.MIDDLEWARE]
    assert verdicts() == {
        "/static/": ("anyone", "WhiteNoise serves them before any login"),
        "/": ("anyone", "WHITENOISE_ROOT"),
    }
    settings.MIDDLEWARE = [*pages.MIDDLEWARE, f"{__name__}.WhiteNoise"]
    assert verdicts() == {"/static/": ("login", MIDDLEWARE), "/": ("login", "WHITENOISE_ROOT")}
