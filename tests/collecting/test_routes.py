from __future__ import annotations

import pytest
from django.urls import get_script_prefix, set_script_prefix
from hypothesis import given
from hypothesis import strategies as st
from tests.collecting.sending import body

from security.conf import conf
from security.reports import routes
from security.reports.routes import template

KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/", "/"),
        ("", ""),
        ("/invoice/8731/", "/invoice/<int>/"),
        ("/user/ann%40example.com/", "/user/<str>/"),
        ("/user/caf%C3%A9%20%2F/", "/user/caf%C3%A9%20%2F/"),
        (f"/slug/my-page/{KEY}/", "/slug/<slug>/<uuid>/"),
        ("/articles/2026/77/", "/articles/<year>/<str>/"),
        ("/old/x/a/v.1/rest/of/it", "/old/<str>/<str>/v.1/<str>"),
        ("/shop/4/item-ab(c/", "/shop/<int>/item-<code>/"),
        ("/en-us/account/12/", "/en-us/account/<int>/"),
        ("/de/account/12/", "/de/account/<int>/"),
        ("/failing/f1/", "/failing/f1/"),
        ("/nowhere/77/b/", "/nowhere/<int>/b/"),
        ("/nowhere/77", "/nowhere/<int>"),
        (f"/nowhere/{KEY.upper()}/", "/nowhere/<uuid>/"),
        ("/nowhere/c7x2k1-0a1b2c3d4e5f60718293a4b5c6d7e8f9/", "/nowhere/<token>/"),
        ("/main.8f7e6d5c4b3a29181716.chunk.min.js", "/main.<token>.chunk.min.js"),
        ("/nowhere/a-page-with-a-long-name/", "/nowhere/a-page-with-a-long-name/"),
        ("/static/app.55e7cbb9ba4855e7cbb9ba48.js", "/static/app.55e7cbb9ba4855e7cbb9ba48.js"),
        ("/static/../invoice/8731/", "/static/../invoice/<int>/"),
        ("/invoice/<int>/", "/invoice/<int>/"),
    ],
)
def test_a_path_becomes_the_pattern_that_leads_to_it(path, pattern):
    assert template(path) == pattern
    assert template(pattern) == pattern


def test_the_prefix_of_the_site_stays():
    assert template("/app/invoice/3/", "/app") == "/app/invoice/<int>/"
    assert template("/apple/invoice/3/", "/app") == "/apple/invoice/<int>/"
    assert template("/invoice/3/x/", "/app") == "/invoice/<int>/x/"


def test_the_prefix_is_that_of_the_request(server, keeper):
    sent = body(**{"document-uri": "https://testserver/app/user/ann/"})
    server.post("/reports/", sent, root="/app")
    server.post("/reports/", sent)
    assert [report.document for report in keeper().reports] == [
        "https://testserver/app/user/<str>/",
        "https://testserver/app/user/ann/",
    ]


def other_urls(get_response):
    def middleware(request):
        request.urlconf = "tests.collecting.others"
        return get_response(request)

    return middleware


def test_the_urlconf_is_that_of_the_request(start, keeper, settings):
    settings.MIDDLEWARE = [f"{__name__}.other_urls"]
    start().post("/reports/", body(**{"document-uri": "https://testserver/other/ann/"}))
    assert [report.document for report in keeper().reports] == ["https://testserver/other/<str>/"]


def test_the_language_of_the_visitor_who_reports_does_not_matter(server, keeper):
    sent = body(**{"document-uri": "https://testserver/de/account/7/"})
    server.post("/reports/", sent, headers={"Accept-Language": "fr"})
    assert [report.document for report in keeper().reports] == [
        "https://testserver/de/account/<int>/"
    ]


def test_without_translations_the_path_is_looked_up_as_it_is(settings):
    settings.USE_I18N = False
    assert template("/invoice/3/") == "/invoice/<int>/"


def test_a_changed_urlconf_is_seen(settings):
    assert template("/invoice/3/x/") == "/invoice/<int>/x/"
    settings.ROOT_URLCONF = "tests.collecting.others"
    assert template("/other/ann/") == "/other/<str>/"


def test_looking_up_changes_nothing_for_the_request():
    set_script_prefix("/here/")
    template("/de/account/7/", "/app")
    assert get_script_prefix() == "/here/"


def test_paths_are_remembered_up_to_a_number():
    for number in range(routes.MAX_REMEMBERED + 20):
        template(f"/p{number}")
    info = conf.derived(routes._remembering).cache_info()
    assert (info.currsize, info.misses) == (routes.MAX_REMEMBERED, routes.MAX_REMEMBERED + 20)


@given(st.text(max_size=200) | st.from_regex(r"/(?:[a-z0-9%_<>().-]{0,30}/){0,6}", fullmatch=True))
def test_no_path_breaks_it_and_a_pattern_stays_itself(path):
    pattern = template(path)
    assert template(pattern) == pattern


@given(st.text("()[]{}\\^$?*+|.:<>P=!d,a1/", max_size=60))
def test_no_regular_expression_breaks_it(route):
    assert routes._readable(route).startswith("/")


@pytest.mark.parametrize("part", ["a", "-", "a1", "aA1_-", "%", "<", "1/", "0f8fad5b-"])
def test_the_longest_path_is_read_in_linear_steps(part):
    assert template("/" + part * (2_000 // len(part)))
